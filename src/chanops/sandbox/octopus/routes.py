"""What an Octopus answers to: one table of routes, and the call a route is given (contracts/octopus.md 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from chanops.sandbox import gojson
from chanops.sandbox.octopus.envelope import INVALID_JSON, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chanops.sandbox.octopus.shapes import Fields
    from chanops.sandbox.octopus.state import State

    Handler: TypeAlias = Callable[[State, "Call"], Awaitable[Any] | Any]

Effect = Literal["read", "write", "delete"]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


@dataclass(frozen=True)
class Call:
    """One call as a handler sees it."""

    body: bytes
    query: Mapping[str, str]
    headers: Mapping[str, str]
    segment: str
    says_raw_errors: bool

    def json(self) -> Any:  # noqa: ANN401 - JSON of any shape
        """Return the body; text after the first JSON value is ignored."""
        try:
            return gojson.parse(self.body)
        except gojson.GoJsonError as error:
            raise self._refuse(error) from None

    def decode(self, fields: Fields) -> dict[str, Any]:
        """Return the *fields* that the body sets."""
        try:
            return gojson.decode_object(self.json(), fields)
        except gojson.GoJsonError as error:
            raise self._refuse(error) from None

    def integer(self, refused: str = "") -> int:
        """Return the last segment of the path as a number."""
        if not _INTEGER.fullmatch(self.segment) or not -(2**63) <= int(self.segment) < 2**63:
            raise Refusal(400, refused or f'strconv.Atoi: parsing "{self.segment}": invalid syntax')
        return int(self.segment)

    def _refuse(self, error: Exception) -> Refusal:
        return Refusal(400, str(error) if self.says_raw_errors else INVALID_JSON)


@dataclass(frozen=True)
class Route:
    """One line of the table; a *path* that ends in a slash takes one more segment."""

    method: str
    path: str
    handler: Handler
    effect: Effect = "read"
    wants_json: bool = False
    says_raw_errors: bool = False
    is_open: bool = False


class RouteTable:
    """The routes of one generation."""

    def __init__(self, prefix: str, routes: tuple[Route, ...]) -> None:
        self._routes = {(route.method, prefix + route.path): route for route in routes}

    def find(self, method: str, path: str) -> tuple[Route, str] | None:
        """Return the route of *path* and its last segment."""
        route = self._routes.get((method, path))
        if route is not None and not path.endswith("/"):
            return route, ""
        head, slash, segment = path.rpartition("/")
        route = self._routes.get((method, head + slash)) if segment else None
        return None if route is None else (route, segment)

    def other_slash(self, method: str, path: str) -> str | None:
        """Return *path* with its trailing slash added or removed, if that is a route while *path* is none."""
        other = path[:-1] if path.endswith("/") else path + "/"
        return other if not self.find(method, path) and self.find(method, other) else None
