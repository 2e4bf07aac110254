"""What the groups of an Octopus tell (contracts/upstreams.md 5, contracts/octopus.md 9)."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel
from chanops import sandbox
from chanops.domain.change import Action, Change
from chanops.domain.facts import FactSource, SiteFacts
from chanops.domain.finding import Severity
from chanops.domain.gateway import Route
from chanops.domain.report import Result
from chanops.domain.secret import Ledger
from chanops.gateways.octopus.gateway import OctopusGateway, open_gateway
from chanops.gateways.pacing import Pacer
from gateways.octopus.script import g2_row, g2_script, html, no, ok, open_script, site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chanops.domain.gateway import LiveSite

pytestmark = pytest.mark.anyio

GATEWAYS = pytest.mark.parametrize("generation", ["g2", "g4"])
GROUPS = "GET group/list"
URL = "http://one.invalid/v1"


@asynccontextmanager
async def opened(generation: str) -> AsyncIterator[OctopusGateway]:
    """Open the emulator, or the real server that `CHANOPS_CONFORMANCE_OCTOPUS_G2` or `_G4` names."""
    real = os.environ.get(f"CHANOPS_CONFORMANCE_OCTOPUS_{generation.upper()}")
    with ExitStack() as stack:
        emulator = sandbox.create("octopus", generation, reachable=())
        stack.callback(emulator.close)
        credentials = json.loads(real) if real else vars(emulator.credentials)
        way_in = {key: value for key, value in credentials.items() if key in {"username", "password", "url"}}
        transport = None if real else httpx.ASGITransport(emulator.app)
        gateway = open_gateway(site(**way_in), ledger=Ledger(), pacer=Pacer(), transport=transport)
        yield gateway
        await gateway.close()


async def two_channels(gateway: OctopusGateway) -> tuple[LiveSite, dict[str, str]]:
    """Return the site with the channels `fact-a` and `fact-b`, and their ids; a group uses the first of them alone."""
    await gateway.fetch()
    for name in ("fact-a", "fact-b"):
        desired = channel(name, "edge", base_url=URL, models=["m-a", "m-b"], enabled=True)
        outcome = await gateway.execute(Change(desired.address, Action.CREATE, "", None, desired.fields))
        assert outcome.result is Result.DONE
    live = await gateway.fetch()
    ids = {one.name: one.remote_id for one in live.channels}
    items = [{"channel_id": int(ids["fact-a"]), "model_name": "m-a", "priority": 1, "weight": 1}]
    made = await gateway._api._write("POST", "/group/create", json={"name": f"facts-{ids['fact-a']}", "items": items})
    assert made.is_done
    return live, ids


@GATEWAYS
async def test_groups_tell_routes_in_one_call(generation: str) -> None:
    async with opened(generation) as gateway:
        live, ids = await two_channels(gateway)
        before = gateway.calls

        facts = await gateway.fetch_facts(live)

        after = gateway.calls
        for name in ("fact-a", "fact-b"):
            await gateway._api.delete_channel(int(ids[name]))
    assert isinstance(gateway, FactSource)
    assert (after.read - before.read, after.write - before.write) == (1, 0)
    assert facts.routed is not None
    assert ids["fact-a"] in facts.routed
    assert ids["fact-b"] not in facts.routed
    assert facts.sole is not None
    assert facts.sole[ids["fact-a"]] == (Route(f"facts-{ids['fact-a']}", "m-a"),)
    assert facts.targets is not None
    assert {"fact-a", "fact-b"} <= {one.name for one in facts.targets["openai", "http://one.invalid"]}
    assert (facts.groups, facts.prices, facts.findings) == (None, None, ())


@GATEWAYS
async def test_each_generation_knows_its_types_and_how_clients_fare(generation: str) -> None:
    async with opened(generation) as gateway:
        facts = await gateway.fetch_facts(await gateway.fetch())

    assert facts.types == frozenset(range(6 if generation == "g2" else 5))
    assert facts.is_waiting_for_unrouted is (generation == "g4")


@pytest.mark.parametrize("answer", [no(500), html(), ok({"a": 1}), ok([{"name": 7}]), ok([{"name": "g", "items": [{}]}])])
async def test_groups_that_cannot_be_read_are_unknown(answer: Any) -> None:
    gateway = open_script(g2_script(g2_row(), **{GROUPS: answer}))

    facts: SiteFacts = await gateway.fetch_facts(await gateway.fetch())
    await gateway.close()

    assert (facts.routed, facts.sole) == (None, None)
    assert facts.types is not None
    assert [(finding.severity, finding.rule) for finding in facts.findings] in (
        [(Severity.WARNING, "octopus-unrouted")],
        [(Severity.NOTICE, "octopus-unrouted")],
    )
