"""Many models, many channels, few calls (DESIGN 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.bench import assert_in_sync
from conformance.tables import on_all

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

MANY = 250


def fleet(bench: Bench, size: int, *models: str) -> list[DesiredChannel]:
    return [bench.channel(f"c{number:04}", models=models or ("gpt-4o", f"m{number}")) for number in range(size)]


@on_all
async def test_a_channel_has_a_thousand_models(bench: Bench) -> None:
    models = tuple(f"vendor/model-{number}" for number in range(1000))
    await bench.settle(bench.channel(models=models))

    await bench.settle(bench.channel(models=(*models[:500], *models[501:], "one more")))
    assert_in_sync(await bench.plan(bench.channel(models=(*reversed(models[501:]), "one more", *models[:500]))))


@on_all
async def test_many_creates_need_hardly_more_calls_than_one_each(bench: Bench) -> None:
    report = await bench.try_apply(*fleet(bench, MANY))

    assert {outcome.result for outcome in report.outcomes} == {"done"}
    calls = bench.calls[-1]
    assert calls.read + calls.write <= MANY + 10
    assert len(await bench.names()) == MANY


@on_all
async def test_a_plan_without_changes_needs_four_calls_at_most(bench: Bench) -> None:
    await bench.settle(*fleet(bench, MANY))

    assert_in_sync(await bench.plan(*fleet(bench, MANY)))

    calls = bench.calls[-1]
    assert calls.write == 0
    assert calls.read <= 4


@on_all
async def test_many_are_changed_and_deleted(bench: Bench) -> None:
    manage = {"manage": bench.ours}
    await bench.settle(*fleet(bench, MANY), **manage)

    await bench.settle(*fleet(bench, MANY // 2, "changed"), **manage)

    assert len(await bench.names()) == MANY // 2


@pytest.mark.slow
@on_all
async def test_a_thousand_channels_of_fifty_models_live_and_change(bench: Bench) -> None:
    manage = {"manage": bench.ours}
    models = tuple(f"model-{number}" for number in range(50))
    await bench.settle(*fleet(bench, 1000, *models), **manage)
    await bench.settle(*fleet(bench, 1000, *models[1:]), **manage)
    await bench.settle(*fleet(bench, 10, *models), **manage)

    assert len(await bench.names()) == 10
