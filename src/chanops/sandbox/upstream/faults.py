"""What a provider may do wrong on purpose."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    """One fault; it holds for every call until it is switched off."""

    UNAUTHORISED = "401"
    BARE_UNAUTHORISED = "401-bare"  # SiliconFlow
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    RATE_LIMITED = "429"
    BROKEN = "500"
    REDIRECT = "redirect"
    HTML = "html"
    CUT = "cut-json"
    ERROR_UNDER_200 = "error-under-200"
    BARE_LIST = "bare-list"
    EMPTY = "empty"
    NO_DATA = "no-data"
    NO_IDS = "no-ids"
    NUMBERS = "numbers"
    HUGE = "10-mb"
    ENDLESS_PAGES = "endless-pages"
    REPEATED_CURSOR = "repeated-cursor"
    COMMAS = "commas"
    CONTROL_CHARACTERS = "control-characters"
    UNREACHABLE = "unreachable"  # of one that is plugged in; one that is served is there
    SILENT = "silent"


class Canned(NamedTuple):
    """An answer that says the same to everybody."""

    status: int
    body: bytes
    content_type: str = "application/json"


def _error(status: int, code: str, message: str) -> Canned:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return Canned(status, json.dumps(body).encode())


CANNED: dict[Fault, Canned] = {
    Fault.UNAUTHORISED: _error(401, "invalid_api_key", "the key is not known"),
    Fault.BARE_UNAUTHORISED: Canned(401, b'"Invalid token"'),
    Fault.FORBIDDEN: _error(403, "forbidden", "the key may not do that"),
    Fault.NOT_FOUND: _error(404, "not_found", "no such path"),
    Fault.RATE_LIMITED: _error(429, "rate_limit_exceeded", "too many requests"),
    Fault.BROKEN: _error(500, "server_error", "something broke"),
    Fault.HTML: Canned(200, b"<!doctype html><html><body>Please log in</body></html>", "text/html"),
    Fault.CUT: Canned(200, b'{"object": "list", "data": [{"id": "gpt-4o"}, {"id": "gp'),
    Fault.ERROR_UNDER_200: Canned(200, b'{"error": {"message": "quota exceeded", "code": "insufficient_user_quota"}}'),
    Fault.BARE_LIST: Canned(200, b'["gpt-4o", "o3"]'),
    Fault.NO_DATA: Canned(200, b'{"object": "list", "data": null, "models": null}'),
}
"""Faults that need no more than an answer."""
