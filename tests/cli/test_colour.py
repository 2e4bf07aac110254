"""Colour on a terminal, none in a pipe, and who may say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.stage import Terminal, entry, newapi, spawn

if TYPE_CHECKING:
    from cli.stage import Stage

ESCAPE = "\x1b["


@pytest.fixture
def declared(stage: Stage) -> Stage:
    stage.declare(main=newapi(entry("A")))
    return stage


def test_a_pipe_gets_no_colour(declared: Stage) -> None:
    ended = spawn("plan")

    assert ESCAPE not in ended.out + ended.err


def test_a_terminal_gets_colour(declared: Stage) -> None:
    terminal = Terminal("plan")

    assert terminal.wait() == 0
    assert f"{ESCAPE}32m+{ESCAPE}0m" in terminal.seen


def test_no_color_is_heard_on_a_terminal(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal("plan")

    terminal.wait()

    assert ESCAPE not in terminal.seen


def test_a_terminal_that_knows_no_colours_gets_none(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal("plan")

    terminal.wait()

    assert ESCAPE not in terminal.seen


def test_force_color_colours_a_pipe(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert ESCAPE in declared.run("plan").out


def test_the_flag_is_stronger_than_force_color(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert ESCAPE not in declared.run("plan", "--no-color").out


@pytest.mark.parametrize("line", [
    "plan", "list", "get main/channel/Z", "lock", "import main", "migrate main edge", "add main --base-url x --key y", "init",
])  # fmt: skip
def test_every_command_that_shows_something_has_the_flag(declared: Stage, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    ended = declared.run(*line.split(), "--no-color")

    assert "--no-color" not in ended.err
    assert ESCAPE not in ended.out + ended.err


def test_the_flag_counts_for_findings_beside_a_result(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    rule = {"from": "upstream"}
    stage.declare(main=newapi(entry("A", base_url="http://127.0.0.1:1", models=rule)))

    assert ESCAPE in stage.run("lock").err
    assert ESCAPE not in stage.run("lock", "--no-color").err


def test_no_color_is_stronger_than_force_color(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")

    assert ESCAPE not in declared.run("plan").out


@pytest.mark.parametrize("asked", ["json", "markdown", "html"])
def test_formats_for_programs_are_never_coloured(declared: Stage, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert ESCAPE not in declared.run("plan", "--format", asked).out


@pytest.mark.parametrize("command", [["plan"], ["validate"], ["list"], ["apply", "--auto-approve"]])
def test_the_flag_holds_for_errors_too(stage: Stage, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    stage.declare(main=newapi(entry("A", type="opnai")))
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert ESCAPE in stage.run(*command).err
    assert ESCAPE not in stage.run(*command, "--no-color").err


def test_the_flag_holds_from_the_environment_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A", type="opnai")))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CHANOPS_NO_COLOR", "1")

    assert ESCAPE not in stage.run("plan").err


@pytest.mark.parametrize("command", [["apply", "--auto-approve"], ["list"], ["show", "plan.json"], ["validate"]])
def test_other_results_are_coloured_when_forced(declared: Stage, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    declared.run("plan", "--out", "plan.json")
    declared.run("list")
    declared.add_foreign("main", "Z", status=2)
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert ESCAPE in declared.run(*command).out
