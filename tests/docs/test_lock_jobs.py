"""The jobs that follow the upstreams: their commands exist, secrets and rights never meet, their scripts do what they say."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from chanops.cli.front import COMMANDS
from docs.fences import ROOT
from docs.shell import run
from docs.test_examples import references_of

if TYPE_CHECKING:
    from pathlib import Path

CI = ROOT / "examples/ci"
GITHUB = yaml.safe_load((CI / "github-lock.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((CI / "gitlab-lock.yml").read_text(encoding="utf-8"))
LOCK = 'version: 1\nsites:\n  "main":\n    "A":\n      changed: "{time}"\n      models:\n        - "{model}"\n'


def step(job: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in GITHUB["jobs"][job]["steps"] if one.get("name") == name]
    assert isinstance(found, dict)
    return found


def gitlab_script(job: str) -> str:
    return str(GITLAB[job]["script"][-1])


@pytest.mark.parametrize("file", sorted(CI.glob("*.yml")), ids=lambda file: file.name)
def test_every_command_and_flag_of_a_job_exists(file: Path) -> None:
    used = re.findall(r"^ *(?:- run: )?chanops ([a-z]+)((?: --?[a-z-]+(?: [a-z0-9]+)?)*)", file.read_text(), re.MULTILINE)

    assert used
    for name, flags in used:
        command = importlib.import_module(COMMANDS[name][0]).command
        known = {flag for option in command.params if isinstance(option, click.Option) for flag in option.opts}
        assert set(re.findall(r"--[a-z-]+", flags)) <= known


def test_the_github_job_that_sees_secrets_cannot_write_and_the_other_sees_none() -> None:
    asking, opening = GITHUB["jobs"]["ask"], GITHUB["jobs"]["open"]

    assert (GITHUB["permissions"], asking["permissions"]) == ({}, {"contents": "read"})
    assert set(re.findall(r"secrets\.(\w+)", str(opening))) == {"LOCK_TOKEN"}
    assert "LOCK_TOKEN" not in str(asking)
    assert set(GITHUB[True]) == {"schedule", "workflow_dispatch"}  # YAML 1.1 reads the key `on` as true


def test_the_github_job_hands_over_every_reference_of_the_production_file() -> None:
    references = references_of("production.yaml")

    assert step("ask", "Lock")["env"] == {name: f"${{{{ secrets.{name} }}}}" for name in references}


def test_the_gitlab_jobs_have_environments_of_their_own() -> None:
    asking, opening = GITLAB["lock-ask"], GITLAB["lock-open"]

    assert (asking["environment"]["name"], opening["environment"]["name"]) == ("plan", "lock")
    assert "LOCK_TOKEN" not in str(asking["script"])
    assert "chanops lock" not in gitlab_script("lock-open")


def test_a_change_of_the_lock_reaches_plan_and_apply() -> None:
    triggers = yaml.safe_load((CI / "github.yml").read_text(encoding="utf-8"))[True]

    assert all("chanops.lock.yaml" in triggers[event]["paths"] for event in ("pull_request", "push"))


class Desk:
    """A clone of a repository with a lock; `chanops` and `gh` are programs of the test that note how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clone = folder / "clone"
        (folder / "bin").mkdir()
        self.program("chanops", 'echo "chanops $*" >> "$HERE/calls"\n. "$HERE/answer"')
        self.program("gh", 'echo "gh $*" >> "$HERE/calls"\ncat "$HERE/number"')
        (folder / "number").write_text("")
        self.answer("exit 0")
        lock = LOCK.format(time="1", model="old")
        self.sh(
            "git init --quiet --bare -b main ../origin && git init --quiet -b main && git remote add origin ../origin && "
            f"printf '%s' '{lock}' > chanops.lock.yaml && git add . && git commit --quiet -m one && "
            "git push --quiet origin main"
        )

    def program(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\nHERE='{self.folder}'\n{script}\n")
        path.chmod(0o700)

    def answer(self, script: str) -> None:
        """Say what chanops does from now on."""
        (self.folder / "answer").write_text(script)

    def sh(self, script: str, code: int = 0, environ: dict[str, str] | None = None) -> str:
        self.clone.mkdir(exist_ok=True)
        given = (environ or {}) | {"HOME": str(self.folder), "GITHUB_OUTPUT": str(self.folder / "output")}
        given |= {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        exports = "".join(f"export {name}='{value}'\n" for name, value in given.items())
        ended = run(f"{exports}export PATH='{self.folder}/bin':\"$PATH\"\nset -e\n{script}", self.clone)
        assert ended.returncode == code, ended.stdout
        return ended.stdout

    def found(self, model: str, time: str = "2") -> None:
        """Put what the first job found where the second looks for it."""
        (self.clone / "found").mkdir(exist_ok=True)
        (self.clone / "found/chanops.lock.yaml").write_text(LOCK.format(time=time, model=model))
        (self.clone / "found/lock.txt").write_text(f"main/channel/A\n  - old\n  + {model}\n")

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def pushed(self) -> str:
        return self.sh("git --git-dir ../origin rev-parse --quiet --verify chanops/lock || true").strip()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


WRITES = 'case "$*" in *--check*) exit {first};; *) echo changed >> chanops.lock.yaml; exit {second};; esac'


@pytest.mark.parametrize(
    ("answer", "output", "calls"),
    [
        ("exit 0", "code=0\nchanged=false\n", ["chanops lock --check"]),
        (WRITES.format(first=2, second=0), "code=0\nchanged=true\n", ["chanops lock --check", "chanops lock"]),
        (WRITES.format(first=1, second=1), "code=1\nchanged=true\n", ["chanops lock --check", "chanops lock"]),
        ("exit 3", "code=3\nchanged=false\n", ["chanops lock --check", "chanops lock"]),
    ],
)
def test_the_github_job_tells_code_and_change(desk: Desk, answer: str, output: str, calls: list[str]) -> None:
    desk.answer(answer)

    desk.sh(step("ask", "Lock")["run"])

    assert (desk.folder / "output").read_text() == output
    assert desk.calls() == calls


@pytest.mark.parametrize(("code", "ended"), [("0", 0), ("1", 1), ("3", 1)])
def test_the_verdict_is_red_for_a_list_that_cannot_be_had(desk: Desk, code: str, ended: int) -> None:
    desk.sh(step("ask", "Verdict")["run"], ended, {"CODE": code})


def test_the_github_job_pushes_new_lists_once(desk: Desk) -> None:
    push = step("open", "Push")["run"]
    desk.found("new")
    desk.sh(push)
    first = desk.pushed()

    desk.sh("git checkout --quiet main")
    desk.found("new", time="3")
    shown = desk.sh(push)

    assert first
    assert "The branch has these lists already." in shown
    assert desk.pushed() == first
    assert '"new"' in desk.sh("git --git-dir ../origin show chanops/lock:chanops.lock.yaml")

    desk.found("newer")
    desk.sh(push)

    assert desk.pushed() != first
    assert desk.sh("git --git-dir ../origin rev-list --count chanops/lock").strip() == "2"


@pytest.mark.parametrize(("number", "method", "path"), [("", "POST", "repos/o/r/pulls"), ("7", "PATCH", "repos/o/r/pulls/7")])
def test_the_pull_request_is_opened_once_and_then_brought_up_to_date(desk: Desk, number: str, method: str, path: str) -> None:
    desk.found("```\n@everybody")
    (desk.folder / "number").write_text(number)

    desk.sh(step("open", "Pull request")["run"], environ={"OWNER": "o", "PULLS": "repos/o/r/pulls"})

    asked, wrote = desk.calls()
    assert asked.startswith("gh api repos/o/r/pulls?head=o:chanops/lock&state=open")
    assert wrote.startswith(f"gh api --silent --method {method} {path} --field body=@body.md")
    body = (desk.clone / "body.md").read_text().splitlines()
    assert all(line.startswith("    ") for line in body[2:])


@pytest.mark.parametrize(
    ("answer", "code"),
    [("exit 0", 0), (WRITES.format(first=2, second=0), 0), (WRITES.format(first=1, second=1), 1), ("exit 3", 3)],
)
def test_the_gitlab_job_ends_with_the_code_that_its_warnings_name(desk: Desk, answer: str, code: int) -> None:
    desk.answer(answer)

    desk.sh(gitlab_script("lock-ask"), code)

    assert code in (0, *GITLAB["lock-ask"]["allow_failure"]["exit_codes"])


def test_the_gitlab_job_pushes_new_lists_and_asks_for_one_merge_request(desk: Desk) -> None:
    desk.sh("git --git-dir ../origin config receive.advertisePushOptions true")
    push = re.sub(r'"https://lock:.*\.git"', "origin", gitlab_script("lock-open"))
    given = {"CI_SERVER_HOST": "gitlab.example.com", "CI_DEFAULT_BRANCH": "main"}

    assert "Nothing has changed." in desk.sh(push, environ=given)
    assert not desk.pushed()

    (desk.clone / "chanops.lock.yaml").write_text(LOCK.format(time="2", model="new"))
    desk.sh(push, environ=given)

    assert '"new"' in desk.sh("git --git-dir ../origin show chanops/lock:chanops.lock.yaml")
    assert "merge_request.create" in push

    desk.sh("git checkout --quiet main")
    (desk.clone / "chanops.lock.yaml").write_text(LOCK.format(time="3", model="new"))
    assert "The branch has these lists already." in desk.sh(push, environ=given)
