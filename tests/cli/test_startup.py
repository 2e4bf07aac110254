"""What loads what, the pages of help, completion, and a stdout that is closed or speaks ASCII."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chanops import __version__
from chanops.cli.front import COMMANDS
from cli.stage import PATIENCE, SANDBOX_LINE, entry, newapi, spawn, start

if TYPE_CHECKING:
    from cli.stage import Stage

HEAVY = {"httpx", "rich", "pydantic", "asyncio", "deepdiff", "starlette", "uvicorn", "tenacity", "filelock", "platformdirs"}
LOADED = "import sys\nfrom chanops.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
SUBCOMMANDS = [[name] for name in COMMANDS] + [["sandbox", "serve"], ["sandbox", "request"]]


def modules(*args: str) -> set[str]:
    """Return what the command line had loaded when it ended well."""
    command = [sys.executable, "-c", LOADED, *args]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return set(ended.stderr.split())


@pytest.mark.parametrize("asked", ["--help", "-h", "--version", None])
def test_the_first_page_never_loads_click(asked: str | None) -> None:
    assert not {"click", "yaml"} & modules(*([asked] if asked else []))


def test_validate_loads_nothing_that_talks_draws_or_waits(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    assert not HEAVY & modules("validate")


def test_validate_of_a_faulty_file_loads_no_more(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", type="opnai")))
    command = [sys.executable, "-c", LOADED, "validate"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)

    assert ended.returncode == 1
    assert not HEAVY & set(ended.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("command", [["plan", "--help"], ["apply", "--help"], ["list", "--help"], ["show", "--help"]])
def test_help_of_a_command_loads_no_line_to_a_site(command: list[str]) -> None:
    assert not {"httpx", "rich", "pydantic", "deepdiff", "starlette"} & modules(*command)


@pytest.mark.parametrize("command", SUBCOMMANDS, ids=" ".join)
def test_every_command_has_a_page_of_help(stage: Stage, command: list[str]) -> None:
    ended = stage.run(*command, "--help")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: chanops {' '.join(command)} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_on_the_first_page(stage: Stage, name: str) -> None:
    assert f"\n  {name} " in stage.run("--help").out


def test_the_version_is_printed(stage: Stage) -> None:
    assert stage.run("--version").out == f"chanops {__version__}\n"


def test_the_fast_answer_and_clicks_own_are_the_same(stage: Stage) -> None:
    assert spawn("--help").out == stage.run("--help").out
    assert spawn("--version").out == stage.run("--version").out


def test_without_a_command_the_first_page_is_shown() -> None:
    ended = spawn()

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: chanops ")


@pytest.mark.parametrize(("typed", "meant"), [("paln", "plan"), ("aply", "apply"), ("validat", "validate")])
def test_an_unknown_command_says_which_was_meant(stage: Stage, typed: str, meant: str) -> None:
    ended = stage.run(typed)

    assert (ended.code, ended.out) == (1, "")
    assert f'there is no command "{typed}"; did you mean "{meant}"?' in ended.err


def test_an_unknown_flag_says_where_the_help_is(stage: Stage) -> None:
    ended = stage.run("plan", "--bogus")

    assert ended.code == 1
    assert "see `chanops plan --help`" in ended.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(stage: Stage, shell: str) -> None:
    ended = stage.run("completion", shell)

    assert (ended.code, ended.err) == (0, "")
    assert "_CHANOPS_COMPLETE" in ended.out


def test_completion_of_an_unknown_shell_lists_the_known_ones(stage: Stage) -> None:
    ended = stage.run("completion", "tcsh")

    assert ended.code == 1
    assert all(shell in ended.err for shell in ("bash", "zsh", "fish"))


def test_bash_takes_the_script_and_completes_commands_and_flags(stage: Stage) -> None:
    stage.write(stage.run("completion", "bash").out, "completion.sh")
    env = os.environ | {"_CHANOPS_COMPLETE": "bash_complete"}

    commands = spawn(env=env | {"COMP_WORDS": "chanops va", "COMP_CWORD": "1"}).out
    flags = spawn(env=env | {"COMP_WORDS": "chanops plan --det", "COMP_CWORD": "2"}).out

    assert subprocess.run(["bash", "-n", "completion.sh"], check=False).returncode == 0
    assert (commands.strip(), flags.strip()) == ("plain,validate", "plain,--detailed-exitcode")


def test_the_script_and_the_module_are_the_same_program() -> None:
    script = subprocess.run(
        [Path(sys.executable).with_name("chanops"), "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE
    )

    assert script.stdout == spawn("--version").out


def test_a_reader_that_has_left_brings_no_traceback(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    read, write = os.pipe()
    os.close(read)

    with start("plan", stdout=write) as process:
        os.close(write)
        _, err = process.communicate(timeout=PATIENCE)

    assert err == SANDBOX_LINE
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full here")
@pytest.mark.parametrize("command", [["plan"], ["plan", "--json"], ["list"], ["validate"]])
def test_a_stdout_that_is_full_is_an_error_without_a_traceback(stage: Stage, command: list[str]) -> None:
    stage.declare(main=newapi(entry("A")))

    with Path("/dev/full").open("w") as full, start(*command, stdout=full) as process:
        _, err = process.communicate(timeout=PATIENCE)

    assert "Traceback" not in err
    assert "No space left on device" in err
    assert process.returncode == 1


@pytest.mark.parametrize("command", [["plan"], ["plan", "--format", "markdown"], ["validate"], ["list"]])
def test_a_stdout_that_speaks_ascii_gets_what_it_can_show(stage: Stage, command: list[str]) -> None:
    stage.declare(main=newapi(entry("渠道", models=["gpt-4o"])))
    stage.apply()
    stage.declare(main=newapi(entry("渠道", weight=1)))

    ended = spawn(*command, env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert "Traceback" not in ended.err
    assert ended.code == 0


def test_a_finding_about_a_line_with_signs_is_shown_where_stderr_speaks_ascii(stage: Stage) -> None:
    stage.declare(main=newapi(entry("渠道", type="opnai")))

    ended = spawn("validate", env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert "Traceback" not in ended.err
    assert 'did you mean "openai"?' in ended.err


@pytest.mark.parametrize("args", [["plan", "\udcff"], ["plan", "-f", "\udcff.yaml"], ["list", "\udcff"], ["\udcff"]])
def test_arguments_that_are_no_text_are_refused_without_a_traceback(stage: Stage, args: list[str]) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = spawn(*args)

    assert ended.code == 1
    assert "Traceback" not in ended.err
