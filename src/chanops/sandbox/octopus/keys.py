"""The keys of a G2 channel: born with it, edited by three sub-lists, moved by their id (contracts/octopus.md 5.2, 5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.octopus import tables
from chanops.sandbox.octopus.shapes import KEY, complete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.sandbox.octopus.tables import Row
    from chanops.sandbox.store import Store

MOVE = "ON CONFLICT (id) DO UPDATE SET channel_id = excluded.channel_id"


def insert_all(store: Store, channel_id: int, sent: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Insert the keys of a create and return them as answered; one with the id of another key moves that key here."""
    return [_insert(store, channel_id, complete(key, KEY)) for key in sent]


def edit(store: Store, channel_id: int, lists: Mapping[str, Any]) -> None:
    """Delete, then change, then add; ids of other channels match nothing."""
    for key_id in lists.get("keys_to_delete", ()):
        store.execute("DELETE FROM channel_keys WHERE id = ? AND channel_id = ?", (key_id, channel_id))
    for change in lists.get("keys_to_update", ()):
        _change(store, channel_id, change)
    for key in lists.get("keys_to_add", ()):
        _insert(store, channel_id, complete({**key, "id": 0}, KEY))


def insert_missing(store: Store, key: Row) -> bool:
    """Insert a key of a dump unless its id is taken; false of `enabled` does not survive this either."""
    born = key | {"enabled": True}
    columns = {"id": key["id"] or None} | {column: born[column] for column in tables.KEY_COLUMNS}
    return bool(tables.insert_row(store, "channel_keys", columns, "ON CONFLICT DO NOTHING"))


def save(store: Store, key: Row) -> None:
    """Write a whole key row, even one that was deleted: what a graceful stop does with used keys."""
    columns = ", ".join(("id", *tables.KEY_COLUMNS))
    marks = ", ".join("?" * (1 + len(tables.KEY_COLUMNS)))
    values = (key["id"], *(key[column] for column in tables.KEY_COLUMNS))
    store.execute(f"INSERT OR REPLACE INTO channel_keys ({columns}) VALUES ({marks})", values)  # noqa: S608


def _insert(store: Store, channel_id: int, key: Row) -> Row:
    born = key | {"channel_id": channel_id, "enabled": True}
    columns = {"id": key["id"] or None} | {column: born[column] for column in tables.KEY_COLUMNS}
    new_id = tables.insert_row(store, "channel_keys", columns, MOVE)
    return born | {"id": key["id"] or new_id}


def _change(store: Store, channel_id: int, change: Mapping[str, Any]) -> None:
    columns = {name: value for name, value in change.items() if name != "id"}
    if not columns:
        return
    marks = ", ".join(f"{name} = ?" for name in columns)
    where = f"UPDATE channel_keys SET {marks} WHERE id = ? AND channel_id = ?"  # noqa: S608
    store.execute(where, (*columns.values(), change.get("id", 0), channel_id))
