"""What is wrong with a channel by what its gateway tells: each row with a twin that is fine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from builders import channel, live, secret
from chanops.checks import living
from chanops.checks.neighbours import Neighbours
from chanops.domain.facts import Prices, SiteFacts, addresses_of, find_sole, group_by_target
from chanops.domain.gateway import Route
from chanops.domain.policy import LastRoute
from chanops.domain.resources import ChannelState, LiveChannel, Mark, Status
from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.vocabulary import SiteKind
from checks.subjects import found, site, subject, told

ABSENT = {"state": ChannelState.ABSENT}
KEY = "sk-invented-0123456789"


def priced(*names: str, **given: Any) -> SiteFacts:
    return SiteFacts(prices=Prices(frozenset(names), **given))


def alone(*models: str, remote_id: str = "12") -> SiteFacts:
    return SiteFacts(sole={remote_id: tuple(Route("default", model) for model in models)})


def beside(*channels: LiveChannel) -> SiteFacts:
    return SiteFacts(targets=group_by_target(channels))


def test_price_missing() -> None:
    of = channel("a", models=["gpt-4o", "strange-1"], model_mapping={"mine": "gpt-4o"})

    (finding,) = found(living.check_prices, subject(of, facts=priced("gpt-4o")))

    assert (finding.severity.value, finding.rule, finding.field) == ("error", "price-missing", "models")
    assert finding.summary == "the site has no price for strange-1, mine"
    assert found(living.check_prices, subject(of, facts=priced("gpt-4o", "strange-1", "mine"))) == []


@pytest.mark.parametrize("facts", [None, SiteFacts(), priced(is_self_use=True), priced(unpriced=frozenset({"other"}))])
def test_no_price_is_missing_where_that_cannot_be_told_or_does_not_matter(facts: SiteFacts | None) -> None:
    assert found(living.check_prices, subject(channel("a", models=["strange-1"]), facts=facts)) == []


def test_a_price_that_only_seems_to_be_missing_is_a_warning() -> None:
    facts = priced(unpriced=frozenset({"strange-1"}))

    assert told(living.check_prices, subject(channel("a", models=["strange-1"]), facts=facts)) == [
        ("warning", "price-missing", "models")
    ]


@pytest.mark.parametrize("given", [{"enabled": False}, {"state": ABSENT}])
def test_what_nobody_can_ask_for_needs_no_price(given: dict[str, Any]) -> None:
    assert found(living.check_prices, subject(channel("a", models=["strange-1"], **given), facts=priced())) == []


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4-gizmo-g-1", "gpt-4-gizmo-*"),
        ("gpt-4o-gizmo-g-1", "gpt-4o-gizmo-*"),
        ("gemini-2.5-flash-lite-thinking-128", "gemini-2.5-flash-lite-thinking-*"),
        ("gemini-2.5-flash-thinking-1", "gemini-2.5-flash-thinking-*"),
        ("gemini-2.5-pro-preview-thinking-1", "gemini-2.5-pro-thinking-*"),
        ("gpt-4o-openai-compact", "*-openai-compact"),
    ],
)
def test_a_few_families_share_a_price(model: str, name: str) -> None:
    assert Prices(frozenset({name})).covers(model) is True
    assert Prices(frozenset({model.rpartition("-")[0]})).covers(model) is False


def test_a_model_billed_by_an_expression_is_priced_by_its_own_name_alone() -> None:
    prices = Prices(expressions=frozenset({"tiered-1", "gpt-4-gizmo-*"}))

    assert (prices.covers("tiered-1"), prices.covers("gpt-4-gizmo-g-1")) == (True, False)


def test_group_unknown() -> None:
    facts = SiteFacts(groups=frozenset({"default", "vip"}))

    (finding,) = found(living.check_groups, subject(channel("a", groups=["default", "gold"]), facts=facts))

    assert (finding.severity.value, finding.rule, finding.field) == ("warning", "group-unknown", "groups")
    assert finding.summary == "the site does not know these groups: gold"
    assert found(living.check_groups, subject(channel("a", groups=["vip"]), facts=facts)) == []
    assert found(living.check_groups, subject(channel("a", groups=["gold"]), facts=SiteFacts())) == []


def test_a_group_by_reference_is_not_shown_by_value() -> None:
    facts = SiteFacts(groups=frozenset({"default"}))

    (finding,) = found(living.check_groups, subject(channel("a", groups=[secret("G", "inner-circle")]), facts=facts))

    assert finding.summary == "the site does not know these groups: (secret, from env:G)"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"enabled": False}, "enabled"),
        ({"state": ABSENT}, ""),
        ({"models": ["o3"]}, "models"),
        ({"groups": ["vip"]}, "models"),
    ],
)
def test_last_route(given: dict[str, Any], field: str) -> None:
    held = live("a", groups=["default"])
    of = channel("a", **given)

    (finding,) = found(living.check_last_route, subject(of, live=held, facts=alone("gpt-4o")))

    assert (finding.severity.value, finding.rule, finding.field) == ("warning", "last-route", field)
    assert finding.summary == "no other enabled channel serves default/gpt-4o"
    assert found(living.check_last_route, subject(channel("a"), live=held, facts=alone("gpt-4o"))) == []
    assert found(living.check_last_route, subject(of, live=held, facts=alone("gpt-4o", remote_id="13"))) == []


def test_another_channel_of_the_file_takes_a_route_over() -> None:
    off = subject(channel("a", enabled=False), live=live("a", groups=["default"]), facts=alone("gpt-4o"))

    assert found(living.check_last_route, replace(off, others=Neighbours([channel("b")]))) == []
    for other in (channel("b", state=ABSENT), channel("b", enabled=False), channel("b", groups=["vip"])):
        assert len(found(living.check_last_route, replace(off, others=Neighbours([other])))) == 1
    on_octopus = replace(off, site=site(SiteKind.OCTOPUS), others=Neighbours([channel("b")]))
    assert len(found(living.check_last_route, on_octopus)) == 1


def test_a_route_that_may_go_is_not_warned_of() -> None:
    off = subject(channel("a", enabled=False), live=live("a"), facts=alone("gpt-4o"))

    assert found(living.check_last_route, replace(off, site=site(retire=("default/*",)))) == []
    assert found(living.check_last_route, replace(off, site=site(last_route=LastRoute.OFF))) == []


def test_only_a_route_with_one_channel_has_a_last_one() -> None:
    shared, single = Route("default", "a"), Route("default", "b")

    assert find_sole({shared: frozenset({"1", "2"}), single: frozenset({"1"})}) == {"1": (single,)}


def test_type_unknown() -> None:
    facts = SiteFacts(types=frozenset({1, 14}))

    assert told(living.check_type, subject(channel("a", type="sub2api"), facts=facts)) == [("error", "type-unknown", "type")]
    assert told(living.check_type, subject(channel("a", type=99), facts=facts)) == [("error", "type-unknown", "type")]
    assert found(living.check_type, subject(channel("a", type="anthropic"), facts=facts)) == []
    assert found(living.check_type, subject(channel("a", type="sub2api"), facts=SiteFacts())) == []


def test_a_type_that_only_forks_have_is_a_warning_since_nothing_tells_a_fork() -> None:
    facts = SiteFacts(types=frozenset({1, 14}))

    for number in (100, 150):
        assert told(living.check_type, subject(channel("a", type=number), facts=facts)) == [("warning", "type-unknown", "type")]


def test_a_type_that_lives_there_is_known_there() -> None:
    facts = SiteFacts(types=frozenset({1}))

    assert found(living.check_type, subject(channel("a", type=150), live=live("a", type=150), facts=facts)) == []


def test_octopus_unrouted() -> None:
    held = live("a", remote_id="12")

    (finding,) = found(living.check_unrouted, subject(channel("a"), live=held, facts=SiteFacts(routed=frozenset({"13"}))))

    assert (finding.severity.value, finding.rule) == ("warning", "octopus-unrouted")
    assert "wait" not in finding.detail
    assert found(living.check_unrouted, subject(channel("a"), live=held, facts=SiteFacts(routed=frozenset({"12"})))) == []
    assert found(living.check_unrouted, subject(channel("a"), live=held, facts=SiteFacts())) == []
    assert found(living.check_unrouted, subject(channel("a"), facts=SiteFacts(routed=frozenset()))) == []


def test_clients_of_octopus_0_11_wait_for_a_channel() -> None:
    facts = SiteFacts(routed=frozenset(), is_waiting_for_unrouted=True)

    (finding,) = found(living.check_unrouted, subject(channel("a"), live=live("a"), facts=facts))

    assert "wait instead of being refused" in finding.detail


URL = "https://h.example"


@pytest.mark.parametrize("held", [{"key": Secret(KEY), "models": ["o3"]}, {"key": Fingerprint.make([KEY], bytes(16))}, {}])
def test_target_dup(held: dict[str, Any]) -> None:
    twin = live("by-hand", remote_id="40", base_url=f"{URL}/v1", **held)

    (finding,) = found(living.check_foreign_target, subject(channel("a", base_url=URL), facts=beside(twin)))

    assert (finding.severity.value, finding.rule) == ("warning", "target-dup")
    assert finding.summary == '"by-hand" (id 40) has the same type and address, and nobody declares it'


@pytest.mark.parametrize(
    "held",
    [
        {"key": Secret("sk-another-9876543210")},
        {"models": ["o3"]},
        {"type": "anthropic"},
        {"base_url": "https://other.example"},
    ],
)
def test_a_foreign_channel_that_differs_is_no_double(held: dict[str, Any]) -> None:
    twin = live("by-hand", remote_id="40", **{"base_url": URL} | held)

    assert found(living.check_foreign_target, subject(channel("a", base_url=URL), facts=beside(twin))) == []


def test_channels_of_the_files_and_our_own_are_not_foreign() -> None:
    twin = live("b", remote_id="40", base_url=URL)
    of = subject(channel("a", base_url=URL), facts=beside(twin))

    declared = [channel("b"), channel("c", state={"moved_from": "b"}), channel("c", state={"pin": "40"})]
    assert [found(living.check_foreign_target, replace(of, others=Neighbours([sibling]))) for sibling in declared] == [
        [],
        [],
        [],
    ]
    assert found(living.check_foreign_target, replace(of, live=twin)) == []
    ours = replace(twin, mark=Mark("team", "b", None, "40"))
    assert found(living.check_foreign_target, replace(of, facts=beside(ours))) == []


def test_a_copy_of_our_own_channel_is_foreign() -> None:
    copy = replace(live("a_copy", remote_id="41", base_url=URL), mark=Mark("team", "a", None, "40"))

    assert len(found(living.check_foreign_target, subject(channel("a", base_url=URL), facts=beside(copy)))) == 1


def test_every_address_of_a_channel_counts() -> None:
    twin = live("b", remote_id="40", base_urls=[f"{URL}/v1", "https://two.example/v1"], status=Status.DISABLED)

    assert addresses_of(twin.fields) == (URL, "https://two.example")
    assert len(found(living.check_foreign_target, subject(channel("a", base_url=f"{URL}/v1/"), facts=beside(twin)))) == 1


def test_nothing_is_said_without_facts() -> None:
    of = subject(channel("a", type=150, groups=["x"], models=["y"]), live=live("a"))

    assert [finding for check in living.LIVING for finding in check(of)] == []


def test_what_files_know_of_is_not_looked_at_again_and_again() -> None:
    held = beside(live("b", remote_id="40", base_url=URL), live("by-hand", remote_id="41", base_url=URL))
    assert held.targets is not None

    (left,) = Neighbours([channel("a"), channel("b")]).strangers_in(held.targets).values()

    assert [stranger.name for stranger in left] == ["by-hand"]
