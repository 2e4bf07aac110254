"""POST `/` and POST `/copy/:id`: contracts/new-api.md 4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, Struct, dump, parse
from chanops.sandbox.newapi.answers import PanicError, RefusedError, ok
from chanops.sandbox.newapi.fields import CREATE_TYPES, Row, fill
from chanops.sandbox.newapi.server import as_bool
from chanops.sandbox.newapi.validation import VERTEX, read_settings, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.server import Call

BODY: dict[str, GoType] = {
    "mode": "string",
    "multi_key_mode": "string",
    "batch_add_set_key_prefix_2_name": "bool",
    "channel": Struct(CREATE_TYPES),
}
PREFIX_BYTES = 8
COPY_SUFFIX = "_复制"  # "_copy": the server's own default is Chinese


async def create(call: Call) -> dict[str, Any]:
    """Answer POST `/api/channel/`: no id is returned."""
    body = call.json(BODY)
    sent = body.get("channel")
    if sent is None:
        if call.server.profile.create_without_channel_panics:
            raise PanicError("runtime error: invalid memory address or nil pointer dereference")
        raise RefusedError("channel cannot be empty")
    validate(sent, call.server.profile, creates=True)
    spread = MODES.get(body.get("mode", ""))
    if spread is None:
        raise RefusedError("unsupported mode")
    keys = spread(sent, body)
    prefixed = body.get("batch_add_set_key_prefix_2_name", False) and len(keys) > 1
    call.server.channels.insert(_rows(sent, keys, call.server.now(), prefixed=prefixed))
    return ok()


def _rows(sent: Row, keys: list[str], now: int, *, prefixed: bool) -> list[Row]:
    """Return one row for each key that is not empty; prefixes pile up in the name."""
    rows = []
    name = sent.get("name", "")
    for key in filter(None, keys):
        if prefixed:
            name = f"{name} {key.encode()[:PREFIX_BYTES].decode('utf-8', 'replace')}"
        rows.append(fill(sent | {"key": key, "name": name, "created_time": now}))
    return rows


def _single(sent: Row, _: dict[str, Any]) -> list[str]:
    return [sent["key"]]


def _batch(sent: Row, _: dict[str, Any]) -> list[str]:
    return _vertex_keys(sent["key"]) if _holds_json_keys(sent) else str(sent["key"]).split("\n")


def _multi_to_single(sent: Row, body: dict[str, Any]) -> list[str]:
    """Join all keys in one row; a line of blanks becomes an empty key."""
    keys = _vertex_keys(sent["key"]) if _holds_json_keys(sent) else [key.strip() for key in sent["key"].split("\n") if key]
    sent["channel_info"] = sent.get("channel_info", {}) | {
        "is_multi_key": True,
        "multi_key_size": len(keys),
        "multi_key_mode": body.get("multi_key_mode", ""),
    }
    return ["\n".join(keys)]


MODES: dict[str, Callable[[Row, dict[str, Any]], list[str]]] = {
    "single": _single,
    "batch": _batch,
    "multi_to_single": _multi_to_single,
}


def _holds_json_keys(sent: Row) -> bool:
    return sent.get("type") == VERTEX and read_settings(sent.get("settings")).get("vertex_key_type") != "api_key"


def _vertex_keys(text: str) -> list[str]:
    """Return the keys of a JSON array of objects or texts."""
    try:
        keys = parse(text.encode("utf-8", "replace"), strict_tail=True)
    except GoJsonError as error:
        raise RefusedError(f"the keys have to be a JSON array: {error}") from None
    if not isinstance(keys, list) or not keys:
        raise RefusedError("the keys have to be a JSON array")
    return [key if isinstance(key, str) else dump(key) for key in keys]


async def copy(call: Call) -> dict[str, Any]:
    """Answer POST `/copy/:id`: a twin with key, tag, status and mark."""
    source = call.server.channels.get(call.id())
    twin = source | {
        "name": source["name"] + call.query("suffix", COPY_SUFFIX),
        "created_time": call.server.now(),
        "test_time": 0,
        "response_time": 0,
    }
    del twin["id"]
    if as_bool(call.query("reset_balance", "true")):
        twin |= {"balance": 0, "used_quota": 0}
    [channel_id] = call.server.channels.insert([twin])
    call.server.channels.refresh_cache()
    return ok({"id": channel_id})
