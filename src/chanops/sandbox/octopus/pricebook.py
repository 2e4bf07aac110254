"""The price rows in memory, and which of them no channel lists: kept up to date, never searched for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS = ("input", "output", "cache_read", "cache_write")


class PriceBook:
    """Price rows by name, and the names that channels list."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self._listed: Counter[str] = Counter()
        self._ghosts: set[str] = set()

    def put(self, row: dict[str, Any]) -> None:
        """Add or replace *row*."""
        self.rows[row["name"]] = row
        if not self.is_listed(row["name"]):
            self._ghosts.add(row["name"])

    def drop(self, name: str) -> None:
        """Take the row *name* out."""
        self.rows.pop(name, None)
        self._ghosts.discard(name)

    def clear(self) -> None:
        """Take all rows out; what channels list stays known."""
        self.rows.clear()
        self._ghosts.clear()

    def list_names(self, names: Iterable[str]) -> None:
        """Note that one more channel lists *names*."""
        for name in names:
            self._listed[name] += 1
            self._ghosts.discard(name)

    def unlist_names(self, names: Iterable[str]) -> None:
        """Note that one channel fewer lists *names*."""
        for name in names:
            self._listed[name] -= 1
            if self._listed[name] <= 0:
                del self._listed[name]
                if name in self.rows:
                    self._ghosts.add(name)

    def is_listed(self, name: str) -> bool:
        """Return whether any channel lists *name*."""
        return name in self._listed

    def ghosts(self) -> list[str]:
        """Return the names of the rows that no channel lists."""
        return sorted(self._ghosts)

    def worthless(self) -> list[str]:
        """Return the names of the rows with all prices zero."""
        return [name for name, row in self.rows.items() if not any(row[number] for number in NUMBERS)]
