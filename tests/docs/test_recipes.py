"""The recipes of two upstreams: the addresses that each gateway gets, and that no test of a page calls a vendor."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from docs.fences import ROOT, blocks_of
from docs.shell import run

if TYPE_CHECKING:
    from pathlib import Path

ROOTS = {"qhaigc": "https://api.qhaigc.net", "octopusx": "https://octopusx.ai"}
OCTOPUS = {"openai": "/v1", "openai_responses": "/v1", "anthropic": "/v1", "gemini": "/v1beta"}
ONLINE = ("chanops test", "chanops lock", "--balance", "curl")


@pytest.mark.parametrize("name", ROOTS)
def test_new_api_gets_the_root_and_octopus_the_version_of_the_type(name: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / f"examples/{name}.yaml", tmp_path / "channels.yaml")

    ended = run(f"{name.upper()}_KEY=sk-invented-0001 chanops plan --json 2> errors.txt", tmp_path)

    after = [(one["site"], one["change"]["after"]) for one in json.loads(ended.stdout)["resource_changes"]]
    nodes = {ROOTS[name], ROOTS[name].replace("api.", "api-hk.")}
    assert {fields["base_url"] for site, fields in after if site == "main"} <= nodes
    assert all(fields["base_url"] == ROOTS[name] + OCTOPUS[fields["type"]] for site, fields in after if site == "edge")
    assert {"openai", "anthropic", "gemini"} <= {fields["type"] for site, fields in after if site == "main"}


@pytest.mark.parametrize("name", ROOTS)
def test_a_recipe_names_its_key_by_a_reference_without_a_default(name: str) -> None:
    (provider,) = yaml.safe_load((ROOT / f"examples/{name}.yaml").read_text(encoding="utf-8"))["providers"].values()

    assert provider == {"base_url": ROOTS[name], "key": f"${{env:{name.upper()}_KEY}}"}


@pytest.mark.parametrize("name", ROOTS)
def test_no_model_stands_in_two_channels_of_one_priority(name: str) -> None:
    channels = yaml.safe_load((ROOT / f"examples/{name}.yaml").read_text(encoding="utf-8"))["sites"]["main"]["channels"]
    served = [(model, channel.get("priority", 0)) for channel in channels for model in channel["models"]]

    assert len(served) == len(set(served))


@pytest.mark.parametrize("name", ROOTS)
def test_what_a_recipe_runs_calls_no_vendor(name: str) -> None:
    scripts = [block.text for block in blocks_of(ROOT / f"docs/how-to/{name}.md") if "run" in block.words]

    assert scripts
    assert not any(word in script for script in scripts for word in ONLINE)


@pytest.mark.parametrize("name", ROOTS)
def test_a_recipe_tells_how_to_verify(name: str) -> None:
    text = (ROOT / f"docs/how-to/{name}.md").read_text(encoding="utf-8")

    assert all(
        word in text for word in ("chanops check --static", "chanops test ", "chanops doctor --balance", "chanops secrets")
    )
