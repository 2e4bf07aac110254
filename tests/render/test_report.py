from __future__ import annotations

from typing import Any

import pytest

from builders import change, outcome, plan, site_plan
from chanops.domain.change import Action
from chanops.domain.finding import warning
from chanops.domain.gateway import Calls
from chanops.domain.plan import SiteStatus
from chanops.domain.report import Report, Result, SiteReport
from chanops.render.json_text import to_json_text
from chanops.render.report_json import report_to_json
from chanops.render.report_markdown import report_markdown
from chanops.render.report_text import duration, finished_line, render_report, report_summary, started_line, waiting_line
from render.golden import assert_golden

NOON = "2026-01-31T12:00:00Z"
NEW = change("New", Action.CREATE, after={"type": "openai"})
CHANGED = change("Changed", before={"weight": 1}, after={"weight": 2})
OLD = change("Old", Action.DELETE, before={"type": "openai"})
FOUND = change("Found", Action.ADOPT, before={}, after={})


def report(*outcomes: Any, **given: Any) -> Report:
    whole: dict[str, Any] = {"plan": plan(NEW, CHANGED, OLD), "sites": {"main": SiteReport("ok", Calls(4, 3, 1.5))}} | given
    return Report("run-1", outcomes=outcomes, **whole)


def complete() -> Report:
    return report(outcome(NEW, remote_id="12", seconds=0.04), outcome(CHANGED), outcome(OLD))


def partly() -> Report:
    failed = outcome(CHANGED, Result.FAILED, error="the gateway said: name too long")
    skipped = outcome(OLD, Result.SKIPPED, error="main/channel/Changed failed")
    lost = outcome(FOUND, Result.UNKNOWN, error="the answer was lost")
    return report(
        outcome(NEW), failed, skipped, lost, plan=plan(NEW, CHANGED, OLD, FOUND), findings=(warning("main answered slowly"),)
    )


def interrupted() -> Report:
    pending = [change(f"c-{number:02}", Action.CREATE, after={}) for number in range(60)]
    outcomes = [outcome(c) for c in pending[:3]] + [outcome(pending[3], Result.UNKNOWN, error="the answer was lost")]
    skipped = [outcome(c, Result.SKIPPED, error="interrupted") for c in pending[4:10]]
    return report(*outcomes, *skipped, plan=plan(*pending), was_interrupted=True)


def without_site() -> Report:
    failed = site_plan(site="edge", status=SiteStatus.ERROR)
    return report(outcome(NEW), plan=plan(sites=(failed, site_plan(NEW))))


REPORTS = {made.__name__: made for made in (complete, partly, interrupted, without_site)}


@pytest.mark.parametrize("case", REPORTS)
def test_a_report_reads_as_its_golden_file(case: str) -> None:
    assert_golden(f"report-{case}.txt", render_report(REPORTS[case]()))


@pytest.mark.parametrize("case", ["complete", "partly"])
def test_a_report_as_json_is_its_golden_file(case: str) -> None:
    assert_golden(f"report-{case}.json", to_json_text(report_to_json(REPORTS[case](), timestamp=NOON)))


@pytest.mark.parametrize("case", ["complete", "partly"])
def test_a_report_as_markdown_is_its_golden_file(case: str) -> None:
    assert_golden(f"report-{case}.md", report_markdown(REPORTS[case]()))


def test_progress_lines_read_as_in_terraform() -> None:
    assert started_line(NEW) == "main/channel/New: Creating..."
    assert started_line(CHANGED) == "main/channel/Changed: Modifying... [id=12]"
    assert finished_line(NEW, outcome(NEW, remote_id="12")) == "main/channel/New: Creation complete after 0s [id=12]"
    assert finished_line(OLD, outcome(OLD, seconds=62.6)) == "main/channel/Old: Deletion complete after 1m3s [id=12]"


def test_a_failure_says_why_on_its_line() -> None:
    failed = outcome(NEW, Result.FAILED, error="name\x1b[2J\ntoo long")

    assert finished_line(NEW, failed) == "main/channel/New: Creation failed: name\\u001b[2J\\u000atoo long"


def test_a_wait_says_whose_and_why() -> None:
    assert waiting_line("main", 43.2, "rate limit") == "main: waiting 43s (rate limit)"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0s"), (59.4, "59s"), (63, "1m3s"), (7205, "2h0m5s")])
def test_durations_are_written_as_terraform_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_complete_apply_says_so() -> None:
    assert report_summary(complete()) == "Apply complete! Channels: 1 added, 1 changed, 1 deleted."


def test_a_partly_done_apply_keeps_its_counts() -> None:
    assert report_summary(partly()) == (
        "Apply incomplete. Channels: 1 added, 0 changed, 0 deleted, 1 failed, 1 skipped, 1 unknown."
    )


def test_an_interrupted_apply_says_what_was_not_started() -> None:
    assert report_summary(interrupted()) == ("Interrupted. Channels: 3 added, 0 changed, 0 deleted, 1 unknown; 56 not started.")


def test_an_apply_with_a_site_left_out_is_never_complete() -> None:
    assert report_summary(without_site()).startswith("Apply incomplete.")
    assert report_to_json(without_site(), timestamp=NOON)["complete"] is False


def test_what_was_skipped_carries_its_reason_and_no_error() -> None:
    results = report_to_json(partly(), timestamp=NOON)["results"]

    assert results[2]["reason"] == "main/channel/Changed failed"
    assert results[2]["error"] is None
    assert results[1]["error"] == "the gateway said: name too long"


def test_ids_are_numbers_in_a_report() -> None:
    assert report_to_json(complete(), timestamp=NOON)["results"][0]["remote_id"] == 12
