"""The shapes of an answer: contracts/new-api.md 2.1."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

_ABSENT = object()


class RefusedError(Exception):
    """The gateway says no: HTTP 200 with `success: false`, unless another status is given."""

    def __init__(self, message: str, *, status: int = 200, code: str | None = None, **beside: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "success": False} | beside
        if code is not None:
            self.body["code"] = code


class PanicError(Exception):
    """The gateway's code fell over: HTTP 500."""


class JsonResponse(Response):
    """JSON the way the gateway sends it."""

    media_type = "application/json; charset=utf-8"

    def __init__(self, body: object, status: int = 200) -> None:
        super().__init__(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), status)


def ok(data: object = _ABSENT, **beside: object) -> dict[str, Any]:
    """Return the body of a success; *beside* goes next to `data`."""
    body: dict[str, Any] = {"message": "", "success": True}
    if data is not _ABSENT:
        body["data"] = data
    return body | beside


def panic_body(message: str) -> dict[str, Any]:
    """Return the body of a 500."""
    return {"error": {"message": f"Panic detected, error: {message}.", "type": "new_api_panic"}}


def not_found_body(method: str, path: str) -> dict[str, Any]:
    """Return the body of a 404, which has no `success`."""
    message = f"Invalid URL ({method} {path})"
    return {"error": {"message": message, "type": "invalid_request_error", "param": "", "code": ""}}
