"""With --json stdout is one JSON object and nothing else, for every command and every error (INTERFACE 3 and 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chanops.cli.front import COMMANDS
from cli.stage import SANDBOX_LINE, SECRETS, entry, newapi, octopus

if TYPE_CHECKING:
    from cli.stage import Stage

WITHOUT_RESULT = {"completion", "sandbox"}


@pytest.fixture
def applied(stage: Stage) -> Stage:
    """A stage whose file was applied, and a plan saved since."""
    stage.declare(main=newapi(entry("A"), entry("B")), edge=octopus(entry("A")))
    stage.apply()
    stage.declare(main=newapi(entry("A", weight=5), entry("C")), edge=octopus(entry("A")))
    stage.run("plan", "--out", "plan.json")
    return stage


RESULTS = {
    "plan": ["plan", "--json"],
    "plan refused": ["plan", "--json", "--max-deletes", "0"],
    "apply": ["apply", "--json", "--auto-approve"],
    "apply refused": ["apply", "--json", "--auto-approve", "--max-deletes", "0"],
    "apply not approved": ["apply", "--json"],
    "apply PLAN": ["apply", "--json", "plan.json"],
    "show": ["show", "plan.json", "--json"],
    "list": ["list", "--json"],
    "get": ["get", "main/channel/A", "--json"],
    "validate": ["validate", "--json"],
    "schema": ["schema"],
    "usage": ["plan", "--json", "--bogus"],
    "unknown site": ["plan", "--json", "--site", "man"],
    "no such channel": ["get", "main/channel/Z", "--json"],
    "no address": ["get", "main", "--json"],
    "no such file": ["plan", "--json", "-f", "none.yaml"],
    "no plan": ["show", "channels.yaml", "--json"],
    "unknown command": ["palm", "--json"],
    "unknown gateway": ["sandbox", "serve", "oneapi", "--json"],
    "bad value": ["plan", "--json", "--timeout", "soon"],
    "missing argument": ["get", "--json"],
}


@pytest.mark.parametrize("name", RESULTS)
def test_stdout_is_one_json_object_of_our_format_and_nothing_else(applied: Stage, name: str) -> None:
    ended = applied.run(*RESULTS[name])

    assert name == "schema" or json.loads(ended.out)["format_version"] == "1.0"
    assert isinstance(json.loads(ended.out), dict)
    assert ended.err in ("", SANDBOX_LINE)


@pytest.mark.parametrize("name", RESULTS)
def test_no_json_holds_a_secret(applied: Stage, name: str) -> None:
    ended = applied.run(*RESULTS[name])

    assert not any(secret in ended.out + ended.err for secret in SECRETS)


@pytest.mark.parametrize("asked", [["--json"], ["--format", "json"], ["--format=json"]])
def test_every_way_to_ask_for_json_holds_for_usage_errors_too(stage: Stage, asked: list[str]) -> None:
    ended = stage.run("plan", *asked, "--bogus")

    assert (ended.code, ended.json["errored"]) == (1, True)


@pytest.mark.parametrize("setting", ["JSON=1", "JSON=true", "JSON=yes", "JSON=on", "JSON=TRUE", "FORMAT=json"])
def test_json_asked_for_in_the_environment_holds_for_errors_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(f"CHANOPS_{name}", value)

    ended = stage.run("plan", "--site", "man")

    assert (ended.code, ended.json["errored"]) == (1, True)


@pytest.mark.parametrize("command", ["plan", "apply", "list", "validate", "get", "show"])
def test_an_error_object_has_the_three_keys(stage: Stage, command: str) -> None:
    arguments = {"get": ["main/channel/A"], "show": ["none.json"]}.get(command, [])

    ended = stage.run(command, *arguments, "--json")

    keys = {"format_version", "errored", "diagnostics"}
    if command == "validate":
        keys = {"format_version", "valid", "error_count", "warning_count", "diagnostics"}
    assert (ended.code, set(ended.json)) == (1, keys)


def test_a_finding_of_the_file_has_its_range(stage: Stage) -> None:
    stage.write("version: 1\nownr: team\n")

    found = stage.run("plan", "--json").json["diagnostics"][0]

    assert (found["severity"], found["summary"]) == ("error", '"ownr" is not a key of the top level')
    assert found["detail"] == 'did you mean "owner"?'
    assert found["range"]["filename"] == "channels.yaml"
    assert found["range"]["start"] == {"line": 2, "column": 1}
    assert found["range"]["end"] == {"line": 2, "column": 5}


def test_validate_counts_errors_and_warnings(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", type="opnai"), entry("B", test_model="o9"), url="http://gateway.example.com"))

    found = stage.run("validate", "--json").json

    assert (found["valid"], found["error_count"], found["warning_count"]) == (False, 1, 2)


def test_the_plan_has_the_shape_of_the_interface(applied: Stage) -> None:
    plan = applied.run("plan", "--json").json

    assert set(plan) >= {
        "format_version", "chanops_version", "timestamp", "complete", "errored", "applyable", "configuration", "sites",
        "resource_changes", "impact", "guards", "diagnostics", "summary",
    }  # fmt: skip
    assert plan["format_version"] == "1.0"
    assert plan["configuration"]["files"] == ["channels.yaml"]
    assert plan["summary"] == {
        "create": 1, "update": 1, "replace": 0, "delete": 1, "adopt": 0, "forget": 0, "no_op": 1,
    }  # fmt: skip


def test_a_site_of_the_plan_says_what_it_is_and_what_was_called(applied: Stage) -> None:
    site = applied.run("plan", "--json").json["sites"]["main"]

    assert {key: site[key] for key in ("kind", "generation", "status", "live", "managed")} == {
        "kind": "newapi", "generation": "head", "status": "ok", "live": 2, "managed": 2,
    }  # fmt: skip
    assert site["calls"] == {"read": 2, "write": 0}


def test_a_create_of_the_plan_hides_the_key(applied: Stage) -> None:
    change = next(c for c in applied.run("plan", "--json").json["resource_changes"] if c["name"] == "C")

    assert change["address"] == "main/channel/C"
    assert (change["remote_id"], change["previous_address"]) == (None, None)
    assert change["change"]["actions"] == ["create"]
    assert change["change"]["before"] is None
    assert change["change"]["after"]["key"] is None
    assert change["change"]["after_sensitive"] == {"key": True}
    assert change["reason"] == "declared, not on the site"


def test_an_update_of_the_plan_names_its_fields(applied: Stage) -> None:
    change = next(c for c in applied.run("plan", "--json").json["resource_changes"] if c["name"] == "A")

    assert (change["change"]["actions"], change["change"]["fields"]) == (["update"], ["weight"])
    assert (change["change"]["before"]["weight"], change["change"]["after"]["weight"]) == (0, 5)


def test_an_adoption_is_an_update_that_imports(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.add_foreign("main", "A")

    plan = stage.run("plan", "--json").json

    change = plan["resource_changes"][0]["change"]
    assert (change["actions"], change["importing"]) == (["update"], {"id": "1"})
    assert (plan["summary"]["adopt"], plan["summary"]["update"]) == (1, 0)


def test_a_replace_is_a_delete_and_a_create(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", key=None, keys=["${env:KEY}", "${env:TOKEN}"])))
    stage.apply()
    stage.declare(main=newapi(entry("A")))

    plan = stage.run("plan", "--json").json

    assert plan["resource_changes"][0]["change"]["actions"] == ["delete", "create"]


def test_no_ops_are_listed_only_when_asked_for(applied: Stage) -> None:
    def addresses(*args: str) -> list[str]:
        return [change["address"] for change in applied.run("plan", "--json", *args).json["resource_changes"]]

    assert set(addresses("--verbose")) - set(addresses()) == {"edge/channel/A"}


def test_the_report_has_the_shape_of_the_interface(applied: Stage) -> None:
    report = applied.run("apply", "--json", "--auto-approve").json

    assert set(report) >= {"format_version", "run_id", "complete", "results", "summary", "sites", "plan", "diagnostics"}
    assert report["complete"] is True
    assert {key: report["summary"][key] for key in ("created", "updated", "deleted", "failed", "skipped", "unknown")} == {
        "created": 1, "updated": 1, "deleted": 1, "failed": 0, "skipped": 0, "unknown": 0,
    }  # fmt: skip


def test_a_result_of_the_report_knows_the_new_id(applied: Stage) -> None:
    results = applied.run("apply", "--json", "--auto-approve").json["results"]

    created = next(result for result in results if result["action"] == "create")
    assert (created["address"], created["outcome"], created["error"]) == ("main/channel/C", "done", None)
    assert isinstance(created["remote_id"], int)
    assert isinstance(created["seconds"], int | float)


def test_the_report_counts_the_calls_of_each_site(applied: Stage) -> None:
    sites = applied.run("apply", "--json", "--auto-approve").json["sites"]

    assert sites["main"]["calls"]["write"] == 3
    assert (sites["edge"]["calls"]["write"], sites["edge"]["waited_seconds"]) == (0, 0)


def test_the_report_holds_the_plan(applied: Stage) -> None:
    plan = applied.run("plan", "--json").json

    report = applied.run("apply", "--json", "--auto-approve").json

    same = ("resource_changes", "impact", "guards", "summary", "configuration")
    assert {key: report["plan"][key] for key in same} == {key: plan[key] for key in same}


def test_an_apply_without_changes_reports_no_results(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()

    report = stage.run("apply", "--json", "--auto-approve").json

    assert (report["results"], report["summary"]["created"]) == ([], 0)


def test_a_refused_apply_reports_the_plan_with_its_guards(applied: Stage) -> None:
    ended = applied.run("apply", "--json", "--auto-approve", "--max-deletes", "0")

    assert ended.code == 3
    assert [hit["guard"] for hit in ended.json["plan"]["guards"]] == ["max_deletes"]


@pytest.mark.parametrize("command", sorted(set(COMMANDS) & {"plan", "apply", "show"}))
def test_json_and_another_format_contradict_each_other(stage: Stage, command: str) -> None:
    ended = stage.run(command, *(["plan.json"] if command == "show" else []), "--json", "--format", "text")

    assert ended.code == 1
    assert "--json and --format text contradict each other" in ended.findings[0]


@pytest.mark.parametrize(
    ("asked", "begins"), [("text", "chanops will perform"), ("markdown", "<!-- chanops:plan -->"), ("html", "<!doctype html>")]
)
def test_a_plan_prints_in_each_format(applied: Stage, asked: str, begins: str) -> None:
    assert applied.run("plan", "--format", asked).out.startswith(begins)


def test_an_unknown_format_lists_the_known_ones(stage: Stage) -> None:
    ended = stage.run("plan", "--format", "yaml")

    assert ended.code == 1
    assert all(name in ended.err for name in ("text", "json", "markdown", "html"))


def test_an_apply_as_html_keeps_its_report_on_the_page(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("apply", "--auto-approve", "--format", "html")

    page, _, rest = ended.out.rpartition("</pre>")
    assert rest.strip() == ""
    assert "Apply complete!" in page.rpartition("<pre>")[2]
