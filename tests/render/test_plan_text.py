from __future__ import annotations

import pytest

from builders import change, plan, site_plan
from chanops.domain.change import Action, FieldChange
from chanops.domain.finding import error, warning
from chanops.domain.plan import Impact, SiteStatus
from chanops.render.plan_text import render_plan
from render.cases import CASES

SIDES = {"weight": 1}


def last_line(text: str) -> str:
    return text.rstrip("\n").splitlines()[-1]


@pytest.mark.parametrize("case", CASES)
def test_the_summary_is_the_last_line(case: str) -> None:
    assert last_line(render_plan(CASES[case]())).startswith(("Plan: ", "No changes"))


def test_a_plan_without_changes_says_that_all_is_as_configured() -> None:
    assert render_plan(plan()) == "No changes. Your channels match the configuration."


def test_rare_actions_are_counted_only_when_there_are_any() -> None:
    changes = [change(action.value, action, before=SIDES, after=SIDES) for action in Action]

    assert last_line(render_plan(plan(*changes))) == (
        "Plan: 1 to add, 1 to change, 1 to delete, 1 to adopt, 1 to replace, 1 to forget."
    )


def test_a_site_without_a_plan_never_matches_the_configuration() -> None:
    failed = site_plan(site="edge", status=SiteStatus.ERROR, findings=(error("edge has no plan: refused"),))

    text = render_plan(plan(sites=(failed, site_plan())))

    assert "match" not in text
    assert last_line(text) == "No changes on 1 site; no plan for edge."


def test_without_any_plan_nothing_is_said_to_be_unchanged() -> None:
    assert render_plan(plan(sites=(site_plan(status=SiteStatus.ERROR),))) == "No plan: main could not be planned."


def test_beside_changes_the_sites_without_a_plan_are_named() -> None:
    failed = site_plan(site="edge", status=SiteStatus.ERROR)

    text = render_plan(plan(sites=(failed, site_plan(change("a", Action.DELETE, before=SIDES)))))

    assert "No plan for edge: nothing is written there.\n\nPlan: 0 to add" in text


def test_a_partial_plan_without_changes_speaks_of_the_selected_channels_only() -> None:
    text = render_plan(plan(is_partial=True))

    assert "Warning: the plan is partial" in text
    assert last_line(text) == "No changes. The selected channels match the configuration."


def test_changes_stand_in_the_order_of_their_addresses() -> None:
    sites = (
        site_plan(change("z", Action.DELETE, site="b", before=SIDES), site="b"),
        site_plan(
            change("y", Action.DELETE, before=SIDES, site="a"), change("x", Action.DELETE, before=SIDES, site="a"), site="a"
        ),
    )

    headings = [line for line in render_plan(plan(sites=sites)).splitlines() if line.endswith("will be deleted")]

    assert headings == [f"  # {address} will be deleted" for address in ("a/channel/x", "a/channel/y", "b/channel/z")]


def test_in_a_replace_without_marked_fields_every_field_forces_it() -> None:
    fields = [FieldChange("type", "openai", "azure"), FieldChange("weight", 1, 2)]

    text = render_plan(plan(change("a", Action.REPLACE, before={"type": "openai"}, after={"type": "azure"}, fields=fields)))

    assert text.count("# forces replacement") == 2


def test_the_reason_of_a_field_stands_behind_it() -> None:
    fields = [FieldChange("weight", 1, 2, "the gateway rounds it")]

    assert "~ weight = 1 -> 2 # the gateway rounds it\n" in render_plan(plan(change("a", after={"weight": 2}, fields=fields)))


def test_errors_stand_nearest_to_the_summary() -> None:
    text = render_plan(plan(findings=[error("bad"), warning("odd")]))

    assert text.index("Warning: odd") < text.index("Error: bad") < text.index("No changes")
    assert last_line(text) == "No changes, apart from what the errors hold back."


def test_many_lost_routes_are_counted_and_not_listed() -> None:
    impact = tuple(Impact("main", "default", f"model-{number:03}", 1, 0) for number in range(300))

    text = render_plan(plan(impact=impact))

    assert text.count("loses its last channel") == 20
    assert "! 280 more routes lose their last channel (--verbose lists all)" in text
    assert render_plan(plan(impact=impact), verbose=True).count("loses its last channel") == 300


def test_the_order_of_items_in_json_values_is_a_change() -> None:
    text = render_plan(
        plan(change("a", before={"param_override": {"stop": [1, 2]}}, after={"param_override": {"stop": [2, 1]}}))
    )

    assert "+ 2," in text
    assert "- 2," in text


def test_true_and_one_are_told_apart() -> None:
    text = render_plan(plan(change("a", before={"param_override": {"n": 1}}, after={"param_override": {"n": True}})))

    assert '~ "n" = 1 -> true' in text
