"""Model lists through Octopus, which hides what the provider says (contracts/octopus.md 8.3)."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel, live, secret
from chanops import sandbox
from chanops.domain.discovery import Failure, Models, State
from chanops.domain.secret import Ledger
from chanops.gateways.octopus.gateway import OctopusGateway, open_gateway
from chanops.gateways.pacing import Pacer
from chanops.sandbox.upstream import Fault, Provider
from gateways.octopus.script import g4_script, html, no, ok, open_script, site
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chanops.domain.discovery import Listing
    from chanops.domain.resources import DesiredChannel

pytestmark = pytest.mark.anyio

NAMES = ("zeta", "alpha", "Mid")
KEY, OTHER = "sk-invented-0123456789", "sk-another-9876543210"
ROUTE = "POST channel/fetch-model"
GATEWAYS = pytest.mark.parametrize("generation", ["g2", "g4"])


@dataclass
class Scene:
    """A gateway and the one provider it can reach."""

    gateway: OctopusGateway
    provider: Provider
    url: str

    async def channel(self, type_name: str = "openai", **given: Any) -> DesiredChannel:
        """Return a channel in canonical form."""
        whole = {"base_url": self.url} | {path: value for path, value in given.items() if value is not None}
        desired = channel("a", "edge", type=type_name, **whole)
        fields = {path: value for path, value in desired.fields.items() if path not in given or given[path] is not None}
        return (await self.gateway.fetch()).dialect.canonical(desired.with_fields(fields))[0]


@asynccontextmanager
async def scene(generation: str, provider: Provider | None = None) -> AsyncIterator[Scene]:
    """Open the emulator, or the real server that `CHANOPS_CONFORMANCE_OCTOPUS_G2` or `_G4` names."""
    provider = provider or Provider(NAMES, keys=frozenset({KEY, OTHER}))
    real = os.environ.get(f"CHANOPS_CONFORMANCE_OCTOPUS_{generation.upper()}")
    with ExitStack() as stack:
        if real:
            way_in = {key: value for key, value in json.loads(real).items() if key in {"username", "password", "url"}}
            transport, url = None, stack.enter_context(served(provider))
        else:
            emulator = sandbox.create("octopus", generation, reachable=(), outbound=provider)
            stack.callback(emulator.close)
            way_in = {"username": emulator.credentials.username, "password": emulator.credentials.password}
            transport, url = httpx.ASGITransport(emulator.app), "http://provider.invalid"
        gateway = open_gateway(site(**way_in), ledger=Ledger(), pacer=Pacer(), transport=transport)
        try:
            yield Scene(gateway, provider, url)
        finally:
            await gateway.close()


LISTED = [
    ("openai", "/v1/models", "authorization"),
    ("openai_responses", "/v1/models", "authorization"),
    ("anthropic", "/v1/models", "x-api-key"),
    ("gemini", "/v1beta/models", "x-goog-api-key"),
    ("volcengine", "/api/v3/models", "authorization"),
]


@GATEWAYS
@pytest.mark.parametrize(("type_name", "path", "header"), LISTED)
async def test_every_type_is_listed_whether_it_lives_or_not(generation: str, type_name: str, path: str, header: str) -> None:
    async with scene(generation) as here:
        found = await here.gateway.fetch_models(await here.channel(type_name), None)

        (request,) = here.provider.requests
        assert found == Models(NAMES, "Octopus fetch-model")
        assert (request.url.path, request.headers[header].removeprefix("Bearer ")) == (path, KEY)


@GATEWAYS
@pytest.mark.parametrize("type_name", ["anthropic", "gemini"])
async def test_all_pages_come(generation: str, type_name: str) -> None:
    async with scene(generation, Provider(NAMES, most_on_page=1)) as here:
        found = await here.gateway.fetch_models(await here.channel(type_name), None)

        assert isinstance(found, Models)
        assert found.names == NAMES


@GATEWAYS
async def test_what_is_not_declared_is_asked_as_it_lives(generation: str) -> None:
    async with scene(generation) as here:
        desired = await here.channel(key=None)
        held = live("a", "edge", type="openai", base_url=f"{here.url}/other/v1", key=secret(value=OTHER))

        found = await here.gateway.fetch_models(desired, held)

        (request,) = here.provider.requests
        assert isinstance(found, Models)
        assert (request.url.path, request.headers["authorization"]) == ("/v1/models", f"Bearer {OTHER}")


async def test_of_several_keys_one_asks() -> None:
    async with scene("g2") as here:
        desired = await here.channel(key=None, keys=[secret(), secret("B", OTHER)])

        assert isinstance(await here.gateway.fetch_models(desired, None), Models)
        assert here.provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


@GATEWAYS
async def test_the_channels_headers_go_with_it_and_its_filter_does_not(generation: str) -> None:
    async with scene(generation) as here:
        desired = await here.channel(headers={"X-Org": "7"}, octopus__match_regex="^none$")

        assert isinstance(await here.gateway.fetch_models(desired, None), Models)
        assert here.provider.requests[0].headers["x-org"] == "7"


FAULTS = [
    Fault.UNAUTHORISED,
    Fault.BARE_UNAUTHORISED,
    Fault.FORBIDDEN,
    Fault.NOT_FOUND,
    Fault.RATE_LIMITED,
    Fault.BROKEN,
    Fault.HTML,
    Fault.CUT,
    Fault.ERROR_UNDER_200,
    Fault.EMPTY,
    Fault.NO_DATA,
    Fault.NO_IDS,
    Fault.HUGE,
]


@GATEWAYS
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_fault_of_the_provider_is_a_failure_and_never_an_empty_list(generation: str, fault: Fault) -> None:
    async with scene(generation) as here:
        desired = await here.channel()
        here.provider.fault = fault

        found = await here.gateway.fetch_models(desired, None)

        assert state_of(found) is State.INVALID_RESPONSE
        assert len(here.provider.requests) == 1
        assert KEY[:12] not in repr(found)


@GATEWAYS
async def test_a_provider_that_nobody_reaches_is_a_network_error(generation: str) -> None:
    async with scene(generation) as here:
        here.provider.fault = Fault.UNREACHABLE
        desired = await here.channel(base_url="http://127.0.0.1:9")

        assert state_of(await here.gateway.fetch_models(desired, None)) is State.NETWORK_ERROR


@GATEWAYS
async def test_asking_counts_as_one_read(generation: str) -> None:
    async with scene(generation) as here:
        desired = await here.channel()
        here.provider.fault = Fault.HTML
        before = here.gateway.calls

        await here.gateway.fetch_models(desired, None)

        after = here.gateway.calls
        assert (after.read - before.read, after.write - before.write) == (1, 0)


@GATEWAYS
async def test_asking_stores_nothing(generation: str) -> None:
    async with scene(generation) as here:
        before = (await here.gateway.fetch()).channels

        await here.gateway.fetch_models(await here.channel(), None)

        assert (await here.gateway.fetch()).channels == before


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ok([]), State.INVALID_RESPONSE),
        (ok(None), State.INVALID_RESPONSE),
        (ok({"a": 1}), State.INVALID_RESPONSE),
        (ok(["a", ""]), State.INVALID_RESPONSE),
        (no(500, "failed to fetch models: dial tcp: no such host"), State.NETWORK_ERROR),
        (no(500, "invalid character '<' looking for beginning of value"), State.INVALID_RESPONSE),
        (no(500, "proxy url is empty"), State.UPSTREAM_ERROR),
        (html(500), State.INVALID_RESPONSE),
        (html(200), State.INVALID_RESPONSE),
    ],
)
async def test_every_answer_of_the_gateway_has_a_state(answer: httpx.Response, state: State) -> None:
    gateway = open_script(g4_script(**{ROUTE: answer}))
    await gateway.fetch()
    desired = channel("a", "edge", base_url="https://one.invalid/v1")

    assert state_of(await gateway.fetch_models(desired, None)) is state


async def test_a_lost_answer_is_a_failure_and_not_asked_for_again() -> None:
    script = g4_script(**{ROUTE: httpx.ReadTimeout("slow")})
    gateway = open_script(script)
    await gateway.fetch()

    found = await gateway.fetch_models(channel("a", "edge", base_url="https://one.invalid/v1"), None)

    assert state_of(found) is State.NETWORK_ERROR
    assert len(script.sent(ROUTE)) == 1


async def test_a_channel_without_an_address_is_unsupported() -> None:
    gateway = open_script(g4_script())
    await gateway.fetch()

    assert state_of(await gateway.fetch_models(channel("a", "edge"), None)) is State.UNSUPPORTED


def state_of(found: Listing) -> State:
    assert isinstance(found, Failure), found
    return found.state
