"""Only the word yes, typed by somebody, or --auto-approve lets an apply write."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cli.stage import SANDBOX_LINE, Terminal, entry, newapi, spawn

if TYPE_CHECKING:
    from cli.stage import Stage

QUESTION = "Enter a value: "


@pytest.fixture
def declared(stage: Stage) -> Stage:
    stage.declare(main=newapi(entry("A")))
    return stage


def answer(text: str, *args: str) -> Terminal:
    terminal = Terminal("apply", *args)
    terminal.read_until(QUESTION)
    terminal.type(text)
    return terminal


def test_yes_applies(declared: Stage) -> None:
    terminal = answer("yes\n")

    assert terminal.wait() == 0
    assert "Apply complete!" in terminal.seen
    assert declared.names("main") == ["A"]


def test_the_plan_stands_before_the_question(declared: Stage) -> None:
    terminal = answer("no\n")
    terminal.wait()

    plan, _, question = terminal.seen.partition("Plan: 1 to add, 0 to change, 0 to delete.")
    assert "# \x1b[1mmain/channel/A will be created" in plan
    assert "Do you want to perform these actions?\n  Only 'yes' will be accepted to approve." in question


@pytest.mark.parametrize("text", ["no\n", "\n", "y\n", "YES\n", "yes please\n"])
def test_anything_but_yes_writes_nothing(declared: Stage, text: str) -> None:
    terminal = answer(text)

    assert terminal.wait() == 1
    assert "not approved: nothing was written" in terminal.seen
    assert declared.names("main") == []


def test_the_end_of_the_input_is_no_approval(declared: Stage) -> None:
    terminal = answer("\x04")

    assert terminal.wait() == 1
    assert "not approved: nothing was written" in terminal.seen
    assert declared.names("main") == []


def test_without_a_terminal_an_apply_is_an_error_and_not_a_hang(declared: Stage) -> None:
    ended = spawn("apply")

    assert ended.code == 1
    assert "nobody is there to approve the plan: run it on a terminal, or give --auto-approve" in ended.err
    assert declared.names("main") == []


@pytest.mark.parametrize("args", [["--input=false"], ["--input", "no"]])
def test_who_forbids_to_ask_is_told_so_on_a_terminal_too(declared: Stage, args: list[str]) -> None:
    terminal = Terminal("apply", *args)

    assert terminal.wait() == 1
    assert "--input=false, or CHANOPS_INPUT, forbids to ask about the plan: give --auto-approve" in terminal.seen
    assert declared.names("main") == []


def test_a_yes_from_a_pipe_is_no_approval(declared: Stage) -> None:
    read, write = os.pipe()
    os.write(write, b"yes\n")
    os.close(write)

    ended = spawn("apply", stdin=read)
    os.close(read)

    assert ended.code == 1
    assert declared.names("main") == []


@pytest.mark.parametrize("flag", ["--input=false", "--input=0", "--input=no"])
def test_with_input_off_nobody_is_asked_on_a_terminal(declared: Stage, flag: str) -> None:
    terminal = Terminal("apply", flag)

    assert terminal.wait() == 1
    assert QUESTION not in terminal.seen
    assert "give --auto-approve" in terminal.seen


def test_with_chanops_input_0_nobody_is_asked_on_a_terminal(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_INPUT", "0")
    terminal = Terminal("apply")

    assert terminal.wait() == 1
    assert QUESTION not in terminal.seen


def test_with_json_nobody_is_asked_on_a_terminal(declared: Stage) -> None:
    terminal = Terminal("apply", "--json")

    assert terminal.wait() == 1
    assert QUESTION not in terminal.seen


def test_without_changes_nobody_is_asked(declared: Stage) -> None:
    declared.apply()

    ended = declared.run("apply")

    assert (ended.code, ended.out) == (0, "No changes. Your channels match the configuration.\n")


def test_a_refused_plan_is_not_asked_for(declared: Stage) -> None:
    declared.apply()
    declared.declare(main=newapi())

    ended = declared.run("apply")

    assert ended.code == 3
    assert "approve" not in ended.err


def test_results_go_to_stdout_and_everything_else_to_stderr(declared: Stage) -> None:
    ended = declared.run("apply", "--auto-approve")

    assert ended.out.startswith("chanops will perform the following actions:")
    assert ended.out.endswith("\nApply complete! Channels: 1 added, 0 changed, 0 deleted.\n")
    assert ended.err == (f"{SANDBOX_LINE}main/channel/A: Creating...\nmain/channel/A: Creation complete after 0s\n")


def test_on_a_terminal_the_bar_is_gone_at_the_end(declared: Stage) -> None:
    terminal = answer("yes\n")

    terminal.wait()

    assert terminal.seen.endswith("Apply complete!\x1b[0m Channels: 1 added, 0 changed, 0 deleted.\n")
