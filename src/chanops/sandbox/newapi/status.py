"""Status: HEAD's own routes, and the server's own ejections (contracts/new-api.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, as_floats, dump, parse
from chanops.sandbox.newapi.answers import PanicError, RefusedError, ok
from chanops.sandbox.newapi.channels import DISABLED, EJECTED, ENABLED

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call, Server

BY_HAND = "manual operation"


async def set_status(call: Call) -> dict[str, Any]:
    """Answer POST `/:id/status`: whether something changed."""
    channel_id, status = call.id(), _wanted(call.json({"status": "int"}))
    return ok(change_status(call.server, channel_id, status, BY_HAND))


async def set_statuses(call: Call) -> dict[str, Any]:
    """Answer POST `/status/batch`: how many changed."""
    body = call.json({"ids": "int_list", "status": "int"})
    status = _wanted(body)
    if not body.get("ids"):
        raise RefusedError("ids is empty")
    return ok(sum(change_status(call.server, channel_id, status, BY_HAND) for channel_id in body["ids"]))


def _wanted(body: dict[str, Any]) -> int:
    status = int(body.get("status", 0))
    if status not in (ENABLED, DISABLED):
        raise RefusedError("status has to be 1 or 2")
    return status


def change_status(server: Server, channel_id: int, status: int, reason: str) -> bool:
    """Change a status as the server does; False for "already so", "no such channel" and "not in the cache" alike."""
    if server.channels.cached_status(channel_id) in (None, status):
        return False
    try:
        row = server.channels.get(channel_id)
    except RefusedError:
        return False
    if row["status"] == status:
        return False
    write_status(server, row, status, reason)
    return True


def write_status(server: Server, row: Row, status: int, reason: str) -> None:
    """Save a changed status from the snapshot *row*: before HEAD all of it, so later writes are undone (4.4)."""
    noted = note_reason(row["other_info"], reason, server.now())
    changes: Row = {"status": status, "other_info": noted}
    if not server.profile.ejection_saves_status_only:
        changes = {name: value for name, value in row.items() if name not in ("id", "key")} | changes
    with server.store.transaction():
        server.channels.write(row["id"], changes)
        server.channels.set_routed(row["id"], enabled=status == ENABLED)


def note_reason(other_info: str, reason: str, now: int) -> str:
    """Return `other_info` with the server's keys, serialised anew (6.3)."""
    return dump(as_floats(read_info(other_info)) | {"status_reason": reason, "status_time": now})


def read_info(other_info: str) -> dict[str, Any]:
    """Return the object in `other_info`; of anything else nothing is left, and `null` is fatal (2.1)."""
    try:
        info = parse((other_info or "").encode("utf-8", "replace"), strict_tail=True)
    except GoJsonError:
        return {}
    if info is None:
        raise PanicError("assignment to entry in nil map")
    return info if isinstance(info, dict) else {}


def start_ejection(server: Server, channel_id: int, reason: str, key_index: int | None = None) -> Callable[[], bool]:
    """Read a channel for its ejection; the call that is returned writes it, over whatever came between."""
    row = server.channels.get(channel_id)

    def finish() -> bool:
        if row["status"] == EJECTED:
            return False
        if row["channel_info"]["is_multi_key"] and key_index is not None and not _flag_key(server, row, key_index, reason):
            return True
        try:
            write_status(server, row, EJECTED, reason)
        except PanicError:
            return False
        return True

    return finish


def _flag_key(server: Server, row: Row, key_index: int, reason: str) -> bool:
    """Eject one key; say whether none is left."""
    info, at = row["channel_info"], str(key_index)
    info["multi_key_status_list"] = (info["multi_key_status_list"] or {}) | {at: EJECTED}
    info["multi_key_disabled_reason"] = info.get("multi_key_disabled_reason", {}) | {at: reason}
    info["multi_key_disabled_time"] = info.get("multi_key_disabled_time", {}) | {at: server.now()}
    server.channels.write(row["id"], {"channel_info": info})
    return bool(len(info["multi_key_status_list"]) >= info["multi_key_size"])


def eject_failing(server: Server, row: Row, reason: str) -> None:
    """Eject an enabled channel that may be ejected."""
    if row["status"] == ENABLED and row["auto_ban"] == 1:
        start_ejection(server, row["id"], reason)()
