"""Plans and reports, printed in the format that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chanops.cli.messages import echo_json, echo_text, use_colour
from chanops.domain.finding import Severity

if TYPE_CHECKING:
    from chanops.domain.plan import Plan
    from chanops.domain.report import Report


def show_plan(plan: Plan, output: str, *, no_color: bool = False, concise: bool = False, verbose: bool = False) -> None:
    """Print *plan* on stdout."""
    from chanops.render.registry import FORMATS, Options  # noqa: PLC0415 - keeps --help fast

    colour = use_colour(no_color=no_color)
    echo_text(FORMATS[output](plan, Options(timestamp(), colour=colour, concise=concise, verbose=verbose)))


def show_report(report: Report, output: str, *, no_color: bool = False) -> None:
    """Print *report* on stdout."""
    if output == "json":
        from chanops.render.report_json import report_to_json  # noqa: PLC0415 - one format a run

        echo_json(report_to_json(report, timestamp=timestamp()))
    elif output == "markdown":
        from chanops.render.report_markdown import report_markdown  # noqa: PLC0415 - one format a run

        echo_text(report_markdown(report))
    else:
        from chanops.render.report_text import render_report  # noqa: PLC0415 - one format a run

        grave = tuple(found for found in report.findings if found.severity is not Severity.NOTICE)  # the plan showed all
        short = replace(report, findings=grave)
        if output == "html":
            from chanops.render.plan_html import report_html  # noqa: PLC0415 - one format a run

            echo_text(report_html(short))
        else:
            echo_text(render_report(short, colour=use_colour(no_color=no_color)))


def timestamp() -> str:
    """Return now as RFC 3339, in UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - beside its only use

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
