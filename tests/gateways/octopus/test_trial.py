"""What stands in for a test on Octopus: the provider's list, asked with the channel's own key (contracts/octopus.md 8.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops import domain
from chanops.domain.change import Action, Change
from chanops.domain.report import Result
from chanops.domain.resources import NOTHING
from chanops.domain.trial import TrialRequest, TrialState
from chanops.sandbox.upstream import Fault, Provider
from gateways.octopus.script import G4_ROW, g4_script, html, no, ok, open_script
from gateways.octopus.test_discovery import GATEWAYS, KEY, NAMES, ROUTE, Scene, scene

if TYPE_CHECKING:
    from chanops.domain.resources import LiveChannel

pytestmark = pytest.mark.anyio


async def alive(here: Scene) -> LiveChannel:
    """Return a channel as it lives once it is created."""
    desired = await here.channel(models=["alpha"])
    fields = {path: value for path, value in desired.fields.items() if path != "name"}
    done = await here.gateway.execute(Change(desired.address, Action.CREATE, "", None, fields))
    assert done.result is Result.DONE, done.error
    return next(c for c in (await here.gateway.fetch()).channels if c.remote_id == done.remote_id)


@GATEWAYS
async def test_a_channel_whose_provider_lists_models_passes(generation: str) -> None:
    async with scene(generation) as here:
        found = await alive(here)
        here.provider.requests.clear()

        trial = await here.gateway.try_channel(TrialRequest(found, "alpha"))

        (request,) = here.provider.requests
        await here.gateway.delete([Change(found.address, Action.DELETE, "", NOTHING, None, live=found)])
    assert (trial.state, trial.reason) == (TrialState.PASSED, f"lists {len(NAMES)} models")
    assert (request.method, request.headers["authorization"]) == ("GET", f"Bearer {KEY}")


@GATEWAYS
@pytest.mark.parametrize("fault", [Fault.UNAUTHORISED, Fault.EMPTY, Fault.HTML])
async def test_an_error_that_comes_as_an_empty_list_is_a_failure(generation: str, fault: Fault) -> None:
    async with scene(generation, Provider(NAMES, fault=fault)) as here:
        found = await alive(here)

        trial = await here.gateway.try_channel(TrialRequest(found, "alpha"))

        await here.gateway.delete([Change(found.address, Action.DELETE, "", NOTHING, None, live=found)])
    assert trial.state is TrialState.FAILED
    assert trial.reason


async def test_the_gateway_only_lists_and_counts_no_write() -> None:
    gateway = open_script(g4_script(G4_ROW, **{ROUTE: ok(["m-a"])}))
    (found,) = (await gateway.fetch()).channels

    trial = await gateway.try_channel(TrialRequest(found, "gpt-9"))

    assert isinstance(gateway, domain.trial.Tester)
    assert gateway.only_lists
    assert gateway.calls.write == 0
    assert trial.reason == "lists 1 model, this one not among them"


@pytest.mark.parametrize("answer", [html(500), no(500, "failed to fetch models: dial tcp"), html()])
async def test_whatever_comes_is_told_and_asked_once(answer: object) -> None:
    script = g4_script(G4_ROW, **{ROUTE: answer})
    gateway = open_script(script)
    (found,) = (await gateway.fetch()).channels

    trial = await gateway.try_channel(TrialRequest(found, "m-a"))

    assert trial.state is TrialState.FAILED
    assert len([r for r in script.requests if r.url.path.endswith("fetch-model")]) == 1
