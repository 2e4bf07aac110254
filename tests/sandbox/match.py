"""Does a body match what a recording shows? The rules of recordings/README.md."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MONTH_S = 30 * 24 * 3600
NEAR_S = 300


@dataclass(frozen=True)
class Matcher:
    """Compares answers with recorded ones."""

    gateway: str
    now: Callable[[], float]
    names: dict[str, str] = field(default_factory=dict)
    unordered: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()

    def differences(self, want: Any, got: Any, path: str = "") -> Iterator[str]:
        """Yield where *got* is not what *want* shows."""
        if isinstance(want, dict) and len(want) == 1 and (rule := _RULES.get(next(iter(want)))):
            yield from rule(self, next(iter(want.values())), got, path)
        elif isinstance(want, dict):
            yield from self._object(want, got, path)
        elif isinstance(want, list):
            yield from self._list(want, got, path)
        elif isinstance(want, str):
            if not self.fits(want, got, path):
                yield f"{path}: want {want!r}, got {got!r}"
        elif not _same(want, got):
            yield f"{path}: want {want!r}, got {got!r}"

    def fits(self, want: str, got: Any, path: str) -> bool:
        """Say whether *got* is the text *want*, which may be or hold a placeholder."""
        match want:
            case "$any":
                return True
            case "$int":
                return _is_number(got) and got == int(got)
            case "$number":
                return _is_number(got)
            case "$time":
                return self._is_moment(got)
            case "$string":
                return isinstance(got, str) and bool(got or not path.endswith("message"))
        return isinstance(got, str) and re.fullmatch(self._pattern(want), got, re.DOTALL) is not None

    def _pattern(self, want: str) -> str:
        pieces = re.split(r"(\$string|\$upstream)", want)
        return "".join(".*" if piece == "$string" else re.escape(self.names.get(piece, piece)) for piece in pieces)

    def _is_moment(self, got: Any) -> bool:
        if self.gateway == "newapi":
            return _is_number(got) and abs(got - self.now()) < NEAR_S
        if not isinstance(got, str) or "T" not in got:
            return False
        try:
            moment = datetime.fromisoformat(re.sub(r"\.\d+", "", got))
        except ValueError:
            return False
        return moment.tzinfo is not None and -NEAR_S < moment.timestamp() - self.now() < MONTH_S + NEAR_S

    def _object(self, want: dict[str, Any], got: Any, path: str) -> Iterator[str]:
        if not isinstance(got, dict):
            yield f"{path}: want an object, got {got!r}"
            return
        for key, value in want.items():
            here = f"{path}.{key}" if path else key
            if key not in got:
                yield f"{here}: missing"
            else:
                yield from self.differences(value, got[key], here)
        if path not in self.open:
            yield from (f"{path}.{key}: not shown, got {got[key]!r}" for key in sorted(got.keys() - want.keys()))

    def _list(self, want: list[Any], got: Any, path: str) -> Iterator[str]:
        if not isinstance(got, list) or len(got) != len(want):
            yield f"{path}: want a list of {len(want)}, got {got!r}"
        elif path in self.unordered:
            yield from self._any_order(want, got, path)
        else:
            for wanted, item in zip(want, got, strict=True):
                yield from self.differences(wanted, item, f"{path}[]")

    def _any_order(self, want: list[Any], got: list[Any], path: str) -> Iterator[str]:
        """Pair each wanted item with one of its own, by augmenting paths."""
        owner: dict[int, int] = {}

        def place(wanted: int, tried: set[int]) -> bool:
            for index, item in enumerate(got):
                if index in tried or any(self.differences(want[wanted], item, f"{path}[]")):
                    continue
                tried.add(index)
                if index not in owner or place(owner[index], tried):
                    owner[index] = wanted
                    return True
            return False

        for index, wanted in enumerate(want):
            if not place(index, set()):
                yield f"{path}: nothing matches {wanted!r} in {got!r}"

    def _json_text(self, want: Any, got: Any, path: str) -> Iterator[str]:
        try:
            value = json.loads(got)
        except (TypeError, ValueError):
            yield f"{path}: want JSON text, got {got!r}"
            return
        yield from self.differences(want, value, path)

    def _length(self, want: Any, got: Any, path: str) -> Iterator[str]:
        if not isinstance(got, list) or len(got) != want:
            yield f"{path}: want a list of {want}, got {len(got) if isinstance(got, list) else got!r}"


_RULES: dict[str, Callable[[Matcher, Any, Any, str], Iterator[str]]] = {
    "$json_text": Matcher._json_text,
    "$length": Matcher._length,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(want: Any, got: Any) -> bool:
    if isinstance(want, bool) or want is None:
        return got is want
    return _is_number(got) and bool(got == want)
