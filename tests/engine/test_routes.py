"""Which routes a plan gives and takes."""

from __future__ import annotations

from typing import Any

import pytest

from builders import change, channel, fields, live
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.resources import LiveChannel, Status
from chanops.domain.secret import Secret
from chanops.engine.routes import count_impact
from memory_gateway import MemoryDialect, MemoryGateway

pytestmark = pytest.mark.anyio


def on(remote_id: str, models: list[str], status: Status = Status.ENABLED) -> LiveChannel:
    return live(f"c{remote_id}", remote_id=remote_id, models=models, groups=["default"], status=status)


def acting(held: LiveChannel | None, action: Action, **after: Any) -> Change:
    given = fields(**after)
    changed = tuple(FieldChange(path, None, value) for path, value in given.items())
    address = held.address if held else channel("new").address
    return Change(address, action, "", held.fields if held else None, None if action is Action.DELETE else given, changed, held)


async def impact(held: list[LiveChannel], *changes: Change) -> list[tuple[str, int, int]]:
    gateway = MemoryGateway()
    gateway.put(*held)
    routes = await gateway.fetch_routes(await gateway.fetch())
    return [(i.model, i.before, i.after) for i in count_impact("main", routes, changes, MemoryDialect())]


async def test_a_delete_takes_its_routes() -> None:
    a, b = on("1", ["x", "y"]), on("2", ["y"])

    assert await impact([a, b], acting(a, Action.DELETE)) == [("x", 1, 0), ("y", 2, 1)]


async def test_a_create_gives_routes() -> None:
    new = acting(None, Action.CREATE, models=["x"], groups=["default"], enabled=True)

    assert await impact([], new) == [("x", 0, 1)]


async def test_a_create_that_takes_over_leaves_the_count_alone() -> None:
    old = on("1", ["x"])
    new = acting(None, Action.CREATE, models=["x"], groups=["default"], enabled=True)

    assert await impact([old], acting(old, Action.DELETE), new) == []


async def test_disabling_takes_the_routes_and_enabling_gives_them() -> None:
    a = on("1", ["x"])

    assert await impact([a], acting(a, Action.UPDATE, enabled=False)) == [("x", 1, 0)]
    off = on("1", ["x"], Status.DISABLED)
    assert await impact([off], acting(off, Action.UPDATE, enabled=True)) == [("x", 0, 1)]


async def test_a_model_that_leaves_the_list_loses_its_route() -> None:
    a = on("1", ["x", "y"])

    assert await impact([a], acting(a, Action.UPDATE, models=["y", "z"])) == [("x", 1, 0), ("z", 0, 1)]


async def test_an_ejected_channel_neither_has_nor_gains_routes() -> None:
    a = live("a", remote_id="1", models=["x"], groups=["default"], status=Status.EJECTED, enabled=True)

    assert await impact([a], acting(a, Action.UPDATE, models=["x", "y"])) == []
    assert await impact([a], change("a", Action.DELETE, before={"models": ["x"]}, remote_id="1")) == []


async def test_a_model_whose_name_came_from_a_reference_is_shown_by_its_reference() -> None:
    a = on("1", ["x"])
    named = (Secret("hidden-model", "env:MODEL"), "x")

    found = await impact([a], acting(a, Action.UPDATE, models=named))

    assert found == [("(secret, from env:MODEL)", 0, 1)]
