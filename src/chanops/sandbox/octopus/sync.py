"""Model sync: `model` of every auto_sync channel becomes what its upstream lists (contracts/octopus.md 8.4)."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

from chanops.sandbox.octopus import autogroup, channels, items, names, prices, tables
from chanops.sandbox.octopus.envelope import PANIC, Refusal
from chanops.sandbox.octopus.gourl import is_parsable
from chanops.sandbox.octopus.shapes import KEY, complete
from chanops.sandbox.octopus.times import rfc3339_nano
from chanops.sandbox.octopus.upstream import fetch_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

HOUR = 3600


class SyncRules(Protocol):
    """How a generation carries a fetched list over."""

    tells_errors: bool

    def merge(self, row: Row, fetched: list[str]) -> str:
        """Return what `model` becomes."""

    def carry_over(self, state: State, row: Row, model: str) -> None:
        """Store *model*, which differs from that of *row*."""

    def finish(self, state: State, seen: set[str]) -> None:
        """Tidy the price rows after a sync that saw the names *seen*."""


class LenientSync:
    """G2: doubles stay, items of names that left `model` go, zero prices not seen in this sync go too."""

    tells_errors = False

    def merge(self, _row: Row, fetched: list[str]) -> str:
        """Return the fetched names, trimmed."""
        return ",".join(names.split(",".join(fetched)))

    def carry_over(self, state: State, row: Row, model: str) -> None:
        """Store the list; names are compared as multisets, so that a stored double counts as gone."""
        gone = Counter(names.split(row["model"])) - Counter(names.split(model))
        with tables.writing(state.store):
            channels.save_columns(state, row["id"], {"model": model})
            touched = items.drop_named(state, row["id"], gone)
        after = state.reload_channel(row["id"])
        state.reload_groups(touched)
        prices.give_birth(state, names.priced(after))
        autogroup.add_models(state, row)

    def finish(self, state: State, seen: set[str]) -> None:
        """Delete the zero prices of all names that were not seen."""
        prices.drop(state, [name for name in state.book.worthless() if name not in seen])


class StrictSync:
    """G4: less custom names and doubles, the same cascade as an update, and errors are told."""

    tells_errors = True

    def merge(self, row: Row, fetched: list[str]) -> str:
        """Return the fetched names, normalised."""
        merged = {"model": ",".join(fetched), "custom_model": row["custom_model"]}
        names.normalise(merged)
        return str(merged["model"])

    def carry_over(self, state: State, row: Row, model: str) -> None:
        """Store the list as an update would."""
        with tables.writing(state.store):
            touched = channels.save_columns(state, row["id"], {"model": model})
        after = state.reload_channel(row["id"])
        state.reload_groups(touched)
        prices.give_birth(state, names.priced(after))

    def finish(self, state: State, seen: set[str]) -> None:  # noqa: ARG002 - the other one needs it
        """Drop the ghosts."""
        prices.drop_ghosts(state)


async def fetch_model(state: State, call: Call) -> list[str]:
    """Answer what the upstream of the channel in the body lists; nothing is stored (8.3)."""
    shape = state.profile.channel
    body = call.decode(shape.create_fields)
    keys = {"keys": [complete(key, KEY) for key in body.get("keys", ())]} if shape.has_keys else {}
    return await fetch_models(state, shape.fill(body) | keys)


async def sync_now(state: State, _call: Call) -> None:
    """Sync all channels while the caller waits."""
    if any(not is_parsable(url) for row in _synced(state) for url in _urls(row)):
        raise Refusal(500, PANIC)
    errors = await run(state)
    if errors and state.profile.sync.tells_errors:
        raise Refusal(500, errors[0])


async def run(state: State) -> list[str]:
    """Sync all channels, disabled ones too, and return what went wrong."""
    rules = state.profile.sync
    errors: list[str] = []
    seen: set[str] = set()
    with _one_at_a_time(state):
        for row in [state.snapshot(row["id"]) for row in _synced(state)]:
            try:
                model = rules.merge(row, await fetch_models(state, row))
            except Refusal as refusal:
                errors.append(f"channel {row['name']}: {refusal.message}")
                continue
            seen |= {name.lower() for name in names.split(model)}
            if row["id"] in state.channels and Counter(names.split(model)) != Counter(names.split(row["model"])):
                rules.carry_over(state, row, model)
        rules.finish(state, seen)
    return errors


async def start(state: State) -> None:
    """Sync at start, then every `sync_llm_interval` hours; a URL that Go cannot parse kills the process (5.5)."""
    synced = list(_synced(state))
    if any(not is_parsable(url) for row in synced for url in _urls(row)):
        state.is_dead = True
        return
    if (state.outside.is_plugged or not synced) and not state.is_syncing:
        await run(state)
    schedule(state)


def schedule(state: State) -> None:
    """Sync again after the interval, and not at the time set before; never when it is not positive."""
    hours = int(state.settings["sync_llm_interval"])
    state.sync_turn += 1
    if hours > 0:
        state.background.at(state.clock.now() + hours * HOUR, partial(_again, state, state.sync_turn))


async def _again(state: State, turn: int) -> None:
    if turn == state.sync_turn:
        await start(state)


def last_time(state: State, _call: Call) -> str:
    """Return when the last sync ended; until then, when the process started."""
    return rfc3339_nano(state.last_sync)


def _synced(state: State) -> Iterator[Row]:
    return (row for row in state.channels.values() if row["auto_sync"])


def _urls(row: Row) -> list[str]:
    return [row["base_url"]] if "base_url" in row else [entry["url"] for entry in row["base_urls"] or ()]


@contextmanager
def _one_at_a_time(state: State) -> Iterator[None]:
    if state.is_syncing and state.profile.sync.tells_errors:
        raise Refusal(500, "model sync already running")
    state.is_syncing = True
    try:
        yield
    finally:
        state.is_syncing = False
        state.last_sync = state.clock.now()
