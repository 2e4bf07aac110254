"""What differs between the groups of the generations (contracts/octopus.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from chanops.sandbox.gojson import ListOf, Struct
from chanops.sandbox.octopus import names, patterns
from chanops.sandbox.octopus.envelope import Refusal
from chanops.sandbox.octopus.shapes import ITEM, ITEM_LISTS, Fields, complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row


class GroupRules(Protocol):
    """The columns of a group and the checks on it and its items."""

    create_fields: ClassVar[Fields]
    update_fields: ClassVar[Fields]
    item_columns: ClassVar[tuple[str, ...]]
    item_order: ClassVar[str]
    heals_active: ClassVar[bool]

    def fill(self, body: Mapping[str, Any]) -> Row:
        """Return the row that a create stores."""

    def change(self, body: Mapping[str, Any]) -> Row:
        """Return the columns that an update changes."""

    def restore(self, body: Mapping[str, Any]) -> Row:
        """Return the row that an import stores."""

    def check_item(self, state: State, item: Row) -> Row:
        """Return an item that is about to be added, as it is stored."""


class BalancedGroups:
    """G2: an integer mode that nobody checks, a regular expression, timeouts, weights; items are taken as they come."""

    _own: ClassVar[Fields] = {
        "name": "string",
        "mode": "int",
        "match_regex": "string",
        "first_token_time_out": "int",
        "session_keep_time": "int",
    }
    create_fields: ClassVar[Fields] = {"id": "int", **_own, "items": ListOf(Struct(ITEM))}
    update_fields: ClassVar[Fields] = {"id": "int", **_own, **ITEM_LISTS}
    item_columns: ClassVar[tuple[str, ...]] = ("id", "group_id", "channel_id", "model_name", "priority", "weight")
    item_order: ClassVar[str] = "channel_id, model_name"
    heals_active: ClassVar[bool] = False

    def fill(self, body: Mapping[str, Any]) -> Row:
        """Return the row as sent; an id is honoured."""
        return {"id": body.get("id", 0), **complete(self.change(body), self._own)}

    def change(self, body: Mapping[str, Any]) -> Row:
        """Return the columns as sent; a broken expression is refused."""
        patterns.read(body.get("match_regex", ""), 400)
        return {name: body[name] for name in self._own if name in body}

    def restore(self, body: Mapping[str, Any]) -> Row:
        """Return the row as it was."""
        return self.fill(body)

    def check_item(self, _state: State, item: Row) -> Row:
        """Take it as it is."""
        return item


RELAY_DEFAULTS = {
    "member_max_attempts": 2,
    "member_retry_interval_seconds": 3,
    "member_non_stream_response_timeout_seconds": 120,
    "member_stream_first_event_timeout_seconds": 30,
    "member_cooldown_seconds": 60,
    "member_affinity_seconds": 300,
}
MAY_BE_ZERO = "member_affinity_seconds"
RELAY: Fields = dict.fromkeys(RELAY_DEFAULTS, "int")


class ActiveItemGroups:
    """G4: manual or failover, one active item that its own route sets, a relay configuration; items must exist."""

    _sent: ClassVar[Fields] = {"name": "string", "mode": "string", "relay_config": Struct(RELAY)}
    create_fields: ClassVar[Fields] = {"id": "int", "active_item_id": "int", **_sent, "items": ListOf(Struct(ITEM))}
    update_fields: ClassVar[Fields] = {"id": "int", **_sent, **ITEM_LISTS}
    item_columns: ClassVar[tuple[str, ...]] = ("id", "group_id", "channel_id", "model_name", "priority")
    item_order: ClassVar[str] = "priority, id"
    heals_active: ClassVar[bool] = True

    def fill(self, body: Mapping[str, Any]) -> Row:
        """Return the row with its defaults; ids and the active item are not taken from outside."""
        given = {name: value for name, value in body.items() if name != "mode" or value}
        changed = self.change({"name": "", "relay_config": {}, **given})
        return {
            "id": 0,
            "name": changed["name"],
            "mode": changed.get("mode", "manual"),
            "active_item_id": 0,
            "relay_config": changed["relay_config"],
        }

    def change(self, body: Mapping[str, Any]) -> Row:
        """Return the columns that change: the name trimmed, the relay configuration whole."""
        changed = {name: body[name] for name in self._sent if name in body}
        if changed.get("mode", "manual") not in ("manual", "failover"):
            raise Refusal(400, "Key: 'Mode' Error:Field validation for 'Mode' failed on the 'oneof' tag")
        if "relay_config" in changed:
            changed["relay_config"] = fill_relay_config(changed["relay_config"])
        if "name" in changed:
            changed["name"] = changed["name"].strip()
            if not changed["name"]:
                raise Refusal(500, "group name is required")
        return changed

    def restore(self, body: Mapping[str, Any]) -> Row:
        """Return the row as it was, its id and its active item too."""
        return self.fill(body) | {"id": body.get("id", 0), "active_item_id": body.get("active_item_id", 0)}

    def check_item(self, state: State, item: Row) -> Row:
        """Return the item with its name trimmed; its channel must exist and list that model."""
        model = item["model_name"].strip()
        channel = state.channels.get(item["channel_id"])
        if not model:
            raise Refusal(500, "group item model name is required")
        if channel is None:
            raise Refusal(500, f"group item channel {item['channel_id']} not found")
        if model not in names.listed(channel):
            raise Refusal(500, f'model "{model}" not found in channel {item["channel_id"]}')
        return item | {"id": 0, "model_name": model}


def fill_relay_config(sent: Mapping[str, int]) -> dict[str, int]:
    """Return *sent* with its zeros filled (9.3): all of them when nothing is set, else all but the affinity."""
    if any(value < 0 for value in sent.values()):
        raise Refusal(400, "relay_config: Field validation failed on the 'gte' tag")
    if not any(sent.values()):
        return dict(RELAY_DEFAULTS)
    return {name: sent.get(name, 0) or (0 if name == MAY_BE_ZERO else default) for name, default in RELAY_DEFAULTS.items()}
