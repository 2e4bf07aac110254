"""Status on New API: ejected is not disabled, and not fought (contracts/new-api.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.bench import assert_in_sync, changed_paths, only_change, warnings
from conformance.tables import on_newapi

if TYPE_CHECKING:
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

EJECTED = 3


@on_newapi
async def test_an_ejected_channel_satisfies_enabled_with_a_warning(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), status=EJECTED)
    await bench.settle(bench.channel(enabled=True))

    plan = await bench.plan(bench.channel(enabled=True))

    assert_in_sync(plan)
    assert any(found.address and found.address.name == bench.name("one") for found in warnings(plan))
    assert (await bench.row())["status"] == EJECTED


@on_newapi
async def test_an_ejected_channel_stays_so_when_something_else_changes(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), status=EJECTED)

    await bench.settle(bench.channel(enabled=True, models=("b",), weight=3))

    assert (await bench.row())["status"] == EJECTED


@on_newapi
async def test_an_ejected_channel_is_switched_off_when_that_is_declared(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), status=EJECTED)
    await bench.settle(bench.channel(enabled=True))

    plan = await bench.settle(bench.channel(enabled=False))

    assert (await bench.row())["status"] == 2, changed_paths(only_change(plan))


@on_newapi
@pytest.mark.parametrize("status", [2, 4, 77])
async def test_any_other_status_is_disabled(bench: Bench, status: int) -> None:
    await bench.wire.create(bench.name("one"), status=status)

    await bench.settle(bench.channel(enabled=True))

    assert (await bench.row())["status"] == 1


@on_newapi
async def test_a_status_that_nobody_declared_stays(bench: Bench) -> None:
    for short, status in (("one", 1), ("two", 2), ("three", 3)):
        await bench.wire.create(bench.name(short), status=status)

    await bench.settle(*(bench.channel(short, models=("b",)) for short in ("one", "two", "three")))

    assert [(await bench.row(short))["status"] for short in ("one", "two", "three")] == [1, 2, 3]
