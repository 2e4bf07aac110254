"""New API's test of one channel: a real call to its provider that spends tokens (contracts/new-api.md 8.2).

It never changes the channel's status, only its test figures. The test of all channels, the same path without an id, may
disable and enable channels in the background (8.4); it is not called.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.trial import Trial, TrialState
from chanops.errors import GatewayError, RefusedError, StoppedError
from chanops.gateways.newapi.discovery import TASKS
from chanops.gateways.newapi.envelope import unwrap_write
from chanops.gateways.newapi.shapes import type_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.trial import TrialRequest
    from chanops.gateways.newapi.api import Api

WHO: Final = "New API"
LONGEST: Final = 86_400  # seconds; what says more is no measurement
UNTRIED: Final = "New API has no test for channels of this type"


async def try_channel(api: Api, request: TrialRequest) -> Trial:
    """Let the gateway call the provider once; a call whose answer was lost is unclear, and not sent again."""
    address, model = request.channel.address, request.model
    if type_number(request.channel.fields.get("type")) in TASKS:  # just these can neither be listed nor tested
        return Trial(address, model, TrialState.UNSUPPORTED, reason=UNTRIED)
    began = time.monotonic()
    try:
        answer = await api.test_channel(int(request.channel.remote_id), _params(request), patience=request.patience)
        seconds = _seconds_in(unwrap_write(api.link, answer, WHO))
        return Trial(address, model, TrialState.PASSED, time.monotonic() - began if seconds is None else seconds)
    except GatewayError as error:
        return Trial(address, model, _state_of(error), time.monotonic() - began, error.reason)


def _params(request: TrialRequest) -> dict[str, str]:
    params = {"model": request.model, "endpoint_type": request.endpoint or ""}
    if request.is_stream is not None:
        params["stream"] = "true" if request.is_stream else "false"
    return {name: value for name, value in params.items() if value}


def _seconds_in(body: Mapping[str, Any]) -> float | None:
    """Return how long the provider took, as the gateway measured it."""
    seconds = body.get("time")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    return float(seconds) if 0 <= seconds <= LONGEST else None


def _state_of(error: GatewayError) -> TrialState:
    """Return what *error* says of the channel: only the gateway's own no is one."""
    match error:
        case RefusedError():
            return TrialState.FAILED
        case StoppedError():
            return TrialState.NOT_STARTED
        case _:
            return TrialState.UNCLEAR
