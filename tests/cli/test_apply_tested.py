"""`apply --test` as an operator sees it: what is told, asked and printed, the exit code, and a run that is killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.stage import PATIENCE, Terminal, entry, newapi, octopus, start
from cli.trials import BAD_KEY, Hold

if TYPE_CHECKING:
    from cli.conftest import Serve
    from cli.stage import Ended, Stage
    from cli.trials import Upstream

APPLY = ("apply", "--auto-approve", "--test")


def on(name: str, upstream: Upstream, **fields: Any) -> dict[str, Any]:
    """Return a declared channel of *upstream* that says that it is enabled."""
    return entry(name, **({"base_url": upstream.url, "enabled": True} | fields))


def outcomes(ended: Ended) -> dict[str, tuple[str, str]]:
    return {r["address"]: (r["action"], r["outcome"]) for r in ended.json["results"]}


def pending(stage: Stage) -> list[tuple[str, list[str]]]:
    plan = stage.run("plan", "--json").json
    return [(entry["address"], entry["change"]["fields"]) for entry in plan["resource_changes"]]


SITES = pytest.mark.parametrize("site", [newapi, octopus])


@SITES
def test_what_passes_is_enabled(stage: Stage, upstream: Upstream, site: Any) -> None:
    stage.declare(main=site(on("A", upstream)))

    ended = stage.run(*APPLY, "--json")

    assert (ended.code, outcomes(ended)) == (0, {"main/channel/A": ("create", "done")})
    assert stage.live("main/channel/A")["status"] == "enabled"
    assert pending(stage) == []


@SITES
def test_what_fails_stays_disabled_and_the_exit_code_is_5(stage: Stage, upstream: Upstream, site: Any) -> None:
    stage.declare(main=site(on("A", upstream, key=BAD_KEY), on("B", upstream)))

    ended = stage.run(*APPLY)

    assert ended.code == 5
    assert "main/channel/A: Creation failed: it stays disabled: its test failed" in ended.out
    assert "to go on: `apply --test` again" in ended.out
    assert ended.out.endswith("\nApply incomplete. Channels: 1 added, 0 changed, 0 deleted, 1 failed.\n")
    assert stage.live("main/channel/A")["status"] == "disabled"


@SITES
def test_the_next_plan_shows_what_failed_and_a_mended_one_passes(stage: Stage, upstream: Upstream, site: Any) -> None:
    stage.declare(main=site(on("A", upstream, key=BAD_KEY)))
    stage.run(*APPLY)

    assert pending(stage) == [("main/channel/A", ["enabled"])]

    stage.declare(main=site(on("A", upstream)))
    stage.apply("--test")
    assert stage.live("main/channel/A")["status"] == "enabled"


def test_each_new_channel_costs_one_call(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream), on("B", upstream, models=["o3"]), on("C", upstream, key=BAD_KEY)))

    stage.run(*APPLY)

    assert sorted(upstream.questions) == ["gpt-4o", "gpt-4o", "o3"]


def test_what_happens_is_told_in_its_order(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream)))

    ended = stage.run(*APPLY)

    told = [line.partition(": ")[2].split(" after")[0] for line in ended.err.splitlines() if line.startswith("main/")]
    assert told == [
        "Creating...",
        "Creation complete",
        "Testing...",
        "Test passed",
        "Modifying... [id=1]",
        "Modifications complete",
    ]
    assert ended.out.endswith("\nApply complete! Channels: 1 added, 0 changed, 0 deleted.\n")


def test_a_failed_replacement_keeps_what_it_was_to_replace(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("Old", upstream)))
    stage.apply()
    stage.declare(main=newapi(on("New", upstream, key=BAD_KEY), guards={"allow_delete": ["*"]}))

    ended = stage.run(*APPLY, "--json")

    assert ended.code == 5
    assert outcomes(ended) == {"main/channel/New": ("create", "failed"), "main/channel/Old": ("delete", "skipped")}
    assert stage.live("main/channel/Old")["status"] == "enabled"


def test_a_replacement_that_passes_takes_over(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("Old", upstream)))
    stage.apply()
    stage.declare(main=newapi(on("New", upstream)))

    stage.apply("--test")

    assert stage.names("main") == ["New"]


def test_the_question_says_that_tokens_are_spent(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream), on("B", upstream)))
    terminal = Terminal("apply", "--test")

    terminal.read_until("Enter a value: ")
    terminal.type("no\n")

    assert terminal.wait() == 1
    assert "This makes 2 real calls through the gateways' channels and spends tokens.\n\nDo you want to" in terminal.seen
    assert upstream.questions == []


def test_without_anything_to_test_no_call_is_told(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream, enabled=False)))

    assert "real call" not in stage.apply("--test").err


def test_a_file_that_does_not_say_enabled_is_warned_of_and_tested(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream, enabled=None)))

    ended = stage.apply("--test")

    assert "Warning: main/channel/A" in ended.out
    assert "no later plan shows that: its file does not say `enabled`" in ended.out
    assert stage.live("main/channel/A")["status"] == "enabled"


def test_a_saved_plan_is_tested_too(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream), on("B", upstream, key=BAD_KEY)))
    stage.run("plan", "--out", "plan.json")

    ended = stage.run("apply", "plan.json", "--test", "--json")

    assert ended.code == 5
    assert outcomes(ended) == {"main/channel/A": ("create", "done"), "main/channel/B": ("create", "failed")}


def test_the_journal_notes_the_tests(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(on("A", upstream)))

    stage.apply("--test", "--journal", "journal.jsonl")

    lines = [json.loads(line) for line in (stage.folder / "journal.jsonl").read_text().splitlines()]
    events = [line["event"] for line in lines]
    assert events == [
        "run", "planned", "started", "finished", "testing", "tested", "started", "finished", "outcome", "end",
    ]  # fmt: skip
    assert (lines[5]["address"], lines[5]["state"]) == ("main/channel/A", "passed")


def test_killed_between_create_and_enable_the_next_plan_shows_it_and_the_next_apply_tests_again(
    stage: Stage, serve: Serve, upstream: Upstream
) -> None:
    gate = Hold()
    port = serve(hand=gate)
    stage.declare(main=newapi(on("A", upstream), url=port.url))
    with start(*APPLY) as process:
        gate.wait()
        process.kill()
        process.communicate(timeout=PATIENCE)
    gate.open()

    assert pending(stage) == [("main/channel/A", ["enabled"])]
    assert stage.live("main/channel/A")["status"] == "disabled"
    ended = stage.run(*APPLY)
    assert ended.code == 0
    assert "main/channel/A: Test passed" in ended.err
    assert stage.live("main/channel/A")["status"] == "enabled"
