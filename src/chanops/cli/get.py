"""`chanops get`: one live channel, without its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.looking import look
from chanops.cli.messages import echo_json, echo_text
from chanops.cli.signals import run_async
from chanops.cli.suggesting import suggest_addresses
from chanops.domain.address import KIND_CHANNEL, Address
from chanops.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.domain.resources import LiveChannel


@click.command()
@click.argument("address", shell_complete=suggest_addresses)
@options.files
@options.flag("--id", "remote_id", help="Which one, when several channels have the name.")
@options.text_or_json
@options.plain
def command(address: str, files: tuple[Path, ...], remote_id: str | None, *, as_json: bool) -> ExitCode:
    """Show the live channel at ADDRESS (site/channel/name), as the YAML that would declare it.

    Foreign channels too. The key is never shown.
    """
    from chanops.render.channel_yaml import render_channel  # noqa: PLC0415 - keeps --help fast
    from chanops.render.channels import channel_to_json  # noqa: PLC0415 - keeps --help fast
    from chanops.render.finding_json import FORMAT_VERSION  # noqa: PLC0415

    wanted = read_address(address)
    configuration = load_configuration(files, [wanted.site])
    require_references(configuration, channels=False)
    seen = run_async(look(configuration))
    if seen.faults:
        raise seen.faults[0]
    channel, whose = _choose([(c, w) for c, w in seen.channels if c.address == wanted], wanted, remote_id)
    if as_json:
        echo_json({"format_version": FORMAT_VERSION, **channel_to_json(channel, whose)})
    else:
        echo_text(render_channel(channel, whose))
    return ExitCode.OK


def read_address(text: str) -> Address:
    """Return the address of a channel. Raises UsageError that says how one is written."""
    try:
        address = Address.parse(text)
    except ValueError as fault:
        raise UsageError(str(fault)) from None
    if address.kind != KIND_CHANNEL:
        meant = Address.channel(address.site, address.name)
        raise UsageError(f'there is nothing of the kind "{address.kind}"; did you mean "{meant}"?')
    return address


def _choose(found: list[tuple[LiveChannel, str]], wanted: Address, remote_id: str | None) -> tuple[LiveChannel, str]:
    if remote_id is not None:
        found = [(channel, whose) for channel, whose in found if channel.remote_id == remote_id]
    if not found:
        raise UsageError(f"there is no channel {wanted} on the site; `chanops list {wanted.site}` shows what there is")
    if len(found) > 1:
        ids = ", ".join(channel.remote_id for channel, _ in found)
        raise UsageError(f"{len(found)} channels are called {wanted.name} (ids {ids}); choose one with --id")
    return found[0]
