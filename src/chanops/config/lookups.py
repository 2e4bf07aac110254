"""What references were found to stand for: each source is asked once per run, and what it refused is kept as well."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from chanops.config.references import Template

Found = TypeVar("Found")


class Lookups:
    """The look-ups of one run, kept in memory alone; *templates*: every text with references that the files hold."""

    __slots__ = ("_held", "_locks", "templates")

    def __init__(self) -> None:
        self.templates: list[Template] = []
        self._held: dict[Hashable, tuple[Any, tuple[Any, ...]]] = {}
        self._locks: dict[Hashable, Lock] = {}

    def once(self, key: Hashable, look_up: Callable[[], Found]) -> Found:
        """Return what *look_up* gave when *key* was asked for first; raises the LookupError that it raised then."""
        with self._locks.setdefault(key, Lock()):
            if key not in self._held:
                self._held[key] = _outcome(look_up)
        value, refusal = self._held[key]
        if refusal:
            raise LookupError(*refusal)
        found: Found = value
        return found


def _outcome(look_up: Callable[[], object]) -> tuple[object, tuple[object, ...]]:
    try:
        return look_up(), ()
    except LookupError as fault:
        return None, fault.args
