"""Deleting channels: hard, for good, and no error for what is not there (contracts/new-api.md 8.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.server import as_int

if TYPE_CHECKING:
    from chanops.sandbox.newapi.server import Call


async def delete(call: Call) -> dict[str, Any]:
    """Answer DELETE `/:id`; what is no number counts as 0."""
    channel_id = as_int(call.params["id"]) or 0
    if channel_id == 0:
        raise RefusedError("WHERE conditions required")
    call.server.channels.delete([channel_id])
    call.server.channels.refresh_cache()
    return ok()


async def delete_batch(call: Call) -> dict[str, Any]:
    """Answer POST `/batch`: how many ids were sent, or how many rows went."""
    ids = call.json({"ids": "int_list"}).get("ids", [])
    if not ids:
        raise RefusedError("invalid parameters")
    deleted = call.server.channels.delete(ids)
    call.server.channels.refresh_cache()
    return ok(deleted if call.server.profile.batch_delete_counts_rows else len(ids))


async def delete_disabled(call: Call) -> dict[str, Any]:
    """Answer DELETE `/disabled`: status 2 and 3 go, their abilities stay."""
    rows = call.server.store.execute("DELETE FROM channels WHERE status IN (2, 3)").rowcount
    call.server.channels.refresh_cache()
    return ok(rows)
