"""Whatever is declared is refused at plan time or settles: there is no third way (DESIGN 2, laws 1 and 6)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from chanops.domain.vocabulary import SiteKind
from conformance.bench import actions, assert_in_sync, errors
from conformance.doubtful import ON_NEWAPI, ON_OCTOPUS
from conformance.tables import each_of, on_all, table
from conformance.targets import ALL, NEWAPI, OCTOPUS

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio


async def refused_or_settled(bench: Bench, desired: DesiredChannel) -> None:
    before = await bench.wire.rows()
    plan = await bench.plan(desired)
    if errors(plan):
        assert plan.pending == ()
        assert await bench.wire.rows() == before
        return
    if not plan.guards:
        await bench.settle(desired)


@each_of(NEWAPI, "fields", ON_NEWAPI)
async def test_what_new_api_is_given_at_birth_is_refused_or_settles(bench: Bench, fields: dict[str, Any]) -> None:
    await refused_or_settled(bench, bench.channel(**fields))


@each_of(NEWAPI, "fields", ON_NEWAPI)
async def test_what_new_api_is_given_later_is_refused_or_settles(bench: Bench, fields: dict[str, Any]) -> None:
    await bench.settle(bench.channel())
    await refused_or_settled(bench, bench.channel(**fields))


@each_of(OCTOPUS, "fields", ON_OCTOPUS)
async def test_what_octopus_is_given_at_birth_is_refused_or_settles(bench: Bench, fields: dict[str, Any]) -> None:
    await refused_or_settled(bench, bench.channel(**fields))


@each_of(OCTOPUS, "fields", ON_OCTOPUS)
async def test_what_octopus_is_given_later_is_refused_or_settles(bench: Bench, fields: dict[str, Any]) -> None:
    await bench.settle(bench.channel())
    await refused_or_settled(bench, bench.channel(**fields))


def everything(bench: Bench, number: int, short: str = "one") -> DesiredChannel:
    """Return a channel with every field of the gateway at once, each at its value of that *number*."""
    fields: dict[str, Any] = {}
    for case in table(bench.target):
        values = [*case.values.values(), *case.empty]
        fields |= case.declared(values[number % len(values)])
    if bench.kind is SiteKind.OCTOPUS:
        fields |= {"octopus.auto_sync": False, "octopus.custom_models": (f"custom-{number}",)}
        if "base_urls" in fields or fields["type"] == "gemini":  # no address of a gemini channel is complete
            del fields["base_url"]
    return bench.channel(short, **fields)


@on_all
async def test_every_field_at_once_is_created_changed_and_in_sync(bench: Bench) -> None:
    for number in range(8):
        await bench.settle(everything(bench, number))

    assert await bench.names() == ["one"]


@on_all
async def test_an_adoption_brings_every_field_at_once(bench: Bench) -> None:
    several = {"mode": "multi_to_single", "key": "sk-x\nsk-y"} if bench.kind is SiteKind.NEWAPI else {}
    remote_id = await bench.wire.create(bench.name("one"), **several)

    await bench.settle(everything(bench, 1))

    assert await bench.remote_id() == remote_id


@on_all
async def test_every_field_at_once_is_changed_by_hand_and_mended(bench: Bench) -> None:
    desired = everything(bench, 0)
    await bench.settle(desired)
    remote_id = await bench.remote_id()
    for case in table(bench.target):
        if case.path not in ("newapi.multi_key_mode", "base_urls"):
            await case.write_by_hand(bench, remote_id, tuple(case.values.values())[1])

    plan = await bench.settle(desired)

    assert list(actions(plan)) == [bench.name("one")]
    assert await bench.remote_id() == remote_id


async def walk(bench: Bench, seed: int, steps: int) -> None:
    """Go through random states of a few channels, some of them gone at times; each step settles."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable walk
    for _ in range(steps):
        shorts = [short for short in "abcde" if dice.random() < 0.7]
        desired = [everything(bench, dice.randrange(24), short) for short in shorts]
        await bench.settle(*desired, manage=bench.ours)
        assert await bench.names() == shorts
        assert_in_sync(await bench.plan(*dice.sample(desired, len(desired)), manage=bench.ours))


@each_of(ALL, "seed", {str(seed): seed for seed in range(2)})
async def test_a_short_walk_through_random_states_settles_at_every_step(bench: Bench, seed: int) -> None:
    await walk(bench, seed, 5)


@pytest.mark.slow
@each_of(ALL, "seed", {str(seed): seed for seed in range(100, 110)})
async def test_a_long_walk_through_random_states_settles_at_every_step(bench: Bench, seed: int) -> None:
    await walk(bench, seed, 25)
