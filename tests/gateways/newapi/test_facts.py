"""What New API tells of its site, to root and to other administrators (contracts/upstreams.md 5)."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel
from chanops.domain.facts import FactSource, SiteFacts
from chanops.domain.finding import Severity
from chanops.domain.gateway import Route
from chanops.domain.secret import WITHHELD, Secret
from chanops.domain.site import Auth
from chanops.sandbox.gateway import SandboxUser
from gateways.newapi.fake import TOKEN, Fake, no, ok, raw
from gateways.newapi.stage import Stage, open_stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chanops.domain.finding import Finding
    from chanops.gateways.newapi.gateway import NewApiGateway

pytestmark = pytest.mark.anyio

GATEWAYS = pytest.mark.parametrize("generation", ["base", "head"])
ADMIN = SandboxUser("adm", 10, "token-of-adm")
MODELS = ["gpt-4o", "strange-1", "gpt-4-gizmo-g-1", "tiered-1", "gpt-4.5-preview"]
GROUPS, OPTIONS, PRICING, STATUS = "GET /api/group/", "GET /api/option/", "GET /api/pricing", "GET /api/status"
SHOWN: dict[str, Any] = {"model_name": "m", "quota_type": 0, "model_ratio": 1.5}


@asynccontextmanager
async def site_with_prices(generation: str) -> AsyncIterator[Stage]:
    """Open a site that sells MODELS: one at a price of its own, one by an expression, two without."""
    async with open_stage(generation, users=(ADMIN,)) as stage:
        await stage.apply(channel("a", models=MODELS, base_url="http://h.invalid", groups=["default"]))
        await set_option(stage, "SelfUseModeEnabled", "false")
        await set_option(stage, "billing_setting.billing_expr", json.dumps({"tiered-1": 'tier("base", p * 2)'}))
        await set_option(stage, "billing_setting.billing_mode", json.dumps({"tiered-1": "tiered_expr"}))
        yield stage
        await set_option(stage, "SelfUseModeEnabled", "true")
        await set_option(stage, "billing_setting.billing_mode", "{}")


async def set_option(stage: Stage, key: str, value: str) -> None:
    await stage.call("PUT", "/api/option/", {"key": key, "value": value})


def as_admin(stage: Stage) -> NewApiGateway:
    """Return the adapter of an administrator who is not root; a real server has one when it was started with `adm:10`."""
    emulated: dict[str, Any] = {"adm": {"access_token": "token-of-adm", "user_id": 2}}
    given = (stage.credentials.get("users", {}) if stage.is_real else emulated).get("adm")
    if given is None:
        pytest.skip("the server has no second administrator")
    return stage.open_with(Auth(Secret(given["access_token"]), given["user_id"]))


async def facts_of(gateway: NewApiGateway) -> SiteFacts:
    return await gateway.fetch_facts(await gateway.fetch())


def covered(facts: SiteFacts) -> dict[str, bool | None]:
    assert facts.prices is not None
    return {model: facts.prices.covers(model) for model in MODELS}


@GATEWAYS
async def test_root_sees_every_price_and_group_in_two_calls(generation: str) -> None:
    async with site_with_prices(generation) as stage:
        live = await stage.gateway.fetch()
        before = stage.gateway.calls

        facts = await stage.gateway.fetch_facts(live)

        prices = facts.prices
        assert prices is not None
        assert (prices.is_certain, prices.is_self_use, facts.findings) == (True, False, ())
        assert covered(facts) == dict.fromkeys(MODELS, True) | {"strange-1": False}
        assert prices.covers("never-seen") is False
        assert facts.groups == frozenset({"default", "vip", "svip"})
        assert stage.gateway.calls.read - before.read == 2
        assert stage.gateway.calls.write == before.write


@GATEWAYS
async def test_another_administrator_sees_what_the_site_shows_and_is_told_so(generation: str) -> None:
    async with site_with_prices(generation) as stage:
        gateway = as_admin(stage)

        facts = await facts_of(gateway)

        assert facts.prices is not None
        assert facts.prices.is_certain is False
        assert covered(facts) == dict.fromkeys(MODELS, True) | {"strange-1": False, "gpt-4.5-preview": False}
        assert facts.prices.covers("never-seen") is None
        assert facts.groups == frozenset({"default", "vip", "svip"})
        assert severities(facts.findings) == [(Severity.NOTICE, "price-missing")]
        assert "root" in facts.findings[0].detail


@GATEWAYS
@pytest.mark.parametrize("is_root", [True, False])
async def test_in_self_use_mode_no_price_is_missing(generation: str, *, is_root: bool) -> None:
    async with site_with_prices(generation) as stage:
        await set_option(stage, "SelfUseModeEnabled", "true")

        facts = await facts_of(stage.gateway if is_root else as_admin(stage))

        assert covered(facts) == dict.fromkeys(MODELS, True)
        assert facts.findings == ()


@GATEWAYS
async def test_prices_that_are_not_shown_cannot_be_told(generation: str) -> None:
    async with site_with_prices(generation) as stage:
        await set_option(stage, "HeaderNavModules", '{"pricing":{"enabled":false}}')

        facts = await facts_of(as_admin(stage))
        await set_option(stage, "HeaderNavModules", "")

        assert facts.prices is None
        assert severities(facts.findings) == [(Severity.NOTICE, "price-missing")]
        assert "root" in facts.findings[0].detail


async def test_each_generation_knows_its_types() -> None:
    async with open_stage("base") as base, open_stage("head") as head:
        old, new = (await facts_of(base.gateway)).types, (await facts_of(head.gateway)).types

    assert old is not None
    assert new is not None
    assert new - old == {58, 59, 60}
    assert {1, 14, 57} <= old
    assert not {0, 28, 61} & new


@GATEWAYS
async def test_the_one_channel_behind_a_route_is_known(generation: str) -> None:
    async with open_stage(generation) as stage:
        await stage.apply(
            channel("a", models=["x", "y"], base_url="http://h.invalid"),
            channel("b", models=["y"], base_url="http://h.invalid/v1"),
        )
        live = await stage.gateway.fetch()
        facts = await stage.gateway.fetch_facts(live)

    ids = {one.name: one.remote_id for one in live.channels}
    assert facts.sole == {ids["a"]: (Route("default", "x"),)}
    assert facts.targets is not None
    assert {one.name for one in facts.targets["openai", "http://h.invalid"]} == {"a", "b"}
    assert isinstance(stage.gateway, FactSource)


@pytest.mark.parametrize(
    ("call", "answer", "lost"),
    [
        (GROUPS, ok({"default": 1}), "groups"),
        (GROUPS, ok([1]), "groups"),
        (GROUPS, raw(404), "groups"),
        (GROUPS, httpx.ConnectError("down"), "groups"),
        (OPTIONS, ok([{"key": "ModelRatio"}]), "prices"),
        (OPTIONS, ok([{"key": "ModelRatio", "value": 1}]), "prices"),
        (OPTIONS, ok("options"), "prices"),
        (OPTIONS, raw(200, b"<html>"), "prices"),
        (OPTIONS, ok([]), "prices"),
        (OPTIONS, ok([{"key": "ModelPrice", "value": "{}"}, {"key": "ModelRatio", "value": "[broken"}]), "prices"),
    ],
)
async def test_what_cannot_be_read_is_unknown_and_a_warning(call: str, answer: Any, lost: str) -> None:
    tables = [{"key": "ModelPrice", "value": "{}"}, {"key": "ModelRatio", "value": '{"m":1}'}]
    fake = Fake().on(GROUPS, ok(["default"])).on(OPTIONS, ok(tables)).on(call, answer)
    gateway = fake.gateway()

    facts = await facts_of(gateway)
    await gateway.close()

    assert getattr(facts, lost) is None
    assert facts.groups is not None or facts.prices is not None
    assert [finding.severity for finding in facts.findings] == [Severity.WARNING]
    assert f"{lost} cannot be read" in facts.findings[0].summary


async def test_group_names_are_shown_without_what_they_repeat() -> None:
    names = ["vip", f"of {TOKEN}", "x" * 1_000_000, "a\x1b[31m"]
    gateway = Fake().on(GROUPS, ok(names)).on(OPTIONS, no()).on(STATUS, ok({"self_use_mode_enabled": True})).gateway()

    facts = await facts_of(gateway)
    await gateway.close()

    assert facts.groups == frozenset(names)
    assert len(facts.groups_shown) == 4
    assert {"vip", "a[31m", WITHHELD} <= set(facts.groups_shown)
    assert max(map(len, facts.groups_shown)) <= 64


@pytest.mark.parametrize(
    "rows",
    [
        {"m": SHOWN},
        [SHOWN | {"model_ratio": "1.5"}],
        [{"model_name": "m"}],
        [SHOWN | {"model_name": None}],
        None,
    ],
)
async def test_prices_of_another_shape_are_not_guessed(rows: Any) -> None:
    denied = no("no", status=403)
    fake = Fake().on(GROUPS, ok(["default"])).on(OPTIONS, denied).on(STATUS, ok({"self_use_mode_enabled": False}))
    gateway = fake.on(PRICING, ok(rows)).gateway()

    facts = await facts_of(gateway)
    await gateway.close()

    assert facts.prices is None
    assert facts.groups == frozenset({"default"})


@pytest.mark.parametrize(("row", "is_priced"), [({}, True), ({"model_ratio": 37.5}, False), ({"model_ratio": 0}, True)])
async def test_a_ratio_of_37_and_a_half_is_none(row: dict[str, Any], *, is_priced: bool) -> None:
    fake = Fake().on(GROUPS, ok([])).on(OPTIONS, no()).on(STATUS, ok({"self_use_mode_enabled": False}))
    gateway = fake.on(PRICING, ok([SHOWN | row])).gateway()

    facts = await facts_of(gateway)
    await gateway.close()

    assert facts.prices is not None
    assert facts.prices.covers("m") is is_priced


def severities(findings: tuple[Finding, ...]) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.rule) for finding in findings]
