"""What a write to a channel does besides: in the background up to v0.10, at once and thoroughly in v0.11.

contracts/octopus.md 5.5.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from chanops.sandbox.octopus import autogroup, items, names, prices, probe
from chanops.sandbox.octopus.envelope import Refusal

if TYPE_CHECKING:
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row


class Effects(Protocol):
    """The side effects of a generation."""

    def created(self, state: State, row: Row) -> None:
        """Follow a create that is committed."""

    def lists_written(self, state: State, row: Row) -> list[int]:
        """Follow a write of the model lists, within its transaction; return the groups that lost items."""

    def updated(self, state: State, row: Row) -> None:
        """Follow an update that is committed."""

    def deleted(self, state: State) -> None:
        """Follow a delete that is committed."""


class BackgroundEffects:
    """G2: price rows, then the probe of every base URL, then auto-group, all behind the answer; no cascade."""

    def created(self, state: State, row: Row) -> None:
        """Leave the work for later, on a copy of the row."""
        state.background.soon(partial(_follow, state, state.snapshot(row["id"])))

    def lists_written(self, _state: State, _row: Row) -> list[int]:
        """Leave group items alone."""
        return []

    def updated(self, state: State, row: Row) -> None:
        """Do as after a create."""
        self.created(state, row)

    def deleted(self, state: State) -> None:
        """Leave price rows alone."""


class CascadeEffects:
    """G4: group items of models that went are deleted, price rows follow the lists."""

    def created(self, state: State, row: Row) -> None:
        """Make price rows; ghosts stay."""
        prices.give_birth(state, names.priced(row))

    def lists_written(self, state: State, row: Row) -> list[int]:
        """Delete the items of models in neither list."""
        return items.drop_unlisted(state, row["id"], names.listed(row))

    def updated(self, state: State, row: Row) -> None:
        """Make price rows and drop the ghosts."""
        prices.give_birth(state, names.priced(row))
        prices.drop_ghosts(state)

    def deleted(self, state: State) -> None:
        """Drop the ghosts."""
        prices.drop_ghosts(state)


async def _follow(state: State, row: Row) -> None:
    with suppress(Refusal):  # the real one writes it to its log and goes on
        prices.give_birth(state, names.priced(row))
    if await probe.probe(state, row):
        autogroup.add_models(state, row)
