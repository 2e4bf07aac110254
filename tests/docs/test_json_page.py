"""docs/reference/json.md shows the objects that the commands print: the same keys, nothing more and nothing less."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chanops.sandbox.upstream import Provider
from docs.fences import ROOT, blocks_of
from docs.shell import run
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
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
FOLLOWING = """
version: 1
owner: team
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    channels:
      - {name: Qhaigc, type: openai, base_url: URL, key: "${env:NONE:-sk-demo-0001}", models: {from: upstream}, weight: 5}
      - {name: Stale, type: openai, base_url: URL, key: "${env:NONE:-sk-demo-0002}", models: [m, gone]}
  edge:
    kind: octopus
    url: sandbox:octopus
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


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with two sites that were applied, and its YAML: channels of a provider on loopback that lists one model."""
    folder = tmp_path_factory.mktemp("following")
    with served(Provider(["m"])) as url:
        text = FOLLOWING.replace("URL", url)
        printed(folder, "chanops apply --json --auto-approve", text)
        yield folder, text


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("get", "chanops get main/channel/Qhaigc --json"),
        ("lock", "chanops lock --check --json"),
        ("test", "chanops test main/channel/Qhaigc --auto-approve --json"),
        ("diff", "chanops diff main edge --json"),
        ("secrets", "chanops secrets --json"),
        ("validate", "chanops check --json"),
        ("fmt", "chanops fmt --check --json"),
        ("init", "chanops init new --json"),
    ],
)
def test_the_page_shows_what_a_command_prints_of_sites_that_were_applied(
    following: tuple[Path, str], name: str, command: str
) -> None:
    folder, text = following

    real = printed(folder, command, text)

    assert keys_of(real) == keys_of(SHOWN[name])


def test_the_page_shows_an_import_of_channels_that_no_file_declares(tmp_path: Path) -> None:
    (tmp_path / "whole.yaml").write_text(YAML, encoding="utf-8")
    command = "chanops apply -f whole.yaml --auto-approve > report.txt && chanops import main --json"

    real = printed(tmp_path, command, YAML[: YAML.index("    channels:")])

    assert keys_of(real) == keys_of(SHOWN["import"])


def test_the_page_shows_a_migration_of_channels_that_no_file_declares(following: tuple[Path, str]) -> None:
    folder, text = following
    bare = text[: text.index("    channels:")] + text[text.index("  edge:") :]

    real = printed(folder, "chanops migrate main edge --json", bare)

    assert keys_of(real) == keys_of(SHOWN["migrate"])


def test_the_page_shows_an_examination_with_what_is_left_at_the_providers(following: tuple[Path, str]) -> None:
    folder, text = following

    real = printed(folder, "chanops doctor main --balance --json", text)

    assert keys_of(real) == keys_of(SHOWN["doctor"])
    assert keys_of(real["sites"]["main"]) == keys_of(SHOWN["doctor"]["sites"]["main"])


def test_every_object_of_the_page_has_its_format_version() -> None:
    assert [name for name, shown in SHOWN.items() if shown["format_version"] != "1.0"] == []


def test_the_page_shows_findings(tmp_path: Path) -> None:
    real = printed(tmp_path, "chanops validate --json", YAML.replace("openai", "opnai"))

    assert keys_of(real) == keys_of(SHOWN["validate"])
