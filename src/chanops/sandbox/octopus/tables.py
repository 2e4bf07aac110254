"""The database of an emulated Octopus: its tables, and rows in and out of them.

Channels, groups and API keys keep their plain columns in one JSON text, since these differ by generation; whatever the
database itself decides (ids, uniqueness, scoping) is a real column, so that SQLite's own rules and texts apply.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from chanops.sandbox.octopus.envelope import Refusal, without
from chanops.sandbox.octopus.pricebook import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chanops.sandbox.store import Store

Row: TypeAlias = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, username TEXT NOT NULL, password TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, doc TEXT);
CREATE TABLE IF NOT EXISTS channel_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel_id INTEGER, enabled INTEGER, channel_key TEXT,
    status_code INTEGER, last_use_time_stamp INTEGER, total_cost NUMERIC, remark TEXT
);
CREATE INDEX IF NOT EXISTS keys_of_channel ON channel_keys (channel_id);
CREATE TABLE IF NOT EXISTS stats_channels (channel_id INTEGER PRIMARY KEY, doc TEXT);
CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, doc TEXT);
CREATE TABLE IF NOT EXISTS group_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER, channel_id INTEGER, model_name TEXT,
    priority INTEGER, weight INTEGER, UNIQUE (group_id, channel_id, model_name)
);
CREATE INDEX IF NOT EXISTS items_of_channel ON group_items (channel_id);
CREATE TABLE IF NOT EXISTS llm_infos (
    name TEXT PRIMARY KEY, input NUMERIC, output NUMERIC, cache_read NUMERIC, cache_write NUMERIC
);
CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS api_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT);
"""

KEY_COLUMNS = ("channel_id", "enabled", "channel_key", "status_code", "last_use_time_stamp", "total_cost", "remark")
ITEM_COLUMNS = ("group_id", "channel_id", "model_name", "priority", "weight")
PRICE_COLUMNS = ("name", *NUMBERS)
SQLITE_VARIABLES = 32766


def prepare(store: Store, generation: int) -> None:
    """Make the tables that are missing; a database of another generation is refused (upgrades are not emulated)."""
    (found,) = store.execute("PRAGMA user_version").fetchone()
    if found not in (0, generation):
        raise ValueError(f"the database is one of octopus g{found}, not g{generation}")
    store.execute(f"PRAGMA user_version = {generation}")
    for statement in SCHEMA.strip().removesuffix(";").split(";"):
        store.execute(statement)


@contextmanager
def writing(store: Store, prefix: str = "") -> Iterator[None]:
    """Do the block in one transaction; what the database refuses is answered as 500 with its raw text."""
    try:
        with store.transaction():
            yield
    except sqlite3.IntegrityError as error:
        raise Refusal(500, f"{prefix}constraint failed: {error} ({error.sqlite_errorcode})") from None


class Documents:
    """One table of rows kept as JSON text beside their id and, if the table has one, their unique name."""

    def __init__(self, table: str, *, named: bool = True) -> None:
        self.table = table
        self.named = named

    def all(self, store: Store) -> list[Row]:
        """Return all rows by id."""
        return [self._read(row) for row in store.rows(f"SELECT * FROM {self.table} ORDER BY id")]  # noqa: S608

    def get(self, store: Store, row_id: int) -> Row | None:
        """Return the row *row_id*, or None."""
        row = store.row(f"SELECT * FROM {self.table} WHERE id = ?", (row_id,))  # noqa: S608
        return None if row is None else self._read(row)

    def insert(self, store: Store, row: Row, *, ignore: bool = False) -> int:
        """Insert *row* with the id it brings (0: the next one) and return its id; 0 when a conflict is ignored."""
        columns = {"id": row["id"] or None, **self._write(row)}
        verb = "INSERT OR IGNORE" if ignore else "INSERT"
        marks = ", ".join("?" * len(columns))
        cursor = store.execute(f"{verb} INTO {self.table} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))
        return int(cursor.lastrowid or 0) if cursor.rowcount else 0

    def save(self, store: Store, row: Row) -> None:
        """Write *row* over the one with its id."""
        columns = self._write(row)
        marks = ", ".join(f"{column} = ?" for column in columns)
        store.execute(f"UPDATE {self.table} SET {marks} WHERE id = ?", (*columns.values(), row["id"]))  # noqa: S608

    def delete(self, store: Store, row_id: int) -> None:
        """Delete the row *row_id*."""
        store.execute(f"DELETE FROM {self.table} WHERE id = ?", (row_id,))  # noqa: S608

    def _write(self, row: Row) -> Row:
        apart = ("id", "name") if self.named else ("id",)
        doc = encode(without(row, *apart))
        return {"name": row["name"], "doc": doc} if self.named else {"doc": doc}

    def _read(self, row: Row) -> Row:
        return row | decode(row.pop("doc"))


CHANNELS = Documents("channels")
GROUPS = Documents("groups")
API_KEYS = Documents("api_keys", named=False)


def decode(doc: str) -> Row:
    """Return the row in the JSON text *doc*."""
    row: Row = json.loads(doc)
    return row


def encode(row: Row) -> str:
    """Return *row* as JSON text."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def insert_row(store: Store, table: str, columns: Row, conflict: str = "") -> int:
    """Insert *columns* and return the id of the row; 0 when *conflict* made it nothing."""
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) {conflict}"  # noqa: S608
    cursor = store.execute(sql, tuple(columns.values()))
    return int(cursor.lastrowid or 0) if cursor.rowcount else 0


def keys_by_channel(store: Store) -> dict[int, list[Row]]:
    """Return all keys of all channels, by id within each."""
    result: dict[int, list[Row]] = {}
    for row in store.rows("SELECT * FROM channel_keys ORDER BY id"):
        result.setdefault(row["channel_id"], []).append(_key(row))
    return result


def keys_of(store: Store, channel_id: int) -> list[Row]:
    """Return the keys of one channel by id."""
    return [_key(row) for row in store.rows("SELECT * FROM channel_keys WHERE channel_id = ? ORDER BY id", (channel_id,))]


def _key(row: Row) -> Row:
    return row | {"enabled": bool(row["enabled"])}


def items_by_group(store: Store, order: str) -> dict[int, list[Row]]:
    """Return the items of all groups, in *order* within each."""
    result: dict[int, list[Row]] = {}
    for row in store.rows(f"SELECT * FROM group_items ORDER BY {order}"):  # noqa: S608
        result.setdefault(row["group_id"], []).append(row)
    return result


def items_of(store: Store, group_id: int, order: str) -> list[Row]:
    """Return the items of one group in *order*."""
    return store.rows(f"SELECT * FROM group_items WHERE group_id = ? ORDER BY {order}", (group_id,))  # noqa: S608


def save_prices(store: Store, rows: Iterable[Row]) -> None:
    """Insert or replace price rows."""
    marks = ", ".join("?" * len(PRICE_COLUMNS))
    sql = f"INSERT OR REPLACE INTO llm_infos ({', '.join(PRICE_COLUMNS)}) VALUES ({marks})"  # noqa: S608
    store.execute_many(sql, [tuple(row[column] for column in PRICE_COLUMNS) for row in rows])


def delete_prices(store: Store, names: Iterable[str]) -> None:
    """Delete price rows."""
    store.execute_many("DELETE FROM llm_infos WHERE name = ?", [(name,) for name in names])
