"""Channels: list, create, update, enable, delete (contracts/octopus.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.sandbox.octopus import items, keys, tables
from chanops.sandbox.octopus.envelope import INVALID_JSON, INVALID_PARAMETER, Refusal
from chanops.sandbox.octopus.shapes import KEY_LISTS, STATS, complete

if TYPE_CHECKING:
    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row


def list_all(state: State, _call: Call) -> list[Row]:
    """Return all channels as they are in memory."""
    return state.shuffled(_show(state, row) for row in state.channels.values())


def create(state: State, call: Call) -> Row:
    """Store a channel; nothing is required, and an id that is sent is honoured."""
    shape = state.profile.channel
    body = call.decode(shape.create_fields)
    row = shape.fill(body)
    state.profile.normalise(row)
    with tables.writing(state.store):
        row["id"] = tables.CHANNELS.insert(state.store, row)
        if "stats" in body:
            _store_stats(state, row["id"], body["stats"])
        if shape.has_keys:
            row["keys"] = keys.insert_all(state.store, row["id"], body["keys"]) if "keys" in body else None
    state.put_channel(row)
    state.faults.fail_after_commit()
    state.profile.effects.created(state, row)
    return _show(state, row)


def update(state: State, call: Call) -> Row:
    """Change the columns that are sent and edit keys by their sub-lists, all in one transaction."""
    shape = state.profile.channel
    body = call.decode(shape.update_fields)
    channel_id = body.get("id", 0)
    if not channel_id:
        raise Refusal(400, INVALID_JSON)
    _must_exist(state, channel_id)
    changes = shape.pick(body)
    with tables.writing(state.store, "failed to update channel: "):
        touched = save_columns(state, channel_id, changes)
        keys.edit(state.store, channel_id, {name: body[name] for name in KEY_LISTS if name in body})
    row = state.reload_channel(channel_id)
    state.reload_groups(touched)
    state.faults.fail_after_commit()
    state.profile.effects.updated(state, row)
    return _show(state, row)


def enable(state: State, call: Call) -> None:
    """Write the one column; absent means false."""
    body = call.decode({"id": "int", "enabled": "bool"})
    channel_id = body.get("id", 0)
    _must_exist(state, channel_id)
    changes = {"enabled": body.get("enabled", False)}
    with tables.writing(state.store):
        save_columns(state, channel_id, changes)
    state.channels[channel_id] |= changes


def delete(state: State, call: Call) -> None:
    """Delete a channel with its group items, keys and statistics; its groups stay."""
    channel_id = call.integer(INVALID_PARAMETER)
    _must_exist(state, channel_id)
    state.faults.lock_delete()
    with tables.writing(state.store):
        touched = items.drop_all(state, channel_id)
        state.store.execute("DELETE FROM channel_keys WHERE channel_id = ?", (channel_id,))
        state.store.execute("DELETE FROM stats_channels WHERE channel_id = ?", (channel_id,))
        tables.CHANNELS.delete(state.store, channel_id)
    state.forget_keys(channel_id)
    state.drop_channel(channel_id)
    state.reload_groups(touched)
    state.profile.effects.deleted(state)


def save_columns(state: State, channel_id: int, changes: Row) -> list[int]:
    """Write *changes* to the stored row; return the groups that lost items by it."""
    if not changes:
        return []
    row = tables.CHANNELS.get(state.store, channel_id)
    assert row is not None
    row |= changes
    sends_models = "model" in changes or "custom_model" in changes
    if sends_models:
        state.profile.normalise(row)
    tables.CHANNELS.save(state.store, row)
    return state.profile.effects.lists_written(state, row) if sends_models else []


def _show(state: State, row: Row) -> Row:
    stats = complete(state.stats.get(row["id"], {}), STATS)
    return row | {"stats": stats | {"channel_id": row["id"]}}


def _must_exist(state: State, channel_id: int) -> None:
    if channel_id not in state.channels:
        raise Refusal(500, "channel not found")


def _store_stats(state: State, channel_id: int, stats: Row) -> None:
    """Keep statistics that a create brings: they show after a restart (5.1)."""
    row = {"channel_id": channel_id, "doc": tables.encode(stats)}
    tables.insert_row(state.store, "stats_channels", row, "ON CONFLICT DO NOTHING")
