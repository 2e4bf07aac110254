"""`--journal FILE`: what an apply did, one JSON object a line, on disk before the next thing happens."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.port import Answer, Gate, Seen
from cli.stage import KEY, PATIENCE, SECRETS, entry, newapi, octopus, start

if TYPE_CHECKING:
    from cli.conftest import Serve
    from cli.stage import Stage


def journal(stage: Stage) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (stage.folder / "journal.jsonl").read_text().splitlines()]


def events(stage: Stage, name: str) -> list[dict[str, Any]]:
    return [line for line in journal(stage) if line["event"] == name]


@pytest.fixture
def kept(stage: Stage) -> Stage:
    """A stage after an apply of two creates with a journal."""
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply("--journal", "journal.jsonl")
    return stage


def test_the_journal_tells_a_run_from_begin_to_end(kept: Stage) -> None:
    told = [line["event"] for line in journal(kept)]

    assert told[:2] == ["run", "planned"]
    assert sorted(told[2:6]) == ["finished", "finished", "started", "started"]
    assert told[6:] == ["outcome", "outcome", "end"]


def test_every_line_has_the_run_id_of_the_report(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    report = stage.run("apply", "--auto-approve", "--json", "--journal", "journal.jsonl").json

    assert {line["run_id"] for line in journal(stage)} == {report["run_id"]}


def test_every_line_has_its_time(kept: Stage) -> None:
    assert all(line["time"].endswith("Z") for line in journal(kept))


def test_a_finished_change_says_what_became_of_it(kept: Stage) -> None:
    finished = next(line for line in events(kept, "finished") if line["address"] == "edge/channel/A")

    assert (finished["action"], finished["outcome"], finished["error"]) == ("create", "done", None)
    assert finished["remote_id"] == "1"


def test_a_started_change_names_its_fields_without_values(kept: Stage) -> None:
    begun = events(kept, "started")[0]

    assert "key" in begun["fields"]
    assert "upstream.example.com" not in json.dumps(journal(kept))


def test_the_journal_is_private(kept: Stage) -> None:
    assert stat.S_IMODE((kept.folder / "journal.jsonl").stat().st_mode) == 0o600


def test_the_journal_holds_no_secret(kept: Stage) -> None:
    text = (kept.folder / "journal.jsonl").read_text()

    assert not any(secret in text for secret in SECRETS)


def test_a_second_run_is_appended(kept: Stage) -> None:
    kept.apply("--journal", "journal.jsonl")

    runs = events(kept, "run")
    assert len({line["run_id"] for line in runs}) == len(runs) == 2


def test_a_run_without_changes_ends_in_the_journal_too(kept: Stage) -> None:
    kept.apply("--journal", "journal.jsonl")

    assert [line["event"] for line in journal(kept)][-3:] == ["run", "planned", "end"]


def test_a_failure_is_in_the_journal_with_its_reason(stage: Stage, serve: Serve) -> None:
    async def hand(seen: Seen) -> Answer | None:
        return Answer(200, b'{"success": false, "message": "no more room"}') if seen.is_write else None

    stage.declare(main=newapi(entry("A"), url=serve(hand=hand).url))

    stage.run("apply", "--auto-approve", "--journal", "journal.jsonl")

    assert [(line["outcome"], line["error"]) for line in events(stage, "outcome")] == [
        ("failed", "POST /api/channel/: no more room")
    ]


def test_a_reason_that_repeats_a_secret_is_withheld_from_the_journal(stage: Stage, serve: Serve) -> None:
    async def hand(seen: Seen) -> Answer | None:
        return Answer(200, json.dumps({"success": False, "message": f"key {KEY}"}).encode()) if seen.is_write else None

    stage.declare(main=newapi(entry("A"), url=serve(hand=hand).url))

    stage.run("apply", "--auto-approve", "--journal", "journal.jsonl")

    assert KEY not in (stage.folder / "journal.jsonl").read_text()


def test_the_journal_can_be_read_after_sigkill_in_the_middle(stage: Stage, serve: Serve) -> None:
    gate = Gate(3)
    stage.declare(main=newapi(*(entry(name) for name in "ABCDE"), url=serve(hand=gate).url))

    with start("apply", "--auto-approve", "--parallelism", "1", "--journal", "journal.jsonl") as process:
        gate.wait()
        process.kill()
    gate.open()

    assert [line["address"][-1] for line in events(stage, "finished")] == ["A", "B"]
    assert [line["address"][-1] for line in events(stage, "started")] == ["A", "B", "C"]


def test_the_commit_comes_from_git(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *command], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    stage.apply("--journal", "journal.jsonl")

    assert events(stage, "run")[0]["commit"] == head


def test_the_commit_of_the_platform_is_stronger(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.setenv("GITHUB_SHA", "0123abcd")

    stage.apply("--journal", "journal.jsonl")

    assert events(stage, "run")[0]["commit"] == "0123abcd"


def test_a_repository_without_a_commit_has_none(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    subprocess.run(["git", "init", "-q"], check=True)

    stage.apply("--journal", "journal.jsonl")

    assert events(stage, "run")[0]["commit"] is None


def test_where_there_is_no_git_there_is_no_commit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.setenv("PATH", "")

    stage.apply("--journal", "journal.jsonl")

    assert events(stage, "run")[0]["commit"] is None


@pytest.mark.parametrize("path", ["no/such/journal.jsonl", *(["/dev/full"] if Path("/dev/full").exists() else [])])
def test_a_journal_that_cannot_be_written_stops_the_run_before_anything_is_read(stage: Stage, path: str) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("apply", "--auto-approve", "--journal", path)

    assert ended.code == 1
    assert f"the journal {path} cannot be written: " in ended.err
    assert not stage.database("main").exists()


def test_a_journal_that_breaks_in_the_middle_is_told_once_and_the_apply_goes_on(stage: Stage, serve: Serve) -> None:
    """A pipe whose reader has gone is a full disk that needs no administrator."""
    os.mkfifo(stage.folder / "journal.jsonl")
    reader = os.open(stage.folder / "journal.jsonl", os.O_RDONLY | os.O_NONBLOCK)
    gate = Gate(1)
    stage.declare(main=newapi(entry("A"), entry("B"), url=serve(hand=gate).url))

    with start("apply", "--auto-approve", "--journal", "journal.jsonl") as process:
        gate.wait()
        os.close(reader)
        gate.open()
        out, err = process.communicate(timeout=PATIENCE)

    assert out.endswith("Apply complete! Channels: 2 added, 0 changed, 0 deleted.\n")
    assert err.count("the journal journal.jsonl cannot be written: Broken pipe") == 1
    assert process.returncode == 0
