"""One SQLite database holding the whole state of one emulated gateway.

It may hold real keys: the file is readable by its owner alone, in a folder that version control ignores.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class Store:
    """A thin wrapper round one SQLite connection in autocommit mode."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._depth = 0

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Open the database at *path*, or one in memory for None."""
        if path is not None:
            _make_private(path)
        connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=5)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return cls(connection)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self._connection.execute(sql, params)

    def execute_many(self, sql: str, params: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        """Run one statement once for each of *params*."""
        return self._connection.executemany(sql, params)

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return all rows of a query."""
        return [dict(row) for row in self._connection.execute(sql, params)]

    def row(self, sql: str, params: Sequence[Any] = ()) -> dict[str, Any] | None:
        """Return the first row of a query, or None."""
        row = self._connection.execute(sql, params).fetchone()
        return None if row is None else dict(row)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does, or nothing of it; a block inside another joins it."""
        if self._depth:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        else:
            self._connection.execute("COMMIT")
        finally:
            self._depth -= 1

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def _make_private(path: Path) -> None:
    """Make the file of *path* private; a folder that is missing is made private and ignored by version control."""
    if not path.parent.exists():
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700)
        path.parent.joinpath(".gitignore").write_text("*\n", encoding="utf-8")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
