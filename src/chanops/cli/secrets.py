"""`chanops secrets`: which references the files hold, and whether they resolve."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from chanops import config
from chanops.cli import options
from chanops.cli.exit_codes import ExitCode
from chanops.cli.loading import select_sites
from chanops.cli.messages import echo_json, echo_text, use_colour
from chanops.cli.suggesting import suggest_sites
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


@click.command()
@options.files
@options.flag("--site", "sites", multiple=True, metavar="NAME", shell_complete=suggest_sites,
              help="Only what this site needs; may be given again.")  # fmt: skip
@options.flag("--static", "is_static", is_flag=True, help="Only list them: look nothing up, run no command.")
@options.text_or_json
@options.no_color
def command(files: tuple[Path, ...], sites: tuple[str, ...], *, is_static: bool, as_json: bool, no_color: bool) -> ExitCode:
    """List the references of the files, and whether each has a value; never the value.

    Each is looked up once, as a plan would; what no channel needs is listed and not looked up.
    Exit code 1 when one has no value. No site is asked.
    """
    from chanops.config.mentions import list_mentions  # noqa: PLC0415 - keeps --help fast
    from chanops.render.mentions import mentions_to_json, render_mentions  # noqa: PLC0415

    loaded = config.load(list(files) or None)
    if loaded.has_errors:
        raise ConfigError(loaded.findings)
    desired = select_sites(loaded.desired, sites)
    with nullcontext() if is_static else _ended_by_signals():
        mentions = list_mentions(desired, loaded.lookups, is_static=is_static, is_whole=not sites)
    if as_json:
        echo_json(mentions_to_json(mentions))
    else:
        echo_text(render_mentions(mentions, colour=use_colour(no_color=no_color)))
    return ExitCode.ERROR if any(mention.resolves is False for mention in mentions) else ExitCode.OK


def _ended_by_signals() -> AbstractContextManager[None]:
    """Let a signal end the programs that are asked, too."""
    from chanops.cli.signals import raising_signals  # noqa: PLC0415 - only where something is looked up

    return raising_signals()
