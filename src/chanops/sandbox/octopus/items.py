"""Group items that go because their channel or its model went (contracts/octopus.md 5.5, 5.6, 8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.sandbox.octopus import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chanops.sandbox.octopus.state import State


def drop_all(state: State, channel_id: int) -> list[int]:
    """Delete all items of a channel and return the groups that lost one."""
    return _drop(state, channel_id, lambda _model: True)


def drop_named(state: State, channel_id: int, models: Iterable[str]) -> list[int]:
    """Delete the items of a channel with one of *models*."""
    gone = set(models)
    return _drop(state, channel_id, lambda model: model in gone)


def drop_unlisted(state: State, channel_id: int, listed: Iterable[str]) -> list[int]:
    """Delete the items of a channel whose model is not *listed*."""
    kept = set(listed)
    return _drop(state, channel_id, lambda model: model not in kept)


def heal_active(state: State, group_id: int) -> None:
    """Set the active item of a group to none when it is not there any more."""
    row = tables.GROUPS.get(state.store, group_id)
    if row is None or not row.get("active_item_id"):
        return
    found = state.store.row("SELECT id FROM group_items WHERE id = ? AND group_id = ?", (row["active_item_id"], group_id))
    if found is None:
        tables.GROUPS.save(state.store, row | {"active_item_id": 0})


def _drop(state: State, channel_id: int, is_gone: Callable[[str], bool]) -> list[int]:
    rows = state.store.rows("SELECT id, group_id, model_name FROM group_items WHERE channel_id = ?", (channel_id,))
    gone = [row for row in rows if is_gone(row["model_name"])]
    state.store.execute_many("DELETE FROM group_items WHERE id = ?", [(row["id"],) for row in gone])
    touched = sorted({row["group_id"] for row in gone})
    if state.profile.groups.heals_active:
        for group_id in touched:
            heal_active(state, group_id)
    return [group_id for group_id in touched if group_id in state.groups]
