"""Relay keys, as far as the admin API shows them (contracts/octopus.md 2, 11)."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from chanops.sandbox.octopus import tables
from chanops.sandbox.octopus.access import NO_ENTRY
from chanops.sandbox.octopus.envelope import INVALID_PARAMETER, Refusal, without
from chanops.sandbox.octopus.shapes import METRICS, Fields, complete

if TYPE_CHECKING:
    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

PREFIX = "sk-octopus-"
LETTERS = 48
FIELDS: Fields = {
    "id": "int",
    "name": "string",
    "api_key": "string",
    "enabled": "bool",
    "expire_at": "int",
    "max_cost": "float",
    "supported_models": "string",
}
LEFT_OUT_WHEN_ZERO = ("expire_at", "max_cost", "supported_models")


def list_all(state: State, _call: Call) -> list[Row]:
    """Return all keys, secrets in clear."""
    return state.shuffled(show(row) for row in state.api_keys.values())


def create(state: State, call: Call) -> Row:
    """Make a key: the secret is the server's, and false of `enabled` does not survive the insert."""
    secret = PREFIX + "".join(state.random.choices(string.ascii_letters + string.digits, k=LETTERS))
    row = complete(call.decode(FIELDS), FIELDS) | {"api_key": secret, "enabled": True}
    with tables.writing(state.store):
        row["id"] = tables.API_KEYS.insert(state.store, row)
    state.api_keys[row["id"]] = row
    return show(row)


def update(state: State, call: Call) -> Row:
    """Replace the whole row but its secret."""
    row = complete(call.decode(FIELDS), FIELDS)
    known = _find(state, row["id"])
    row["api_key"] = known["api_key"]
    with tables.writing(state.store):
        tables.API_KEYS.save(state.store, row)
    state.api_keys[row["id"]] = row
    return show(row)


def delete(state: State, call: Call) -> None:
    """Delete a key."""
    row = _find(state, call.integer(INVALID_PARAMETER))
    with tables.writing(state.store):
        tables.API_KEYS.delete(state.store, row["id"])
    del state.api_keys[row["id"]]


def login(state: State, call: Call) -> None:
    """Answer whether the relay key of the call is good."""
    _check(state, call)


def stats(state: State, call: Call) -> Row:
    """Return what the relay key of the call has used."""
    row = _check(state, call)
    return {"stats": {"api_key_id": row["id"], **complete({}, METRICS)}, "info": show(row)}


def show(row: Row) -> Row:
    """Return *row* as JSON shows it: the last three keys only when they say something."""
    return without(row, *(name for name in LEFT_OUT_WHEN_ZERO if not row[name]))


def _find(state: State, key_id: int) -> Row:
    if key_id not in state.api_keys:
        raise Refusal(500, "API key not found")
    return state.api_keys[key_id]


def _check(state: State, call: Call) -> Row:
    secret = call.headers.get("x-api-key") or call.headers.get("authorization", "").removeprefix("Bearer ")
    row = next((row for row in state.api_keys.values() if row["api_key"] == secret), None)
    if row is None or not secret.startswith(PREFIX):
        raise Refusal(401, NO_ENTRY)
    if not row["enabled"]:
        raise Refusal(401, "API key is disabled")
    if row["expire_at"] and row["expire_at"] < state.clock.now():
        raise Refusal(401, "API key has expired")
    return row
