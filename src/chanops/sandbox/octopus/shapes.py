"""The JSON keys of an Octopus's channels, keys, groups and items, and their Go types (contracts/octopus.md 5.1, 5.2, 9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoType, ListOf, MapOf, Struct

if TYPE_CHECKING:
    from chanops.sandbox.octopus.tables import Row

Fields = Mapping[str, GoType]

ZERO: dict[str, Any] = {"int": 0, "float": 0, "string": "", "bool": False}

METRICS: Fields = {
    "input_token": "int",
    "output_token": "int",
    "input_cost": "float",
    "output_cost": "float",
    "wait_time": "int",
    "request_success": "int",
    "request_failed": "int",
}
STATS: Fields = {"channel_id": "int", **METRICS}
HEADER: Fields = {"header_key": "string", "header_value": "string"}
BASE_URL: Fields = {"url": "string", "delay": "int"}
KEY: Fields = {
    "id": "int",
    "channel_id": "int",
    "enabled": "bool",
    "channel_key": "string",
    "status_code": "int",
    "last_use_time_stamp": "int",
    "total_cost": "float",
    "remark": "string",
}
KEY_CHANGE: Fields = {"id": "int", "enabled": "bool", "channel_key": "string", "remark": "string"}
KEY_LISTS: Fields = {
    "keys_to_delete": "int_list",
    "keys_to_update": ListOf(Struct(KEY_CHANGE)),
    "keys_to_add": ListOf(Struct(KEY_CHANGE)),
}

ITEM: Fields = {"id": "int", "group_id": "int", "channel_id": "int", "model_name": "string", "priority": "int", "weight": "int"}
ITEM_LISTS: Fields = {
    "items_to_delete": "int_list",
    "items_to_update": ListOf(Struct({"id": "int", "priority": "int", "weight": "int"})),
    "items_to_add": ListOf(Struct({"channel_id": "int", "model_name": "string", "priority": "int", "weight": "int"})),
}

PRICE: Fields = {"name": "string", "input": "float", "output": "float", "cache_read": "float", "cache_write": "float"}


def complete(value: Mapping[str, Any], fields: Fields) -> Row:
    """Return *value* with the zero value of Go for each of *fields* that it does not set, also inside lists."""
    return {name: _complete(value.get(name), kind) for name, kind in fields.items()}


def _complete(value: Any, kind: GoType) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(kind, ListOf) and isinstance(kind.item, Struct) and value is not None:
        return [complete(item, kind.item.fields) for item in value]
    if isinstance(kind, Struct):
        return complete(value or {}, kind.fields)
    if value is None and not isinstance(kind, ListOf | MapOf):
        return ZERO[kind]
    return value


@dataclass(frozen=True)
class ChannelShape:
    """The columns of a channel; *nullable* ones are null until they are first set, all others start at zero."""

    columns: Fields
    nullable: frozenset[str]
    has_keys: bool

    @property
    def create_fields(self) -> Fields:
        """What a create reads."""
        keys: Fields = {"keys": ListOf(Struct(KEY))} if self.has_keys else {}
        return {"id": "int", **self.columns, **keys, "stats": Struct(STATS)}

    @property
    def update_fields(self) -> Fields:
        """What an update reads: the plain columns, and for keys the three sub-lists alone."""
        return {"id": "int", **self.columns, **(KEY_LISTS if self.has_keys else {})}

    def fill(self, body: Mapping[str, Any]) -> Row:
        """Return the row that a create stores for *body*; false of `enabled` never survives an insert (5.3)."""
        row = {name: None if name in self.nullable and name not in body else _complete(body.get(name), kind)
               for name, kind in self.columns.items()}  # fmt: skip
        return {"id": body.get("id", 0), **row, "enabled": True}

    def pick(self, body: Mapping[str, Any]) -> Row:
        """Return the columns that an update of *body* changes: null and absent are unchanged (5.4)."""
        return {name: _complete(body[name], kind) for name, kind in self.columns.items() if name in body}


_TEXTS: Fields = {"param_override": "string", "channel_proxy": "string", "match_regex": "string"}

LISTED_CREDENTIALS = ChannelShape(
    columns={
        "name": "string",
        "type": "int",
        "enabled": "bool",
        "base_urls": ListOf(Struct(BASE_URL)),
        "model": "string",
        "custom_model": "string",
        "proxy": "bool",
        "auto_sync": "bool",
        "auto_group": "int",
        "custom_header": ListOf(Struct(HEADER)),
        **_TEXTS,
    },
    nullable=frozenset({"base_urls", "custom_header", *_TEXTS}),
    has_keys=True,
)
SINGLE_CREDENTIALS = ChannelShape(
    columns={
        "name": "string",
        "type": "string",
        "enabled": "bool",
        "base_url": "string",
        "key": "string",
        "model": "string",
        "custom_model": "string",
        "proxy": "bool",
        "auto_sync": "bool",
        "custom_header": ListOf(Struct(HEADER)),
        **_TEXTS,
    },
    nullable=frozenset({"custom_header", *_TEXTS}),
    has_keys=False,
)
