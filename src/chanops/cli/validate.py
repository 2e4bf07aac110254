"""`chanops validate`: the YAML alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chanops import config
from chanops.cli import options
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_json, echo_text, use_colour

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.files
@options.text_or_json
@options.no_color
def command(files: tuple[Path, ...], *, as_json: bool, no_color: bool) -> ExitCode:
    """Check the files alone: no network, no secrets.

    Every finding is shown with its file, line and column. Exit code 1 when one is an error.
    """
    loaded = config.load(list(files) or None)
    if as_json:
        from chanops.render.report_json import validate_to_json  # noqa: PLC0415 - only for JSON

        echo_json(validate_to_json(loaded.findings))
    else:
        show_result(loaded, no_color=no_color)
    return ExitCode.ERROR if loaded.has_errors else ExitCode.OK


def show_result(loaded: config.Loaded, *, no_color: bool) -> None:
    """Print the findings on stderr, and what is valid on stdout."""
    from chanops.render.findings_text import render_findings, render_valid  # noqa: PLC0415 - keeps --help fast

    if loaded.findings:
        echo_text(render_findings(loaded.findings, colour=use_colour(err=True, no_color=no_color)), err=True)
    if not loaded.has_errors:
        echo_text(render_valid(loaded.desired, colour=use_colour(no_color=no_color)))
