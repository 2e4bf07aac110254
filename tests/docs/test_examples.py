"""The examples: both files are valid, they differ where they must, the demonstration runs, and the README shows it."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest
import yaml

from docs.fences import ROOT, blocks_of, is_printed
from docs.shell import run

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "examples"


@pytest.mark.parametrize("name", ["channels.yaml", "production.yaml"])
def test_an_example_is_valid_without_any_finding(name: str, tmp_path: Path) -> None:
    ended = run(f"chanops validate --file '{EXAMPLES / name}'", tmp_path)

    assert (ended.returncode, ended.stdout) == (0, "Success! The configuration is valid: 9 channels on 2 sites.\n")


def test_production_is_the_example_but_for_addresses_and_references() -> None:
    emulated = (EXAMPLES / "channels.yaml").read_text(encoding="utf-8")
    real = (EXAMPLES / "production.yaml").read_text(encoding="utf-8")
    emulated = re.sub(r"\$\{env:(\w+):-[^}]*\}", r"${env:\1}", emulated)
    emulated = emulated.replace("sandbox:newapi", "https://gateway.example.com")
    emulated = emulated.replace("sandbox:octopus", "https://octopus.example.com")

    assert yaml.safe_load(emulated) == yaml.safe_load(real)


def test_production_has_no_reference_with_a_default() -> None:
    assert not any(":-" in reference for reference in references_of("production.yaml"))


def references_of(name: str) -> set[str]:
    values = str(yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8")))
    return set(re.findall(r"\$\{env:([^}]+)\}", values))


@pytest.mark.slow
def test_the_demonstration_runs_leaves_nothing_and_the_readme_shows_its_plan(tmp_path: Path) -> None:
    (picture,) = [block.text for block in blocks_of(ROOT / "README.md") if "demo" in block.words]

    ended = run(f"TMPDIR='{tmp_path}' sh '{EXAMPLES / 'demo.sh'}'", tmp_path)

    assert ended.returncode == 0, ended.stdout
    assert is_printed(picture, ended.stdout)
    assert list(tmp_path.iterdir()) == []
    assert_nobody_listens(int(re.findall(r"http://127\.0\.0\.1:(\d+)", ended.stdout)[0]))


def assert_nobody_listens(port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_workflow_gives_secrets_to_no_fork_and_rights_to_no_job_that_needs_none() -> None:
    text = (EXAMPLES / "ci/github.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true

    assert "pull_request_target" not in triggers
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["validate"]["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["apply"]["permissions"] == {"contents": "read"}
    assert "secrets." not in str(workflow["jobs"]["validate"])
    assert "head.repo.full_name == github.repository" in workflow["jobs"]["plan"]["if"]


def test_the_workflow_finds_its_comment_by_the_marker_that_a_plan_begins_with(tmp_path: Path) -> None:
    text = (EXAMPLES / "ci/github.yml").read_text(encoding="utf-8")

    plan = run(f"cp '{EXAMPLES / 'channels.yaml'}' . && chanops plan --format markdown 2> errors.txt", tmp_path)

    marker = plan.stdout.splitlines()[0]
    assert marker == "<!-- chanops:plan -->"
    assert f'startswith("{marker}")' in text


def test_the_workflow_hands_over_every_reference_of_the_production_file() -> None:
    references = references_of("production.yaml")
    jobs = yaml.safe_load((EXAMPLES / "ci/github.yml").read_text(encoding="utf-8"))["jobs"]

    for name in ("plan", "apply", "drift"):
        given = [step["env"] for step in jobs[name]["steps"] if "secrets." in str(step.get("env"))]
        assert given == [{reference: f"${{{{ secrets.{reference} }}}}" for reference in references}]
