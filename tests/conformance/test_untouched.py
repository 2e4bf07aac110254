"""What nobody declared stays, byte for byte: columns of our own channels, odd rows, and what others wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from chanops.domain.change import Action
from chanops.domain.vocabulary import SiteKind
from conformance.bench import actions, changed_paths, only_change
from conformance.tables import each_of, on_all, on_g2, on_g4, on_newapi
from conformance.targets import NEWAPI, OCTOPUS

if TYPE_CHECKING:
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

NEWAPI_ROW: Final[dict[str, Any]] = {
    "type": 1000,
    "base_url": "https://api.example.com/v1/",
    "models": " b ,a,,a",
    "group": "vip , default",
    "priority": -3,
    "weight": 4,
    "tag": " tag ",
    "remark": "a\nremark",
    "test_model": "none of them",
    "model_mapping": "no json",
    "status_code_mapping": "[1, 2]",
    "param_override": '{"b": 1,   "a": 1.0}',
    "header_override": '{"authorization": "Bearer x", "n": 1}',
    "setting": '{ "force_format" : true, "proxy": "http://u:p@127.0.0.1:1", "later": [] }',
    "settings": '{"claude_beta_query":true}',
    "openai_organization": "org",
    "other": '{"a": 1}',
    "auto_ban": 0,
    "status": 2,
    "other_info": '{"status_reason":"x","n":[1]}',
}
OCTOPUS_ROW: Final[dict[str, Any]] = {
    "model": " b ,a,,a",
    "custom_model": "c, d",
    "custom_header": [
        {"header_key": "X-A", "header_value": "1"},
        {"header_key": "", "header_value": "2"},
        {"header_key": "X-A", "header_value": "3"},
    ],
    "param_override": "no json",
    "channel_proxy": "http://u:p@127.0.0.1:1",
    "proxy": False,
    "match_regex": "^a",
}
ROWS: Final = {SiteKind.NEWAPI: NEWAPI_ROW, SiteKind.OCTOPUS: OCTOPUS_ROW}
NOTHING: Final = {"type": None, "key": None, "base_url": None, "models": None}

ONE_FIELD: Final = {  # of New API: what is declared, and the columns that may move
    "tag": ({"tag": "new"}, {"tag"}),
    "remark": ({"remark": ""}, {"remark"}),
    "enabled": ({"enabled": True}, {"status"}),
    "priority": ({"priority": 0}, {"priority"}),
    "models": ({"models": ("z",)}, {"models"}),
    "groups": ({"groups": ("svip",)}, {"group"}),
    "headers": ({"headers": {}}, {"header_override"}),
    "mapping": ({"model_mapping": {"z": "y"}}, {"model_mapping"}),
    "key": ({"key": "sk-new"}, set[str]()),
    "settings": ({"newapi.settings": {"allow_speed": True}}, {"settings"}),
    "setting": ({"newapi.setting": {"system_prompt": "x"}}, {"setting"}),
    "proxy": ({"proxy": "http://127.0.0.1:2"}, {"setting"}),
}
ONE_FIELD_OF_OCTOPUS: Final = {
    "enabled": ({"enabled": False}, {"enabled"}),
    "headers": ({"headers": {"X-B": "1"}}, {"custom_header"}),
    "regex": ({"octopus.match_regex": ""}, {"match_regex"}),
    "param_override": ({"param_override": {}}, {"param_override"}),
    "proxy": ({"proxy": True}, {"proxy", "channel_proxy"}),
    "models": ({"models": ("z",)}, {"model"}),
}


async def moved(bench: Bench, **fields: Any) -> set[str]:
    """Settle the one channel with *fields* alone; return the columns that moved, what the server itself counts apart."""
    before = await bench.row()
    await bench.settle(bench.channel(**{**NOTHING, **fields}))
    after = await bench.row()
    return {column for column in before if before[column] != after[column]}


@each_of(NEWAPI, "form", ONE_FIELD)
async def test_an_adoption_moves_the_declared_columns_alone(bench: Bench, form: tuple[dict[str, Any], set[str]]) -> None:
    fields, columns = form
    await bench.wire.create(bench.name("one"), **NEWAPI_ROW)

    assert await moved(bench, **fields) == columns | {"other_info"}


@each_of(OCTOPUS, "form", ONE_FIELD_OF_OCTOPUS)
async def test_an_update_moves_the_declared_columns_alone(bench: Bench, form: tuple[dict[str, Any], set[str]]) -> None:
    fields, columns = form
    await bench.wire.create(bench.name("one"), **OCTOPUS_ROW)

    assert await moved(bench, **fields) == columns


@on_all
async def test_a_channel_of_which_nothing_is_declared_gets_no_more_than_a_mark(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), **ROWS[bench.kind])

    assert await moved(bench) <= {"other_info"}


@on_newapi
async def test_keys_of_settings_that_are_not_declared_stay(bench: Bench) -> None:
    await bench.wire.create(
        bench.name("one"), setting='{"force_format":true,"later":{"a":[1]}}', settings='{"allow_speed":true}'
    )

    await bench.settle(bench.channel(newapi__setting={"system_prompt": "x"}, newapi__settings={"disable_store": True}))

    row = await bench.row()
    assert json.loads(row["setting"]) == {"force_format": True, "later": {"a": [1]}, "system_prompt": "x"}
    assert json.loads(row["settings"]) == {"allow_speed": True, "disable_store": True}


@on_newapi
async def test_what_the_gateway_writes_into_settings_stays(bench: Bench) -> None:
    kept = {"upstream_model_update_last_check_time": 1700000000, "upstream_model_update_last_detected_models": ["x"]}
    await bench.wire.create(bench.name("one"), settings=json.dumps(kept))

    await bench.settle(bench.channel(newapi__settings={"disable_store": True}))

    assert json.loads((await bench.row())["settings"]) == {**kept, "disable_store": True}


@on_newapi
async def test_odd_rows_of_others_never_fail_a_plan(bench: Bench) -> None:
    odd: list[dict[str, Any]] = [
        {"settings": '{"upstream_model_update_last_check_time": 9007199254740993, "later": 1.5e300}'},
        {"other_info": "null"},
        {"param_override": "[" * 500},
        {"header_override": '{"a": NaN}'},
        {"model_mapping": "\x00"},
        {"type": 99999, "status": 77, "group": ",,,"},
        {"models": ",", "tag": "x" * 3000},
    ]
    for number, columns in enumerate(odd):
        await bench.wire.create(bench.name(f"odd {number}"), **columns)

    plan = await bench.settle(bench.channel())

    assert actions(plan) == {bench.name("one"): Action.CREATE}


@on_g2
async def test_an_odd_row_of_v09_never_fails_a_plan(bench: Bench) -> None:
    await bench.wire.create(bench.name("odd"), type=99, base_urls=None, keys=None, custom_header=None, auto_group=9)

    plan = await bench.settle(bench.channel())

    assert actions(plan) == {bench.name("one"): Action.CREATE}


@on_g2
async def test_an_address_that_stays_keeps_its_measured_delay(bench: Bench) -> None:
    stays, goes = {"url": "http://127.0.0.1:9/v1", "delay": 123}, {"url": "http://127.0.0.1:9/old/v1", "delay": 456}
    await bench.wire.create(bench.name("one"), base_urls=[stays, goes])

    await bench.settle(bench.channel(base_urls=("http://127.0.0.1:9/new/v1", "http://127.0.0.1:9/v1")))

    assert stays in (await bench.row())["base_urls"]


@on_g4
async def test_an_odd_row_of_v011_never_fails_a_plan(bench: Bench) -> None:
    await bench.wire.create(bench.name("odd"), type="of tomorrow", base_url="", key="", custom_header=None, param_override="[")

    plan = await bench.settle(bench.channel())

    assert actions(plan) == {bench.name("one"): Action.CREATE}


@on_g4
async def test_models_and_custom_models_do_not_take_each_other_away(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), model="a,b", custom_model="c,d")

    plan = await bench.settle(bench.channel(models=("a", "z"), key=None))

    row = await bench.row()
    assert changed_paths(only_change(plan)) == ["models"]
    assert (row["model"].split(","), row["custom_model"]) == (["a", "z"], "c,d")


@on_all
async def test_a_plan_that_is_in_sync_leaves_every_row_as_it_is(bench: Bench) -> None:
    await bench.settle(*(bench.channel(f"c{number}") for number in range(5)))
    before = await bench.wire.rows()

    report = await bench.try_apply(*(bench.channel(f"c{number}") for number in range(5)))

    assert report.outcomes == ()
    assert await bench.wire.rows() == before
