"""`chanops import`: what lives comes out as files that go beside those that are there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.stage import KEY, Stage, octopus

SITE = """\
# who we are
version: 1
owner: team

sites:
  main:   # the only one
    kind: newapi
    url: sandbox:newapi
    auth: {access_token: "${env:TOKEN}", user_id: 1}
"""
HEADER = "sk-header-0123456789"
BESIDE = ("-f", "channels.yaml", "-f", "imported.yaml")


@pytest.fixture
def site(stage: Stage) -> Stage:
    """A New API with four channels made by hand, declared without any."""
    stage.write(SITE)
    stage.add_foreign("main", "One", base_url="https://api.one.example", tag="blue")
    stage.add_foreign("main", "Two", base_url="https://api.one.example", group="vip", weight=5)
    stage.add_foreign("main", "Three", header_override=json.dumps({"Authorization": f"Bearer {HEADER}"}))
    stage.add_foreign("main", "Odd\tname")
    return stage


def test_the_yaml_goes_to_stdout_and_the_rest_to_stderr(site: Stage) -> None:
    ended = site.run("import", "main")

    assert ended.code == 0
    assert ended.out.startswith("# Channels of main, written by `chanops import main`.\nversion: 1\n")
    assert "3 channels of main imported." in ended.err
    assert "1 more cannot be declared: the comments say why." in ended.err


def test_upstreams_are_written_once_and_defaults_not_at_all(site: Stage) -> None:
    text = site.run("import", "main").out

    assert "providers:\n  one:\n    base_url: https://api.one.example\n" in text
    assert text.count("provider: one\n") == 2
    assert "priority" not in text
    assert "enabled" not in text


def test_what_no_file_can_say_is_a_comment_with_its_id(site: Stage) -> None:
    text = site.run("import", "main").out

    assert "# left out: the name of a channel holds the character U+0009\n" in text
    assert '# - name: "Odd\\tname"\n      #   id: 4\n' in text


def test_a_plan_over_both_files_adopts_and_the_next_one_is_empty(site: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run("import", "main", "--out", "imported.yaml", "--keys", "ignore")
    monkeypatch.setenv("THREE_AUTHORIZATION", HEADER)

    planned = site.run("plan", *BESIDE)
    site.apply(*BESIDE)

    assert planned.out.endswith("Plan: 0 to add, 0 to change, 0 to delete, 3 to adopt.\n")
    assert site.run("plan", *BESIDE).out == "No changes. Your channels match the configuration.\n"


def test_keys_become_references_and_an_example_names_them(site: Stage) -> None:
    ended = site.run("import", "main", "--out", "imported.yaml")

    example = Path(".env.example").read_text(encoding="utf-8")
    text = Path("imported.yaml").read_text(encoding="utf-8")
    assert "key: ${env:ONE_KEY}" in text
    assert 'Authorization: "Bearer ${env:THREE_AUTHORIZATION}"' in text
    assert "# main/channel/One: key\nONE_KEY=\n" in example
    assert [name.partition("=")[2] for name in example.splitlines() if "=" in name] == [""] * 4
    assert "4 secrets to set: ONE_KEY, THREE_AUTHORIZATION, THREE_KEY, TWO_KEY" in ended.err
    assert HEADER not in ended.out + ended.err + text + example


def test_an_example_that_is_there_keeps_its_lines_and_gets_what_it_lacks(site: Stage) -> None:
    site.write("ONE_KEY=sk-mine\nTWO_KEY=", ".env.example")

    ended = site.run("import", "main", "--out", "imported.yaml")

    example = Path(".env.example").read_text(encoding="utf-8")
    three = "main/channel/Three: headers, Authorization\nTHREE_AUTHORIZATION=\n\n# main/channel/Three: key\nTHREE_KEY=\n"
    assert example == f"ONE_KEY=sk-mine\nTWO_KEY=\n\n# {three}"
    assert ".env.example: written" in ended.err
    site.run("import", "main", "--out", "imported.yaml")
    assert Path(".env.example").read_text(encoding="utf-8") == example


def test_a_variable_that_stands_for_something_else_is_not_taken(site: Stage) -> None:
    site.write("# edge/channel/One: key\nONE_KEY=\n\n# main/channel/Two: key\nTWO_KEY=\n", ".env.example")

    site.run("import", "main", "--out", "imported.yaml")
    text = Path("imported.yaml").read_text(encoding="utf-8")
    again = site.run("import", "main", "--out", "imported.yaml")

    assert "key: ${env:ONE_KEY_1}\n" in text
    assert "key: ${env:TWO_KEY}\n" in text
    assert "imported.yaml: up to date" in again.err, "its own variables keep their names"


def test_keys_may_stand_in_files(site: Stage) -> None:
    text = site.run("import", "main", "--keys", "file").out

    assert "key: ${file:secrets/one_key}" in text
    assert "${env:" not in text


def test_keys_may_stay_as_they_are(site: Stage) -> None:
    text = site.run("import", "main", "--keys", "ignore").out

    assert text.count("ignore: [key]\n") == 4, "the comment says it too"
    assert "_KEY}" not in text


def test_names_choose_what_is_imported(site: Stage) -> None:
    ended = site.run("import", "main", "--names", "T*")

    assert "2 channels of main imported." in ended.err
    assert "name: One" not in ended.out


def test_importing_again_gives_the_same_bytes(site: Stage) -> None:
    site.run("import", "main", "--out", "imported.yaml")
    before = Path("imported.yaml").read_bytes()

    again = site.run("import", "main", "--out", "imported.yaml")

    assert again.code == 0
    assert "imported.yaml: up to date" in again.err
    assert Path("imported.yaml").read_bytes() == before


def test_a_file_that_holds_something_else_is_not_written_over(site: Stage) -> None:
    site.write("version: 1\n", "imported.yaml")

    ended = site.run("import", "main", "--out", "imported.yaml")

    assert ended.code == 1
    assert "imported.yaml is there already and holds something else; --merge brings it up to date" in ended.err
    assert Path("imported.yaml").read_text(encoding="utf-8") == "version: 1\n"


def test_of_several_files_all_are_written_or_none(site: Stage) -> None:
    site.write("version: 1\n", "out/main.yaml")

    ended = site.run("import", "main", "--out", "out", "--by", "provider")

    assert ended.code == 1
    assert "out/main.yaml is there already and holds something else" in ended.err
    assert [path.name for path in Path("out").iterdir()] == ["main.yaml"]


def test_a_slash_at_the_end_means_a_folder_that_is_not_there_yet(site: Stage) -> None:
    site.run("import", "main", "--out", "out/")

    assert sorted(path.name for path in Path("out").iterdir()) == [".env.example", "main.yaml"]


def test_json_holds_the_yaml_the_channels_and_the_secrets(site: Stage) -> None:
    whole = site.run("import", "main", "--json").json

    assert whole.keys() == {"format_version", "yaml", "files", "channels", "declared", "secrets", "diagnostics"}
    assert whole["yaml"] == site.run("import", "main").out
    assert whole["files"] == []
    assert whole["channels"][0] == {
        "address": "main/channel/Odd\tname",
        "remote_id": "4",
        "refused": "the name of a channel holds the character U+0009",
    }
    assert [channel["address"] for channel in whole["channels"] if not channel["refused"]] == [
        "main/channel/One", "main/channel/Three", "main/channel/Two",
    ]  # fmt: skip
    assert {"name": "ONE_KEY", "purpose": "main/channel/One: key"} in whole["secrets"]


def test_json_names_the_files_and_what_a_merge_did(site: Stage) -> None:
    site.write(SITE + ONE)

    whole = site.run("import", "main", "--json", "--out", "channels.yaml", "--merge", "--names", "One").json
    again = site.run("import", "main", "--json", "--out", "channels.yaml", "--merge", "--names", "One").json

    assert whole["yaml"] is None
    assert whole["files"] == [{"path": "channels.yaml", "state": "written"}]
    assert whole["declared"] == 1
    assert [(found["address"], found["summary"]) for found in whole["diagnostics"]] == [
        ("main/channel/One", "tag brought up to date")
    ]
    assert again["files"] == [{"path": "channels.yaml", "state": "up to date"}]


def test_a_folder_gets_a_file_for_each_provider(site: Stage) -> None:
    site.run("import", "main", "--out", "sites", "--by", "provider", "--keys", "ignore")

    one, rest = (Path("sites", name).read_text(encoding="utf-8") for name in ("main-one.yaml", "main.yaml"))
    assert "name: One" in one
    assert "name: Three" in rest
    assert site.run("validate", "-f", "channels.yaml", "-f", "sites").code == 0


def test_channels_that_are_declared_are_left_out(site: Stage) -> None:
    channels = '    channels:\n      - {name: One, type: openai, key: "${env:KEY}", models: [gpt-4o]}\n'
    site.write(SITE + channels)

    ended = site.run("import", "main")

    assert "name: One" not in ended.out
    assert "1 channel declared already: left out." in ended.err


def test_what_a_site_inherits_is_taken_back_where_it_does_not_hold(site: Stage) -> None:
    site.write(SITE + "    defaults: {groups: [vip], remark: declared, test_model: gpt-4o}\n")
    site.run("import", "main", "--out", "imported.yaml", "--keys", "ignore", "--names", "[OT]*")
    site.run("import", "main", "--out", "imported.yaml", "--keys", "ignore", "--names", "One")

    text = Path("imported.yaml").read_text(encoding="utf-8")
    assert "defaults" not in text
    assert 'groups: [default]\n        tag: blue\n        remark: ""\n        test_model: ""\n' in text


def test_merging_adds_what_is_new_and_keeps_every_other_byte(site: Stage) -> None:
    site.write(SITE + "\n# the end\n")

    merged = site.run("import", "main", "--out", "channels.yaml", "--merge", "--keys", "ignore")

    text = Path("channels.yaml").read_text(encoding="utf-8")
    assert merged.code == 0, merged.err
    assert text.startswith("# who we are\nversion: 1\nowner: team\n\nproviders:\n  one:\n")
    assert "  main:   # the only one\n    kind: newapi\n" in text
    assert text.endswith("\n\n# the end\n")
    assert text.count("- name: ") == 4
    again = site.run("import", "main", "--out", "channels.yaml", "--merge", "--keys", "ignore")
    assert "channels.yaml: up to date" in again.err
    assert Path("channels.yaml").read_text(encoding="utf-8") == text


def test_merging_brings_declared_values_up_to_what_lives(site: Stage) -> None:
    channel = """\
    channels:
      # our first one
      - name: One            # never rename
        type: openai
        key: ${env:KEY}
        models:
          - gpt-4o           # the good one
          - gone             # not any more
        tag: 'green'         # by team
"""
    site.write(SITE + channel)

    ended = site.run("import", "main", "--out", "channels.yaml", "--merge", "--names", "One")

    text = Path("channels.yaml").read_text(encoding="utf-8")
    assert "main/channel/One: models, tag brought up to date" in ended.err
    assert "      # our first one\n      - name: One            # never rename\n" in text
    assert "          - gpt-4o           # the good one\n        tag: 'blue'          # by team\n" in text
    assert "gone" not in text
    assert "base_url" not in text, "what was not declared is still not managed"


ONE = """\
    channels:
      - name: One
        type: openai
        key: ${env:KEY}
        models: [gpt-4o]
        tag: green
"""


def test_merging_names_what_differs_and_cannot_be_written(site: Stage) -> None:
    headers = '        headers: {Authorization: "Bearer ${env:KEY}"}\n'
    site.write(SITE + ONE.replace("One", "Three").replace("green", '""') + headers)
    before = Path("channels.yaml").read_text(encoding="utf-8")

    ended = site.run("import", "main", "--out", "channels.yaml", "--merge", "--names", "Three")

    assert "main/channel/Three: differs in headers, which cannot be written\n" in ended.err
    assert HEADER not in ended.err
    assert Path("channels.yaml").read_text(encoding="utf-8") == before


def test_merging_touches_only_the_names_that_were_asked_for(site: Stage) -> None:
    site.write(SITE + ONE + '      - {name: Gone, type: openai, key: "${env:KEY}", models: [gpt-4o]}\n')

    ended = site.run("import", "main", "--out", "channels.yaml", "--merge", "--names", "Two")

    text = Path("channels.yaml").read_text(encoding="utf-8")
    assert "tag: green\n" in text
    assert "- name: Two\n" in text
    assert "One" not in ended.err
    assert "Gone" not in ended.err


def test_merging_tells_of_a_channel_that_was_renamed_on_the_site(site: Stage) -> None:
    site.write(SITE + ONE.replace("green", "blue\n        id: 1").replace("One", "First"))

    ended = site.run("import", "main", "--out", "channels.yaml", "--merge", "--names", "First")

    assert "main/channel/First: lives as One; a plan would rename it back\n" in ended.err


def test_merging_tells_of_channels_that_live_no_more(site: Stage) -> None:
    site.write(SITE + ONE.replace("One", "Gone"))

    ended = site.run("import", "main", "--out", "channels.yaml", "--merge", "--names", "Gone")

    assert "1 declared and not on the site: Gone; a plan would create what stays in the file\n" in ended.err


def test_merging_takes_a_setting_out_that_lives_no_more_and_adds_none(site: Stage) -> None:
    site.add_foreign("main", "Set", setting=json.dumps({"force_format": False, "pass_through_body_enabled": True}))
    setting = "{setting: {force_format: true, thinking_to_content: true}}"
    site.write(SITE + ONE.replace("One", "Set") + f"        newapi: {setting}\n")

    site.run("import", "main", "--out", "channels.yaml", "--merge", "--names", "Set", "--keys", "ignore")

    assert "        newapi: {setting: {" in Path("channels.yaml").read_text(encoding="utf-8")
    assert "pass_through_body_enabled" not in Path("channels.yaml").read_text(encoding="utf-8")
    assert "newapi.setting" not in site.run("plan", "--target", "Set").out


def test_a_file_in_braces_cannot_be_gone_on_in(site: Stage) -> None:
    site.write(json.dumps({"version": 1, "sites": {"main": {"channels": []}}}), "more.yaml")

    ended = site.run("import", "main", "--out", "more.yaml", "--merge")

    assert ended.code == 1
    assert "more.yaml cannot be gone on in: the whole file stands in braces; " in ended.err
    assert "leave --merge out" in ended.err


def test_octopus_shows_its_keys_and_the_file_does_not(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(edge=octopus())
    for name, kind in (("One", "openai"), ("Two", "anthropic")):
        row = {"name": name, "type": kind, "base_url": "https://api.one.example/v1", "key": KEY, "model": "a,b"}
        stage.hand("edge", "POST", "/api/v1/channel/create", row)

    ended = stage.run("import", "edge", "--out", "imported.yaml")

    text = Path("imported.yaml").read_text(encoding="utf-8")
    assert "  one:\n    base_url: https://api.one.example\n    key: ${env:ONE_KEY}\n" in text
    assert KEY not in text + ended.err + Path(".env.example").read_text(encoding="utf-8")
    monkeypatch.setenv("ONE_KEY", KEY)
    assert stage.run("plan", *BESIDE).out == "No changes. Your channels match the configuration.\n"


def test_two_sites_imported_one_after_the_other_never_share_a_variable_for_two_keys(stage: Stage) -> None:
    stage.declare(edge=octopus(), other=octopus())
    for site in ("edge", "other"):
        for name in ("One", "Two"):
            row = {"name": name, "type": "openai", "base_url": "https://api.one.example", "model": "a"}
            stage.hand(site, "POST", "/api/v1/channel/create", row | {"key": f"sk-{site}-0123"})

        stage.run("import", site, "--out", f"{site}.yaml")

    assert "key: ${env:ONE_KEY}\n" in Path("edge.yaml").read_text(encoding="utf-8")
    assert "key: ${env:ONE_KEY_1}\n" in Path("other.yaml").read_text(encoding="utf-8")


def test_a_site_that_cannot_be_read_gives_no_file(stage: Stage) -> None:
    stage.write(SITE.replace("sandbox:newapi", "http://127.0.0.1:9"))

    ended = stage.run("import", "main", "--out", "imported.yaml")

    assert ended.code == 1
    assert "main: " in ended.err
    assert not Path("imported.yaml").exists()


@pytest.mark.parametrize("args", [("--merge",), ("--by", "provider")])
def test_what_needs_a_file_says_so(site: Stage, args: tuple[str, ...]) -> None:
    ended = site.run("import", "main", *args)

    assert ended.code == 1
    assert "--out" in ended.err


def test_adopting_alone_leaves_everything_else(site: Stage) -> None:
    channels = """\
    channels:
      - {name: One, type: openai, key: "${env:KEY}", models: [gpt-4o], ignore: [key]}
      - {name: New, type: openai, key: "${env:KEY}", models: [gpt-4o]}
"""
    site.write(SITE + channels)

    ended = site.apply("--adopt-only")

    assert "Apply complete! Channels: 0 added, 0 changed, 0 deleted, 1 adopted.\n" in ended.out
    assert "New" not in site.names("main")
    assert site.run("plan").out.endswith("Plan: 1 to add, 0 to change, 0 to delete.\n")
