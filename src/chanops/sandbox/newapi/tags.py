"""Edits of all channels that share a tag: contracts/new-api.md 8.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.channels import DISABLED, ENABLED

if TYPE_CHECKING:
    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call

BODY: dict[str, GoType] = {
    "tag": "string",
    "new_tag": "string",
    "priority": "int",
    "weight": "uint",
    "model_mapping": "string",
    "models": "string",
    "groups": "string",
    "param_override": "string",
    "header_override": "string",
}
OVERRIDES = ("param_override", "header_override")
CARRIED = ("tag", "priority", "weight")
"""What the abilities take over; a weight of 0 is forgotten."""
COLUMN_OF = {"new_tag": "tag", "groups": "group"}


async def enable(call: Call) -> dict[str, Any]:
    """Answer POST `/tag/enabled`."""
    return _set_status(call, ENABLED)


async def disable(call: Call) -> dict[str, Any]:
    """Answer POST `/tag/disabled`."""
    return _set_status(call, DISABLED)


def _set_status(call: Call, status: int) -> dict[str, Any]:
    tag = call.json({"tag": "string"}).get("tag")
    if not tag:
        raise RefusedError("invalid parameters")
    call.server.store.execute("UPDATE channels SET status = ? WHERE tag = ?", [status, tag])
    call.server.store.execute("UPDATE abilities SET enabled = ? WHERE tag = ?", [status == ENABLED, tag])
    call.server.channels.refresh_cache()
    return ok()


async def edit(call: Call) -> dict[str, Any]:
    """Answer PUT `/tag`; a tag that nobody has is no error."""
    body = call.json(BODY)
    if not body.get("tag"):
        raise RefusedError("tag cannot be empty")
    if any(name in body for name in OVERRIDES):
        call.require("sensitive_write")
    changes = _changes(body)
    carried = {name: changes[name] for name in CARRIED if name in changes and (changes[name] or name != "weight")}
    channels = call.server.channels
    for row in call.server.store.rows("SELECT id FROM channels WHERE tag = ?", [body["tag"]]):
        channels.write(row["id"], changes)
        if "models" in changes or "group" in changes:
            channels.rebuild(row["id"])
        else:
            channels.patch_abilities(row["id"], carried)
    channels.refresh_cache()
    return ok()


def _changes(body: Row) -> Row:
    """Return the columns to write: empty `models` and `groups` are ignored, overrides have to be JSON."""
    changes = {COLUMN_OF.get(name, name): value for name, value in body.items() if name != "tag"}
    changes = {name: value for name, value in changes.items() if value or name not in ("models", "group")}
    for name in OVERRIDES:
        if name in changes:
            changes[name] = changes[name].strip()
            _check_json(changes[name], name)
    return changes


def _check_json(text: str, name: str) -> None:
    if not text:
        return
    try:
        parse(text.encode("utf-8", "replace"), strict_tail=True)
    except GoJsonError:
        raise RefusedError(f"{name} has to be valid JSON") from None


async def set_tags(call: Call) -> dict[str, Any]:
    """Answer POST `/batch/tag`: how many ids were sent."""
    body = call.json({"ids": "int_list", "tag": "string"})
    if not body.get("ids"):
        raise RefusedError("invalid parameters")
    channels = call.server.channels
    with call.server.store.transaction():
        for channel_id in body["ids"]:
            channels.write(channel_id, {"tag": body.get("tag")})
            if channels.where("id = ?", [channel_id]):
                channels.rebuild(channel_id)
    channels.refresh_cache()
    return ok(len(body["ids"]))


async def models(call: Call) -> dict[str, Any]:
    """Answer GET `/tag/models`: the longest list of models among the channels of a tag."""
    tag = call.query("tag")
    if not tag:
        raise RefusedError("tag cannot be empty", status=400)
    lists = [row["models"] or "" for row in call.server.channels.where("tag = ?", [tag])]
    return ok(max(lists, key=lambda text: len(text.split(",")) if text else 0, default=""))
