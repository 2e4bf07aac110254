"""New API as the one who asks providers for their models (contracts/new-api.md 8.1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.discovery import Failure, Listing, State
from chanops.domain.model_source import asks_the_same, source_fields
from chanops.domain.value import reveal
from chanops.errors import NotUnderstoodError, RefusedError, UnauthorisedError, UnreachableError
from chanops.gateways.answer import parse_object
from chanops.gateways.fetched import read_listing, read_refusal
from chanops.gateways.newapi.envelope import message, unwrap
from chanops.gateways.newapi.generations import BASE
from chanops.gateways.newapi.jsontext import to_text
from chanops.gateways.newapi.shapes import type_number
from chanops.gateways.newapi.urls import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value
    from chanops.gateways.answer import Answer
    from chanops.gateways.newapi.api import Api
    from chanops.gateways.newapi.generations import Profile

SOURCE: Final = "New API fetch_models"
ONE_PAGE: Final = 14
AZURE, CUSTOM, ADVANCED = 3, 8, 58
TASKS: Final = frozenset({2, 5, 36, 50, 51, 52, 54})
"""Types that queue tasks: their providers list no models."""

PLAIN_TYPES: Final = frozenset({1, 4, 6, 7, 19, 20, 23, 24, 25, 27, 31, 34, 35, 38, 40, 42, 43, 44, 47, 48, 53, 55})
"""Types that BASE's POST asks as they want it: at `/v1/models` with a Bearer token, or as Ollama and Gemini do."""


async def fetch_models(api: Api, profile: Profile, desired: DesiredChannel, live: LiveChannel | None) -> Listing:
    """Return what the provider of *desired* lists, by the channel that lives where that asks in the same way."""
    fields = source_fields(desired, live)
    kind = type_number(fields.get("type"))
    if reason := _find_obstacle(kind, str(reveal(fields.get("base_url")) or ""), profile):
        return Failure(State.UNSUPPORTED, reason, SOURCE)
    try:
        if live is not None and asks_the_same(desired, live):
            return _read(api, await api.fetch_models_of(int(live.remote_id)))
        if reason := _find_obstacle_to_post(kind, fields, profile):
            return Failure(State.UNSUPPORTED, reason, SOURCE)
        return _read_post(api, await api.fetch_models_at(_body(fields, profile)), profile)
    except UnauthorisedError as error:
        return Failure(State.UNSUPPORTED, f"the account may not let the gateway ask: {error.reason}", SOURCE)
    except UnreachableError as error:
        return Failure(State.NETWORK_ERROR, error.reason, SOURCE)
    except NotUnderstoodError as error:
        return Failure(State.INVALID_RESPONSE, error.reason, SOURCE)
    except RefusedError as error:
        return read_refusal(error.reason, SOURCE)


def _find_obstacle(kind: int | None, base_url: str, profile: Profile) -> str:
    if kind == ONE_PAGE:
        return "New API reads one page for this type: 20 models"
    if kind == AZURE:
        return "Azure lists base models, not deployments"
    if kind in TASKS or kind is None:
        return "providers of this type list no models"
    if kind == CUSTOM or (kind == ADVANCED and profile is BASE) or "#" in base_url or "?" in base_url:
        return "the address is a complete URL: where models are listed cannot be told from it"
    return ""


def _find_obstacle_to_post(kind: int | None, fields: Mapping[str, Value], profile: Profile) -> str:
    if not _key(fields):
        return "the channel does not live yet, and the file gives no key to ask with"
    if profile is BASE and (kind not in PLAIN_TYPES or fields.get("base_url") in KEYWORDS):
        return "this generation asks for models of this type only by a channel that lives"
    return ""


def _body(fields: Mapping[str, Value], profile: Profile) -> dict[str, Any]:
    body: dict[str, Any] = {
        "base_url": str(reveal(fields.get("base_url")) or ""),
        "type": type_number(fields.get("type")),
        "key": _key(fields),
    }
    if profile is BASE:
        return body
    if fields.get("headers"):
        body["header_override"] = to_text(reveal(fields["headers"]))
    if proxy := reveal(fields.get("proxy")):
        body["proxy"] = proxy
    return body


def _key(fields: Mapping[str, Value]) -> str:
    """Return the first key; one that is known by its fingerprint alone is no key."""
    value = reveal(fields.get("key"))
    if isinstance(value, str) and value:
        return value
    listed = reveal(fields.get("keys"))
    return str(listed[0]) if isinstance(listed, tuple) and listed else ""


def _read(api: Api, answer: Answer) -> Listing:
    return read_listing(unwrap(api.link, answer, "fetch_models").get("data"), SOURCE)


def _read_post(api: Api, answer: Answer, profile: Profile) -> Listing:
    """Read BASE's answers apart: 500 is the provider's no, and 200 without success the account's (it is not root)."""
    if profile is not BASE:
        return _read(api, answer)
    if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        words = message(api.link.ledger, parse_object(api.link.site, answer, "fetch_models"))
        return read_refusal(f"fetch_models: {words or 'failed without a reason'}", SOURCE)
    try:
        return _read(api, answer)
    except RefusedError as error:
        return Failure(State.UNSUPPORTED, f"only a root account may let the gateway ask: {error.reason}", SOURCE)
