"""What an apply did, as a short comment for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.render.escape import escape, shorten
from chanops.render.fence import fenced
from chanops.render.outline import unplanned_line
from chanops.render.report_text import ending, report_summary, undone_outcomes
from chanops.render.style import leave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.report import Report

REPORT_MARKER: Final = "<!-- chanops:apply -->"
ROOM: Final = 20_000


def report_markdown(report: Report) -> str:
    """Return the counts of *report*, and what was not done, as markdown."""
    return "\n\n".join([REPORT_MARKER, f"### chanops apply\n\n**{report_summary(report)}**", *_undone(report)])


def _undone(report: Report) -> Iterator[str]:
    lines = [ending(outcome, leave) for outcome in undone_outcomes(report)]
    if not report.plan.is_complete:
        lines.append(unplanned_line(report.plan))
    lines += [escape(shorten(f"{found.severity.title()}: {found.summary}", 1_000)) for found in report.findings]
    if lines:
        yield fenced(lines, "text", ROOM)
