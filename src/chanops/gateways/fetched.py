"""What a gateway brought from a provider: names, or the reason why not, as far as its words tell."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chanops.domain.discovery import MOST_MODELS, Failure, Listing, Models, State
from chanops.domain.model_names import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS: Final = re.compile(r"status code[: ]+(?P<status>[0-9]{3})", re.IGNORECASE)
STATES: Final[Mapping[int, State]] = {
    HTTPStatus.UNAUTHORIZED: State.AUTH_FAILED,
    HTTPStatus.FORBIDDEN: State.AUTH_FAILED,
    HTTPStatus.TOO_MANY_REQUESTS: State.RATE_LIMITED,
}
NETWORK: Final = (
    "dial tcp",
    "connection refused",
    "no such host",
    "timeout",
    "deadline exceeded",
    "tls:",
    "x509:",
    "EOF",
    "reset by",
)
UNREADABLE: Final = ("invalid character", "unmarshal", "JSON", "unexpected EOF")


def read_listing(data: object, source: str) -> Listing:
    """Return the names in a success; an empty one hides a failure of the provider (contracts/new-api.md 8.1)."""
    if data in (None, []):
        reason = "no model came back: the provider refused, or it lists none"
        return Failure(State.INVALID_RESPONSE, reason, source, is_empty=True)
    if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
        return Failure(State.INVALID_RESPONSE, "something other than a list of names came back", source)
    names = tidy(data)
    if len(names) != len(set(map(str.strip, data))):
        return Failure(State.INVALID_RESPONSE, "an entry of the list has no name", source)
    if len(names) > MOST_MODELS:
        return Failure(State.INVALID_RESPONSE, f"more than {MOST_MODELS:,} models came back", source)
    return Models(names, source)


def read_refusal(reason: str, source: str) -> Failure:
    """Return what the gateway's words for a failed fetch mean; *reason* is fit to be shown."""
    if found := STATUS.search(reason):
        return Failure(STATES.get(int(found["status"]), State.UPSTREAM_ERROR), reason, source)
    if any(word in reason for word in UNREADABLE):
        return Failure(State.INVALID_RESPONSE, reason, source)
    if any(word in reason for word in NETWORK):
        return Failure(State.NETWORK_ERROR, reason, source)
    return Failure(State.UPSTREAM_ERROR, reason, source)
