"""Channels with several keys: contracts/new-api.md 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, dump, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.fields import written
from chanops.sandbox.newapi.validation import VERTEX, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call

ENABLED, DISABLED, EJECTED = 1, 2, 3
PAGE_SIZE = 50
PREVIEW_BYTES = 10
NOTES = ("multi_key_status_list", "multi_key_disabled_reason", "multi_key_disabled_time")
BODY: dict[str, GoType] = {
    "channel_id": "int",
    "action": "string",
    "key_index": "int",
    "page": "int",
    "page_size": "int",
    "status": "int",
}


def split_keys(text: str) -> list[str]:
    """Return the keys of a stored text: a JSON array, whose texts keep their quotes, or lines."""
    if not text:
        return []
    trimmed = text.strip()
    if trimmed.startswith("["):
        try:
            items = parse(trimmed.encode(), strict_tail=True)
        except GoJsonError:
            items = []
        if items:
            return [dump(item) for item in items]
    return text.strip("\n").split("\n")


def usable_keys(row: Row) -> list[str]:
    """Return the keys that a call of the gateway may use."""
    if not row["channel_info"]["is_multi_key"]:
        return [row["key"]]
    flags = row["channel_info"]["multi_key_status_list"] or {}
    return [key for index, key in enumerate(split_keys(row["key"])) if flags.get(str(index), ENABLED) == ENABLED]


def appended_keys(stored: str, sent: Row) -> str:
    """Return the stored keys and those sent that are not among them yet (5.2)."""
    present = split_keys(stored)
    seen = {key.strip() for key in present}
    added = []
    for key in _sent_keys(sent):
        if key.strip() not in seen:
            seen.add(key.strip())
            added.append(key)
    return "\n".join(present + added)


def _sent_keys(sent: Row) -> list[str]:
    text = sent.get("key", "")
    plain = sent.get("type") != VERTEX or read_settings(sent.get("settings")).get("vertex_key_type") == "api_key"
    if plain:
        return [key.strip() for key in text.split("\n") if key.strip()]
    if not text.strip().startswith("["):
        return [text]
    try:
        items = parse(text.encode(), strict_tail=True)
    except GoJsonError as error:
        raise RefusedError(f"the keys have to be a JSON array: {error}") from None
    return [item if isinstance(item, str) else dump(item) for item in items]


def recount(info: Row, text: str) -> None:
    """Count the keys anew and drop the flags past the end; the others stay where they are."""
    info["multi_key_size"] = len(split_keys(text))
    for name in NOTES:
        if info.get(name):
            info[name] = {at: note for at, note in info[name].items() if int(at) < info["multi_key_size"]}


async def manage(call: Call) -> dict[str, Any]:
    """Answer POST `/multi_key/manage`."""
    body = call.json(BODY)
    row = call.server.channels.get(body.get("channel_id", 0))
    if not row["channel_info"]["is_multi_key"]:
        raise RefusedError("the channel is not in multi-key mode")
    action = ACTIONS.get(body.get("action", ""))
    if action is None:
        raise RefusedError("unknown action")
    if body["action"].startswith("delete"):
        call.require("sensitive_write")
    return action(call, row, body)


def _key_status(_: Call, row: Row, body: Row) -> dict[str, Any]:
    info = row["channel_info"]
    flags = info["multi_key_status_list"] or {}
    keys = [_describe(index, key, info) for index, key in enumerate(split_keys(row["key"]))]
    counts = [sum(flags.get(str(key["index"]), ENABLED) == status for key in keys) for status in (1, 2, 3)]
    shown = [key for key in keys if body.get("status") in (None, key["status"])]
    size = body.get("page_size", 0) if body.get("page_size", 0) > 0 else PAGE_SIZE
    pages = max(-(-len(shown) // size), 1)
    page = min(max(body.get("page", 1), 1), pages)
    return ok(
        {
            "keys": shown[(page - 1) * size : page * size] or None,
            "total": len(shown),
            "page": page,
            "page_size": size,
            "total_pages": pages,
            "enabled_count": counts[0],
            "manual_disabled_count": counts[1],
            "auto_disabled_count": counts[2],
        }
    )


def _describe(index: int, key: str, info: Row) -> dict[str, Any]:
    at = str(index)
    status = (info["multi_key_status_list"] or {}).get(at, ENABLED)
    described = {"index": index, "status": status}
    if status != ENABLED:
        when = info.get("multi_key_disabled_time", {}).get(at)
        reason = info.get("multi_key_disabled_reason", {}).get(at)
        described |= {"disabled_time": when} if when else {}
        described |= {"reason": reason} if reason else {}
    start = key.encode()[:PREVIEW_BYTES].decode("utf-8", "replace")
    return described | {"key_preview": f"{start}..." if len(key.encode()) > PREVIEW_BYTES else key}


def _index(row: Row, body: Row) -> str:
    index = body.get("key_index")
    if index is None:
        raise RefusedError("key_index is missing")
    if not 0 <= index < len(split_keys(row["key"])):
        raise RefusedError("key_index is out of range")
    return str(index)


def _disable(call: Call, row: Row, body: Row) -> dict[str, Any]:
    at = _index(row, body)
    row["channel_info"]["multi_key_status_list"] = (row["channel_info"]["multi_key_status_list"] or {}) | {at: DISABLED}
    return _store(call, row, "the key is disabled")


def _enable(call: Call, row: Row, body: Row) -> dict[str, Any]:
    at = _index(row, body)
    for name in NOTES:
        if row["channel_info"].get(name):
            row["channel_info"][name].pop(at, None)
    return _store(call, row, "the key is enabled")


def _enable_all(call: Call, row: Row, _: Row) -> dict[str, Any]:
    row["channel_info"] |= {name: {} for name in NOTES}
    return _store(call, row, "all keys are enabled")


def _disable_all(call: Call, row: Row, _: Row) -> dict[str, Any]:
    flags = row["channel_info"]["multi_key_status_list"] or {}
    enabled = [str(index) for index in range(len(split_keys(row["key"]))) if str(index) not in flags]
    if not enabled:
        raise RefusedError("no key is enabled")
    row["channel_info"]["multi_key_status_list"] = flags | dict.fromkeys(enabled, DISABLED)
    return _store(call, row, "all keys are disabled")


def _delete(call: Call, row: Row, body: Row) -> dict[str, Any]:
    at = int(_index(row, body))
    keys = split_keys(row["key"])
    if len(keys) == 1:
        raise RefusedError("the last key cannot be deleted")
    _keep(row, [index for index in range(len(keys)) if index != at])
    return _store(call, row, "the key is deleted")


def _delete_ejected(call: Call, row: Row, _: Row) -> dict[str, Any]:
    flags = row["channel_info"]["multi_key_status_list"] or {}
    keys = split_keys(row["key"])
    kept = [index for index in range(len(keys)) if flags.get(str(index)) != EJECTED]
    if len(kept) == len(keys):
        raise RefusedError("there is no key to delete")
    _keep(row, kept)
    return _store(call, row, "the keys are deleted") | {"data": len(keys) - len(kept)}


def _keep(row: Row, kept: list[int]) -> None:
    """Keep some keys, and their flags under their new places."""
    keys = split_keys(row["key"])
    row["key"] = "\n".join(keys[index] for index in kept)
    info = row["channel_info"]
    for name in NOTES:
        noted = info.get(name) or {}
        info[name] = {str(to): noted[str(at)] for to, at in enumerate(kept) if str(at) in noted}


def _store(call: Call, row: Row, message: str) -> dict[str, Any]:
    """Save the row as the server does: all of it that is not zero (4.4)."""
    recount(row["channel_info"], row["key"])
    with call.server.store.transaction():
        call.server.channels.write(row["id"], written(row) | {"channel_info": row["channel_info"]})
        call.server.channels.rebuild(row["id"])
    call.server.channels.refresh_cache()
    return ok() | {"message": message}


ACTIONS: dict[str, Callable[[Call, Row, Row], dict[str, Any]]] = {
    "get_key_status": _key_status,
    "disable_key": _disable,
    "enable_key": _enable,
    "enable_all_keys": _enable_all,
    "disable_all_keys": _disable_all,
    "delete_key": _delete,
    "delete_disabled_keys": _delete_ejected,
}
