"""`chanops adopt`: an apply that only takes over channels that live without our mark."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.apply import Manner, Task, run_task
from chanops.cli.loading import load_configuration, require_known, require_references
from chanops.cli.signals import raising_signals
from chanops.cli.suggesting import suggest_addresses
from chanops.domain.policy import Selection

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.exit_codes import ExitCode


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS-GLOB]...", shell_complete=suggest_addresses)
@options.files
@options.approval
@options.locked
@options.lifts
@options.writing
def command(addresses: tuple[str, ...], files: tuple[Path, ...], **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """Adopt declared channels that live without our mark (all of them, or only ADDRESS-GLOB...), and do nothing else.

    The same as `apply --adopt-only` with a --target for each address: asks, writes what differs and the mark, and proves it.
    """
    from chanops.engine.planner import Asked  # noqa: PLC0415 - keeps --help fast

    lifts = options.take_lifts(given)
    manner = Manner(output=options.take_format(given), **given)
    configuration = load_configuration(files, _sites_of(addresses))
    require_known(configuration.desired, addresses)
    require_references(configuration)
    task = Task(configuration, Asked(Selection(targets=addresses), adopt_only=True), lifts, None, uuid.uuid4().hex)
    with raising_signals():
        return run_task(task, manner)


def _sites_of(globs: tuple[str, ...]) -> list[str]:
    """Return the sites to read; none, which means all, where a glob does not name its site."""
    sites = [glob.partition("/")[0] if "/" in glob else "*" for glob in globs]
    return [] if any(sign in site for site in sites for sign in "*?") else sites
