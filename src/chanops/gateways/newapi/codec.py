"""Channels between wire and domain: `decode_channel`, and `encode_create` / `encode_update` which undo it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.address import Address
from chanops.domain.resources import LiveChannel, Mark, Status
from chanops.domain.secret import Secret
from chanops.domain.value import Value, reveal
from chanops.gateways.newapi.jsontext import parse_map, parse_object, to_text
from chanops.gateways.newapi.mark import read_mark, write_mark
from chanops.gateways.newapi.settings import SERVER_OWNED, SETTING, SETTINGS, Key, Stored, tidy, without_zeros
from chanops.gateways.newapi.shapes import TYPE_NAMES, headers, shield_url, split_names, text_or_map, type_number
from chanops.gateways.newapi.urls import live_form

if TYPE_CHECKING:
    from chanops.domain.secret import Ledger
    from chanops.gateways.newapi.wire import ChannelRow, Read

ENABLED: Final = 1
DISABLED: Final = 2
EJECTED: Final = 3
STATUSES: Final = {ENABLED: Status.ENABLED, EJECTED: Status.EJECTED}  # anything else routes nothing (6.1)
VERTEX: Final = 41


def decode_channel(site: str, read: Read, ledger: Ledger) -> LiveChannel:
    """Return a channel as it lives, in canonical form; what its texts hold never fails it."""
    row = read.row
    mark = read_mark(row.other_info)
    status = STATUSES.get(row.status, Status.DISABLED)
    fields: dict[str, Value] = {
        "name": row.name,
        "type": TYPE_NAMES.get(row.type, row.type),
        "enabled": status is not Status.DISABLED,
        "base_url": _remembered(shield_url(live_form(row.base_url, row.type)), ledger),
        "models": split_names(row.models),
        "model_mapping": parse_map(row.model_mapping),
        "groups": split_names(row.group),
        "priority": row.priority or 0,
        "weight": row.weight or 0,
        "tag": row.tag or "",
        "remark": row.remark or "",
        "test_model": row.test_model or "",
        "headers": _decode_headers(row.header_override, ledger),
        "param_override": parse_map(row.param_override),
        "newapi.auto_ban": row.auto_ban == 1,
        "newapi.status_code_mapping": parse_map(row.status_code_mapping),
        "newapi.openai_organization": row.openai_organization or "",
        "newapi.other": text_or_map(row.other),
        **_decode_setting(row.setting, ledger),
        "newapi.settings": _decode_settings(row.settings),
        **_decode_keys(row, mark),
    }
    return LiveChannel(Address.channel(site, row.name), str(row.id), fields, status, mark, read.wire)


def encode_create(fields: Mapping[str, Value], mark: Mark) -> dict[str, Any]:
    """Return the body of a POST that creates the channel that *mark* names, with *fields* (4.3)."""
    channel = {"name": mark.name, **encode_columns(fields), "other_info": write_mark("", mark)}
    return envelope(channel, fields)


def encode_update(fields: Mapping[str, Value], row: ChannelRow) -> dict[str, Any]:
    """Return the columns of a PUT that brings *fields*, merged into what *row* holds where only parts are managed (4.4)."""
    body = encode_columns(fields, row)
    if "multi_key_mode" not in body and "newapi.multi_key_mode" in fields:
        body["multi_key_mode"] = fields["newapi.multi_key_mode"]
    if "keys" in fields and row.channel_info.is_multi_key:
        body["key_mode"] = "replace"
    if "type" in body:
        body = _companions(body["type"], row) | body
    return {"id": row.id, **body}


def encode_replace(fields: Mapping[str, Value], read: Read, mark: Mark) -> dict[str, Any]:
    """Return the body of the POST that creates a deleted channel again, with its id, usage and undeclared columns (4.4)."""
    kept = {column: read.wire[column] for column in CARRIED if read.wire.get(column) is not None}
    channel = {
        **kept,
        "name": mark.name,
        **encode_columns(fields, read.row),
        "other_info": write_mark(read.row.other_info, mark),
    }
    mode = {"newapi.multi_key_mode": read.row.channel_info.multi_key_mode} | dict(fields)
    return envelope(channel, mode)


def envelope(channel: Mapping[str, Any], fields: Mapping[str, Value]) -> dict[str, Any]:
    """Return the body of a POST: `mode` says whether the key text is one key or several of one channel."""
    if "keys" not in fields:
        return {"mode": "single", "channel": channel}
    return {"mode": "multi_to_single", "channel": channel, "multi_key_mode": fields.get("newapi.multi_key_mode") or ""}


def encode_columns(fields: Mapping[str, Value], row: ChannelRow | None = None) -> dict[str, Any]:
    """Return *fields* as columns, secrets revealed: this is for the wire alone."""
    plain = {path: reveal(value) for path, value in fields.items()}
    body = {_COLUMNS[path][0]: _COLUMNS[path][1](value) for path, value in plain.items() if path in _COLUMNS}
    if "keys" in plain:
        body["key"] = _join_keys(plain["keys"], _type_of(plain, row))
    if "proxy" in plain or "newapi.setting" in plain:
        body["setting"] = to_text(_merge_setting(plain, row))
    if "newapi.settings" in plain:
        stored = parse_object(row.settings) if row else {}
        body["settings"] = to_text({**stored, **_mapping(plain["newapi.settings"])}, empty="{}")
    return body


def _remembered(value: str | Secret, ledger: Ledger) -> str | Secret:
    if isinstance(value, Secret):
        ledger.remember(value.reveal())
    return value


def _decode_headers(text: str | None, ledger: Ledger) -> Value:
    """Return the headers; a text that is no object may hold anything, so it is a secret whole."""
    found = parse_map(text)
    if isinstance(found, str):
        return _remembered(Secret(found), ledger)
    if not found:
        return found
    shielded = headers(found)
    ledger.remember(*(item.reveal() for item in shielded.values() if isinstance(item, Secret)))  # type: ignore[union-attr]  # headers of a mapping are one
    return shielded


def _decode_setting(text: str | None, ledger: Ledger) -> dict[str, Value]:
    found = parse_map(text)
    if isinstance(found, str):
        return {"proxy": "", "newapi.setting": Secret(found)}  # may hold a proxy's password
    if not found:
        return {"proxy": "", "newapi.setting": _NO_SETTING}
    proxy = found.get("proxy") or ""
    rest = {key: value for key, value in found.items() if key != "proxy"}
    url = _remembered(shield_url(proxy), ledger) if isinstance(proxy, str) else proxy
    return {"proxy": url, "newapi.setting": _stored(rest, SETTING)}


def _decode_settings(text: str) -> Value:
    found = parse_map(text)
    if isinstance(found, str):
        return found
    if not found:
        return _NO_SETTINGS
    return _stored({key: value for key, value in found.items() if key not in SERVER_OWNED}, SETTINGS)


def _stored(values: Mapping[str, Value], known: Mapping[str, Key]) -> Stored:
    return Stored(without_zeros(tidy(values, known), known), known)


_NO_SETTING: Final = Stored({}, SETTING)
_NO_SETTINGS: Final = Stored({}, SETTINGS)


def _decode_keys(row: ChannelRow, mark: Mark | None) -> dict[str, Value]:
    """Return what is known of the key: the mark's fingerprint, since New API never shows one (5.1)."""
    is_multi = row.channel_info.is_multi_key
    mode: dict[str, Value] = {"newapi.multi_key_mode": row.channel_info.multi_key_mode} if is_multi else {}
    return mode if mark is None or mark.key is None else {"keys" if is_multi else "key": mark.key, **mode}


def _text(value: Value) -> str:
    return str(value)


def _map_text(value: Value) -> str:
    return to_text(value) if isinstance(value, Mapping) else str(value)


def _joined(value: Value) -> str:
    return ",".join(map(str, value)) if isinstance(value, Sequence) else str(value)


_COLUMNS: Final[dict[str, tuple[str, Callable[[Value], Any]]]] = {
    "name": ("name", _text),
    "type": ("type", type_number),
    "enabled": ("status", lambda value: ENABLED if value else DISABLED),
    "base_url": ("base_url", _text),
    "key": ("key", _text),
    "models": ("models", _joined),
    "model_mapping": ("model_mapping", _map_text),
    "groups": ("group", _joined),
    "priority": ("priority", lambda value: value),
    "weight": ("weight", lambda value: value),
    "tag": ("tag", _text),
    "remark": ("remark", _text),
    "test_model": ("test_model", _text),
    "headers": ("header_override", _map_text),
    "param_override": ("param_override", _map_text),
    "newapi.auto_ban": ("auto_ban", int),  # type: ignore[dict-item]  # a bool here
    "newapi.status_code_mapping": ("status_code_mapping", _map_text),
    "newapi.openai_organization": ("openai_organization", _text),
    "newapi.other": ("other", _map_text),
}
"""Column and encoder of each field that has a column to itself."""

CARRIED: Final = (
    "id", "type", "openai_organization", "test_model", "status", "name", "weight", "base_url", "other", "models", "group",
    "model_mapping", "status_code_mapping", "priority", "auto_ban", "tag", "setting", "settings", "param_override",
    "header_override", "remark", "used_quota", "balance", "balance_updated_time", "test_time", "response_time",
)  # fmt: skip
"""What a replaced channel keeps (contracts/new-api.md 4.4, "Replace")."""


def _companions(new_type: int | None, row: ChannelRow) -> dict[str, Any]:
    """Return the column that a PUT with this `type` must repeat: the gateway checks the body, not the row (4.4)."""
    columns = {41: ("other", row.other), 58: ("settings", row.settings), 60: ("base_url", row.base_url)}
    column, value = columns.get(new_type or 0, ("", None))
    return {column: value} if value else {}


def _merge_setting(plain: Mapping[str, Value], row: ChannelRow | None) -> dict[str, Any]:
    merged = parse_object(row.setting) if row else {}
    merged |= _mapping(plain.get("newapi.setting", {}))
    if "proxy" in plain:
        merged["proxy"] = plain["proxy"]
    return {key: value for key, value in merged.items() if key != "proxy" or value}


def _mapping(value: Value) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _type_of(plain: Mapping[str, Value], row: ChannelRow | None) -> int | None:
    return type_number(plain["type"]) if "type" in plain else row.type if row else None


def _join_keys(value: Value, channel_type: int | None) -> str:
    """Return several keys as one text: a line each, service accounts of Vertex as one JSON list (4.3, 5.2)."""
    keys = [str(key) for key in value] if isinstance(value, Sequence) and not isinstance(value, str) else [str(value)]
    if channel_type == VERTEX:
        accounts = [parse_object(key) for key in keys]
        if all(accounts):
            return json.dumps(accounts, ensure_ascii=False)
    return "\n".join(key.strip() for key in keys)
