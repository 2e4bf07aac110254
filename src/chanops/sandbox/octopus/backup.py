"""Export and import: the stored truth in one piece, without an envelope (contracts/octopus.md 11)."""

from __future__ import annotations

from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

from chanops.sandbox import gojson
from chanops.sandbox.gojson import ListOf, Struct
from chanops.sandbox.octopus import apikeys, keys, tables
from chanops.sandbox.octopus.envelope import Refusal, dump, without
from chanops.sandbox.octopus.shapes import ITEM, KEY, PRICE, Fields, complete
from chanops.sandbox.octopus.times import rfc3339_nano

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

IGNORE = "ON CONFLICT DO NOTHING"
SETTING: Fields = {"key": "string", "value": "string"}


def export(state: State, call: Call) -> Response:
    """Answer the database, not the memory; empty tables are left out."""
    profile = state.profile
    flags = {name: call.query.get(name, "") in ("1", "t", "T", "true", "TRUE", "True") for name in profile.dump_flags}
    head = {"version": profile.dump_version, "exported_at": rfc3339_nano(state.clock.now()), **flags}
    body = {name: rows for name, rows in _tables(state).items() if rows}
    attachment = 'attachment; filename="octopus-export.json"'
    return dump(head | body, headers={"content-type": "application/json", "content-disposition": attachment})


def import_dump(state: State, call: Call) -> Row:
    """Insert what is missing, replace prices and settings, then read the whole database again."""
    dump_fields = _fields(state)
    try:
        dump = gojson.decode_object(_unwrap(gojson.parse(_payload(call))), dump_fields)
    except gojson.GoJsonError as error:
        raise Refusal(400, str(error)) from None
    version = dump.pop("version", 0)
    if version not in (0, state.profile.dump_version):
        raise Refusal(400, f"unsupported dump version: {version}")
    with tables.writing(state.store):
        counts = {name: _WRITERS[name](state, rows) for name, rows in dump.items()}
    state.load()
    return {"rows_affected": counts}


def _tables(state: State) -> Mapping[str, list[Row]]:
    store, rules = state.store, state.profile.groups
    apart = {"keys": None} if state.profile.channel.has_keys else {}
    return {
        "channels": [row | apart for row in tables.CHANNELS.all(store)],
        "channel_keys": [key for keys in tables.keys_by_channel(store).values() for key in keys],
        "groups": tables.GROUPS.all(store),
        "group_items": [
            {column: item[column] for column in rules.item_columns}
            for item in store.rows("SELECT * FROM group_items ORDER BY id")
        ],
        "llm_infos": store.rows("SELECT * FROM llm_infos ORDER BY name"),
        "api_keys": [apikeys.show(row) for row in tables.API_KEYS.all(store)],
        "settings": store.rows("SELECT * FROM settings ORDER BY key"),
    }


def _fields(state: State) -> Fields:
    profile = state.profile
    fields: dict[str, gojson.GoType] = {
        "version": "int",
        "channels": ListOf(Struct({"id": "int", **profile.channel.columns})),
        "groups": ListOf(Struct(without(profile.groups.create_fields, "items"))),
        "group_items": ListOf(Struct(ITEM)),
        "llm_infos": ListOf(Struct(PRICE)),
        "api_keys": ListOf(Struct(apikeys.FIELDS)),
        "settings": ListOf(Struct(SETTING)),
    }
    return fields | ({"channel_keys": ListOf(Struct(KEY))} if profile.channel.has_keys else {})


def _payload(call: Call) -> bytes:
    """Return the dump: the body, or the `file` of a form."""
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return call.body
    form = BytesParser().parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + call.body)
    for part in form.walk():
        if part.get_param("name", header="content-disposition") == "file":
            return bytes(part.get_payload(decode=True))
    raise Refusal(400, "http: no such file")


def _unwrap(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    is_wrapped = isinstance(value, dict) and isinstance(value.get("data"), dict) and "version" not in value
    return value["data"] if is_wrapped else value


def _add_channels(state: State, rows: list[Row]) -> int:
    filled = [state.profile.channel.fill(row) for row in rows]
    for row in filled:
        state.profile.normalise(row)
    return sum(1 for row in filled if tables.CHANNELS.insert(state.store, row, ignore=True))


def _add_keys(state: State, rows: list[Row]) -> int:
    return sum(1 for row in rows if keys.insert_missing(state.store, complete(row, KEY)))


def _add_groups(state: State, rows: list[Row]) -> int:
    filled = [state.profile.groups.restore(row) for row in rows]
    return sum(1 for row in filled if tables.GROUPS.insert(state.store, row, ignore=True))


def _add_items(state: State, rows: list[Row]) -> int:
    done = 0
    for row in rows:
        item = complete(row, ITEM)
        columns = {"id": item["id"] or None} | {column: item[column] for column in tables.ITEM_COLUMNS}
        done += bool(tables.insert_row(state.store, "group_items", columns, IGNORE))
    return done


def _put_prices(state: State, rows: list[Row]) -> int:
    tables.save_prices(state.store, [complete(row, PRICE) for row in rows])
    return len(rows)


def _add_api_keys(state: State, rows: list[Row]) -> int:
    filled = [complete(row, apikeys.FIELDS) | {"enabled": True} for row in rows]
    return sum(1 for row in filled if tables.API_KEYS.insert(state.store, row, ignore=True))


def _put_settings(state: State, rows: list[Row]) -> int:
    for row in rows:
        setting = complete(row, SETTING)
        state.store.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (setting["key"], setting["value"]))
    return len(rows)


_WRITERS = {
    "channels": _add_channels,
    "channel_keys": _add_keys,
    "groups": _add_groups,
    "group_items": _add_items,
    "llm_infos": _put_prices,
    "api_keys": _add_api_keys,
    "settings": _put_settings,
}
