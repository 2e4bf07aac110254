"""GET and PUT of one channel: contracts/new-api.md 4.4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, decode_object, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.channels import show
from chanops.sandbox.newapi.fields import BY_NAME, UPDATE_TYPES, Row, written
from chanops.sandbox.newapi.keys import appended_keys, recount
from chanops.sandbox.newapi.validation import validate

if TYPE_CHECKING:
    from chanops.sandbox.newapi.server import Call, Server

FREE_EXTRAS = frozenset({"multi_key_mode"})


async def get_channel(call: Call) -> dict[str, Any]:
    """Answer GET `/:id`."""
    return ok(show(call.server.channels.get(call.id()), call.server.profile))


async def update(call: Call) -> dict[str, Any]:
    """Answer PUT `/api/channel/`: the whole row as it is afterwards."""
    raw, sent = _decode(call)
    validate(sent, call.server.profile, creates=False)
    stored = call.server.channels.get(sent.get("id", 0))
    _require_permission(call, raw, sent, stored)
    row = save(call.server, stored, sent)
    call.server.channels.refresh_cache()
    return ok(show(row, call.server.profile) | {"multi_key_mode": sent.get("multi_key_mode"), "key_mode": sent.get("key_mode")})


def _decode(call: Call) -> tuple[dict[str, Any], Row]:
    """Return the body as it came, and the fields of it that count."""
    profile = call.server.profile
    raw = parse(call.body, strict_tail=profile.strict_put_tail)
    sent = decode_object(raw, UPDATE_TYPES)
    if raw is None:
        raise GoJsonError("EOF")
    if profile.status_routes and "status" in raw:  # in lower case alone, unlike the decoding (2.2)
        raise RefusedError("status has a route of its own")
    if profile.guards_accounting:
        sent = {name: value for name, value in sent.items() if not _is(name, "accounting")}
    return raw, sent


def _is(name: str, guard: str) -> bool:
    return name in BY_NAME and BY_NAME[name].guard == guard


def _require_permission(call: Call, raw: dict[str, Any], sent: Row, stored: Row) -> None:
    """Ask for `sensitive_write` where a sensitive field changes or an unknown key is named."""
    unknown = raw.keys() - BY_NAME.keys() - FREE_EXTRAS - {"key_mode"}
    changed = any(_is(name, "sensitive") and _differs(name, sent[name], stored) for name in sent)
    if unknown or changed or sent.get("key_mode"):
        call.require("sensitive_write")


def _differs(name: str, value: Any, stored: Row) -> bool:  # noqa: ANN401 - any column
    if not value and not BY_NAME[name].pointer:
        return False
    return bool((stored[name] or type(value)()) != value)


def save(server: Server, stored: Row, sent: Row) -> Row:
    """Write what *sent* sets, make the abilities anew and return the row."""
    sent = dict(sent)
    info = dict(stored["channel_info"])
    if sent.get("multi_key_mode"):
        info["multi_key_mode"] = sent["multi_key_mode"]
    if info["is_multi_key"]:
        if sent.get("key_mode") == "append" and stored["key"]:
            sent["key"] = appended_keys(stored["key"], sent)
        recount(info, sent.get("key") or stored["key"])
    server.channels.write(stored["id"], written(sent) | {"channel_info": info})
    return server.channels.rebuild(stored["id"])  # no transaction: a row that cannot be read back stays written
