"""Model prices: rows made by hand and rows born with channel models (contracts/octopus.md 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.octopus import names, tables
from chanops.sandbox.octopus.envelope import INVALID_PARAMETER, Refusal
from chanops.sandbox.octopus.pricebook import NUMBERS
from chanops.sandbox.octopus.shapes import PRICE, complete
from chanops.sandbox.octopus.times import rfc3339_nano

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

BUILT_IN = {"gpt-4o": (2.5, 10, 1.25, 0), "gpt-4o-mini": (0.15, 0.6, 0.08, 0)}
"""Stands for the public price list: a few names are known, all others start at zero."""

ROWS_AT_ONCE = tables.SQLITE_VARIABLES // len(tables.PRICE_COLUMNS)


def list_all(state: State, _call: Call) -> list[Row]:
    """Return all rows."""
    return state.shuffled(state.book.rows.values())


def create(state: State, call: Call) -> Row:
    """Make a row by hand."""
    answered, name = _read(state, call)
    if name in state.book.rows:
        raise Refusal(500, "model already exists")
    _write(state, [answered | {"name": name}])
    return answered


def update(state: State, call: Call) -> Row:
    """Replace all numbers of a row: an absent one is zero."""
    answered, name = _read(state, call)
    _must_exist(state, name)
    _write(state, [answered | {"name": name}])
    return answered


def delete(state: State, call: Call) -> None:
    """Delete a row; from v0.11 on one that a channel lists is refused."""
    _, name = _read(state, call)
    _must_exist(state, name)
    if state.profile.prices.are_guarded and state.book.is_listed(name):
        raise Refusal(500, "model is referenced by channel")
    drop(state, [name])


def list_channel_models(state: State, _call: Call) -> list[Row]:
    """Return each model of each channel, doubles kept."""
    return state.shuffled(
        {"name": name, "enabled": row["enabled"], "channel_id": row["id"], "channel_name": row["name"]}
        for row in state.channels.values()
        for name in names.listed(row)
    )


def refresh(state: State, _call: Call) -> None:
    """Stand for the download of the public price list."""
    state.last_price_update = state.clock.now()


def rebuild(state: State, _call: Call) -> Row:
    """Drop the ghosts and reset every other row to the price list."""
    drop_ghosts(state)
    _write(state, [_born(name) for name in state.book.rows])
    state.last_price_update = state.clock.now()
    return {"count": len(state.book.rows)}


def last_update(state: State, _call: Call) -> str:
    """Return when the price list was last fetched."""
    return rfc3339_nano(state.last_price_update)


def give_birth(state: State, wanted: Iterable[str]) -> None:
    """Make the rows that are missing for the *wanted* names; too many at once are refused by SQLite (5.4)."""
    born = [_born(name) for name in wanted if name not in state.book.rows]
    if len(born) > ROWS_AT_ONCE:
        raise Refusal(500, "SQL logic error: too many SQL variables (1)")
    if born and not state.faults.loses_prices():
        _write(state, born)


def drop_ghosts(state: State) -> None:
    """Delete the rows that no channel lists."""
    drop(state, state.book.ghosts())


def drop(state: State, gone: Iterable[str]) -> None:
    """Delete the rows *gone*."""
    listed = list(gone)
    if not listed:
        return
    with state.store.transaction():
        tables.delete_prices(state.store, listed)
    for name in listed:
        state.book.drop(name)


def _read(state: State, call: Call) -> tuple[Row, str]:
    """Return the row as it is answered, and the name it is stored under."""
    row: dict[str, Any] = complete(call.decode(PRICE), PRICE)
    if not state.profile.prices.are_trimmed:
        return row, row["name"].lower()
    name = row["name"].strip().lower()
    if not name:
        raise Refusal(400, INVALID_PARAMETER)
    return row | {"name": name}, name


def _must_exist(state: State, name: str) -> None:
    if name not in state.book.rows:
        raise Refusal(500, "model not found")


def _write(state: State, rows: list[Row]) -> None:
    with state.store.transaction():
        tables.save_prices(state.store, rows)
    for row in rows:
        state.book.put(row)


def _born(name: str) -> Row:
    numbers = BUILT_IN.get(name, (0,) * len(NUMBERS))
    return {"name": name, **dict(zip(NUMBERS, numbers, strict=True))}
