"""`plan --out`, `show` and `apply PLAN`: exactly the reviewed plan is carried out, or nothing and exit code 4."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from cli.port import unused_port
from cli.stage import KEY, SECRETS, entry, newapi, octopus, spawn

if TYPE_CHECKING:
    from cli.conftest import Serve
    from cli.stage import Ended, Stage

TWO_KEYS: dict[str, Any] = {"key": None, "keys": ["${env:KEY}", "${env:TOKEN}"]}


@pytest.fixture(params=["newapi base", "newapi head", "octopus g2", "octopus g4"])
def site(request: pytest.FixtureRequest) -> Any:
    """A function that declares `main` on one gateway and generation; there all that is not declared is deleted."""
    kind, generation = request.param.split()
    make = newapi if kind == "newapi" else octopus
    return lambda *channels: make(*channels, url=f"sandbox:{kind}?generation={generation}", manage="all")


@pytest.fixture
def saved(stage: Stage, site: Any) -> Stage:
    """A plan saved as plan.json that changes A, deletes B and creates C."""
    stage.declare(main=site(entry("A"), entry("B")))
    stage.apply()
    stage.declare(main=site(entry("A", models=["gpt-4o", "o3"]), entry("C")))
    ended = stage.run("plan", "--out", "plan.json")
    assert ended.code == 0, ended.out
    return stage


def change_by_hand(stage: Stage, channel: str, **fields: Any) -> None:
    """Change a live channel as the gateway's web page would."""
    live = stage.live(f"main/channel/{channel}")
    is_newapi = "priority" in live["fields"]
    path = "/api/channel/" if is_newapi else "/api/v1/channel/update"
    stage.hand("main", "PUT" if is_newapi else "POST", path, {"id": int(live["remote_id"]), **fields})


def apply_saved(stage: Stage, *args: str) -> Ended:
    return stage.run("apply", "plan.json", *args)


def assert_stale(stage: Stage, address: str) -> None:
    before = stage.rows("main")

    ended = apply_saved(stage)

    assert ended.code == 4
    assert "the live state has moved since the plan was saved" in ended.err
    assert address in ended.err
    assert stage.rows("main") == before


# Saved


def test_a_saved_plan_is_readable_by_its_owner_alone(saved: Stage) -> None:
    assert stat.S_IMODE((saved.folder / "plan.json").stat().st_mode) == 0o600


def test_a_saved_plan_is_private_also_where_a_public_file_stood(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.write("", "plan.json").chmod(0o644)

    stage.run("plan", "--out", "plan.json")

    assert stat.S_IMODE((stage.folder / "plan.json").stat().st_mode) == 0o600


def test_a_saved_plan_holds_no_secret(saved: Stage) -> None:
    text = (saved.folder / "plan.json").read_text()

    assert not any(secret in text for secret in SECRETS)


def test_a_saved_plan_holds_no_fingerprint_of_a_key(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()
    rows = stage.rows("main")["channels"]
    fingerprint = next(text for row in rows for text in row if isinstance(text, str) and "chanops" in text)
    stage.declare(main=newapi(entry("A", weight=1)))

    stage.run("plan", "--out", "plan.json")

    assert json.loads(fingerprint)["chanops"]["key"] not in (stage.folder / "plan.json").read_text()


def test_two_saves_of_channels_with_readable_keys_have_different_digests(stage: Stage) -> None:
    stage.declare(main=octopus(entry("A")))
    stage.apply()
    stage.declare(main=octopus(entry("A", models=["o3"])))
    for name in ("one.json", "two.json"):
        stage.run("plan", "--out", name)

    one, two = (json.loads((stage.folder / name).read_text())["saved"]["live"] for name in ("one.json", "two.json"))

    assert one.keys() == two.keys()
    assert one != two


def test_a_plan_that_cannot_be_saved_is_an_error(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("plan", "--out", "no/such/plan.json")

    assert ended.code == 1
    assert "no/such/plan.json cannot be written: there is no folder no/such" in ended.err


@pytest.mark.parametrize("name", ["channels.yaml", "./channels.yaml", "link.yaml"])
def test_a_plan_is_never_saved_over_the_configuration(stage: Stage, name: str) -> None:
    stage.declare(main=newapi(entry("A")))
    (stage.folder / "link.yaml").symlink_to("channels.yaml")
    before = (stage.folder / "channels.yaml").read_text()

    ended = stage.run("plan", "--out", name)

    assert (ended.code, ended.out) == (1, "")
    assert "is the configuration: save the plan under another name" in ended.err
    assert (stage.folder / "channels.yaml").read_text() == before


def test_a_saved_plan_says_what_carries_it_out(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("plan", "--out", "my plan.json")

    assert ended.out.endswith("\nPlan: 1 to add, 0 to change, 0 to delete.\n")
    assert ended.err.endswith("\nSaved as my plan.json. To do exactly this: chanops apply 'my plan.json'\n")


def test_a_plan_that_holds_nothing_or_is_read_by_a_program_is_saved_without_a_word(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    assert "Saved" not in stage.run("plan", "--out", "plan.json", "--json").err
    stage.apply()

    assert "Saved" not in stage.run("plan", "--out", "plan.json").err


def test_yaml_in_the_place_of_a_plan_is_told_its_flag(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("apply", "channels.yaml")

    assert "channels.yaml is no saved plan; files are named with -f: -f channels.yaml" in ended.err


def test_a_refused_plan_can_be_saved_and_exits_with_3(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()
    stage.declare(main=newapi())

    assert stage.run("plan", "--out", "plan.json").code == 3
    assert (stage.folder / "plan.json").exists()


# Applied


def test_a_saved_plan_is_applied_without_asking(saved: Stage) -> None:
    ended = spawn("apply", "plan.json")

    assert ended.code == 0
    assert ended.out.endswith("Apply complete! Channels: 1 added, 1 changed, 1 deleted.\n")
    assert saved.names("main") == ["A", "C"]


def test_an_applied_plan_is_stale_when_applied_again(saved: Stage) -> None:
    apply_saved(saved)

    assert apply_saved(saved).code == 4


def test_a_saved_plan_without_changes_does_nothing(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()
    stage.run("plan", "--out", "plan.json")

    ended = apply_saved(stage)

    assert (ended.code, ended.out) == (0, "No changes. Your channels match the configuration.\n")


def test_drift_elsewhere_is_left_alone(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), entry("B")))
    stage.apply()
    stage.declare(main=newapi(entry("A", weight=1), entry("B")))
    stage.run("plan", "--out", "plan.json")
    change_by_hand(stage, "B", weight=7)

    ended = apply_saved(stage)

    assert ended.code == 0
    assert stage.live("main/channel/A")["fields"]["weight"] == 1
    assert stage.live("main/channel/B")["fields"]["weight"] == 7


def test_a_foreign_channel_that_came_meanwhile_is_no_reason_to_stop(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.run("plan", "--out", "plan.json")
    stage.add_foreign("main", "Foreign")

    assert apply_saved(stage).code == 0


def test_a_guard_does_not_look_at_what_a_saved_plan_does_not_hold(stage: Stage) -> None:
    settings: dict[str, Any] = {"manage": "all", "guards": {"max_deletes": 0}}
    stage.declare(main=newapi(entry("A"), **settings))
    stage.run("plan", "--out", "plan.json")
    stage.add_foreign("main", "B")

    assert apply_saved(stage).code == 0
    assert stage.names("main") == ["A", "B"]


def test_a_partial_plan_is_applied_partially(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), entry("B")))
    stage.run("plan", "--out", "plan.json", "--target", "main/channel/A")

    ended = apply_saved(stage)

    assert ended.code == 0
    assert stage.names("main") == ["A"]


def test_a_plan_for_one_site_leaves_the_other_alone(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.run("plan", "--out", "plan.json", "--site", "main")

    ended = apply_saved(stage)

    assert ended.code == 0
    assert stage.names("main") == ["A"]
    assert not stage.database("edge").exists()


def test_keys_asked_to_be_rewritten_are_rewritten_by_the_saved_plan(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()
    stage.run("plan", "--out", "plan.json", "--rewrite-keys")

    ended = apply_saved(stage)

    assert ended.out.endswith("Apply complete! Channels: 0 added, 1 changed, 0 deleted.\n")


@pytest.mark.parametrize("flags", [["--site", "main"], ["--target", "*"], ["--exclude", "x"], ["--rewrite-keys"]])
def test_a_saved_plan_takes_no_selection(saved: Stage, flags: list[str]) -> None:
    ended = apply_saved(saved, *flags)

    assert ended.code == 1
    assert "a saved plan knows what it is for" in ended.err


def test_a_selection_in_the_environment_does_not_disturb_a_saved_plan(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    monkeypatch.setenv("CHANOPS_SITE", "main")
    stage.run("plan", "--out", "plan.json")

    assert apply_saved(stage).code == 0
    assert stage.names("main") == ["A"]


def test_the_secrets_are_resolved_again_when_a_plan_is_applied(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.run("plan", "--out", "plan.json")
    monkeypatch.delenv("KEY")

    ended = apply_saved(stage)

    assert ended.code == 1
    assert "${env:KEY} is not set" in ended.err


def test_another_value_behind_a_reference_is_stale(stage: Stage, monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
    monkeypatch.setenv("TEAM", "before")
    stage.declare(main=site(entry("A", headers={"X-Team": "${env:TEAM}"})))
    stage.run("plan", "--out", "plan.json")
    monkeypatch.setenv("TEAM", "after")

    ended = apply_saved(stage)

    assert ended.code == 4
    assert "main/channel/A" in ended.err
    assert stage.names("main") == []


def test_a_key_that_was_rotated_after_the_plan_is_written_as_it_is_now(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.run("plan", "--out", "plan.json")
    monkeypatch.setenv("KEY", "sk-rotated-since-the-plan-was-made")

    ended = apply_saved(stage)

    assert ended.code == 0
    assert "sk-rotated-since-the-plan-was-made" in str(stage.rows("main"))


# Stale


def test_a_changed_field_is_stale(saved: Stage) -> None:
    change_by_hand(saved, "A", **({"priority": 3} if "priority" in saved.live("main/channel/A")["fields"] else {"proxy": True}))

    assert_stale(saved, "main/channel/A")


def test_a_changed_name_is_stale(saved: Stage) -> None:
    change_by_hand(saved, "A", name="A2")

    assert_stale(saved, "main/channel/A")


def test_a_field_of_a_channel_to_be_deleted_is_stale(saved: Stage) -> None:
    change_by_hand(saved, "B", base_url="https://moved.example.com/v1", base_urls=[{"url": "https://moved.example.com/v1"}])

    assert_stale(saved, "main/channel/B")


def test_a_channel_that_was_created_meanwhile_is_stale(saved: Stage, site: Any) -> None:
    declared = (saved.folder / "channels.yaml").read_text()
    saved.declare(main=site(entry("A"), entry("B"), entry("C")))
    saved.apply()
    saved.write(declared)

    assert_stale(saved, "main/channel/C")


def test_a_channel_that_was_deleted_meanwhile_is_stale(saved: Stage, site: Any) -> None:
    declared = (saved.folder / "channels.yaml").read_text()
    saved.declare(main=site(entry("A")))
    saved.apply()
    saved.write(declared)

    assert_stale(saved, "main/channel/B")


def test_a_changed_key_of_octopus_is_stale(stage: Stage) -> None:
    stage.declare(main=octopus(entry("A"), url="sandbox:octopus?generation=g4"))
    stage.apply()
    stage.declare(main=octopus(entry("A", models=["o3"]), url="sandbox:octopus?generation=g4"))
    stage.run("plan", "--out", "plan.json")
    change_by_hand(stage, "A", key="sk-changed-by-hand-01")

    assert_stale(stage, "main/channel/A")


def test_a_changed_key_of_new_api_that_was_marked_again_is_stale(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """New API hides keys: what shows is the fingerprint that an apply with another key leaves."""
    stage.declare(main=newapi(entry("A")))
    stage.apply()
    stage.declare(main=newapi(entry("A", weight=1)))
    stage.run("plan", "--out", "plan.json")
    stage.declare(main=newapi(entry("A")))
    monkeypatch.setenv("KEY", "sk-0ther5ecret0123")
    stage.apply()
    monkeypatch.setenv("KEY", KEY)
    stage.declare(main=newapi(entry("A", weight=1)))

    assert_stale(stage, "main/channel/A")


def test_a_channel_made_again_under_another_id_is_stale(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.add_foreign("main", "A")
    stage.run("plan", "--out", "plan.json")
    stage.hand("main", "DELETE", "/api/channel/1")
    stage.add_foreign("main", "Other")
    stage.add_foreign("main", "A")

    assert_stale(stage, "main/channel/A")


def test_an_id_that_another_channel_took_is_stale(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.add_foreign("main", "A")
    stage.run("plan", "--out", "plan.json")
    stage.hand("main", "DELETE", "/api/channel/1")
    stage.add_foreign("main", "B", id=1)

    assert_stale(stage, "main/channel/A")


def test_everything_that_moved_is_named(saved: Stage) -> None:
    change_by_hand(saved, "A", name="A2")
    change_by_hand(saved, "B", name="B2")

    ended = apply_saved(saved)

    assert "main/channel/A, main/channel/B" in ended.err


def test_a_changed_configuration_is_stale(saved: Stage, site: Any) -> None:
    saved.declare(main=site(entry("A", models=["gpt-4o", "o4"]), entry("C")))
    before = saved.rows("main")

    ended = apply_saved(saved)

    assert ended.code == 4
    assert "the configuration has changed since the plan was saved" in ended.err
    assert saved.rows("main") == before


def test_a_comment_more_in_the_file_is_not_stale(saved: Stage) -> None:
    text = (saved.folder / "channels.yaml").read_text()
    saved.write(f"# reviewed\n{text}")

    assert apply_saved(saved).code == 0


def test_a_stale_plan_says_what_to_do(saved: Stage) -> None:
    change_by_hand(saved, "A", name="A2")

    assert "make the plan again, and have it reviewed again" in apply_saved(saved).err


def test_a_stale_plan_is_one_json_object_with_json(saved: Stage) -> None:
    change_by_hand(saved, "A", name="A2")

    ended = apply_saved(saved, "--json")

    assert ended.code == 4
    assert "main/channel/A" in ended.findings[0]


def test_a_held_guard_does_not_hide_that_a_plan_is_stale(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), entry("B", models=["o3"])))
    stage.apply()
    stage.declare(main=newapi(entry("A")))
    assert stage.run("plan", "--out", "plan.json").code == 3
    change_by_hand(stage, "B", weight=3)

    assert apply_saved(stage).code == 4


def test_a_site_that_is_down_at_the_apply_does_not_stop_the_other(stage: Stage, serve: Serve) -> None:
    port = serve()
    stage.declare(main=newapi(entry("A"), url=port.url, timeout=1), edge=octopus(entry("A")))
    stage.run("plan", "--out", "plan.json")
    port.__exit__()

    ended = apply_saved(stage)

    assert ended.code == 1
    assert stage.names("edge") == ["A"]


# Altered, or no plan at all


@pytest.mark.parametrize("alter", [
    lambda text: text.replace('"o3"', '"o4"'),
    lambda text: text.replace('"allow_empty": false', '"allow_empty": true'),
    lambda text: text.replace('"main/channel/C"', '"main/channel/D"'),
])  # fmt: skip
@pytest.mark.parametrize("command", [["apply"], ["show"], ["show", "--json"]])
def test_an_altered_plan_exits_with_4(saved: Stage, alter: Any, command: list[str]) -> None:
    text = (saved.folder / "plan.json").read_text()
    assert alter(text) != text
    saved.write(alter(text), "plan.json")

    ended = saved.run(*command, "plan.json")

    assert ended.code == 4
    assert "plan.json was altered after it was saved" in ended.err + ended.out


def test_a_plan_that_was_only_laid_out_anew_is_no_altered_one(saved: Stage) -> None:
    text = (saved.folder / "plan.json").read_text()
    saved.write(json.dumps(json.loads(text), sort_keys=True), "plan.json")

    assert apply_saved(saved).code == 0


NO_PLANS = {
    "empty": "",
    "text": "hello",
    "a number": "1",
    "a list": "[]",
    "an empty object": "{}",
    "the JSON of a plan": '{"format_version": "1.0", "resource_changes": []}',
    "something deep": "[" * 100_000,
    "cut off": '{"format_version": "1.0", "resou',
    "half a plan": '{"saved": {}, "digest": "x"}',
    "no object inside": '{"saved": 1, "digest": "x"}',
}


@pytest.mark.parametrize("name", NO_PLANS)
@pytest.mark.parametrize("command", ["apply", "show"])
def test_what_is_no_plan_exits_with_1(stage: Stage, command: str, name: str) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.write(NO_PLANS[name], "plan.json")

    ended = stage.run(command, "plan.json")

    assert (ended.code, ended.out) == ((4 if "digest" in NO_PLANS[name] else 1), "")
    assert "plan.json" in ended.err


def test_a_file_of_bytes_is_no_plan(stage: Stage) -> None:
    (stage.folder / "plan.json").write_bytes(b"\xff\xfe\x00")

    assert stage.run("show", "plan.json").code == 1


@pytest.mark.parametrize("command", ["apply", "show"])
def test_a_plan_that_is_missing_exits_with_1(stage: Stage, command: str) -> None:
    ended = stage.run(command, "plan.json")

    assert ended.code == 1
    assert "plan.json: there is no such plan; `chanops plan --out plan.json` saves one" in ended.err


@pytest.mark.parametrize("command", ["apply", "show"])
def test_a_folder_is_no_plan(stage: Stage, command: str) -> None:
    assert stage.run(command, ".").code == 1


def test_a_plan_applied_where_its_file_is_not_says_which_file(saved: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (saved.folder / "elsewhere").mkdir()
    monkeypatch.chdir(saved.folder / "elsewhere")

    ended = saved.run("apply", "../plan.json")

    assert ended.code == 1
    assert "channels.yaml: there is no such file" in ended.err


def test_a_plan_may_be_applied_from_elsewhere_when_its_file_is_named(saved: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (saved.folder / "elsewhere").mkdir()
    monkeypatch.chdir(saved.folder / "elsewhere")

    assert saved.run("apply", "../plan.json", "-f", "../channels.yaml").code == 0


# Shown

ROOT = "https://upstream.example.com"  # as New API writes it: nothing to tell
EVERYTHING = (
    entry("Created", base_url=ROOT, headers={"X-Team": "a"}, param_override={"a": [1, {"b": None}]}),
    entry("Updated", base_url=ROOT, weight=5, models=["gpt-4o", "o3"], remark="it's | *new*"),
    entry("Adopted", base_url=ROOT),
    entry("Replaced", base_url=ROOT),
    entry("New name", base_url=ROOT, moved_from="Old name"),
)


@pytest.fixture(scope="module")
def everything() -> list[dict[str, Any]]:
    return [entry("Updated", weight=1), entry("Replaced", **TWO_KEYS), entry("Old name"), entry("Deleted", models=["m1"])]


@pytest.fixture
def rich(stage: Stage, everything: list[dict[str, Any]]) -> Stage:
    """A stage whose plan has every action, a warning, impact and refusals."""
    stage.declare(main=newapi(*everything), edge=octopus(entry("A"), url="sandbox:octopus?generation=g2"))
    stage.apply()
    stage.add_foreign("main", "Adopted")
    stage.declare(
        main=newapi(*EVERYTHING),
        edge=octopus(entry("A", models=["o3"]), url="sandbox:octopus?generation=g2"),
    )
    return stage


@pytest.mark.parametrize("asked", [
    [], ["--concise"], ["--format", "markdown"], ["--format", "html"], ["--concise", "--format", "markdown"],
])  # fmt: skip
def test_show_prints_what_plan_printed(rich: Stage, asked: list[str]) -> None:
    planned = rich.run("plan", "--out", "plan.json", *asked)

    shown = rich.run("show", "plan.json", *asked)

    assert (shown.code, shown.err) == (0, "")
    assert shown.out == planned.out


def test_show_prints_the_colours_that_plan_printed(rich: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    planned = rich.run("plan", "--out", "plan.json")

    assert rich.run("show", "plan.json").out == planned.out


def test_show_prints_the_json_that_plan_printed(rich: Stage) -> None:
    planned = rich.run("plan", "--out", "plan.json", "--json").json

    shown = rich.run("show", "plan.json", "--json").json

    assert shown | {"timestamp": ""} == planned | {"timestamp": ""}


def test_show_names_the_place_of_a_finding_without_its_line(stage: Stage) -> None:
    """A saved plan does not hold the files, so their lines cannot be quoted."""
    stage.declare(main=newapi(entry("A")))
    stage.run("plan", "--out", "plan.json")

    shown = stage.run("show", "plan.json").out

    assert "Notice: main/channel/A: https://upstream.example.com/v1 is written as https://upstream.example.com\n" in shown
    assert "\n  --> channels.yaml:16:18\n" in shown
    assert '"base_url": "' not in shown


def test_show_prints_a_plan_of_a_site_that_was_down(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), url=f"http://127.0.0.1:{unused_port()}"), edge=octopus(entry("A")))
    planned = stage.run("plan", "--out", "plan.json").out.splitlines()

    shown = stage.run("show", "plan.json").out.splitlines()

    assert shown[-3:] == planned[-3:]
    assert "Error: main has no plan: no connection: is the gateway running, and is the url right?" in shown


def test_show_prints_a_partial_plan_as_such(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", base_url=ROOT), entry("B")))
    planned = stage.run("plan", "--out", "plan.json", "--target", "A")

    shown = stage.run("show", "plan.json")

    assert "Warning: the plan is partial" in shown.out
    assert shown.out == planned.out


def test_show_reads_no_site_and_no_file(rich: Stage) -> None:
    rich.run("plan", "--out", "plan.json")
    rich.database("main").unlink()
    (rich.folder / "channels.yaml").unlink()

    assert rich.run("show", "plan.json").code == 0
    assert not rich.database("main").exists()
