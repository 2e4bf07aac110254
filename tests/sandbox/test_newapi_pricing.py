"""GET /api/pricing as real servers answer it: for anybody, of what is on sale, a minute old at most."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chanops.sandbox import Clock
from sandbox.newapi_site import Start, add, call, send

if TYPE_CHECKING:
    from chanops.sandbox.newapi import NewApi

pytestmark = pytest.mark.anyio

GENERATIONS = pytest.mark.parametrize("generation", ["base", "head"])
PRICING = "/api/pricing"


async def shown(sandbox: NewApi) -> dict[str, dict[str, Any]]:
    return {row["model_name"]: row for row in (await call(sandbox, "GET", PRICING))["data"]}


async def set_option(sandbox: NewApi, key: str, value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    assert (await call(sandbox, "PUT", "/api/option/", {"key": key, "value": text}))["success"]


@GENERATIONS
async def test_anybody_sees_prices_and_37_and_a_half_where_there_is_none(start: Start, generation: str) -> None:
    sandbox = start(generation)
    await add(sandbox, models="gpt-4o,strange-1,dall-e-3,gpt-4-gizmo-g-1,gemini-2.5-pro-thinking-128")

    answer = await send(sandbox, "GET", PRICING, headers={})

    rows = {row["model_name"]: (row["quota_type"], row["model_ratio"], row["model_price"]) for row in answer.json()["data"]}
    assert rows == {
        "gpt-4o": (0, 1.25, 0),
        "strange-1": (0, 37.5, 0),
        "dall-e-3": (1, 0, 0.04),
        "gpt-4-gizmo-g-1": (1, 0, 0.1),
        "gemini-2.5-pro-thinking-128": (0, 0.625, 0),
    }
    assert {"success", "data", "vendors", "group_ratio", "usable_group", "pricing_version"} <= answer.json().keys()


async def test_only_what_an_enabled_channel_sells_to_a_usable_group_is_shown(start: Start) -> None:
    sandbox = start()
    await add(sandbox, models="gpt-4o,o3", group="default,nosuch")
    await add(sandbox, models="inner", group="svip")
    await add(sandbox, models="off")
    await call(sandbox, "POST", "/api/channel/3/status", {"status": 2})

    rows = await shown(sandbox)

    groups = ["default", "nosuch"]
    assert {name: row["enable_groups"] for name, row in rows.items()} == {"gpt-4o": groups, "o3": groups}


async def test_an_expression_is_shown_and_makes_the_answer_new(start: Start) -> None:
    sandbox = start()
    await add(sandbox, models="tiered-1")
    assert "billing_mode" not in (await shown(sandbox))["tiered-1"]

    await set_option(sandbox, "billing_setting.billing_expr", {"tiered-1": "p * 2"})
    await set_option(sandbox, "billing_setting.billing_mode", {"tiered-1": "tiered_expr"})

    row = (await shown(sandbox))["tiered-1"]
    assert (row["billing_mode"], row["billing_expr"], row["model_ratio"]) == ("tiered_expr", "p * 2", 37.5)


async def test_an_answer_with_models_stays_for_a_minute(start: Start) -> None:
    clock = Clock()
    sandbox = start(clock=clock)
    assert await shown(sandbox) == {}
    await add(sandbox, models="gpt-4o")
    assert list(await shown(sandbox)) == ["gpt-4o"]
    await add(sandbox, models="o3")

    soon = await shown(sandbox)
    clock.advance(61)

    assert (len(soon), len(await shown(sandbox))) == (1, 2)


async def test_prices_can_be_hidden_and_self_use_mode_is_said_to_anybody(start: Start) -> None:
    sandbox = start()
    await set_option(sandbox, "HeaderNavModules", {"pricing": {"enabled": False}})
    await set_option(sandbox, "SelfUseModeEnabled", "false")

    refused = await send(sandbox, "GET", PRICING)
    status = await send(sandbox, "GET", "/api/status", headers={})

    assert (refused.status_code, refused.json()) == (403, {"message": "pricing is disabled", "success": False})
    assert status.json()["data"]["self_use_mode_enabled"] is False
