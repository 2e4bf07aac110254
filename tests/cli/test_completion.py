"""What a shell completes: commands, flags, and what the files declare; no site is asked, and no secret is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli.stage import entry, newapi, octopus, spawn

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stage import Stage


@pytest.fixture
def declared(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage.declare(main=newapi(entry("A"), entry("B 2")), edge=octopus(entry("A")))
    monkeypatch.delenv("TOKEN")
    return stage


def complete(*words: str, shell: str = "zsh") -> list[str]:
    """Return what *shell* is offered for the last of *words*."""
    asked = {
        "_CHANOPS_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "\n".join(["chanops", *words]),
        "COMP_CWORD": str(len(words)),
    }
    ended = spawn(env=os.environ | asked)
    assert ended.err == ""
    lines = ended.out.splitlines()
    return lines[1::3] if shell == "zsh" else [line.partition(",")[2] for line in lines]


@pytest.mark.parametrize(("words", "offered"), [
    (["pl"], ["plan"]),
    (["plan", "--det"], ["--detailed-exitcode"]),
    (["plan", "--site", ""], ["main", "edge"]),
    (["list", "m"], ["main"]),
    (["migrate", "main", "e"], ["edge"]),
    (["diff", "m"], ["main"]),
    (["get", "main/"], ["main/channel/A", "main/channel/B 2"]),
    (["apply", "--target", "edge/channel/"], ["edge/channel/A"]),
    (["test", "main/channel/B"], ["main/channel/B 2"]),
])  # fmt: skip
def test_commands_flags_sites_and_addresses_are_completed(declared: Stage, words: list[str], offered: list[str]) -> None:
    assert complete(*words) == offered


def test_the_files_of_the_command_line_are_the_ones_that_count(stage: Stage) -> None:
    stage.declare(elsewhere=newapi())
    (stage.folder / "channels.yaml").rename(stage.folder / "other.yaml")

    assert complete("plan", "--site", "") == []
    assert complete("plan", "-f", "other.yaml", "--site", "") == ["elsewhere"]


def test_files_that_do_not_load_complete_nothing_and_say_nothing(stage: Stage) -> None:
    stage.write("sites: [")

    assert complete("plan", "--site", "") == []


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_puts_a_name_with_a_blank_there_as_one_word(declared: Stage, tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(spawn("completion", "bash").out)
    program = tmp_path / "chanops"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m chanops "$@"\n')
    program.chmod(0o755)
    typed = f"""
        source {script}
        COMP_WORDS=(chanops get main/channel/B) COMP_CWORD=2
        _chanops_completion {program}
        echo "${{COMPREPLY[0]}}"
    """

    answered = subprocess.run(["bash", "-c", typed], capture_output=True, text=True, check=True)

    assert answered.stdout == "main/channel/B\\ 2\n"
