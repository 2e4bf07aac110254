"""Two sides held against each other: which values are the same, and which cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from builders import channel, live, secret
from chanops.domain.address import Address
from chanops.domain.change import Action
from chanops.domain.models import ModelRule
from chanops.domain.policy import Guards, Manage, ManageMode, Selection
from chanops.domain.resources import ChannelState, DesiredChannel, LiveChannel, Status
from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.difference import find_difference
from chanops.engine.sides import Side, declared_side
from chanops.gateways.newapi.dialect import NewApiDialect
from chanops.gateways.newapi.generations import HEAD, Permissions
from chanops.gateways.octopus.dialect import OctopusDialect
from chanops.gateways.octopus.generations import G2 as PROFILE_G2
from chanops.gateways.octopus.generations import G4 as PROFILE_G4

if TYPE_CHECKING:
    from chanops.domain.gateway import Dialect
    from chanops.domain.plan import SitePlan

NEWAPI = NewApiDialect(HEAD, Permissions())
G2 = OctopusDialect(PROFILE_G2)
G4 = OctopusDialect(PROFILE_G4)


def side(name: str, *channels: DesiredChannel | LiveChannel, dialect: Dialect | None = None) -> Side:
    return Side(name, name, dialect.kind if dialect else SiteKind.NEWAPI, channels, dialect)


def difference(one: Side, two: Side, **selection: Any) -> SitePlan:
    return find_difference(one, two, Selection(**selection))


def differing(one: Side, two: Side) -> list[str]:
    return [field.path for change in difference(one, two).changes for field in change.fields]


def addresses(one: Dialect, before: str, two: Dialect, after: str, type_name: str = "openai") -> bool:
    """Tell whether two live addresses count as the same."""
    a, b = (live("A", type=type_name, base_url=url) for url in (before, after))
    return differing(side("a", a, dialect=one), side("b", b, dialect=two)) == []


# Addresses


@pytest.mark.parametrize(
    ("one", "before", "two", "after", "type_name"),
    [
        (NEWAPI, "https://h", G2, "https://h/v1", "openai"),
        (NEWAPI, "https://h", G4, "https://h/v1beta", "gemini"),
        (G4, "https://h/api/v3", NEWAPI, "https://h", "volcengine"),
        (G2, "https://h/v1", G4, "https://h/v1", "openai"),
        (G2, "https://h/api/paas/v4", G4, "https://h/api/paas/v4#", "openai"),
        (NEWAPI, "https://h/v1", NEWAPI, "https://h/v1", "openai"),
    ],
)
def test_two_addresses_are_one_where_both_gateways_call_the_same(
    one: Dialect, before: str, two: Dialect, after: str, type_name: str
) -> None:
    assert addresses(one, before, two, after, type_name)


@pytest.mark.parametrize(
    ("one", "before", "two", "after"),
    [
        (NEWAPI, "https://h/v1", G2, "https://h/v1"),  # New API calls /v1/v1
        (NEWAPI, "https://h/v1", NEWAPI, "https://h"),
        (NEWAPI, "https://h/api/paas/v4", G2, "https://h/api/paas/v4"),  # New API calls /v4/v1
        (NEWAPI, "https://h/api/paas/v4", G4, "https://h/api/paas/v4#"),
        (G2, "https://h", G4, "https://h/v1"),  # v0.9 adds no version
        (NEWAPI, "https://h", G4, "https://other/v1"),
    ],
)
def test_two_addresses_differ_where_the_gateways_call_two_things(one: Dialect, before: str, two: Dialect, after: str) -> None:
    assert not addresses(one, before, two, after)


def test_one_address_is_the_same_as_a_list_of_it() -> None:
    one = live("A", base_urls=["https://h/v1", "https://i/v1"])
    two = live("A", base_urls=["https://i/v1", "https://h/v1"])

    assert differing(side("a", one, dialect=G2), side("b", two, dialect=G2)) == []
    assert differing(side("a", one, dialect=G2), side("b", live("A", base_url="https://h/v1"), dialect=G4)) == ["base_url"]


def test_a_declared_address_is_taken_in_the_form_of_the_gateway_it_is_held_against() -> None:
    declared = Side("file", "b", SiteKind.OCTOPUS, (channel("A", base_url="https://h/"),))

    assert "base_url" not in differing(side("a", live("A", base_url="https://h/v1"), dialect=G4), declared)


def test_two_declared_addresses_are_reduced_to_their_roots() -> None:
    one, two = (side(name, channel("A", base_url=url)) for name, url in {"a": "https://h/v1/", "b": "https://h"}.items())

    assert differing(one, two) == []
    assert differing(one, side("b", channel("A", base_url="https://h/x"))) == ["base_url"]


# What is compared


def test_of_a_declared_channel_only_what_it_says_is_compared_and_not_what_it_ignores() -> None:
    held = live("A", weight=5, priority=3, tag="x")
    wanted = channel("A", weight=6, priority=4, state={"ignore": frozenset({"priority"})})

    assert differing(side("a", held, dialect=NEWAPI), side("b", wanted)) == ["weight"]
    assert differing(side("b", wanted), side("a", held, dialect=NEWAPI)) == ["weight"]


def test_two_files_differ_in_what_only_one_says() -> None:
    assert differing(side("a", channel("A", weight=5)), side("b", channel("A", priority=1))) == ["priority", "weight"]


def test_between_two_kinds_only_what_both_have_is_compared() -> None:
    one = side("a", live("A", base_url="https://h", groups=["vip"], weight=3, proxy=""), dialect=NEWAPI)
    two = side("b", live("A", base_url="https://h/v1", proxy=False, octopus__auto_sync=True), dialect=G4)

    found = difference(one, two)

    assert [change.action for change in found.changes] == [Action.NO_OP]
    assert "not compared, since only one side has it: groups, weight, octopus.auto_sync" in [f.summary for f in found.findings]


def test_the_models_of_a_rule_are_not_compared() -> None:
    ruled = replace(channel("A", models=None), rule=ModelRule())
    ruled = ruled.with_fields({path: value for path, value in ruled.fields.items() if path != "models"})

    found = difference(side("a", ruled), side("b", channel("A", models=["x"])))

    assert [change.action for change in found.changes] == [Action.NO_OP]
    assert [f.summary for f in found.findings] == ["its models come from a rule, and are not compared"]


def test_an_absent_channel_of_a_file_is_not_there() -> None:
    gone = channel("A", state={"state": ChannelState.ABSENT})
    site = Site("main", SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.DECLARED), Guards(), channels=(gone, channel("B")))

    assert [c.name for c in declared_side("file", site).channels] == ["B"]


def test_an_ejected_channel_is_told_of() -> None:
    one, two = live("A", status=Status.EJECTED), live("A")

    found = difference(side("a", one, dialect=NEWAPI), side("b", two, dialect=NEWAPI))

    assert "was disabled by the gateway on a after failed calls" in [f.summary for f in found.findings]


# Keys


def test_keys_of_octopus_are_compared_whatever_their_number() -> None:
    one = live("A", keys=[Secret("sk-1"), Secret("sk-2")])

    assert differing(side("a", one, dialect=G2), side("b", live("A", keys=[Secret("sk-2"), Secret("sk-1")]), dialect=G2)) == []
    assert differing(side("a", one, dialect=G2), side("b", live("A", key=Secret("sk-1")), dialect=G4)) == ["key"]


def test_a_key_that_new_api_hides_is_a_notice_even_with_a_fingerprint() -> None:
    one, two = (live("A", key=Fingerprint.make([key], b"0123456789abcdef")) for key in ("sk-1", "sk-2"))

    found = difference(side("a", one, dialect=NEWAPI), side("b", two, dialect=NEWAPI))

    assert [change.action for change in found.changes] == [Action.NO_OP]
    assert "keys are not compared: New API never shows them" in [f.summary for f in found.findings]


def test_keys_of_two_files_are_compared_by_their_references() -> None:
    def fail() -> str:
        raise AssertionError("no secret is asked for")

    one, same, other = (channel("A", key=Secret(fail, f"env:{name}")) for name in ("X", "X", "Y"))

    assert differing(side("a", one), side("b", same)) == []
    assert differing(side("a", one), side("b", other)) == ["key"]


# Matching and choosing


def test_what_only_one_side_has_is_a_create_or_a_delete_at_an_address_of_the_first() -> None:
    one, two = side("a", channel("Old", "a"), channel("Both", "a")), side("b", channel("New", "b"), channel("Both", "b"))

    found = difference(one, two)

    assert [(c.address, c.action) for c in found.changes] == [
        (Address.channel("a", "Both"), Action.NO_OP),
        (Address.channel("a", "New"), Action.CREATE),
        (Address.channel("a", "Old"), Action.DELETE),
    ]


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({"targets": ("a/channel/X",)}, ["X"]),
        ({"targets": ("b/*",)}, ["X", "Y"]),
        ({"excludes": ("b/channel/X",)}, ["Y"]),
        ({"targets": ("X", "Y"), "excludes": ("a/channel/Y",)}, ["X"]),
    ],
)
def test_globs_name_channels_by_either_site(selection: dict[str, Any], names: list[str]) -> None:
    one, two = side("a", channel("X", "a")), side("b", channel("Y", "b"))

    assert [change.address.name for change in difference(one, two, **selection).changes] == names


def test_a_side_does_not_differ_from_itself() -> None:
    one = side("a", channel("A", headers={"X-Key": secret("H")}), channel("B", models=["x", "y"]))

    assert differing(one, replace(one, name="b")) == []
    assert not any(change.is_pending for change in difference(one, one).changes)
