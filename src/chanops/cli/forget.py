"""`chanops forget`: drop our mark from channels, and leave everything else about them as it is."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.apply import Manner, Task, run_task
from chanops.cli.get import read_address
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.signals import raising_signals
from chanops.domain.policy import Lifts, Selection
from chanops.domain.resources import NOTHING

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.exit_codes import ExitCode
    from chanops.cli.loading import Configuration
    from chanops.domain.site import Site


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@options.files
@options.approval
@options.writing
def command(addresses: tuple[str, ...], files: tuple[Path, ...], **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """Drop our mark from live channels and leave them untouched otherwise: they stay, and are no longer ours.

    Take them out of the files first: what is still declared would be adopted again, and is refused. Shows what it will do,
    asks, and proves it, with the exit codes of `apply`. ADDRESS is site/channel/name.
    """
    from chanops.engine.planner import Asked  # noqa: PLC0415 - keeps --help fast

    wanted = tuple(map(read_address, addresses))
    manner = Manner(output=options.take_format(given), is_locked=False, **given)
    configuration = _bare(load_configuration(files, [address.site for address in wanted]))
    require_references(configuration, channels=False)
    task = Task(configuration, Asked(Selection(), forget=wanted), Lifts(), None, uuid.uuid4().hex)
    with raising_signals():
        return run_task(task, manner)


def _bare(configuration: Configuration) -> Configuration:
    """Return *configuration* with the channels' life cycle alone: nothing of what they hold is needed, no secret, no model."""
    desired = configuration.desired
    return replace(configuration, desired=replace(desired, sites=tuple(map(_bare_site, desired.sites))))


def _bare_site(site: Site) -> Site:
    return replace(site, channels=tuple(replace(c, fields=NOTHING, rule=None, redirect=None) for c in site.channels))
