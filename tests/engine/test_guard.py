"""The guards that stand before a plan."""

from __future__ import annotations

from typing import Any

import pytest

from builders import change, plan, site_plan
from chanops.domain.change import Action, Change
from chanops.domain.plan import Impact, Plan
from chanops.domain.policy import Guards, LastRoute, Lifts, Limit, Manage, ManageMode
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.guard import guard_plan

LOSS = Impact("main", "default", "gpt-4o", 1, 0)


def deletes(count: int, reason: str = "it is not in the configuration") -> list[Change]:
    return [change(f"old-{n}", Action.DELETE, before={"models": ["m"]}, reason=reason) for n in range(count)]


def guarded(changes: list[Change], guards: Guards | None = None, lifts: Lifts | None = None, **given: Any) -> Plan:
    part = site_plan(*changes, managed=given.pop("managed", 12))
    site = Site("main", SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.MARKED), guards or Guards())
    return guard_plan(plan(sites=(part,), **given), {"main": site}, lifts or Lifts())


def names(made: Plan) -> list[str]:
    return [hit.guard for hit in made.guards]


def test_the_default_allows_three_deletes_at_any_size() -> None:
    assert names(guarded(deletes(3), managed=4)) == []


def test_the_default_refuses_more_than_thirty_percent() -> None:
    hit = guarded(deletes(9)).guards[0]

    assert (hit.guard, hit.limit, hit.found, hit.of, hit.lift) == ("max_deletes", "30%", 9, 12, "--max-deletes 9")
    assert hit.message == "main would lose 9 of its 12 managed channels; max_deletes allows 30% (3)."
    assert hit.lift_yaml.startswith("sites.main.guards: {allow_delete: [")


def test_an_explicit_limit_holds_at_any_size() -> None:
    assert names(guarded(deletes(1), Guards(max_deletes=Limit(0)))) == ["max_deletes"]
    assert names(guarded(deletes(1), Guards(max_deletes=Limit(10, is_percent=True)), managed=5)) == ["max_deletes"]


@pytest.mark.parametrize(
    "lifts",
    [Lifts(max_deletes=Limit(9)), Lifts(allow_delete=("old-*",)), Lifts(allow_delete=("main/channel/old-*",))],
)
def test_what_lifts_max_deletes(lifts: Lifts) -> None:
    assert names(guarded(deletes(9), lifts=lifts)) == []


def test_a_reviewed_line_in_the_file_lifts_too() -> None:
    assert names(guarded(deletes(9), Guards(allow_delete=("old-*",)))) == []


def test_absent_deletes_are_reviewed_lines_and_never_count() -> None:
    assert names(guarded(deletes(9, "state: absent"))) == []


def test_all_of_three_or_more_is_never_emptied_without_a_word() -> None:
    assert names(guarded(deletes(3), managed=3)) == ["allow_empty"]
    assert names(guarded(deletes(2), managed=2)) == []
    assert names(guarded(deletes(3), Guards(allow_empty=True), managed=3)) == []
    assert names(guarded(deletes(3), lifts=Lifts(allow_empty=True), managed=3)) == []


def test_max_changes_counts_updates_and_deletes_but_no_creates() -> None:
    changes = [change("a", Action.CREATE, after={}), change("b", before={}, after={}), *deletes(1)]

    assert names(guarded(changes, Guards(max_changes=Limit(1)))) == ["max_changes"]
    assert names(guarded(changes, Guards(max_changes=Limit(2)))) == []
    assert names(guarded(changes, Guards(max_changes=Limit(1)), Lifts(max_changes=Limit(2)))) == []


def test_any_replace_is_refused_until_it_is_named() -> None:
    replaced = [change("a", Action.REPLACE, before={}, after={})]

    hit = guarded(replaced).guards[0]

    assert (hit.guard, hit.lift) == ("allow_replace", "--allow-replace 'main/channel/a'")
    assert names(guarded(replaced, lifts=Lifts(allow_replace=("main/channel/a",)))) == []
    assert names(guarded(replaced, Guards(allow_replace=("a",)))) == []


def test_a_route_that_loses_its_last_channel_is_refused() -> None:
    hit = guarded([], impact=(LOSS,)).guards[0]

    assert (hit.guard, hit.lift) == ("last_route", "--allow-route-loss 'default/gpt-4o'")


def test_a_route_that_was_not_served_cannot_be_lost() -> None:
    assert names(guarded([], impact=(Impact("main", "default", "gpt-4o", 3, 1),))) == []


def test_what_lifts_last_route() -> None:
    assert names(guarded([], lifts=Lifts(allow_route_loss=("default/*",)), impact=(LOSS,))) == []
    assert names(guarded([], Guards(retire=("*/gpt-4o",)), impact=(LOSS,))) == []
    assert names(guarded([], Guards(last_route=LastRoute.OFF), impact=(LOSS,))) == []


def test_last_route_can_warn_instead() -> None:
    made = guarded([], Guards(last_route=LastRoute.WARN), impact=(LOSS,))

    assert names(made) == []
    assert [f.summary for f in made.findings] == ["main: default/gpt-4o loses its last enabled channel"]


@pytest.mark.parametrize("text", ["-1", "101%", "x", "", "1.5", "%"])
def test_a_limit_is_a_number_or_a_percentage(text: str) -> None:
    with pytest.raises(ValueError):
        Limit.parse(text)
