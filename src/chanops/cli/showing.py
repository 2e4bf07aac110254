"""Plans and reports, printed in the format that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chanops.cli.messages import echo_json, use_colour

if TYPE_CHECKING:
    from chanops.domain.plan import Plan
    from chanops.domain.report import Report


def show_plan(plan: Plan, output: str, *, no_color: bool = False, concise: bool = False, verbose: bool = False) -> None:
    """Print *plan* on stdout."""
    if output == "json":
        from chanops.render.plan_json import plan_to_json  # noqa: PLC0415 - one format a run

        echo_json(plan_to_json(plan, timestamp=timestamp(), verbose=verbose))
        return
    if output == "text":
        from chanops.render.plan_text import render_plan  # noqa: PLC0415 - one format a run

        click.echo(render_plan(plan, colour=use_colour(no_color=no_color), concise=concise, verbose=verbose))
        return
    from chanops.render.registry import FORMATS  # noqa: PLC0415 - one format a run

    click.echo(FORMATS[output](plan))


def show_report(report: Report, output: str, *, no_color: bool = False) -> None:
    """Print *report* on stdout."""
    if output == "json":
        from chanops.render.report_json import report_to_json  # noqa: PLC0415 - one format a run

        echo_json(report_to_json(report, timestamp=timestamp()))
        return
    if output == "markdown":
        from chanops.render.plan_markdown import report_markdown  # noqa: PLC0415 - one format a run

        click.echo(report_markdown(report))
        return
    from chanops.render.report_text import render_report  # noqa: PLC0415 - one format a run

    click.echo(render_report(report, colour=use_colour(no_color=no_color)))


def timestamp() -> str:
    """Return now as RFC 3339, in UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - beside its only use

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
