"""Groups: list, create, update by sub-lists, the active item, delete (contracts/octopus.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.octopus import items, tables
from chanops.sandbox.octopus.envelope import Refusal, without
from chanops.sandbox.octopus.shapes import ITEM, ITEM_LISTS, complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

MOVE = "ON CONFLICT (id) DO UPDATE SET group_id = excluded.group_id"


def list_all(state: State, _call: Call) -> list[Row]:
    """Return all groups."""
    return state.shuffled(_show(state, row) for row in state.groups.values())


def create(state: State, call: Call) -> Row:
    """Store a group with its items; G2 answers the items as sent until the first reload."""
    rules = state.profile.groups
    body = call.decode(rules.create_fields)
    row = rules.fill(body)
    added = [rules.check_item(state, complete(item, ITEM)) for item in body.get("items", ())]
    with tables.writing(state.store):
        row["id"] = tables.GROUPS.insert(state.store, row)
        row["items"] = [_insert(state, row["id"], item) for item in added]
    state.groups[row["id"]] = row
    return _show(state, state.reload_group(row["id"]) if rules.heals_active else row)


def update(state: State, call: Call) -> Row:
    """Change the columns that are sent, then delete, change and add items; ids of other groups match nothing."""
    rules = state.profile.groups
    body = call.decode(rules.update_fields)
    group_id = body.get("id", 0)
    if not group_id:
        raise Refusal(400, "Key: 'ID' Error:Field validation for 'ID' failed on the 'required' tag")
    changes = rules.change(body)
    _must_exist(state, group_id)
    lists = {name: body.get(name, []) for name in ITEM_LISTS}
    with state.store.transaction():
        with tables.writing(state.store, "failed to update group: "):
            _save_columns(state, group_id, changes)
        with tables.writing(state.store, "failed to create items: "):
            _edit_items(state, group_id, lists)
    return _show(state, state.reload_group(group_id))


def activate(state: State, call: Call) -> Row:
    """Set the active item: 0 clears, any other must be of this group."""
    group_id = call.integer()
    item_id = call.decode({"item_id": "int"}).get("item_id")
    if item_id is None:
        raise Refusal(400, "Key: 'ItemID' Error:Field validation for 'ItemID' failed on the 'required' tag")
    _must_exist(state, group_id)
    if item_id and item_id not in {item["id"] for item in state.groups[group_id]["items"]}:
        raise Refusal(500, "group item not found")
    with tables.writing(state.store):
        _save_columns(state, group_id, {"active_item_id": item_id})
    return _show(state, state.reload_group(group_id))


def delete(state: State, call: Call) -> str:
    """Delete a group with its items."""
    group_id = call.integer()
    _must_exist(state, group_id)
    if state.profile.groups.heals_active:
        state.faults.lock_delete()
    with tables.writing(state.store):
        state.store.execute("DELETE FROM group_items WHERE group_id = ?", (group_id,))
        tables.GROUPS.delete(state.store, group_id)
    del state.groups[group_id]
    return "group deleted successfully"


def _edit_items(state: State, group_id: int, lists: Mapping[str, Any]) -> None:
    gone = [(item_id, group_id) for item_id in lists["items_to_delete"]]
    state.store.execute_many("DELETE FROM group_items WHERE id = ? AND group_id = ?", gone)
    numbers = [
        (item.get("priority", 0), item.get("weight", 0), item.get("id", 0), group_id) for item in lists["items_to_update"]
    ]
    state.store.execute_many("UPDATE group_items SET priority = ?, weight = ? WHERE id = ? AND group_id = ?", numbers)
    for item in lists["items_to_add"]:
        _insert(state, group_id, state.profile.groups.check_item(state, complete(item, ITEM)))
    if gone and state.profile.groups.heals_active:
        items.heal_active(state, group_id)


def _insert(state: State, group_id: int, item: Row) -> Row:
    """Insert an item; the id of another one moves that item here (G2)."""
    born = item | {"group_id": group_id}
    columns = {"id": item["id"] or None} | {column: born[column] for column in tables.ITEM_COLUMNS}
    new_id = tables.insert_row(state.store, "group_items", columns, MOVE)
    return born | {"id": item["id"] or new_id}


def _save_columns(state: State, group_id: int, changes: Row) -> None:
    row = tables.GROUPS.get(state.store, group_id)
    assert row is not None
    if changes:
        tables.GROUPS.save(state.store, row | changes)


def _show(state: State, row: Row) -> Row:
    """Return the group as it is listed: without `items` when there are none."""
    columns = state.profile.groups.item_columns
    shown = [{column: item[column] for column in columns} for item in row["items"]]
    return without(row, "items") | ({"items": shown} if shown else {})


def _must_exist(state: State, group_id: int) -> None:
    if group_id not in state.groups:
        raise Refusal(500, "group not found")
