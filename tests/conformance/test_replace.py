"""What New API cannot change in place is replaced, with its id and figures, and only when somebody allowed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.domain.policy import Lifts
from conformance.bench import actions, assert_in_sync, errors, only_change, part
from conformance.tables import on_newapi

if TYPE_CHECKING:
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

ALLOWED: Final[dict[str, Any]] = {"lifts": Lifts(allow_replace=("*",))}
FIGURES: Final = {
    "used_quota": 123456789,
    "balance": 12.5,
    "balance_updated_time": 1700000001,
    "test_time": 1700000002,
    "response_time": 345,
}
COLUMNS: Final = {
    "type": 23,
    "other": "v1",
    "base_url": "https://api.example.com",
    "models": "b,a",
    "group": "vip,default",
    "priority": 7,
    "weight": 9,
    "tag": "kept",
    "remark": "kept",
    "test_model": "a",
    "model_mapping": '{ "a" : "b" }',
    "status_code_mapping": '{"429":"500"}',
    "param_override": '{"top_p":1}',
    "header_override": '{"X-A":"b"}',
    "setting": '{"proxy":"http://127.0.0.1:1","force_format":true}',
    "settings": '{"claude_beta_query":true}',
    "openai_organization": "org",
    "auto_ban": 0,
}
MOVES: Final = {"other", "other_info", "created_time"}


async def make(bench: Bench, **columns: Any) -> str:
    return await bench.wire.create(bench.name("one"), **{**COLUMNS, **FIGURES, **columns})


def desired(bench: Bench, **fields: Any) -> Any:
    return bench.channel(type=None, models=None, newapi__other="", **fields)


@on_newapi
async def test_a_replace_is_refused_until_it_is_allowed(bench: Bench) -> None:
    await make(bench)
    before = await bench.row()

    plan = await bench.plan(desired(bench))

    assert actions(plan) == {bench.name("one"): Action.REPLACE}
    assert [hit.guard for hit in plan.guards] == ["allow_replace"]
    assert await bench.row() == before


@on_newapi
async def test_a_replaced_channel_keeps_its_id_its_figures_and_all_that_is_not_declared(bench: Bench) -> None:
    await make(bench)
    before = await bench.row()

    await bench.settle(desired(bench), **ALLOWED)

    after = await bench.row()
    assert {column for column in before if before[column] != after[column]} <= MOVES
    assert after["other"] == ""
    assert {column: after[column] for column in FIGURES} == FIGURES


@on_newapi
async def test_a_replace_brings_everything_else_that_differs(bench: Bench) -> None:
    await make(bench)

    plan = await bench.settle(desired(bench, priority=1, groups=("svip",), enabled=False), **ALLOWED)

    row = await bench.row()
    assert only_change(plan).action is Action.REPLACE
    assert (row["priority"], row["group"], row["status"], row["weight"]) == (1, "svip", 2, 9)


@on_newapi
async def test_a_disabled_or_ejected_channel_stays_so_when_it_is_replaced(bench: Bench) -> None:
    for short, status in (("two", 2), ("three", 3)):
        await bench.wire.create(bench.name(short), **COLUMNS, status=status)
        await bench.settle(
            *(bench.channel(name, type=None, models=None, newapi__other="") for name in await bench.names()), **ALLOWED
        )

        assert (await bench.row(short))["status"] == status


@on_newapi
async def test_a_replace_without_the_key_is_refused_at_plan_time(bench: Bench) -> None:
    await make(bench)

    plan = await bench.plan(desired(bench, key=None), **ALLOWED)

    assert part(plan).status is SiteStatus.ERROR
    assert any("key" in found.summary for found in errors(plan))


@on_newapi
async def test_a_protected_channel_is_not_replaced(bench: Bench) -> None:
    await make(bench)

    plan = await bench.plan(desired(bench, state={"protect": True}), **ALLOWED)

    assert part(plan).status is SiteStatus.ERROR
    assert any("protected" in found.summary for found in errors(plan))


@on_newapi
async def test_the_mark_of_a_replaced_channel_knows_it(bench: Bench) -> None:
    remote_id = await make(bench)
    await bench.settle(desired(bench), **ALLOWED)
    await bench.wire.change(remote_id, name=bench.name("by hand"))

    await bench.settle(desired(bench))

    assert await bench.names() == ["one"]
    assert await bench.remote_id() == remote_id


@on_newapi
@pytest.mark.parametrize("path", ["models", "groups"])
async def test_a_list_that_cannot_be_emptied_is_refused_at_plan_time(bench: Bench, path: str) -> None:
    await bench.settle(bench.channel())
    before = await bench.row()
    emptied: dict[str, Any] = {path: ()}

    plan = await bench.plan(bench.channel(**emptied), lifts=ALLOWED["lifts"])

    assert part(plan).status is SiteStatus.ERROR
    assert path in [found.field for found in errors(plan)]
    assert await bench.row() == before


@on_newapi
async def test_an_empty_other_that_is_empty_already_is_in_sync(bench: Bench) -> None:
    await bench.settle(bench.channel(newapi__other=""))

    assert_in_sync(await bench.plan(bench.channel(newapi__other="")))
