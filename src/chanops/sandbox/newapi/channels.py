"""The table of channels, the routing table beside it, and the cache of channels in the process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chanops.sandbox.newapi.answers import RefusedError
from chanops.sandbox.newapi.fields import COLUMNS, DDL, FIELDS, Row, fill_info

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chanops.sandbox.clock import Clock
    from chanops.sandbox.newapi.profile import Profile
    from chanops.sandbox.store import Store

SYNC_FREQUENCY_S = 60
ENABLED, DISABLED, EJECTED = 1, 2, 3

_ALL = ", ".join(f'"{name}"' for name in COLUMNS)
_PLAIN = tuple(field.name for field in FIELDS if not field.pointer and field.name != "channel_info")
_ZEROS = {field.name: "" if field.type == "string" else 0 for field in FIELDS if field.name in _PLAIN}


class Channels:
    """All channels of one emulated gateway."""

    def __init__(self, store: Store, clock: Clock, profile: Profile, *, memory_cache: bool) -> None:
        for statement in filter(str.strip, DDL.split(";")):
            store.execute(statement)
        self.store = store
        self.reuses_ids = True
        """SQLite gives the highest freed id again; PostgreSQL and MySQL 8 do not."""
        self._highest_id = 0
        self._profile = profile
        self._clock = clock
        self.has_cache = memory_cache
        self._unseen: set[int] = set()
        """Channels that the cache does not know yet. Whatever else changes a row refreshes the cache as well, so these
        are all that tell it from the table."""
        self._cached_at = clock.now()

    def get(self, channel_id: int) -> Row:
        """Return one row, or refuse."""
        rows = self.where("id = ?", [channel_id])
        if not rows:
            raise RefusedError("record not found")
        return rows[0]

    def where(self, condition: str, params: Sequence[Any] = (), order: str = "") -> list[Row]:
        """Return the rows that meet an SQL *condition*; one with a poisoned weight spoils them all (2.2)."""
        rows = self.store.rows(f"SELECT {_ALL} FROM channels WHERE {condition} {order}", params)  # noqa: S608 - our own SQL
        for row in rows:
            _check(row)
        return rows

    def insert(self, rows: Sequence[Row]) -> list[int]:
        """Store *rows* and their abilities, all or none; return their ids.

        LEGACY makes the abilities when the rows are there for good.
        """
        with self.store.transaction():
            stored = [row | {"id": self._insert(row)} for row in rows]
            if not self._profile.refuses_doubles:
                self._route_all(stored)
        if self._profile.refuses_doubles:
            self._route_all(stored)
        self._unseen.update(row["id"] for row in stored)
        return [row["id"] for row in stored]

    def _insert(self, row: Row) -> int:
        if not self.reuses_ids and "id" not in row:
            row = {"id": self._next_id()} | row
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        cursor = self.store.execute(f"INSERT INTO channels ({names}) VALUES ({marks})", [*map(_bind, row.items())])  # noqa: S608
        self._highest_id = max(self._highest_id, cursor.lastrowid or 0)
        return cursor.lastrowid or 0

    def _next_id(self) -> int:
        highest = self.store.row("SELECT coalesce(max(id), 0) AS id FROM channels")
        return max(self._highest_id, highest["id"] if highest else 0) + 1

    def write(self, channel_id: int, values: Mapping[str, Any]) -> None:
        """Update some columns of one row."""
        if values:
            columns = ", ".join(f'"{name}" = ?' for name in values)
            params = [*map(_bind, values.items()), channel_id]
            self.store.execute(f"UPDATE channels SET {columns} WHERE id = ?", params)  # noqa: S608 - our own columns

    def rebuild(self, channel_id: int) -> Row:
        """Make the abilities of a channel anew from its row; return the row."""
        row = self.get(channel_id)
        self._route(row)
        return row

    def _route_all(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._route(row)

    def _route(self, row: Row) -> None:
        if self._profile.refuses_doubles and (_has_doubles(row["models"]) or _has_doubles(row["group"])):
            raise RefusedError("UNIQUE constraint failed: abilities.group, abilities.model, abilities.channel_id")
        self.store.execute(
            "INSERT OR REPLACE INTO abilities VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                row["id"],
                row["group"],
                row["models"],
                row["status"] == ENABLED,
                row["tag"],
                row["priority"],
                _bind(("weight", row["weight"])),
            ],
        )

    def set_routed(self, channel_id: int, *, enabled: bool) -> None:
        """Switch the abilities of a channel on or off."""
        self.store.execute("UPDATE abilities SET enabled = ? WHERE channel_id = ?", [enabled, channel_id])

    def patch_abilities(self, channel_id: int, values: Mapping[str, Any]) -> None:
        """Carry some columns over to the abilities without making them anew."""
        for name, value in values.items():
            sql = f"UPDATE abilities SET {name} = ? WHERE channel_id = ?"  # noqa: S608 - our own columns
            self.store.execute(sql, [_bind((name, value)), channel_id])

    def delete(self, ids: Iterable[int]) -> int:
        """Delete rows and their abilities; return how many rows there were."""
        with self.store.transaction():
            return sum(self._delete(channel_id) for channel_id in ids)

    def _delete(self, channel_id: int) -> int:
        self.store.execute("DELETE FROM abilities WHERE channel_id = ?", [channel_id])
        return self.store.execute("DELETE FROM channels WHERE id = ?", [channel_id]).rowcount

    def refresh_cache(self) -> None:
        """Load the cache anew, as after every channel write but a create (2.5)."""
        self._unseen.clear()
        self._cached_at = self._clock.now()

    def cached_status(self, channel_id: int) -> int | None:
        """Return the status that the cache holds, or None; without a cache the one in the table."""
        if self._clock.now() - self._cached_at >= SYNC_FREQUENCY_S:
            self.refresh_cache()
        if self.has_cache and channel_id in self._unseen:
            return None
        row = self.store.row("SELECT status FROM channels WHERE id = ?", [channel_id])
        return None if row is None else int(row["status"])


def show(row: Row, profile: Profile) -> Row:
    """Return *row* as the API shows it: without the key, and without the reasons of a multi-key channel (5.3)."""
    shown = {name: row[name] for name in COLUMNS}
    for name in _PLAIN:
        if shown[name] is None:
            shown[name] = _ZEROS[name]
    shown["key"] = ""
    balance = shown["balance"]
    shown["balance"] = int(balance) if balance == int(balance) else balance
    info = shown["channel_info"]
    if info["is_multi_key"]:
        hidden = ("multi_key_disabled_reason", "multi_key_disabled_time")
        shown["channel_info"] = {name: value for name, value in info.items() if name not in hidden}
    for name in profile.unknown_fields:
        del shown[name]
    return shown


def _has_doubles(text: str) -> bool:
    items = text.split(",")
    return len(set(items)) < len(items)


def _check(row: Row) -> None:
    """Unpack a row that was just read."""
    if not isinstance(row["weight"], int | None):
        raise RefusedError(f'sql: Scan error on column index 7, name "weight": converting "{row["weight"]}" to a uint')
    row["channel_info"] = fill_info(json.loads(row["channel_info"] or "{}"))


def _bind(item: tuple[str, Any]) -> Any:  # noqa: ANN401 - any column
    """Return what is stored: objects as text, a weight past 63 bits as the text that later cannot be read."""
    _, value = item
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, int) and value >= 2**63:
        return str(value)
    return value
