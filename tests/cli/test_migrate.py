"""`chanops migrate`: live channels of one site as YAML for another, and everything that is lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.stage import KEY, SECRETS, Stage, configuration, entry, newapi, octopus

HEADER = "hdr-6Rk2Mw9Xc4Vb7Zt1"
PROXY = "pxy-3Fd8Gh5Jk2Ls6"


@pytest.fixture
def sites(stage: Stage) -> Stage:
    """A New API with channels that people made by hand, and two empty gateways."""
    stage.declare(main=newapi(), edge=octopus(), old=octopus(url="sandbox:octopus?generation=g2"))
    stage.add_foreign(
        "main",
        "Plain",
        base_url="https://h",
        models="gpt-4o,mini",
        model_mapping='{"mini": "small-2024"}',
        weight=7,
        group="vip",
    )
    stage.add_foreign("main", "Claude", type=14, key=KEY, header_override=json.dumps({"Authorization": f"Bearer {HEADER}"}))
    stage.add_foreign("main", "Proxied", base_url="https://p", setting=json.dumps({"proxy": f"http://u:{PROXY}@p.example:1"}))
    stage.add_foreign("main", "Pictures", type=2)
    return stage


def refused(found: dict[str, Any]) -> dict[str, str | None]:
    return {one["address"]: one["refused"] for one in found["channels"]}


def test_the_yaml_goes_to_stdout_and_what_is_lost_to_stderr(sites: Stage) -> None:
    ended = sites.run("migrate", "main", "edge")

    assert ended.code == 0
    assert ended.out.startswith("# Channels of main for edge, written by `chanops migrate main edge`.\nversion: 1\n")
    assert "type: anthropic\n        base_url: https://api.anthropic.com/v1\n" in ended.out
    assert "main/channel/Plain -> edge/channel/Plain\n  model_mapping: clients no longer find mini here" in ended.err
    assert "  groups: [vip] is lost" in ended.err
    assert "  weight: 7 is lost" in ended.err
    assert "main/channel/Pictures left out: type midjourney: it makes images" in ended.err
    assert "3 of 4 channels of main written for edge, 1 left out." in ended.err


def test_secrets_to_set_are_listed_as_an_example_of_the_environment(sites: Stage) -> None:
    ended = sites.run("migrate", "main", "edge")

    assert 'Authorization: "Bearer ${env:CLAUDE_AUTHORIZATION}"' in ended.out
    assert "5 secrets to set:\n" in ended.err
    assert "# edge/channel/Plain: key\nPLAIN_KEY=\n" in ended.err
    assert "# edge/channel/Proxied: proxy\nPROXIED_PROXY=\n" in ended.err


def test_json_holds_both_in_one_object(sites: Stage) -> None:
    whole = sites.run("migrate", "main", "edge", "--json").json

    assert whole.keys() == {"format_version", "yaml", "channels", "secrets", "diagnostics"}
    assert whole["yaml"] == sites.run("migrate", "main", "edge").out
    (plain,) = [one for one in whole["channels"] if one["from"] == "main/channel/Plain"]
    assert (plain["address"], plain["refused"]) == ("edge/channel/Plain", None)
    assert [loss["field"] for loss in plain["losses"]] == ["model_mapping", "groups", "weight"]
    assert all(loss["what"] and loss["advice"] for loss in plain["losses"])


@pytest.mark.parametrize("target", ["edge", "old"])
def test_a_plan_over_both_files_only_creates_and_the_next_one_is_empty(
    sites: Stage, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sites.run("migrate", "main", target, "--out", "moved.yaml", "--json").json
    for secret in found["secrets"]:
        monkeypatch.setenv(secret["name"], "http://p.example:1" if "PROXY" in secret["name"] else "sk-new-0000")
    beside = ("-f", "channels.yaml", "-f", "moved.yaml", "--site", target)

    planned = sites.run("plan", *beside, "--json").json["summary"]
    sites.apply(*beside)

    assert {action for action, number in planned.items() if number} == {"create"}
    assert planned["create"] == 3
    assert sites.run("plan", *beside, "--detailed-exitcode").code == 0


def test_the_way_back_gives_the_same_addresses_and_models(sites: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sites.declare(main=newapi(), edge=octopus(entry("A", base_url="https://h/v1", type="gemini", models=["g"])), other=newapi())
    sites.apply("--site", "edge")
    monkeypatch.setenv("A_KEY", KEY)

    sites.write(sites.run("migrate", "edge", "other").out, "moved.yaml")
    sites.apply("-f", "channels.yaml", "-f", "moved.yaml", "--site", "other")

    assert sites.live("other/channel/A")["fields"]["base_url"] == "https://h"
    assert sites.run("diff", "edge", "other", "--detailed-exitcode").code == 0


def test_a_key_that_the_files_name_already_keeps_its_name(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), entry("Many", key=None, keys=["${env:KEY}", "${env:TOKEN}"])), edge=octopus())
    stage.apply()

    ended = stage.run("migrate", "main", "edge")

    assert ended.out.count("key: ${env:KEY}\n") == 2
    assert "keys: a channel has one key there: a reference for one of them is written" in ended.err
    assert "to set" not in ended.err


def test_keys_may_stand_in_files(sites: Stage) -> None:
    ended = sites.run("migrate", "main", "edge", "--keys", "file")

    assert "key: ${file:secrets/plain_key}" in ended.out
    assert "${env:" not in ended.out


def test_names_choose_what_is_migrated(sites: Stage) -> None:
    assert refused(sites.run("migrate", "main", "edge", "--json", "--names", "P*n").json) == {"edge/channel/Plain": None}


def test_nothing_to_migrate_is_an_error(sites: Stage) -> None:
    ended = sites.run("migrate", "main", "edge", "--names", "Pictures")

    assert (ended.code, ended.out) == (1, "")
    assert "0 of 1 channels of main written for edge, 1 left out." in ended.err
    assert "main has no such channels: nothing to migrate." in sites.run("migrate", "main", "edge", "--names", "Nobody").err


def test_a_site_cannot_be_migrated_to_itself(sites: Stage) -> None:
    ended = sites.run("migrate", "main", "main", "--json")

    assert ended.code == 1
    assert ended.findings == ["FROM and TO are both main: name two sites"]


def test_of_two_channels_with_one_name_the_older_one_goes(sites: Stage) -> None:
    sites.add_foreign("main", "Plain", base_url="https://other")

    ended = sites.run("migrate", "main", "edge", "--names", "Plain")

    assert "https://h/v1" in ended.out
    assert "https://other" not in ended.out
    assert "main/channel/Plain left out: channel 1 has the same name; rename this one, 5, on the site" in ended.err


def test_migrating_twice_gives_the_same_bytes(sites: Stage) -> None:
    assert sites.run("migrate", "main", "edge").out == sites.run("migrate", "main", "edge").out


# Conflicts


@pytest.fixture
def taken(sites: Stage) -> Stage:
    """The other site has a channel that lives, and one that is only declared."""
    lives = {"name": "Plain", "type": "openai", "base_url": "https://live/v1", "key": KEY, "model": "gpt-4o"}
    sites.hand("edge", "POST", "/api/v1/channel/create", lives)
    sites.declare(main=newapi(), edge=octopus(entry("Claude")))
    return sites


def test_a_name_that_is_taken_fails_with_all_of_them(taken: Stage) -> None:
    ended = taken.run("migrate", "main", "edge", "--json")

    assert ended.code == 1
    assert sorted(found.partition(", ")[0] for found in ended.findings) == [
        "a channel of that name lives on edge already",
        "it is declared for edge already",
    ]
    assert "yaml" not in ended.json


def test_skipping_leaves_them_out(taken: Stage) -> None:
    found = taken.run("migrate", "main", "edge", "--json", "--on-conflict", "skip").json

    said = refused(found)
    assert said["edge/channel/Proxied"] is None
    assert str(said["edge/channel/Plain"]).startswith("skipped: a channel of that name lives on edge already")
    assert str(said["edge/channel/Claude"]).startswith("skipped: it is declared for edge already")


def test_skipping_everything_is_no_error(taken: Stage) -> None:
    assert taken.run("migrate", "main", "edge", "--names", "Plain", "--on-conflict", "skip").code == 0


def test_overwriting_writes_them_all_the_same_and_says_which(taken: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = taken.run("migrate", "main", "edge", "--on-conflict", "overwrite", "--out", "moved.yaml")

    assert "edge/channel/Claude is overwritten: it is declared for edge already, at channels.yaml:" in ended.err
    assert "edge/channel/Plain is overwritten: a channel of that name lives on edge already, with id 1" in ended.err
    assert "3 of 4 channels" in ended.err

    taken.write(configuration(edge=octopus()))
    for name in ("PLAIN_KEY", "CLAUDE_KEY", "CLAUDE_AUTHORIZATION", "PROXIED_KEY", "PROXIED_PROXY"):
        monkeypatch.setenv(name, "http://p.example:1")
    planned = taken.run("plan", "-f", "channels.yaml", "-f", "moved.yaml", "--json").json["summary"]
    assert (planned["create"], planned["update"]) == (2, 1)


# Nothing leaks, nothing is written over


def test_no_secret_stands_in_any_output(sites: Stage) -> None:
    planted = {"name": "Shown", "type": "openai", "base_url": "https://s/v1", "key": f"{KEY}-octopus", "model": "gpt-4o"}
    sites.hand("edge", "POST", "/api/v1/channel/create", planted)

    for args in (("main", "edge"), ("main", "edge", "--json"), ("edge", "main"), ("edge", "old", "--json")):
        ended = sites.run("migrate", *args)

        assert ended.code == 0
        assert [s for s in (*SECRETS, HEADER, PROXY, "sk-foreign") if s in ended.out + ended.err] == []


def test_a_file_that_holds_something_else_is_not_written_over(sites: Stage) -> None:
    sites.write("version: 1\n", "moved.yaml")

    ended = sites.run("migrate", "main", "edge", "--out", "moved.yaml")

    assert ended.code == 1
    assert "moved.yaml is there already and holds something else; --merge goes on in it, or name another file" in ended.err
    assert Path("moved.yaml").read_text(encoding="utf-8") == "version: 1\n"


def test_an_example_of_the_environment_stands_beside_the_file(sites: Stage) -> None:
    ended = sites.run("migrate", "main", "edge", "--out", "out/moved.yaml")

    assert "# edge/channel/Plain: key\nPLAIN_KEY=\n" in Path("out/.env.example").read_text(encoding="utf-8")
    assert "out/.env.example: written" in ended.err
    assert "secrets to set: " in ended.err


def test_a_variable_of_the_migrated_channel_itself_is_used_again(sites: Stage) -> None:
    sites.write("# main/channel/Plain: key\nPLAIN_KEY=\n# other/channel/Proxied: key\nPROXIED_KEY=\n", ".env.example")

    sites.run("migrate", "main", "edge", "--out", "moved.yaml")

    text = Path("moved.yaml").read_text(encoding="utf-8")
    assert "key: ${env:PLAIN_KEY}\n" in text
    assert "key: ${env:PROXIED_KEY}\n" not in text


def test_merging_goes_on_in_a_file_and_changes_nothing_else(sites: Stage) -> None:
    sites.write("# ours\nversion: 1\nsites:\n  edge:\n    channels: # none yet\n", "edge.yaml")

    ended = sites.run("migrate", "main", "edge", "--out", "edge.yaml", "--merge", "--names", "Plain")

    text = Path("edge.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ours\nversion: 1\n")
    assert "    channels: # none yet\n      - name: Plain\n        type: openai\n" in text
    assert "edge.yaml: written" in ended.err
    again = sites.run("migrate", "main", "edge", "--out", "edge.yaml", "--merge", "--names", "Plain")
    assert "it is declared for edge already, at edge.yaml:6" in again.err


def test_merging_what_is_overwritten_is_refused_where_it_is_declared(sites: Stage) -> None:
    sites.run("migrate", "main", "edge", "--out", "edge.yaml")
    before = Path("edge.yaml").read_bytes()

    ended = sites.run("migrate", "main", "edge", "--out", "edge.yaml", "--merge", "--on-conflict", "overwrite")

    assert ended.code == 1
    assert "edge already has a channel" in ended.err
    assert Path("edge.yaml").read_bytes() == before


def test_keys_in_files_are_all_named_also_those_that_the_files_know_as_variables(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus())
    stage.apply()

    ended = stage.run("migrate", "main", "edge", "--keys", "file")

    assert "key: ${file:secrets/a_key}" in ended.out
    assert "# edge/channel/A: key\nsecrets/a_key\n" in ended.err


def test_no_site_is_changed(sites: Stage) -> None:
    sites.run("migrate", "main", "edge")
    before = {site: sites.rows(site) for site in ("main", "edge")}

    sites.run("migrate", "main", "edge")

    assert {site: sites.rows(site) for site in ("main", "edge")} == before


def test_a_disabled_channel_stays_disabled_and_an_ejected_one_is_told_of(sites: Stage) -> None:
    sites.add_foreign("main", "Off", base_url="https://off", status=2)
    sites.add_foreign("main", "Out", base_url="https://out", status=3)

    ended = sites.run("migrate", "main", "edge", "--names", "O*")

    assert ended.out.count("enabled: false") == 2
    assert ended.err.count("the gateway had disabled it after failed calls; it is written as disabled") == 1
