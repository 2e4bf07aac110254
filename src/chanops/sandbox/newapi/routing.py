"""Which route a path means: fixed parts before parameters, and redirects for a missing or needless slash (2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.sandbox.newapi.routes import Route


class Router:
    """The routes of one generation."""

    def __init__(self, routes: Iterable[Route], generation: str) -> None:
        present = [route for route in routes if route.is_in(generation)]
        self._fixed = {(route.method, route.path): route for route in present if ":" not in route.path}
        self._patterns = [(route, route.path.split("/")) for route in present if ":" in route.path]
        self._patterns.sort(key=lambda pattern: sum(part.startswith(":") for part in pattern[1]))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route of a path, and the parameters in it."""
        if route := self._fixed.get((method, path)):
            return route, {}
        parts = path.split("/")
        for route, pattern in self._patterns:
            if route.method == method and len(pattern) == len(parts):
                params = _match(pattern, parts)
                if params is not None:
                    return route, params
        return None

    def find_redirect(self, method: str, path: str) -> str | None:
        """Return the path that only a slash at the end tells from *path*, if that one has a route."""
        other = path[:-1] if path.endswith("/") else f"{path}/"
        return other if len(other) > 1 and self.find(method, other) else None


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    params = {}
    for name, part in zip(pattern, parts, strict=True):
        if name.startswith(":") and part:
            params[name[1:]] = part
        elif name != part:
            return None
    return params
