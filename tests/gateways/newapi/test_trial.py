"""New API's test of one channel: what is sent, how often, and what each answer says of it (contracts/new-api.md 8.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from builders import channel, live, secret
from chanops import domain
from chanops.domain.resources import LiveChannel, Status
from chanops.domain.trial import Trial, TrialRequest, TrialState
from chanops.sandbox.upstream import Fault, Provider
from gateways.newapi.fake import TOKEN, Fake, no, ok, raw
from gateways.newapi.stage import Stage, open_stage
from upstreams.served import served

pytestmark = pytest.mark.anyio

KEY = "sk-invented-0123456789"
CALL = "GET /api/channel/test/12"
LIVE = live("a", models=["gpt-4o"])
GATEWAYS = pytest.mark.parametrize("generation", ["base", "head"])


async def try_with(*answers: Any, **request: Any) -> tuple[Trial, Fake]:
    fake = Fake().on(CALL, *answers)
    gateway = fake.gateway()
    whole: dict[str, Any] = {"channel": LIVE, "model": "gpt-4o"} | request
    trial = await gateway.try_channel(TrialRequest(**whole))
    assert (gateway.calls.read, gateway.calls.write) == (0, len(fake.requests)), "a test counts as a write"
    await gateway.close()
    return trial, fake


def succeeded(**beside: Any) -> Any:
    return lambda _request: httpx.Response(200, json={"success": True, "message": "", **beside})


def test_the_gateway_can_try_channels_by_real_calls() -> None:
    gateway = Fake().gateway()

    assert isinstance(gateway, domain.trial.Tester)
    assert not gateway.only_lists


async def test_the_seconds_are_the_gateways() -> None:
    trial, _ = await try_with(succeeded(time=1.25))

    assert (trial.state, trial.seconds, trial.reason) == (TrialState.PASSED, 1.25, "")


@pytest.mark.parametrize("time", [None, "1", True, -1, 1e300])
async def test_seconds_that_make_no_sense_are_measured_here(time: object) -> None:
    trial, _ = await try_with(succeeded(time=time))

    assert trial.state is TrialState.PASSED
    assert 0 <= trial.seconds < 60


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {"model": "gpt-4o"}),
        ({"model": ""}, {}),
        ({"endpoint": "embeddings", "is_stream": True}, {"model": "gpt-4o", "endpoint_type": "embeddings", "stream": "true"}),
        ({"is_stream": False}, {"model": "gpt-4o", "stream": "false"}),
    ],
)
async def test_what_was_asked_for_is_sent(given: dict[str, Any], sent: dict[str, str]) -> None:
    _, fake = await try_with(succeeded(), **given)

    assert [dict(request.url.params) for request in fake.requests] == [sent]


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (no("bad response status code 401"), TrialState.FAILED, "New API: bad response status code 401"),
        (no(f"no such key {TOKEN}"), TrialState.FAILED, "New API: (message withheld: it repeats a secret)"),
        (raw(502, b"<html>"), TrialState.UNCLEAR, "New API: HTTP 502"),
        (raw(200, b"<html>"), TrialState.UNCLEAR, "New API: JSON was expected, but HTTP 200 brought HTML"),
        (no(status=403), TrialState.UNCLEAR, "New API: HTTP 403 no"),
        (httpx.ReadTimeout("slow"), TrialState.UNCLEAR, "no answer within the time-out"),
        (httpx.ReadError("cut"), TrialState.UNCLEAR, "the connection broke before the answer was whole"),
        (httpx.ConnectError("gone"), TrialState.UNCLEAR, "no connection: is the gateway running, and is the url right?"),
    ],
)
async def test_whatever_comes_is_told_and_nothing_is_sent_twice(answer: Any, state: TrialState, reason: str) -> None:
    fake = Fake().on(CALL, answer)
    gateway = fake.gateway()
    await gateway.fetch()

    trial = await gateway.try_channel(TrialRequest(LIVE, "gpt-4o"))

    assert (trial.state, trial.reason) == (state, reason)
    assert len(fake.sent(CALL)) == 1


async def test_a_call_that_waits_for_the_rate_limit_when_the_run_is_stopped_was_not_started() -> None:
    fake = Fake().on(CALL, raw(429))
    gateway = fake.gateway()
    gateway._link.pacer.end_waits()

    trial = await gateway.try_channel(TrialRequest(LIVE, "gpt-4o"))

    assert trial.state is TrialState.NOT_STARTED


@pytest.mark.parametrize("number", [2, 5, 36, 50, 51, 52, 54])
async def test_types_that_queue_tasks_are_not_called(number: int) -> None:
    trial, fake = await try_with(ok(), channel=live("a", type=number))

    assert (trial.state, fake.requests) == (TrialState.UNSUPPORTED, [])


# Emulated or real


async def alive(stage: Stage, url: str, **fields: Any) -> LiveChannel:
    whole: dict[str, Any] = {"base_url": url, "key": secret(value=KEY), "models": ["gpt-4o", "gpt-4o-mini"]} | fields
    await stage.apply(channel("a", **whole))
    (found,) = (await stage.gateway.fetch()).channels
    return found


@GATEWAYS
@pytest.mark.parametrize("enabled", [True, False])
async def test_a_good_channel_passes_and_keeps_its_status(generation: str, *, enabled: bool) -> None:
    provider = Provider(("gpt-4o",), keys=frozenset({KEY}))
    with served(provider) as url:
        async with open_stage(generation) as stage:
            found = await alive(stage, url, enabled=enabled)

            trial = await stage.gateway.try_channel(TrialRequest(found, "gpt-4o"))

            (after,) = (await stage.gateway.fetch()).channels
    assert (trial.state, trial.reason) == (TrialState.PASSED, "")
    assert after.status is found.status is (Status.ENABLED if enabled else Status.DISABLED)
    assert len(provider.asked("/chat/completions")) == 1


@GATEWAYS
@pytest.mark.parametrize("fault", [Fault.UNAUTHORISED, Fault.RATE_LIMITED, Fault.BROKEN, Fault.HTML])
async def test_a_provider_that_refuses_fails_the_channel_and_keeps_its_status(generation: str, fault: Fault) -> None:
    provider = Provider(("gpt-4o",), fault=fault)
    with served(provider) as url:
        async with open_stage(generation) as stage:
            found = await alive(stage, url)

            trial = await stage.gateway.try_channel(TrialRequest(found, "gpt-4o"))

            (after,) = (await stage.gateway.fetch()).channels
    assert (trial.state, after.status) == (TrialState.FAILED, Status.ENABLED)
    assert trial.reason
    assert len(provider.requests) == 1


@GATEWAYS
async def test_the_model_is_the_one_that_was_asked_for(generation: str) -> None:
    provider = Provider(("gpt-4o-mini",), keys=frozenset({KEY}))
    with served(provider) as url:
        async with open_stage(generation) as stage:
            request = TrialRequest(await alive(stage, url), "gpt-4o")

            trials = [await stage.gateway.try_channel(replace(request, model=model)) for model in ("gpt-4o", "gpt-4o-mini")]

    assert [trial.state for trial in trials] == [TrialState.FAILED, TrialState.PASSED]
