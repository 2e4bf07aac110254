"""The guards of INTERFACE 2: each refuses with exit code 3, says its figures, and names what lifts it, which really does."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from cli.stage import entry, newapi, octopus

if TYPE_CHECKING:
    from cli.stage import Ended, Stage

TWO_KEYS: dict[str, Any] = {"key": None, "keys": ["${env:KEY}", "${env:TOKEN}"]}
OFF = {"last_route": "off"}


class Case(NamedTuple):
    """A site before, the same after a commit that a guard refuses, and what is said."""

    before: dict[str, Any]
    after: dict[str, Any]
    refused: str
    lift: str
    line: str


def all_named(names: str, **fields: Any) -> list[dict[str, Any]]:
    return [entry(name, **fields) for name in names]


CASES = {
    "max_deletes by default": Case(
        newapi(*all_named("ABCDEFGH")),
        newapi(*all_named("ABC")),
        "main would lose 5 of its 8 managed channels; max_deletes allows 30% (3).",
        "--max-deletes 5",
        'sites.main.guards: {allow_delete: ["D", "E", "F", "G", "H"]}',
    ),
    "max_deletes as a number": Case(
        newapi(*all_named("ABC"), guards={"max_deletes": 0}),
        newapi(*all_named("AB"), guards={"max_deletes": 0}),
        "main would lose 1 of its 3 managed channels; max_deletes allows 0.",
        "--max-deletes 1",
        'sites.main.guards: {allow_delete: ["C"]}',
    ),
    "max_deletes as a percentage": Case(
        newapi(*all_named("ABCD"), guards={"max_deletes": "25%"}),
        newapi(*all_named("AB"), guards={"max_deletes": "25%"}),
        "main would lose 2 of its 4 managed channels; max_deletes allows 25% (1).",
        "--max-deletes 2",
        'sites.main.guards: {allow_delete: ["C", "D"]}',
    ),
    "max_changes": Case(
        newapi(*all_named("ABC")),
        newapi(*all_named("ABC", weight=1), guards={"max_changes": "50%"}),
        "main: 3 of 3 managed channels would change; max_changes allows 50% (1).",
        "--max-changes 3",
        "sites.main.guards: {max_changes: 3}",
    ),
    "allow_empty": Case(
        newapi(*all_named("ABC"), guards=OFF),
        newapi(guards=OFF),
        "main would lose all of its 3 managed channels; allow_empty is false.",
        "--allow-empty",
        "sites.main.guards: {allow_empty: true}",
    ),
    "allow_replace": Case(
        newapi(entry("A b", **TWO_KEYS)),
        newapi(entry("A b")),
        "main: A b must be replaced",
        "--allow-replace 'main/channel/A b'",
        'sites.main.guards: {allow_replace: ["A b"]}',
    ),
    "last_route": Case(
        newapi(entry("A"), entry("B", models=["o3"])),
        newapi(entry("A")),
        "main: default/o3 would lose the last enabled channel; last_route is refuse.",
        "--allow-route-loss 'default/o3'",
        'sites.main.guards: {retire: ["default/o3"]}',
    ),
    "last_route of many": Case(
        newapi(entry("A"), entry("B", models=["m1", "m2", "m3", "m4"])),
        newapi(entry("A")),
        "main: default/m1, default/m2, default/m3 and 1 more would lose the last enabled channel; last_route is refuse.",
        "--allow-route-loss 'default/m1' --allow-route-loss 'default/m2' --allow-route-loss 'default/m3'"
        " --allow-route-loss 'default/m4'",
        'sites.main.guards: {retire: ["default/m1", "default/m2", "default/m3", "default/m4"]}',
    ),
    "last_route by disabling": Case(
        newapi(entry("A")),
        newapi(entry("A", enabled=False)),
        "main: default/gpt-4o would lose the last enabled channel; last_route is refuse.",
        "--allow-route-loss 'default/gpt-4o'",
        'sites.main.guards: {retire: ["default/gpt-4o"]}',
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, stage: Stage) -> Case:
    """A case whose first state is live and whose second one is declared."""
    chosen: Case = CASES[request.param]
    stage.declare(main=chosen.before)
    stage.apply()
    stage.declare(main=chosen.after)
    return chosen


def flags_of(ended: Ended) -> list[str]:
    """Return the flags that the refusals print, as a shell reads them when they are pasted."""
    lines = re.findall(r"^  To go on: (.*?)(?:, or .*)?$", ended.out, re.MULTILINE)
    return [word for line in lines for word in shlex.split(line)]


def yaml_of(ended: Ended) -> dict[str, Any]:
    """Return the guards of the printed line of YAML."""
    line = re.search(r"^  sites\.main\.guards: (.*)$", ended.out, re.MULTILINE)
    assert line, ended.out
    guards: dict[str, Any] = yaml.safe_load(line[1])
    return guards


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"], ["plan", "--detailed-exitcode"]])
def test_a_guard_refuses_with_3(stage: Stage, case: Case, command: list[str]) -> None:
    assert stage.run(*command).code == 3


def test_a_refusal_says_the_figures_and_the_way_on(stage: Stage, case: Case) -> None:
    ended = stage.run("plan")

    assert f"Refused: {case.refused}" in ended.out
    assert f"To go on: {case.lift}" in ended.out
    assert f"\n  {case.line}\n" in ended.out


def test_a_refusal_shows_the_whole_plan_and_the_summary_last(stage: Stage, case: Case) -> None:
    ended = stage.run("apply", "--auto-approve")

    assert ended.out.startswith("chanops will perform the following actions:")
    assert ended.out.splitlines()[-1].startswith("Plan: ")


def test_a_refused_apply_writes_nothing(stage: Stage, case: Case) -> None:
    before = stage.rows("main")

    stage.run("apply", "--auto-approve")

    assert stage.rows("main") == before


def test_the_printed_flag_lifts_the_guard_when_it_is_pasted(stage: Stage, case: Case) -> None:
    flags = flags_of(stage.run("plan"))

    assert stage.run("apply", "--auto-approve", *flags).code == 0
    assert stage.run("plan").out == "No changes. Your channels match the configuration.\n"


def test_the_printed_line_of_yaml_lifts_the_guard(stage: Stage, case: Case) -> None:
    guards = case.after.get("guards", {}) | yaml_of(stage.run("plan"))
    stage.declare(main=case.after | {"guards": guards})

    assert stage.run("apply", "--auto-approve").code == 0


def test_a_lift_given_to_the_plan_holds_for_its_apply(stage: Stage, case: Case) -> None:
    stage.run("plan", "--out", "plan.json", *flags_of(stage.run("plan")))

    assert stage.run("apply", "plan.json").code == 0


def test_a_guard_holds_in_a_saved_plan_without_a_lift(stage: Stage, case: Case) -> None:
    stage.run("plan", "--out", "plan.json")
    before = stage.rows("main")

    assert stage.run("apply", "plan.json").code == 3
    assert stage.rows("main") == before


def test_a_saved_plan_may_be_lifted_when_it_is_applied(stage: Stage, case: Case) -> None:
    flags = flags_of(stage.run("plan", "--out", "plan.json"))

    assert stage.run("apply", "plan.json", *flags).code == 0


def test_a_refusal_stands_in_the_json_of_the_plan(stage: Stage, case: Case) -> None:
    hits = stage.run("plan", "--json").json["guards"]

    assert [(hit["site"], hit["message"].startswith(case.refused.rstrip("."))) for hit in hits] == [("main", True)]
    assert (hits[0]["lift"], hits[0]["lift_yaml"]) == (case.lift, case.line)
    assert isinstance(hits[0]["limit"], str)


def test_a_plan_that_is_refused_is_not_applyable(stage: Stage, case: Case) -> None:
    assert stage.run("plan", "--json").json["applyable"] is False


# Single rules


def refusals(stage: Stage, *args: str) -> list[str]:
    return [hit["guard"] for hit in stage.run("plan", "--json", *args).json["guards"]]


def drop(stage: Stage, before: list[dict[str, Any]], after: list[dict[str, Any]], **guards: Any) -> None:
    stage.declare(main=newapi(*before))
    stage.apply()
    stage.declare(main=newapi(*after, guards=guards))


def test_three_deletes_are_allowed_by_default(stage: Stage) -> None:
    drop(stage, all_named("ABCD"), all_named("A"))

    assert refusals(stage) == []


def test_an_explicit_limit_holds_at_any_size(stage: Stage) -> None:
    drop(stage, all_named("ABCD"), all_named("ABC"), max_deletes="20%")

    assert refusals(stage) == ["max_deletes"]


def test_a_flag_may_tighten_a_limit(stage: Stage) -> None:
    drop(stage, all_named("AB"), all_named("A"))

    assert refusals(stage, "--max-deletes", "0") == ["max_deletes"]


@pytest.mark.parametrize("glob", ["main/channel/[D-H]", "D"])
def test_what_an_allowed_glob_does_not_cover_still_counts(stage: Stage, glob: str) -> None:
    drop(stage, all_named("ABCDEFGH"), all_named("ABC"))

    assert refusals(stage, "--allow-delete", glob) == (["max_deletes"])


def test_an_allowed_delete_does_not_count(stage: Stage) -> None:
    drop(stage, all_named("ABCDEFGH"), all_named("ABC"))

    assert refusals(stage, "--allow-delete", "D", "--allow-delete", "main/channel/E") == []


def test_deletes_by_state_absent_never_count(stage: Stage) -> None:
    drop(stage, all_named("AB"), [entry("A"), {"name": "B", "state": "absent"}], max_deletes=0)

    assert refusals(stage) == []


def test_creates_never_count_as_changes(stage: Stage) -> None:
    drop(stage, all_named("A"), all_named("ABC"), max_changes=0)

    assert refusals(stage) == []


def test_max_changes_of_the_command_line_holds_without_a_line_in_the_file(stage: Stage) -> None:
    drop(stage, all_named("ABC"), all_named("ABC", weight=1))

    assert refusals(stage, "--max-changes", "2") == ["max_changes"]


def test_last_route_warns_when_told_to(stage: Stage) -> None:
    drop(stage, [entry("A"), entry("B", models=["o3"])], [entry("A")], last_route="warn")

    ended = stage.run("plan")

    assert ended.code == 0
    assert "Warning: main: default/o3 loses its last enabled channel" in ended.out


def test_last_route_is_silent_when_off(stage: Stage) -> None:
    drop(stage, [entry("A"), entry("B", models=["o3"])], [entry("A")], **OFF)

    ended = stage.run("plan")

    assert ended.code == 0
    assert "Warning" not in ended.out


def test_a_route_that_another_channel_keeps_is_no_loss(stage: Stage) -> None:
    drop(stage, all_named("AB"), all_named("A"))

    assert refusals(stage) == []


def test_a_route_that_a_foreign_channel_keeps_is_no_loss(stage: Stage) -> None:
    drop(stage, [entry("A"), entry("B", models=["o3"])], [entry("A")])
    stage.add_foreign("main", "Foreign", models="o3")

    assert refusals(stage) == []


def test_a_route_of_octopus_is_an_item_of_a_group(stage: Stage) -> None:
    stage.declare(main=octopus(entry("A"), manage="all", guards={"allow_empty": True}))
    stage.apply()
    channel = int(stage.live("main/channel/A")["remote_id"])
    items = [{"channel_id": channel, "model_name": "gpt-4o", "priority": 1, "weight": 1}]
    stage.hand("main", "POST", "/api/v1/group/create", {"name": "chat", "items": items})
    stage.declare(main=octopus(manage="all"))

    ended = stage.run("plan")

    assert ended.code == 3
    assert "Refused: main: chat/gpt-4o would lose the last enabled channel" in ended.out


def test_emptying_a_site_of_two_is_no_emptying(stage: Stage) -> None:
    drop(stage, all_named("AB"), [], **OFF)

    assert refusals(stage) == []


def test_a_protected_channel_in_the_file_is_never_replaced(stage: Stage) -> None:
    drop(stage, [entry("A", **TWO_KEYS)], [entry("A", protect=True)])

    ended = stage.run("plan", "--allow-replace", "*")

    assert ended.code == 1
    assert "it must be replaced, but is protected" in ended.out


def test_a_protected_channel_cannot_be_declared_absent(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()
    stage.declare(main=newapi({"name": "A", "state": "absent", "protect": True}))

    ended = stage.run("plan")

    assert ended.code == 1
    assert "protect" in ended.out + ended.err


def test_a_guard_of_one_site_stops_the_other_site_too(stage: Stage) -> None:
    stage.declare(main=newapi(*all_named("AB")), edge=octopus())
    stage.apply()
    stage.declare(main=newapi(entry("A"), guards={"max_deletes": 0}), edge=octopus(entry("A")))

    assert stage.run("apply", "--auto-approve").code == 3
    assert stage.names("edge") == []


def test_two_guards_are_both_told(stage: Stage) -> None:
    drop(stage, all_named("ABC", models=["o3"]), [], max_deletes=1)

    assert refusals(stage) == ["max_deletes", "allow_empty", "last_route"]


@pytest.mark.parametrize("value", ["-1", "101%", "many", "1.5", ""])
def test_a_bad_limit_is_a_usage_error(stage: Stage, value: str) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("plan", f"--max-deletes={value}")

    assert ended.code == 1
    assert "is neither a number nor a percentage such as 30%" in ended.err


# Names as people write them


ODD_NAMES = ["it's", "50% off", "a; rm -rf ~", "$HOME", "[x] *?", 'say "hi"', "back\\slash", "日本語", "--allow-empty", "#1: y"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_flag_with_an_odd_name_lifts_the_guard_when_it_is_pasted(stage: Stage, name: str) -> None:
    drop(stage, [entry(name, **TWO_KEYS)], [entry(name)])

    flags = flags_of(stage.run("plan"))

    assert stage.run("plan", *flags).code == 0


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_line_of_yaml_with_an_odd_name_lifts_the_guard(stage: Stage, name: str) -> None:
    drop(stage, [entry(name, **TWO_KEYS)], [entry(name)])

    guards = yaml_of(stage.run("plan"))
    stage.declare(main=newapi(entry(name), guards=guards))

    assert stage.run("plan").code == 0


def test_a_glob_sign_in_a_printed_lift_allows_nothing_else(stage: Stage) -> None:
    drop(stage, [entry("*", **TWO_KEYS)], [entry("*")])
    flags = flags_of(stage.run("plan"))
    stage.declare(main=newapi(entry("*", **TWO_KEYS), entry("B", **TWO_KEYS)))
    stage.apply()
    stage.declare(main=newapi(entry("*"), entry("B")))

    assert refusals(stage, *flags) == ["allow_replace"]


# More than a screen holds


MANY = [f"model-{number}" for number in range(40)]


def test_the_loss_of_very_many_routes_is_lifted_group_by_group(stage: Stage) -> None:
    drop(stage, [entry("A"), entry("B", models=MANY, groups=["default", "vip"])], [entry("A")])

    hit = stage.run("plan", "--json").json["guards"][0]

    assert hit["lift"] == "--allow-route-loss 'default/*' --allow-route-loss 'vip/*'"
    assert hit["lift_yaml"] == 'sites.main.guards: {retire: ["default/*", "vip/*"]}'


def test_very_many_deletes_are_lifted_by_their_number(stage: Stage) -> None:
    names = [f"C{number:02}" for number in range(40)]
    drop(stage, [entry(name) for name in names], [entry("C00")])

    ended = stage.run("plan")

    assert yaml_of(ended) == {"max_deletes": 39}
    assert flags_of(ended) == ["--max-deletes", "39"]
