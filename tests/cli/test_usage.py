"""A command line that was misunderstood: what is wrong, what was probably meant, and where the help is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from chanops.cli.front import COMMANDS
from cli.stage import entry, newapi, spawn

if TYPE_CHECKING:
    from cli.stage import Stage


@pytest.mark.parametrize(("line", "says"), [
    ("pln", 'there is no command "pln"; did you mean "plan"?'),
    ("plan --taget x", 'there is no option "--taget"; did you mean "--target"?'),
    ("plan --detailed-exit-code", 'there is no option "--detailed-exit-code"; did you mean "--detailed-exitcode"?'),
    ("plan --colours", 'there is no option "--colours"; did you mean "--no-color"?'),
    ("apply --yes", 'there is no option "--yes"; write --auto-approve'),
    ("apply -y", 'there is no option "-y"; write --auto-approve'),
    ("apply --dry-run", 'there is no option "--dry-run"; `chanops plan` writes nothing'),
    ("drift", 'there is no command "drift"; `chanops plan --detailed-exitcode` shows it'),
    ("help", 'there is no command "help"; write `chanops --help`, or `chanops COMMAND --help`'),
    ("-f a.yaml plan", 'there is no option "-f" before the command; write it behind it, as in `chanops plan -f FILE`'),
    ("--versoin", 'there is no option "--versoin"; did you mean "--version"?'),
    ("sandbox serv", 'there is no command "serv"; did you mean "serve"?'),
    ("plan --format txt", '--format: "txt" is not one of "text", "json", "markdown", "html"'),
    ("plan --timeout soon", '--timeout: "soon" is no number of seconds above 0'),
    ("apply --lock-timeout -1", '--lock-timeout: "-1" is no number of seconds'),
    ("plan --parallelism 0", '--parallelism: "0" is no whole number from 1 to 64'),
    ("apply --input maybe", '--input: "maybe" is neither true nor false'),
    ("plan --max-deletes many", '--max-deletes: "many" is neither a number nor a percentage such as 30%'),
    ("plan --out .", '--out: file "." is a directory'),
    ("plan --out", "--out needs a value"),
    ("plan --json=yes", "--json takes no value"),
    ("get", "ADDRESS is missing"),
    ("forget", "ADDRESS is missing"),
    ("show", "PLAN is missing"),
    ("diff main", "B is missing"),
    ("add main", "--base-url is missing"),
    ("completion", "SHELL is missing: one of bash, zsh, fish"),
    ("completion tcsh", 'SHELL: "tcsh" is not one of "bash", "zsh", "fish"'),
    ("sandbox serve", "GATEWAY is missing: one of newapi, octopus, upstream"),
    ("plan one two", '"one two" is too much'),
    ("schema channels.yaml", '"channels.yaml" is too much'),
])  # fmt: skip
def test_it_is_said_in_our_words(stage: Stage, line: str, says: str) -> None:
    ended = stage.run(*line.split())

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[0] == f"error: {says}"
    assert ended.err.splitlines()[1].startswith("  see `chanops ")


def test_a_file_without_its_flag_is_told_the_flag(stage: Stage) -> None:
    assert '"a.yaml" is too much; files are named with -f: chanops validate -f a.yaml\n' in stage.run("validate", "a.yaml").err


def test_a_long_option_with_one_dash_is_not_taken_for_a_short_one(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("plan", "-out=a.plan")

    assert (ended.code, ended.out) == (1, "")
    assert 'error: "-out=a.plan" has one dash; write --out=a.plan\n' in ended.err
    assert [path.name for path in stage.folder.iterdir()] == ["channels.yaml"]


@pytest.mark.parametrize("command", [*COMMANDS, "sandbox serve", "sandbox request"])
def test_a_value_that_begins_with_a_dash_is_left_alone(stage: Stage, command: str) -> None:
    """`-fFILE` is click's own way to write `-f FILE`."""
    assert "has one dash" not in stage.run(*command.split(), "-fchannels.yaml", "--", "-file").err


def test_a_group_of_commands_alone_shows_its_help(stage: Stage) -> None:
    ended = stage.run("sandbox")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == stage.run("sandbox", "--help").out


@pytest.mark.parametrize("args", [["--help"], ["plan", "--help"]])
def test_a_reader_that_goes_away_gets_no_traceback(args: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = spawn(*args, stdout=writing)
    finally:
        os.close(writing)

    assert (ended.code, ended.err) == (1, "")
