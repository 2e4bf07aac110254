"""What LEGACY does in its own way: bare arrays, pages from 0, plain creates, keys in answers (contracts/new-api.md 0.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import decode_object, parse
from chanops.sandbox.newapi import site
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.channels import show
from chanops.sandbox.newapi.fields import COLUMNS, CREATE_TYPES, Row, fill
from chanops.sandbox.newapi.listing import Condition, filter_group, order, tags_of
from chanops.sandbox.newapi.server import as_bool, as_int
from chanops.sandbox.newapi.update import save
from chanops.sandbox.newapi.validation import VERTEX, validate

if TYPE_CHECKING:
    from chanops.sandbox.newapi.server import Call


async def list_channels(call: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/`: a page from 0 on; without `page_size` it holds nothing."""
    page, size = as_int(call.query("p")) or 0, as_int(call.query("page_size")) or 0
    limit = f"LIMIT {max(size, -1)} OFFSET {max(page * size, 0)}"
    if as_bool(call.query("tag_mode")):
        query = f"SELECT DISTINCT tag FROM channels WHERE tag <> '' ORDER BY tag {limit}"  # noqa: S608 - two numbers
        return ok(_tagged(call, query, ()))
    rows = call.server.channels.where("1", (), f"{order(call)} {limit}")
    return ok([show(row, call.server.profile) for row in rows])


async def search_channels(call: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/search`: everything that is found, and no look at the address."""
    keyword, model = call.query("keyword"), call.query("model")
    matches = Condition(
        "(id = ? OR name LIKE ? OR key = ?) AND models LIKE ?",
        (as_int(keyword) or 0, f"%{keyword}%", keyword, f"%{model}%"),
    )
    found = matches & filter_group(call)
    if as_bool(call.query("tag_mode")):
        return ok(_tagged(call, f"SELECT DISTINCT tag FROM channels WHERE tag <> '' AND {found.sql}", found.params))  # noqa: S608
    rows = call.server.channels.where(found.sql, found.params, order(call))
    return ok([show(row, call.server.profile) for row in rows])


def _tagged(call: Call, query: str, params: tuple[Any, ...]) -> list[Row]:
    """Return all channels of some tags, with their keys in clear."""
    rows = tags_of(call, [row["tag"] for row in call.server.store.rows(query, params)], Condition())
    return [_show_with_key(call, row) for row in rows]


def _show_with_key(call: Call, row: Row) -> Row:
    return show(row, call.server.profile) | {"key": row["key"]}


async def create(call: Call) -> dict[str, Any]:
    """Answer POST `/api/channel/`: a plain channel, one row for each line of its key."""
    sent = _known(call, call.json(CREATE_TYPES))
    validate(sent, call.server.profile, creates=True)
    keys = [sent["key"]] if sent.get("type") == VERTEX else sent["key"].split("\n")
    now = call.server.now()
    call.server.channels.insert([fill(sent | {"key": key, "created_time": now}) for key in keys if key])
    return ok()


async def update(call: Call) -> dict[str, Any]:
    """Answer PUT `/api/channel/`: the row with its key; for an unknown id what was sent, and no error."""
    sent = _known(call, decode_object(parse(call.body), CREATE_TYPES))
    validate(sent, call.server.profile, creates=False)
    channel_id = sent.get("id", 0)
    if not channel_id:
        raise RefusedError("WHERE conditions required")
    stored = call.server.channels.where("id = ?", [channel_id])
    if not stored:
        nothing = fill({}) | dict.fromkeys(("status", "group", "weight", "priority", "auto_ban"))
        return ok(_show_with_key(call, dict.fromkeys(COLUMNS) | nothing | sent))
    row = save(call.server, stored[0], sent)
    call.server.channels.refresh_cache()
    return ok(_show_with_key(call, row))


def _known(call: Call, sent: Row) -> Row:
    return {name: value for name, value in sent.items() if name not in call.server.profile.unknown_fields}


async def fix(call: Call) -> dict[str, Any]:
    """Answer POST `/api/channel/fix`: a number."""
    return ok((await site.fix(call))["data"]["success"])
