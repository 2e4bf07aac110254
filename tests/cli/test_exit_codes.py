"""Every exit code of INTERFACE 5, and which counts when several apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.stage import entry, newapi, octopus

if TYPE_CHECKING:
    from cli.stage import Stage


def test_a_plan_with_changes_exits_with_0(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    assert stage.run("plan").code == 0


def test_a_plan_with_changes_exits_with_2_when_asked_for_details(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    assert stage.run("plan", "--detailed-exitcode").code == 2


def test_a_plan_without_changes_exits_with_0_also_when_asked_for_details(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()

    ended = stage.run("plan", "--detailed-exitcode")

    assert (ended.code, ended.out) == (0, "No changes. Your channels match the configuration.\n")


def test_a_plan_writes_nothing(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()
    stage.declare(main=newapi(entry("A", weight=5), entry("B")), edge=octopus(entry("A", enabled=False)))
    before = stage.rows("main"), stage.rows("edge")

    stage.run("plan")

    assert (stage.rows("main"), stage.rows("edge")) == before


def test_a_second_apply_says_no_changes(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()

    ended = stage.apply()

    assert ended.out == "No changes. Your channels match the configuration.\n"


def test_a_second_apply_writes_nothing(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()
    before = stage.rows("main"), stage.rows("edge")

    stage.apply()

    assert (stage.rows("main"), stage.rows("edge")) == before
