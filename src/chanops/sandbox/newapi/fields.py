"""The channel row: its fields, what a create fills in and what an update does with each (contracts/new-api.md 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from chanops.sandbox.gojson import MapOf, Struct

if TYPE_CHECKING:
    from chanops.sandbox.gojson import GoType

Row: TypeAlias = dict[str, Any]
"""One channel as it lies in the table: column to value."""

Guard = Literal["free", "sensitive", "accounting", "refused"]

CHANNEL_INFO = Struct(
    {
        "is_multi_key": "bool",
        "multi_key_size": "int",
        "multi_key_status_list": MapOf("int"),
        "multi_key_disabled_reason": MapOf("string"),
        "multi_key_disabled_time": MapOf("int"),
        "multi_key_polling_index": "int",
        "multi_key_mode": "string",
    }
)


@dataclass(frozen=True)
class Field:
    """One field of a channel.

    A *pointer* can be null, and an update writes any value of it; of the others an update writes no zero.
    *default* is what a create stores when the field is missing, or zero for one that is no pointer.
    *guard* says what an update of the newest generation makes of it (4.4).
    """

    name: str
    type: GoType
    pointer: bool = False
    default: Any = None
    guard: Guard = "free"


FIELDS = (
    Field("id", "int"),
    Field("type", "int", default=0, guard="sensitive"),
    Field("key", "string", default="", guard="sensitive"),
    Field("openai_organization", "string", pointer=True, guard="sensitive"),
    Field("test_model", "string", pointer=True),
    Field("status", "int", default=1, guard="refused"),
    Field("name", "string", default=""),
    Field("weight", "uint", pointer=True, default=0),
    Field("created_time", "int", default=0, guard="accounting"),
    Field("test_time", "int", default=0, guard="accounting"),
    Field("response_time", "int", default=0, guard="accounting"),
    Field("base_url", "string", pointer=True, default="", guard="sensitive"),
    Field("other", "string", default="", guard="sensitive"),
    Field("balance", "float", default=0, guard="accounting"),
    Field("balance_updated_time", "int", default=0, guard="accounting"),
    Field("models", "string", default=""),
    Field("group", "string", default="default"),
    Field("used_quota", "int", default=0, guard="accounting"),
    Field("model_mapping", "string", pointer=True),
    Field("status_code_mapping", "string", pointer=True, default=""),
    Field("priority", "int", pointer=True, default=0),
    Field("auto_ban", "int", pointer=True, default=1),
    Field("other_info", "string", default=""),
    Field("tag", "string", pointer=True),
    Field("setting", "string", pointer=True, guard="sensitive"),
    Field("param_override", "string", pointer=True, guard="sensitive"),
    Field("header_override", "string", pointer=True, guard="sensitive"),
    Field("remark", "string", pointer=True),
    Field("channel_info", CHANNEL_INFO),
    Field("settings", "string", default="", guard="sensitive"),
)

BY_NAME = {field.name: field for field in FIELDS}
COLUMNS = tuple(field.name for field in FIELDS)
CREATE_TYPES: dict[str, GoType] = {field.name: field.type for field in FIELDS}
NOT_WRITTEN = ("id", "channel_info")
UPDATE_TYPES: dict[str, GoType] = CREATE_TYPES | {"multi_key_mode": "string", "key_mode": "string"}

DDL = """
CREATE TABLE IF NOT EXISTS channels (
    id INTEGER PRIMARY KEY, type INTEGER, key TEXT, openai_organization TEXT, test_model TEXT, status INTEGER,
    name TEXT, weight, created_time INTEGER, test_time INTEGER, response_time INTEGER, base_url TEXT, other TEXT,
    balance REAL, balance_updated_time INTEGER, models TEXT, "group" TEXT, used_quota INTEGER, model_mapping TEXT,
    status_code_mapping TEXT, priority INTEGER, auto_ban INTEGER, other_info TEXT, tag TEXT, setting TEXT,
    param_override TEXT, header_override TEXT, remark TEXT, channel_info TEXT, settings TEXT
);
CREATE INDEX IF NOT EXISTS channels_by_tag ON channels (tag);
CREATE TABLE IF NOT EXISTS abilities (
    channel_id INTEGER PRIMARY KEY, "group" TEXT, models TEXT, enabled INTEGER, tag TEXT, priority INTEGER, weight
);
"""
"""An ability row stands for all group-model pairs of one channel: that keeps a create cheap. *weight* has no type, since
a number past 63 bits is stored as it came and breaks whoever reads it (2.2)."""


def fill(sent: Row) -> Row:
    """Return the row that a create stores for the fields *sent*; without id where none was sent."""
    row = {field.name: _filled(field, sent.get(field.name)) for field in FIELDS}
    row["channel_info"] = fill_info(sent.get("channel_info", {}))
    if not row["id"]:
        del row["id"]
    return row


def _filled(field: Field, value: Any) -> Any:  # noqa: ANN401 - any column
    if value is None or (not field.pointer and not value):
        return field.default
    return value


def fill_info(sent: Row) -> Row:
    """Return a complete `channel_info` (5.3)."""
    info = {
        "is_multi_key": sent.get("is_multi_key", False),
        "multi_key_size": sent.get("multi_key_size", 0),
        "multi_key_status_list": sent.get("multi_key_status_list"),
        "multi_key_polling_index": sent.get("multi_key_polling_index", 0),
        "multi_key_mode": sent.get("multi_key_mode", ""),
    }
    noted = ("multi_key_disabled_reason", "multi_key_disabled_time")
    return info | {name: sent[name] for name in noted if sent.get(name)}


def written(sent: Row) -> Row:
    """Return the columns that an update writes: any value of a pointer, else what is not zero."""
    return {
        field.name: sent[field.name]
        for field in FIELDS
        if field.name not in NOT_WRITTEN and field.name in sent and (field.pointer or sent[field.name])
    }
