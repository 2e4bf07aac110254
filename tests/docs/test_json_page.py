"""docs/reference/json.md shows the objects that the commands print: the same keys, nothing more and nothing less."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docs.fences import ROOT, blocks_of
from docs.shell import run

if TYPE_CHECKING:
    from pathlib import Path

YAML = """
version: 1
owner: team
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    channels:
      - {name: a, type: openai, key: "${env:NONE:-sk-demo-0001}", models: [m]}
"""
LAST_GOES = YAML.replace('- {name: a, type: openai, key: "${env:NONE:-sk-demo-0001}", models: [m]}', "[]")
SHOWN = {words[0]: json.loads(block.text) for block in blocks_of(ROOT / "docs/reference/json.md") for words in [block.words]}
OPEN = {
    "before",
    "after",
    "after_references",
    "field_reasons",
    "fields",
    "plan",
    "sites",
    "after_sensitive",
    "before_sensitive",
    "importing",
}
"""Keys whose value has keys of its own for each field or site, or is shown elsewhere."""


def keys_of(value: Any, path: str = "") -> set[str]:
    """Return the paths of all keys in *value*; of a list, those of its first element."""
    if isinstance(value, list):
        return keys_of(value[0], path) if value else set()
    if not isinstance(value, dict):
        return set()
    inner = (keys_of(item, f"{path}.{key}") for key, item in value.items() if key not in OPEN)
    return {f"{path}.{key}" for key in value}.union(*inner)


def printed(folder: Path, command: str, config: str = YAML) -> Any:
    (folder / "channels.yaml").write_text(config, encoding="utf-8")
    return json.loads(run(f"{{ {command}; }} 2> errors.txt", folder).stdout)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("report", "chanops apply --json --auto-approve"),
        ("list", "chanops apply --auto-approve > report.txt && chanops list --json"),
        ("error", "chanops plan --json --site nowhere"),
    ],
)
def test_the_page_shows_what_a_command_prints(name: str, command: str, tmp_path: Path) -> None:
    real = printed(tmp_path, command)

    assert keys_of(real) - {key for key in keys_of(real) if ".diagnostics." in key} == keys_of(SHOWN[name])


def test_the_page_shows_a_plan_that_a_guard_refuses(tmp_path: Path) -> None:
    printed(tmp_path, "chanops apply --json --auto-approve")

    real = printed(tmp_path, "chanops plan --json", LAST_GOES)

    assert keys_of(real) == keys_of(SHOWN["plan"])
    assert real["sites"]["main"].keys() == SHOWN["plan"]["sites"]["main"].keys()


def test_the_page_shows_findings(tmp_path: Path) -> None:
    real = printed(tmp_path, "chanops validate --json", YAML.replace("openai", "opnai"))

    assert keys_of(real) == keys_of(SHOWN["validate"])
