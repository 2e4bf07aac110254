"""Every flag is also CHANOPS_<FLAG>, but for lifts and approvals; which files are read, and which part of them."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import click
import pytest

from chanops.cli.front import COMMANDS
from cli.stage import SECRETS, configuration, entry, newapi, octopus, spawn

if TYPE_CHECKING:
    from cli.stage import Stage


@pytest.fixture
def declared(stage: Stage) -> Stage:
    stage.declare(main=newapi(entry("A"), entry("Long name")), edge=octopus(entry("A")))
    return stage


def addresses(stage: Stage, *args: str) -> list[str]:
    return [change["address"] for change in stage.run("plan", "--json", *args).json["resource_changes"]]


ALL = ["edge/channel/A", "main/channel/A", "main/channel/Long name"]


# From the environment


def test_the_file_comes_from_the_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.write(configuration(main=newapi(entry("A"))), "other.yaml")
    monkeypatch.setenv("CHANOPS_FILE", "other.yaml")

    assert addresses(stage) == ["main/channel/A"]


def test_several_files_come_from_the_environment_as_paths_do(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.write(configuration(main=newapi(entry("A"))), "one.yaml")
    stage.write(configuration(edge=octopus(entry("A"))), "two.yaml")
    monkeypatch.setenv("CHANOPS_FILE", "one.yaml:two.yaml")

    assert addresses(stage) == ["edge/channel/A", "main/channel/A"]


def test_the_site_comes_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_SITE", "edge")

    assert addresses(declared) == ["edge/channel/A"]


def test_several_sites_come_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_SITE", "edge main")

    assert addresses(declared) == ALL


def test_a_target_with_a_blank_comes_from_the_environment_whole(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_TARGET", "main/channel/Long name")

    assert addresses(declared) == ["main/channel/Long name"]


def test_several_targets_come_from_the_environment_one_a_line(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_TARGET", "main/channel/Long name\nedge/*\n")

    assert addresses(declared) == ["edge/channel/A", "main/channel/Long name"]


def test_an_exclusion_comes_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_EXCLUDE", "main/channel/Long name")

    assert addresses(declared) == ["edge/channel/A", "main/channel/A"]


@pytest.mark.parametrize(
    ("variable", "value", "begins"),
    [
        ("CHANOPS_FORMAT", "markdown", "<!-- chanops:plan -->"),
        ("CHANOPS_JSON", "1", "{"),
        ("CHANOPS_CONCISE", "1", "chanops will perform the following actions:\n\n  + edge/"),
    ],
)
def test_the_output_comes_from_the_environment(
    declared: Stage, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, begins: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert declared.run("plan").out.startswith(begins)


def test_the_detailed_exit_code_comes_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_DETAILED_EXITCODE", "1")

    assert declared.run("plan").code == 2


def test_the_place_of_a_saved_plan_comes_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_OUT", "plan.json")

    declared.run("plan")

    assert (declared.folder / "plan.json").exists()


def test_the_journal_comes_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_JOURNAL", "journal.jsonl")

    declared.apply()

    assert (declared.folder / "journal.jsonl").exists()


@pytest.mark.parametrize(
    ("variable", "flag"),
    [
        ("CHANOPS_PARALLELISM", "--parallelism"),
        ("CHANOPS_TIMEOUT", "--timeout"),
        ("CHANOPS_LOCK_TIMEOUT", "--lock-timeout"),
        ("CHANOPS_FORMAT", "--format"),
        ("CHANOPS_CONCISE", "--concise"),
    ],
)
def test_a_bad_value_names_the_variable_it_came_from(
    declared: Stage, monkeypatch: pytest.MonkeyPatch, variable: str, flag: str
) -> None:
    monkeypatch.setenv(variable, "soon")

    ended = declared.run("apply", "--auto-approve")

    assert ended.code == 1
    assert f'error: {flag}: "soon" is ' in ended.err
    assert variable in ended.err


def test_a_bad_value_of_the_command_line_names_no_variable(declared: Stage) -> None:
    assert "CHANOPS_" not in declared.run("plan", "--timeout", "soon").err


def test_the_command_line_is_stronger_than_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_SITE", "main")

    assert addresses(declared, "--site", "edge") == ["edge/channel/A"]


def test_an_empty_variable_says_nothing(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SITE", "TARGET", "TIMEOUT", "FORMAT", "JSON", "FILE"):
        monkeypatch.setenv(f"CHANOPS_{name}", "")

    assert addresses(declared) == ALL


def test_the_timeout_comes_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_TIMEOUT", "0.000001")

    assert declared.run("apply", "--auto-approve").code == 5


# Never from the environment

NEVER = {
    "--auto-approve", "--max-deletes", "--max-changes",
    "--allow-empty", "--allow-delete", "--allow-replace", "--allow-route-loss",
}  # fmt: skip


@pytest.mark.parametrize("name", ["plan", "apply", "show", "validate"])
def test_every_flag_has_its_variable_but_for_lifts_and_approvals(name: str) -> None:
    command = importlib.import_module(COMMANDS[name][0]).command
    flags = {max(option.opts, key=len): option.envvar for option in command.params if isinstance(option, click.Option)}

    assert flags == {
        flag: None if flag in NEVER else f"CHANOPS_{flag.removeprefix('--').replace('-', '_').upper()}" for flag in flags
    }


def test_a_log_asked_for_in_the_environment_goes_to_stderr_without_secrets(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))

    ended = spawn("apply", "--auto-approve", "--json", env=os.environ | {"CHANOPS_LOG": "debug"})

    assert ended.json["summary"]["created"] == 2
    assert "POST /api/channel/" in ended.err
    assert not any(secret in ended.out + ended.err for secret in SECRETS)


LIFTS = {
    "CHANOPS_MAX_DELETES": "100%",
    "CHANOPS_MAX_CHANGES": "100%",
    "CHANOPS_ALLOW_EMPTY": "1",
    "CHANOPS_ALLOW_DELETE": "*",
    "CHANOPS_ALLOW_REPLACE": "*",
    "CHANOPS_ALLOW_ROUTE_LOSS": "*",
}


def test_no_lift_is_read_from_the_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    models = {name: [f"model-{name}"] for name in "ABCDE"}
    stage.declare(main=newapi(*(entry(name, models=models[name]) for name in models)))
    stage.apply()
    guards = {"max_changes": 0}
    stage.declare(main=newapi(entry("A", models=["o3"], key=None, keys=["${env:KEY}", "${env:TOKEN}"]), guards=guards))
    for name, value in LIFTS.items():
        monkeypatch.setenv(name, value)

    ended = stage.run("plan", "--json")

    assert ended.code == 3
    assert sorted(hit["guard"] for hit in ended.json["guards"]) == ["allow_replace", "last_route", "max_changes", "max_deletes"]


def test_allow_empty_is_not_read_from_the_environment(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(*(entry(name) for name in "ABC")))
    stage.apply()
    stage.declare(main=newapi(guards={"last_route": "off"}))
    monkeypatch.setenv("CHANOPS_ALLOW_EMPTY", "1")

    assert [hit["guard"] for hit in stage.run("plan", "--json").json["guards"]] == ["allow_empty"]


def test_approval_is_not_read_from_the_environment(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANOPS_AUTO_APPROVE", "1")

    assert declared.run("apply").code == 1
    assert declared.names("main") == []


# Files


def test_channels_yaml_is_read_when_no_file_is_named(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.write(configuration(main=newapi(entry("B"))), "chanops.yaml")

    assert addresses(stage) == ["main/channel/A"]


def test_chanops_yaml_is_read_where_there_is_no_channels_yaml(stage: Stage) -> None:
    stage.write(configuration(main=newapi(entry("B"))), "chanops.yaml")

    assert addresses(stage) == ["main/channel/B"]


def test_two_files_are_one_configuration(stage: Stage) -> None:
    stage.write(configuration(main=newapi(entry("A"))), "one.yaml")
    stage.write(
        'version: 1\nsites: {main: {channels: [{name: B, type: openai, key: "${env:KEY}", models: [m]}]}}\n', "two.yaml"
    )

    assert addresses(stage, "-f", "one.yaml", "-f", "two.yaml") == ["main/channel/A", "main/channel/B"]


def test_a_folder_stands_for_its_yaml_files(stage: Stage) -> None:
    stage.write(configuration(main=newapi(entry("A"))), "sites/one.yaml")
    stage.write(configuration(edge=octopus(entry("B"))), "sites/two.yml")
    stage.write("not: [yaml", "sites/README.txt")
    stage.write("not: [yaml", "sites/.hidden.yaml")

    assert addresses(stage, "-f", "sites") == ["edge/channel/B", "main/channel/A"]


def test_a_file_named_twice_is_read_once(declared: Stage) -> None:
    assert addresses(declared, "-f", "channels.yaml", "-f", "./channels.yaml") == ALL


def test_a_folder_and_a_file_of_it_are_read_once(declared: Stage) -> None:
    assert addresses(declared, "-f", ".", "-f", "channels.yaml") == ALL


def test_sandbox_state_lies_beside_the_file_unless_told_otherwise(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHANOPS_SANDBOX_DIR")
    stage.write(configuration(main=newapi(entry("A"))), "sites/one.yaml")

    stage.apply("-f", "sites/one.yaml")

    assert (stage.folder / "sites" / ".chanops" / "main.sqlite3").exists()


# Sites, targets, exclusions


def test_an_unknown_site_says_which_was_meant(declared: Stage) -> None:
    ended = declared.run("plan", "--site", "mian")

    assert (ended.code, ended.out) == (1, "")
    assert 'there is no site "mian"; did you mean "main"?' in ended.err


def test_an_unknown_site_like_no_other_lists_all(declared: Stage) -> None:
    assert "there are: edge, main" in declared.run("plan", "--site", "xyz").err


@pytest.mark.parametrize("command", [["apply", "--auto-approve", "--site"], ["list"]])
def test_an_unknown_site_is_an_error_of_every_command(declared: Stage, command: list[str]) -> None:
    ended = declared.run(*command, "mian")

    assert ended.code == 1
    assert 'did you mean "main"?' in ended.err


def test_only_the_named_site_is_read(declared: Stage) -> None:
    declared.run("plan", "--site", "edge")

    assert not declared.database("main").exists()


def test_only_the_secrets_of_the_named_site_are_needed(declared: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN")

    assert declared.run("plan", "--site", "edge").code == 0


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (["--target", "main/channel/A"], ["main/channel/A"]),
        (["--target", "A"], ["edge/channel/A", "main/channel/A"]),
        (["--target", "main/*"], ["main/channel/A", "main/channel/Long name"]),
        (["--target", "main/*", "--target", "edge/*"], ALL),
        (["--exclude", "A"], ["main/channel/Long name"]),
        (["--target", "main/*", "--exclude", "Long*"], ["main/channel/A"]),
    ],
)
def test_targets_and_exclusions_choose_channels(declared: Stage, asked: list[str], kept: list[str]) -> None:
    assert addresses(declared, *asked) == kept


@pytest.mark.parametrize("flag", ["--target", "--exclude"])
def test_a_partial_plan_says_so(declared: Stage, flag: str) -> None:
    assert "Warning: the plan is partial: it holds what was asked for, and nothing else" in declared.run("plan", flag, "A").out


def test_a_whole_plan_does_not_say_that_it_is_partial(declared: Stage) -> None:
    assert "partial" not in declared.run("plan").out


def test_a_partial_plan_without_changes_does_not_claim_that_all_match(declared: Stage) -> None:
    declared.apply("--site", "main")

    assert declared.run("plan", "--target", "main/*").out.endswith(
        "No changes. The selected channels match the configuration.\n"
    )


def test_a_target_that_matches_nothing_is_a_warning(declared: Stage) -> None:
    ended = declared.run("plan", "--target", "main/channel/Z")

    assert 'Warning: --target "main/channel/Z" matches no channel' in ended.out


def test_an_exclusion_that_matches_nothing_is_a_warning(declared: Stage) -> None:
    ended = declared.run("plan", "--exclude", "main/channel/a")

    assert 'Warning: --exclude "main/channel/a" matches no channel' in ended.out


def test_an_exclusion_of_a_foreign_channel_is_no_warning(declared: Stage) -> None:
    declared.add_foreign("main", "Foreign")

    assert "matches no channel" not in declared.run("plan", "--exclude", "Foreign").out


def test_a_partial_apply_leaves_the_rest_alone(declared: Stage) -> None:
    declared.apply("--target", "main/channel/A")

    assert declared.names("main") == ["A"]
    assert declared.names("edge") == []


def test_a_partial_apply_deletes_nothing_else(declared: Stage) -> None:
    declared.apply()
    declared.declare(main=newapi(entry("A", weight=1)), edge=octopus(entry("A")))

    declared.apply("--target", "main/channel/A")

    assert declared.names("main") == ["A", "Long name"]


def test_a_format_that_only_other_commands_have_is_left_to_them(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.setenv("CHANOPS_FORMAT", "markdown")

    assert stage.run("list").code == 0


def test_format_json_is_json_on_commands_that_print_tables(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()

    assert stage.run("list", "--format", "json").out == stage.run("list", "--json").out
    assert stage.run("list", "--format", "text", "--json").code == 1
