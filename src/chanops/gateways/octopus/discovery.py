"""Octopus as the one who asks providers for their models (contracts/octopus.md 8.3). The call stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain.discovery import Failure, Listing, State
from chanops.domain.model_source import source_fields
from chanops.domain.secret import Fingerprint
from chanops.errors import NotUnderstoodError, RefusedError, UnauthorisedError, UnreachableError
from chanops.gateways.fetched import read_listing, read_refusal
from chanops.gateways.octopus.codec import encode_create

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.gateways.octopus.api import OctopusApi
    from chanops.gateways.octopus.generations import Profile

SOURCE: Final = "Octopus fetch-model"


async def fetch_models(
    api: OctopusApi, profile: Profile, desired: DesiredChannel, live: LiveChannel | None, *, patience: float | None = None
) -> Listing:
    """Return what the provider of *desired* lists; *patience*: the longest wait, since the gateway knows none (8.3).

    The gateway passes over the provider's status: a JSON error is an empty list there, HTML a 500 of its own.
    """
    fields = {path: value for path, value in source_fields(desired, live).items() if not isinstance(value, Fingerprint)}
    if not fields.keys() & {"base_url", "base_urls"}:
        return Failure(State.UNSUPPORTED, "the channel names no address", SOURCE)
    try:
        return read_listing(await api.fetch_models(encode_create("", fields, profile), patience=patience), SOURCE)
    except UnauthorisedError as error:
        return Failure(State.UNSUPPORTED, f"the account may not let the gateway ask: {error.reason}", SOURCE)
    except UnreachableError as error:
        return Failure(State.NETWORK_ERROR, error.reason, SOURCE)
    except NotUnderstoodError as error:
        return Failure(State.INVALID_RESPONSE, error.reason, SOURCE)
    except RefusedError as error:
        return read_refusal(error.reason, SOURCE)
