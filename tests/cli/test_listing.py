"""`list` and `get`: what lives on the sites, searched and filtered, never with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cli.stage import SECRETS, entry, newapi, octopus

if TYPE_CHECKING:
    from cli.stage import Stage

FOREIGN_KEY = "sk-foreign-000000000001"


@pytest.fixture
def populated(stage: Stage) -> Stage:
    """A New API and an Octopus with channels of ours, of another team, and of nobody."""
    stage.declare({"owner": "others"}, main=newapi(entry("Theirs", models=["o3"])))
    stage.apply()
    stage.declare(
        main=newapi(
            entry("Ours", tag="fast", remark="kept by hand", groups=["default", "vip"], models=["gpt-4o", "gpt-4o-mini"]),
            entry("Off", enabled=False, type="anthropic", base_url="https://claude.example.com", models=["claude-x"]),
        ),
        edge=octopus(entry("Ours", type="gemini", models=["gemini-2.5-pro"])),
    )
    stage.apply()
    stage.add_foreign("main", "Foreign", models="m1,m2,gpt-4o", status=3)
    return stage


def listed(stage: Stage, *args: str) -> list[str]:
    """Return the addresses that `list` shows, without `/channel`."""
    return [row["address"].replace("/channel", "") for row in stage.run("list", "--json", *args).json["channels"]]


ALL = ["edge/Ours", "main/Foreign", "main/Off", "main/Ours", "main/Theirs"]


@pytest.mark.parametrize(("asked", "found"), [
    ([], ALL),
    (["main"], ALL[1:]),
    (["edge", "main"], ALL),
    (["--search", "FAST"], ["main/Ours"]),
    (["--search", "by hand"], ["main/Ours"]),
    (["--search", "claude.example"], ["main/Off"]),
    (["--search", "our"], ["edge/Ours", "main/Ours"]),
    (["--status", "enabled"], ["edge/Ours", "main/Ours", "main/Theirs"]),
    (["--status", "disabled"], ["main/Off"]),
    (["--status", "ejected"], ["main/Foreign"]),
    (["--type", "anthropic"], ["main/Off"]),
    (["--type", "14"], ["main/Off"]),
    (["--type", "gemini"], ["edge/Ours"]),
    (["--group", "vip"], ["main/Ours"]),
    (["--model", "gpt-4o"], ["main/Foreign", "main/Ours"]),
    (["--model", "gpt-*-mini"], ["main/Ours"]),
    (["--managed"], ["edge/Ours", "main/Off", "main/Ours"]),
    (["--foreign"], ["main/Foreign", "main/Theirs"]),
    (["--foreign", "--model", "o3"], ["main/Theirs"]),
    (["--search", "nothing like it"], []),
])  # fmt: skip
def test_list_filters(populated: Stage, asked: list[str], found: list[str]) -> None:
    assert listed(populated, *asked) == found


def test_managed_and_foreign_contradict_each_other(populated: Stage) -> None:
    ended = populated.run("list", "--managed", "--foreign")

    assert ended.code == 1
    assert "--managed and --foreign contradict each other" in ended.err


def test_the_last_column_tells_whose_each_is(populated: Stage) -> None:
    lines = populated.run("list", "main").out.splitlines()

    assert {line.split()[0]: line.split()[-1] for line in lines[1:5]} == {
        "Foreign": "foreign",
        "Off": "ours",
        "Ours": "ours",
        "Theirs": "others",
    }


def test_the_table_has_the_columns_of_the_interface(populated: Stage) -> None:
    header = populated.run("list", "main").out.splitlines()[0]

    assert header.split() == ["NAME", "TYPE", "MODELS", "GROUPS", "WEIGHT", "STATUS", "WHOSE"]


def test_with_several_sites_each_row_names_its_own(populated: Stage) -> None:
    lines = populated.run("list").out.splitlines()

    assert [line.split()[0] for line in lines[:6]] == ["SITE", "edge", "main", "main", "main", "main"]


def test_the_wide_table_has_more_columns(populated: Stage) -> None:
    header = populated.run("list", "--wide").out.splitlines()[0].split()

    assert {"SITE", "ID", "PRIORITY", "TAG", "BASE_URL"} < set(header)


def test_the_table_ends_with_its_count(populated: Stage) -> None:
    assert populated.run("list").out.endswith("\n\n5 channels on 2 sites\n")


def test_a_list_of_nothing_says_so(populated: Stage) -> None:
    ended = populated.run("list", "--search", "nothing like it")

    assert (ended.code, ended.out) == (0, "No channels.\n")


def test_sites_may_be_named_with_the_flag_of_the_other_commands(populated: Stage) -> None:
    assert populated.run("list", "--site", "main").out == populated.run("list", "main").out


@pytest.mark.parametrize(
    ("name", "says"),
    [("opnai", '"opnai" is no type of a channel; did you mean "openai"?'), ("x", '"x" is no type of a channel')],
)
def test_a_type_that_no_gateway_has_is_no_empty_list(populated: Stage, name: str, says: str) -> None:
    ended = populated.run("list", "--type", name)

    assert (ended.code, ended.out) == (1, "")
    assert f"error: --type: {says}\n" in ended.err


def test_a_type_may_be_a_number_that_only_the_gateway_knows(populated: Stage) -> None:
    assert populated.run("list", "--type", "999").out == "No channels.\n"


@pytest.mark.parametrize("asked", [["list"], ["list", "--wide"], ["list", "--json"], ["get", "main/channel/Ours"],
                                   ["get", "main/channel/Foreign", "--json"], ["get", "edge/channel/Ours"]])  # fmt: skip
def test_no_key_is_ever_shown(populated: Stage, asked: list[str]) -> None:
    ended = populated.run(*asked)

    assert ended.code == 0
    assert not any(secret in ended.out + ended.err for secret in (*SECRETS, FOREIGN_KEY))


def test_a_listed_channel_has_its_fields_and_no_key(populated: Stage) -> None:
    row = next(row for row in populated.run("list", "--json").json["channels"] if row["address"] == "main/channel/Ours")

    assert (row["status"], row["whose"], row["fields"]["key"]) == ("enabled", "ours", None)
    assert row["fields"]["models"] == ["gpt-4o", "gpt-4o-mini"]


def test_get_prints_yaml_that_declares_the_channel(populated: Stage) -> None:
    text = populated.run("get", "main/channel/Ours").out

    channel = yaml.safe_load(text)["channels"][0]
    assert (channel["name"], channel["sites"], channel["tag"]) == ("Ours", ["main"], "fast")
    assert "key" not in channel


def test_get_says_whose_it_is(populated: Stage) -> None:
    assert populated.run("get", "main/channel/Theirs").out.startswith("# main/channel/Theirs: id 1, enabled, others\n")


def test_get_shows_foreign_channels(populated: Stage) -> None:
    shown = populated.live("main/channel/Foreign")

    assert (shown["whose"], shown["status"]) == ("foreign", "ejected")


def test_get_of_a_channel_that_is_not_there_says_how_to_look(populated: Stage) -> None:
    ended = populated.run("get", "main/channel/Nobody")

    assert (ended.code, ended.out) == (1, "")
    assert "there is no channel main/channel/Nobody on the site; `chanops list main` shows what there is" in ended.err


@pytest.mark.parametrize("address", ["Ours", "main", "main/Ours", "/channel/Ours", "main/channel/"])
def test_get_of_no_address_says_how_to_write_one(populated: Stage, address: str) -> None:
    ended = populated.run("get", address)

    assert ended.code == 1
    assert "write it as site/channel/name" in ended.err


def test_get_of_an_unknown_kind_says_which_there_is(populated: Stage) -> None:
    ended = populated.run("get", "main/chanel/Ours")

    assert ended.code == 1
    assert 'did you mean "main/channel/Ours"?' in ended.err


def test_get_of_an_unknown_site_says_which_was_meant(populated: Stage) -> None:
    ended = populated.run("get", "mian/channel/Ours")

    assert ended.code == 1
    assert 'did you mean "main"?' in ended.err


def test_get_reads_only_its_site(populated: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSWORD")

    assert populated.run("get", "main/channel/Ours").code == 0


@pytest.fixture
def twins(stage: Stage) -> Stage:
    stage.declare(main=newapi())
    stage.add_foreign("main", "Twin", models="m1")
    stage.add_foreign("main", "Twin", models="m2")
    return stage


def test_get_of_one_of_two_names_asks_for_an_id(twins: Stage) -> None:
    ended = twins.run("get", "main/channel/Twin")

    assert (ended.code, ended.out) == (1, "")
    assert "2 channels are called Twin (ids 1, 2); choose one with --id" in ended.err


def test_get_of_one_of_two_names_takes_an_id(twins: Stage) -> None:
    ended = twins.run("get", "main/channel/Twin", "--id", "2", "--json")

    assert (ended.json["remote_id"], ended.json["fields"]["models"]) == ("2", ["m2"])


def test_get_with_an_id_of_another_channel_finds_nothing(twins: Stage) -> None:
    assert twins.run("get", "main/channel/Twin", "--id", "3").code == 1


def test_a_plan_over_two_live_channels_of_one_name_is_refused_with_both_ids(twins: Stage) -> None:
    twins.declare(main=newapi(entry("Twin")))

    ended = twins.run("plan")

    assert ended.code == 1
    assert "2 live channels have this name: ids 1, 2" in ended.out
    assert "pin the right one with `id: 1`, or rename the others on the site" in ended.out


def test_a_name_with_slashes_is_found(stage: Stage) -> None:
    stage.declare(main=newapi(entry("a/b/c")))
    stage.apply()

    assert stage.live("main/channel/a/b/c")["name"] == "a/b/c"


@pytest.mark.parametrize("asked", [["list"], ["list", "--wide"], ["get", "main/channel/\x1b[2Jx"], ["plan"]])
def test_a_hostile_name_is_shown_escaped(stage: Stage, asked: list[str]) -> None:
    stage.declare(main=newapi(manage="all", guards={"last_route": "off"}))
    stage.add_foreign("main", "\x1b[2Jx", remark="\u202egpj.exe\nforged: line")

    ended = stage.run(*asked)

    assert ended.code == 0
    assert not set("\x1b\u202e") & set(ended.out + ended.err)
    assert "\nforged: line" not in ended.out


def test_list_writes_nothing(populated: Stage) -> None:
    before = populated.rows("main"), populated.rows("edge")

    populated.run("list")

    assert (populated.rows("main"), populated.rows("edge")) == before


def test_the_wide_table_shows_more_models(stage: Stage) -> None:
    models: list[Any] = [f"model-{number}" for number in range(6)]
    stage.declare(main=newapi(entry("A", models=models)))
    stage.apply()

    assert models[-1] not in stage.run("list").out
    assert models[-1] in stage.run("list", "--wide").out


def test_a_list_of_sites_that_are_down_does_not_say_that_there_are_none(stage: Stage) -> None:
    stage.declare(main=newapi(url="http://127.0.0.1:9", timeout=1))

    ended = stage.run("list")

    assert (ended.code, ended.out) == (1, "")
