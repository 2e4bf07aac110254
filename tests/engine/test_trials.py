"""Which channel is tried with which model, how many at once, and when no other starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from builders import channel, live, secret
from chanops.domain.policy import Guards, Manage, ManageMode, Selection
from chanops.domain.report import Silence
from chanops.domain.resources import ChannelState, DesiredChannel, LiveChannel, Status
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.trial import Trial, TrialRequest, TrialState
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Stop
from chanops.engine.refresh import refresh
from chanops.engine.trials import Chosen, Wish, choose_trials, model_to_try, request_for, run_trials, shown
from chanops.errors import UnreachableError
from engine.tester import TestedGateway
from memory_gateway import MemoryDialect, MemoryGateway

pytestmark = pytest.mark.anyio


@pytest.fixture
def gateway() -> TestedGateway:
    return TestedGateway(dialect=MemoryDialect(has_marks=False))


def wanted(*channels: DesiredChannel) -> Desired:
    site = Site("main", SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.DECLARED), Guards(), "team", channels=channels)
    return Desired((site,))


async def choose(gateway: MemoryGateway, *channels: DesiredChannel, asked: Selection = Selection(), **wish: Any) -> Chosen:  # noqa: B008
    gateways = {"main": gateway}
    return choose_trials(wanted(*channels), await refresh(gateways), gateways, asked, Wish(**wish))


def picked(chosen: Chosen) -> list[tuple[str, str]]:
    return [(request.channel.address.name, request.model) for request in chosen.requests]


def names(addresses: Any) -> list[str]:
    return [address.name for address in addresses]


# Choosing


@pytest.mark.parametrize(
    ("fields", "model"),
    [({"models": ["b", "a"]}, "b"), ({"models": ["b", "a"], "test_model": "a"}, "a"), ({"models": []}, "")],
)
def test_a_channel_is_tried_with_the_model_it_names_for_that_or_its_first(fields: dict[str, Any], model: str) -> None:
    assert model_to_try(live("a", **fields).fields) == model


async def test_declared_channels_that_live_are_tried_once_in_address_order(gateway: TestedGateway) -> None:
    gateway.put(live("b", remote_id="1", models=["x", "y"]), live("a", remote_id="2"), live("foreign", remote_id="3"))

    chosen = await choose(gateway, channel("b"), channel("a"), channel("c"))

    assert picked(chosen) == [("a", "gpt-4o"), ("b", "x")]
    assert names(chosen.missing) == ["c"]


async def test_what_is_to_be_absent_is_neither_tried_nor_missing(gateway: TestedGateway) -> None:
    gateway.put(live("a", remote_id="1"))

    chosen = await choose(gateway, *(channel(name, state={"state": ChannelState.ABSENT}) for name in "ab"))

    assert (picked(chosen), chosen.missing) == ([], [])


@pytest.mark.parametrize(("status", "is_tried"), [(Status.ENABLED, True), (Status.EJECTED, True), (Status.DISABLED, False)])
async def test_a_disabled_channel_is_left_out_and_an_ejected_one_is_not(
    gateway: TestedGateway, status: Status, *, is_tried: bool
) -> None:
    gateway.put(live("a", status=status))

    chosen = await choose(gateway, channel("a"))

    assert (bool(chosen.requests), bool(chosen.disabled)) == (is_tried, not is_tried)


async def test_a_disabled_channel_is_tried_when_asked_for(gateway: TestedGateway) -> None:
    gateway.put(live("a", status=Status.DISABLED))

    assert picked(await choose(gateway, channel("a"), include_disabled=True)) == [("a", "gpt-4o")]


async def test_globs_choose_models_and_a_channel_without_one_is_told(gateway: TestedGateway) -> None:
    gateway.put(live("a", remote_id="1", models=["gpt-4o", "o3", "gpt-5"]), live("b", remote_id="2", models=["o3"]))

    chosen = await choose(gateway, channel("a"), channel("b"), models=("gpt-*",))

    assert picked(chosen) == [("a", "gpt-4o"), ("a", "gpt-5")]
    assert names(chosen.without_model) == ["b"]


async def test_all_models_are_tried_but_once_where_a_trial_only_lists(gateway: TestedGateway) -> None:
    gateway.put(live("a", models=["x", "y"]))

    every = await choose(gateway, channel("a"), all_models=True)
    gateway.only_lists = True
    once = await choose(gateway, channel("a"), all_models=True)

    assert (picked(every), picked(once)) == ([("a", "x"), ("a", "y")], [("a", "x")])


async def test_a_renamed_channel_is_tried_under_its_declared_address(gateway: TestedGateway) -> None:
    gateway.put(live("old"))

    (request,) = (await choose(gateway, channel("new", state={"moved_from": "old"}))).requests

    assert str(request.channel.address) == "main/channel/new"


async def test_a_site_that_could_not_be_read_has_nothing_to_try(gateway: TestedGateway) -> None:
    gateway.fault = UnreachableError("main", "no connection")

    assert await choose(gateway, channel("a")) == Chosen()


def test_a_model_from_a_reference_is_shown_by_its_reference() -> None:
    declared = channel("a", models=[secret("MODEL", "house-model"), "gpt-4o"])
    trial = Trial(declared.address, "house-model", TrialState.PASSED)

    assert shown(trial, declared.fields).model == "(secret, from env:MODEL)"
    assert shown(Trial(declared.address, "gpt-4o", TrialState.PASSED), declared.fields).model == "gpt-4o"


# Running


def requests(*found: LiveChannel) -> list[TrialRequest]:
    return [request_for(channel, channel.address) for channel in found]


FIVE = [live(name, remote_id=name) for name in "abcde"]


@pytest.mark.parametrize("at_once", [1, 3])
async def test_no_more_run_at_once_on_a_site(gateway: TestedGateway, at_once: int) -> None:
    await run_trials(requests(*FIVE), {"main": gateway}, Silence(), stop=Stop(), at_once=at_once)

    assert (gateway.most_at_once, len(gateway.tried)) == (at_once, 5)


async def test_each_channel_is_called_once_whatever_came_of_it(gateway: TestedGateway) -> None:
    gateway.bad = {"a": TrialState.FAILED, "b": TrialState.UNCLEAR}

    trials = await run_trials(requests(*FIVE), {"main": gateway}, Silence(), stop=Stop())

    assert [trial.state.value for trial in trials] == ["failed", "unclear", "passed", "passed", "passed"]
    assert sorted(gateway.tried) == [(name, "gpt-4o") for name in "abcde"]


async def test_after_a_stop_running_calls_end_and_no_other_starts(gateway: TestedGateway) -> None:
    stop = Stop()
    gateway.during_trial = lambda _name: stop.ask("interrupted")

    trials = await run_trials(requests(*FIVE), {"main": gateway}, Silence(), stop=stop, at_once=2)

    assert [trial.state.value for trial in trials] == ["passed"] * 2 + ["not started"] * 3
    assert trials[-1].reason == "interrupted"


@dataclass
class Ear(Silence):
    """Hears the names of what starts and ends."""

    heard: list[str] = field(default_factory=list)

    def trying(self, request: TrialRequest) -> None:
        self.heard.append(f"+{request.channel.name}")

    def tried(self, trial: Trial) -> None:
        self.heard.append(f"-{trial.address.name}")


async def test_a_listener_hears_what_starts_and_ends(gateway: TestedGateway) -> None:
    ear = Ear()

    await run_trials(requests(*FIVE[:2]), {"main": gateway}, ear, stop=Stop(), at_once=1)

    assert ear.heard == ["+a", "-a", "+b", "-b"]


async def test_a_gateway_without_tests_supports_none() -> None:
    (trial,) = await run_trials(requests(FIVE[0]), {"main": MemoryGateway()}, Silence(), stop=Stop())

    assert trial.state is TrialState.UNSUPPORTED
