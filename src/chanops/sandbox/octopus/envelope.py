"""Answers as an Octopus sends them: the wrapper round the data and the answers without one (contracts/octopus.md 3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json; charset=utf-8"
INVALID_JSON = "Invalid JSON format"
INVALID_PARAMETER = "Invalid parameter"
PANIC = "An unexpected error occurred"


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """A failure that is answered: HTTP status *status*, text *message*."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def success(data: object = None) -> Response:
    """Wrap *data*; None means that the key is left out."""
    wrapped = {"code": 200, "message": "success"}
    return dump(wrapped if data is None else wrapped | {"data": data})


def failure(refusal: Refusal) -> Response:
    """Wrap a refusal: the code equals the status, 404 and 409 never occur."""
    return dump({"code": refusal.status, "message": refusal.message}, status=refusal.status, headers=refusal.headers)


def dump(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return *value* as a JSON answer."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode("utf-8"), status, {"content-type": JSON, **(headers or {})})


def not_found(*, with_body: bool) -> Response:
    """Answer an unknown path or method: plain text, not JSON."""
    return Response(b"404 page not found" if with_body else b"", 404, {"content-type": "text/plain"})


def redirect(method: str, location: str) -> Response:
    """Answer a path that differs by its trailing slash alone."""
    if method != "GET":
        return Response(b"", 307, {"location": location})
    body = f'<a href="{location}">Moved Permanently</a>.\n\n'
    return Response(body.encode(), 301, {"location": location, "content-type": "text/html; charset=utf-8"})


def forbidden() -> Response:
    """Answer a foreign Origin: an empty body."""
    return Response(b"", 403)


def without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return *row* less the keys *names*."""
    return {key: value for key, value in row.items() if key not in names}
