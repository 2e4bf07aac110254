"""The laws of planning and applying, over worlds drawn at random on every emulated gateway."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chanops.domain.change import Action
from chanops.domain.plan import Plan
from chanops.domain.policy import Guards, LastRoute, Limit, Selection
from chanops.domain.resources import DesiredChannel
from chanops.domain.value import Value, reveal
from chanops.domain.vocabulary import SiteKind
from chanops.engine.planner import Asked, is_selected
from properties.worlds import GATEWAYS, World, address_of, open_world, run, settle, worlds

Law: TypeAlias = Callable[[World, str, random.Random], Coroutine[Any, Any, None]]

EXAMPLES = [8, pytest.param(60, marks=pytest.mark.slow)]
on_every_gateway = pytest.mark.parametrize(("kind", "generation"), GATEWAYS)
often = pytest.mark.parametrize("examples", EXAMPLES)


def hold(law: Law, kind: SiteKind, generation: str, examples: int) -> None:
    """Try *law* on so many worlds, the same ones at every run."""

    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(world=worlds(kind), seed=st.integers(0, 2**16))
    def try_world(world: World, seed: int) -> None:
        asyncio.run(law(world, generation, random.Random(seed)))  # noqa: S311 - an order, no secret

    try_world()


@often
@on_every_gateway
def test_apply_then_plan_is_empty_and_nothing_foreign_is_touched(kind: SiteKind, generation: str, examples: int) -> None:
    hold(apply_then_plan, kind, generation, examples)


async def apply_then_plan(world: World, generation: str, _chance: random.Random) -> None:
    stage = await open_world(world, generation)
    foreign = await stage.foreign_rows()

    await settle(stage, world.now)

    again = await run(stage, world.now)
    assert again.plan
    assert [(change.address.name, change.action, change.fields) for change in again.plan.pending] == []
    assert await stage.foreign_rows() == foreign
    assert sorted(row["name"] for row in await stage.own_rows()) == sorted(made.name for made in world.now)
    stage.close()


@often
@on_every_gateway
def test_a_plan_over_a_limit_writes_nothing(kind: SiteKind, generation: str, examples: int) -> None:
    hold(keep_limits, kind, generation, examples)


async def keep_limits(world: World, generation: str, chance: random.Random) -> None:
    stage = await open_world(world, generation)
    most_deletes, most_changes = chance.randrange(4), chance.randrange(6)
    guards = Guards(
        max_deletes=Limit(most_deletes), max_changes=Limit(most_changes), last_route=LastRoute.OFF, allow_replace=("*",)
    )
    rows = everything(stage)

    tried = await run(stage, world.now, {"guards": guards})

    assert tried.plan
    deletes = count(tried.plan, Action.DELETE)
    changes = deletes + count(tried.plan, Action.UPDATE) + count(tried.plan, Action.REPLACE)
    is_all = deletes == tried.plan.sites[0].managed >= 3
    assert {hit.guard for hit in tried.plan.guards} == {
        guard
        for guard, is_hit in (
            ("max_deletes", deletes > most_deletes),
            ("max_changes", changes > most_changes),
            ("allow_empty", is_all),
        )
        if is_hit
    }
    assert bool(tried.report) == (not tried.plan.guards)
    if tried.plan.guards:
        assert everything(stage) == rows
        assert not [call for call in tried.transport.log if call.startswith(("PUT", "DELETE"))]
    stage.close()


@often
@on_every_gateway
def test_the_order_of_what_is_declared_means_nothing(kind: SiteKind, generation: str, examples: int) -> None:
    hold(ignore_order, kind, generation, examples)


async def ignore_order(world: World, generation: str, chance: random.Random) -> None:
    stage = await open_world(world, generation, seed=1)
    other = await open_world(replace(world, before=shuffled(world.before, chance)), generation, seed=2)

    plan = (await run(stage, world.now)).plan
    shuffled_plan = (await run(other, shuffled(world.now, chance))).plan

    assert plan
    assert shuffled_plan
    assert [shape(change) for change in plan.changes] == [shape(change) for change in shuffled_plan.changes]
    again = await run(stage, shuffled(world.now, chance))
    assert again.plan
    assert again.plan.pending == ()
    stage.close()
    other.close()


@often
@on_every_gateway
def test_what_is_not_selected_is_not_touched(kind: SiteKind, generation: str, examples: int) -> None:
    hold(keep_to_selection, kind, generation, examples)


async def keep_to_selection(world: World, generation: str, chance: random.Random) -> None:
    stage = await open_world(world, generation)
    names = sorted({made.name for made in (*world.before, *world.now)})
    picked = tuple(f"main/channel/{name}" for name in names if chance.random() < 0.5)
    selection = Selection(targets=picked) if chance.random() < 0.5 else Selection(excludes=picked)
    kept = {name for name in names if not is_selected(address_of(name), selection)}
    before = rows_of(stage, kept)

    part = await run(stage, world.now, asked=Asked(selection))

    assert part.plan
    assert not kept & {change.address.name for change in part.plan.pending}
    assert rows_of(stage, kept) == before
    await settle(stage, world.now)
    again = await run(stage, world.now)
    assert again.plan
    assert again.plan.pending == ()
    stage.close()


def everything(stage: Any) -> str:
    """Return every row of channels, and of what hangs on them."""
    tables = ("channels", "abilities") if stage.kind is SiteKind.NEWAPI else ("channels", "channel_keys", "group_items")
    return repr([stage.store.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in tables])  # noqa: S608 - our own tables


def rows_of(stage: Any, names: set[str]) -> str:
    """Return the rows of channels with these names, byte for byte."""
    return repr([row for row in stage.store.rows("SELECT * FROM channels ORDER BY id") if row["name"] in names])


def count(plan: Plan, action: Action) -> int:
    return sum(change.action is action for change in plan.changes)


def shuffled(channels: tuple[DesiredChannel, ...], chance: random.Random) -> tuple[DesiredChannel, ...]:
    """Return the channels in another order, each with its lists and mappings in another order."""
    mixed = [made.with_fields({path: mix(value, chance) for path, value in drawn(made.fields, chance)}) for made in channels]
    chance.shuffle(mixed)
    return tuple(mixed)


def mix(value: Value, chance: random.Random) -> Value:
    if isinstance(value, tuple):
        return tuple(chance.sample(value, len(value)))
    return dict(drawn(value, chance)) if isinstance(value, dict) else value


def drawn(mapping: Any, chance: random.Random) -> list[tuple[str, Value]]:
    return chance.sample(list(mapping.items()), len(mapping))


def shape(change: Any) -> tuple[object, ...]:
    """Return what a change is, the order of its lists apart; keys that are hidden cannot be told from each other."""
    return change.address, change.action, [(field.path, as_set(field.after)) for field in change.fields]


def as_set(value: Any) -> object:
    if isinstance(value, tuple | list):
        return sorted(map(repr, map(reveal, value)))
    return sorted((key, repr(reveal(item))) for key, item in value.items()) if isinstance(value, dict) else reveal(value)
