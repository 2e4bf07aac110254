"""What an apply does while it runs, line by line, and what became of it at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain.report import Result
from chanops.render.escape import escape, shorten
from chanops.render.findings_text import render_finding
from chanops.render.outline import unplanned_line
from chanops.render.style import painter
from chanops.render.words import ALWAYS_COUNTED, COUNTED_IF_ANY, WORDS, count_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.address import Address
    from chanops.domain.change import Change
    from chanops.domain.report import Outcome, Report
    from chanops.render.style import Paint

ENDINGS: Final = {
    Result.DONE: ("complete", "bold"),
    Result.FAILED: ("failed", "red"),
    Result.SKIPPED: ("skipped", "yellow"),
    Result.UNKNOWN: ("unclear", "red"),
}
LISTED: Final = 100
"""Undone changes that the terminal lists at the end; each had its line before."""
NOT_DONE: Final = (Result.FAILED, Result.SKIPPED, Result.UNKNOWN)


def started_line(change: Change, *, colour: bool = False) -> str:
    """Return `main/channel/a: Creating...`, with the id where there is one."""
    text = f"{_shown(change.address)}: {WORDS[change.action].doing}...{_id(change.remote_id)}"
    return painter(colour=colour)(text, "bold")


def finished_line(change: Change, outcome: Outcome, seconds: float | None = None, *, colour: bool = False) -> str:
    """Return `main/channel/a: Creation complete after 0s [id=12]`, or how else it ended and why."""
    timed = outcome if seconds is None else replace(outcome, seconds=seconds)
    return ending(timed, painter(colour=colour), remote_id=outcome.remote_id or change.remote_id)


def ending(outcome: Outcome, paint: Paint, *, remote_id: str | None = None) -> str:
    """Return how one change ended, and why when it is not done."""
    word, style = ENDINGS[outcome.result]
    what = paint(f"{_shown(outcome.address)}: {WORDS[outcome.action].done} {word}", style)
    if outcome.result is Result.DONE:
        return f"{what} after {duration(outcome.seconds)}{_id(remote_id)}"
    return f"{what}: {escape(shorten(outcome.error, 1_000)) or 'no reason was given'}"


def waiting_line(site: str, seconds: float, reason: str, *, colour: bool = False) -> str:
    """Return `main: waiting 43s (rate limit)`."""
    return painter(colour=colour)(f"{escape(site)}: waiting {duration(max(seconds, 1))} ({escape(shorten(reason))})", "dim")


def render_report(report: Report, *, colour: bool = False) -> str:
    """Return what stands at the end of an apply: what was not done and why, and the counts on the last line."""
    paint = painter(colour=colour)
    blocks = [render_finding(found, paint, heading=found.severity.title()) for found in report.findings]
    undone = "\n".join(_undone(report, paint))
    unplanned = "" if report.plan.is_complete else paint(unplanned_line(report.plan), "red")
    return "\n\n".join([*blocks, *filter(None, (undone, unplanned)), report_summary(report, colour=colour)])


def report_summary(report: Report, *, colour: bool = False) -> str:
    """Return the last line of an apply, with every count that is not zero."""
    paint = painter(colour=colour)
    counts = f"Channels: {_counts(report)}"
    if report.was_interrupted:
        return f"{paint('Interrupted.', 'red')} {counts}; {not_started(report):,} not started."
    if is_whole(report):
        return f"{paint('Apply complete!', 'green')} {counts}."
    return f"{paint('Apply incomplete.', 'red')} {counts}."


def is_whole(report: Report) -> bool:
    """Tell whether everything was done, on every site."""
    return report.is_complete and report.count(Result.DONE) == len(report.outcomes)


def not_started(report: Report) -> int:
    """Count the changes that no call was made for."""
    begun = sum(report.count(result) for result in (Result.DONE, Result.FAILED, Result.UNKNOWN))
    return max(len(report.plan.pending), len(report.outcomes)) - begun


def duration(seconds: float) -> str:
    """Return whole seconds as Terraform writes them: `0s`, `1m3s`, `2h0m5s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def undone_outcomes(report: Report) -> list[Outcome]:
    """Return what failed or is unclear, and what was skipped for another reason than the interruption."""
    shown = (Result.FAILED, Result.UNKNOWN) if report.was_interrupted else NOT_DONE
    return [outcome for outcome in report.outcomes if outcome.result in shown]


def _undone(report: Report, paint: Paint) -> Iterator[str]:
    undone = undone_outcomes(report)
    if undone:
        is_certain = all(outcome.result is not Result.UNKNOWN for outcome in undone)
        yield "Not done:" if is_certain else "Not done, or not known to be:"
    for outcome in undone[:LISTED]:
        yield f"  {ending(outcome, paint)}"
    if len(undone) > LISTED:
        yield f"  {count_of(len(undone) - LISTED, 'more change')} (--json lists all)"


def _counts(report: Report) -> str:
    done = Counter(outcome.action for outcome in report.outcomes if outcome.result is Result.DONE)
    actions = [*ALWAYS_COUNTED, *(action for action in COUNTED_IF_ANY if done[action])]
    others = [result for result in NOT_DONE if report.count(result)]
    if report.was_interrupted:
        others = [result for result in others if result is not Result.SKIPPED]
    texts = [f"{done[action]:,} {WORDS[action].past}" for action in actions]
    return ", ".join(texts + [f"{report.count(result):,} {result.value}" for result in others])


def _id(remote_id: str | None) -> str:
    return f" [id={escape(remote_id)}]" if remote_id else ""


def _shown(address: Address) -> str:
    return escape(shorten(str(address)))
