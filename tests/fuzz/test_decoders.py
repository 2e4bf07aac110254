"""Damaged answers of both gateways: read, shown, planned and written on, or an error of ours; never anything else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chanops.config import load
from chanops.domain.plan import Plan
from chanops.domain.policy import Selection
from chanops.domain.secret import Ledger
from chanops.engine.planner import Asked, plan_site
from chanops.errors import GatewayError
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter
from chanops.render.channel_yaml import render_channel
from chanops.render.channels import channels_to_json, render_channels
from chanops.render.registry import FORMATS
from fuzz.answers import Answer, path_of, recorded
from fuzz.mutate import damaged_bytes, damaged_json

bounded = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
GENERATIONS = ["newapi-base", "newapi-head", "octopus-g2", "octopus-g4"]
KEY = "sk-canary-4711"
CONFIGURATION = """
version: 1
allow_plaintext_secrets: true
owner: team
sites:
  newapi:
    kind: newapi
    url: http://main.invalid
    auth: {access_token: token-canary-4711, user_id: 1}
    manage: all
    channels: &channels
    - {name: A, type: openai, base_url: "https://a.example", key: sk-canary-4711, models: [gpt-4o, b], param_override: {a: 1}}
    - {name: B, type: openai, base_url: "https://b.example", key: sk-canary-4711, models: [gpt-4o], proxy: "http://p.example"}
    - {name: a, type: openai, base_url: "https://a.example", key: sk-canary-4711, models: [gpt-4o, b], enabled: false}
    - {name: one, type: openai, base_url: "https://a.example", keys: [sk-canary-4711], models: [gpt-4o, b]}
    - {name: new, type: anthropic, base_url: "https://a.example", key: sk-canary-4711, models: [claude], headers: {X: y}}
  login:
    kind: newapi
    url: http://main.invalid
    auth: {username: root, password: password-canary-4711}
    manage: all
    channels: *channels
  octopus:
    kind: octopus
    url: http://edge.invalid
    auth: {username: admin, password: password-canary-4711}
    manage: all
    channels: *channels
"""


class HandTimer:
    """A clock that jumps: waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class Site:
    """Answers every call with a recorded answer, damaged now and then; at most so many calls."""

    def __init__(self, generation: str, data: st.DataObject) -> None:
        self.known = recorded(generation)
        self.data = data
        self.calls = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        answers = self.known.get(f"{request.method} {path_of(request.url.path)}")
        if not answers or self.calls > 60:
            return httpx.Response(404, text="404 page not found")
        good = [answer for answer in answers if 200 <= answer.status < 300] or answers
        answer = self.data.draw(st.sampled_from(good if self.data.draw(st.integers(0, 7)) else answers))
        if answer.status == 429:
            return httpx.Response(503)
        content = self.data.draw(self._damaged(answer)) if not self.data.draw(st.integers(0, 5)) else answer.content
        return httpx.Response(answer.status, headers=answer.headers, content=content)

    def _damaged(self, answer: Answer) -> st.SearchStrategy[bytes]:
        as_bytes = damaged_bytes(answer.content)
        if isinstance(answer.body, str):
            return as_bytes
        return st.one_of(as_bytes, *[damaged_json(answer.body).map(lambda value: json.dumps(value).encode())] * 3)


async def live_through(name: str, site: Any, answers: Site) -> None:
    """Read the site, show and plan it, and carry the plan out: as a run does."""
    gateway = find_adapter(site.kind)(
        site, ledger=Ledger(), pacer=Pacer(HandTimer()), transport=httpx.MockTransport(answers), url="http://gateway.invalid"
    )
    said = ""
    try:
        live = await gateway.fetch()
        assert_shown(live.channels)
        part = plan_site(site, live, Asked(Selection()))
        plan = Plan(sites=(part,))
        for form in FORMATS.values():
            assert KEY not in form(plan)
        await gateway.fetch_routes(live)
        deletes = [change for change in plan.pending if change.action.value == "delete"]
        outcomes = [await gateway.execute(change) for change in plan.pending if change not in deletes]
        outcomes += await gateway.delete(deletes)
        assert len(outcomes) == len(plan.pending)
        said = " ".join(outcome.error for outcome in outcomes)
    except GatewayError as error:
        said = f"{error} {error.hint}"
    finally:
        await gateway.close()
    assert "canary-4711" not in said


def assert_shown(channels: Any) -> None:
    listed = [(channel, "foreign") for channel in channels]
    json.dumps(channels_to_json(listed), allow_nan=False)
    texts = [render_channels(listed, wide=True), *(render_channel(channel, "foreign") for channel in channels)]
    assert all(line.isprintable() for text in texts for line in text.split("\n"))


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file: Path = tmp_path_factory.mktemp("fuzz") / "channels.yaml"
    file.write_text(CONFIGURATION)
    loaded = load([file])
    assert not loaded.has_errors
    return {site.name: site for site in loaded.desired.sites}


@pytest.mark.parametrize("generation", GENERATIONS)
@bounded
@given(st.data())
def test_damaged_answers_end_in_an_error_of_ours(generation: str, sites: dict[str, Any], data: st.DataObject) -> None:
    kind = generation.partition("-")[0]
    name = data.draw(st.sampled_from(["newapi", "login"])) if kind == "newapi" else kind

    asyncio.run(live_through(name, sites[name], Site(generation, data)))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_recorded_answers_are_worth_damaging(generation: str) -> None:
    answers = recorded(generation)

    assert len(answers) > 10
    assert any(call.endswith(("/channel/", "/channel/list")) and len(known) > 5 for call, known in answers.items())
