"""`chanops list`: what lives on the sites, for people who look before they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.looking import Filter, look
from chanops.cli.messages import echo_json, echo_text, show_findings, use_colour
from chanops.cli.signals import run_async
from chanops.cli.suggesting import suggest_sites
from chanops.config.spelling import meant, shown
from chanops.domain.vocabulary import CHANNEL_TYPES

if TYPE_CHECKING:
    from pathlib import Path


class TypeName(click.ParamType[str]):
    """The name of a channel type of any gateway, or a number."""

    name = "type"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's own
        """Return the type; a number may be one that only the gateway knows."""
        known = sorted({name for types in CHANNEL_TYPES.values() for name in types})
        if value not in known and not value.isdigit():
            hint = meant(value, known)
            self.fail(f"{shown(value)} is no type of a channel" + (f"; {hint}" if hint else ""), param, ctx)
        return str(value)


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE]...", shell_complete=suggest_sites)
@options.files
@options.sites
@options.flag("--search", env=False, metavar="TEXT", help="Only names, tags, remarks and addresses that contain TEXT.")
@options.flag("--status", env=False, type=click.Choice(["enabled", "disabled", "ejected"]), help="Only channels in this state.")
@options.flag(
    "--type", "type_name", env=False, type=TypeName(), metavar="T", help="Only channels of this type: a name or a number."
)
@options.flag("--group", env=False, metavar="G", help="Only channels of this group.")
@options.flag("--model", env=False, metavar="GLOB", help="Only channels that serve a model that matches.")
@options.flag("--managed", env=False, is_flag=True, help="Only ours.")
@options.flag("--foreign", env=False, is_flag=True, help="Only those that are not ours.")
@options.flag("--wide", is_flag=True, help="More columns, and more in each.")
@options.text_or_json
@options.no_color
def command(names: tuple[str, ...], files: tuple[Path, ...], **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """List the channels that live on the sites (all of them, or only SITE...).

    The last column tells whose each is: ours, another owner's, or foreign. Keys are never shown. Exit code 1 when a site could
    not be read; the others are listed.
    """
    from chanops.render.channels import channels_to_json, render_channels  # noqa: PLC0415 - keeps --help fast

    if given["managed"] and given["foreign"]:
        raise click.UsageError("--managed and --foreign contradict each other")
    chosen = Filter(
        given["search"] or "", given["status"], given["type_name"], given["group"], given["model"],
        is_managed=given["managed"], is_foreign=given["foreign"],
    )  # fmt: skip
    configuration = load_configuration(files, (*names, *given["sites"]))
    require_references(configuration, channels=False)
    seen = run_async(look(configuration))
    rows = [(channel, whose) for channel, whose in seen.channels if chosen.keeps(channel, whose)]
    if given["as_json"]:
        echo_json(channels_to_json(rows, seen.faults))
    else:
        if rows or not seen.faults:
            echo_text(render_channels(rows, wide=given["wide"], colour=use_colour(no_color=given["no_color"])))
        if seen.faults:
            show_findings(seen.findings, as_json=False, no_color=given["no_color"])
    return ExitCode.ERROR if seen.faults else ExitCode.OK
