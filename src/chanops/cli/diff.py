"""`chanops diff`: two sites, a site and a file, two files, or two saved plans, held against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.messages import echo_json, echo_text, use_colour
from chanops.cli.operands import What, read_operand, site_names
from chanops.cli.showing import timestamp
from chanops.cli.signals import run_async
from chanops.cli.suggesting import suggest_sides
from chanops.domain.policy import Selection
from chanops.errors import GatewayError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from chanops.cli.loading import Configuration
    from chanops.cli.operands import Operand
    from chanops.domain.change import Change
    from chanops.domain.gateway import LiveSite
    from chanops.domain.plan import Plan
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Site
    from chanops.domain.value import Value
    from chanops.engine.sides import Side


@click.command("diff")
@click.argument("before", metavar="A", shell_complete=suggest_sides)
@click.argument("after", metavar="B", shell_complete=suggest_sides)
@options.files
@options.flag("--target", "targets", type=options.GlobType(), multiple=True, metavar="ADDRESS-GLOB",
              help="Only channels that match, by the site of either side.")  # fmt: skip
@options.flag("--exclude", "excludes", type=options.GlobType(), multiple=True, metavar="ADDRESS-GLOB",
              help="Leave channels that match out.")  # fmt: skip
@options.flag("--detailed-exitcode", is_flag=True, help="Exit with 2 when something differs.")
@options.format_of(*options.FORMATS[:3])
@options.as_json
@options.no_color
@options.verbose
def command(
    before: str,
    after: str,
    files: tuple[Path, ...],
    *,
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    detailed_exitcode: bool,
    **given: Any,  # noqa: ANN401 - click's options
) -> ExitCode:
    """Show what would turn A into B; write nothing.

    A and B are sites of the files (as they live), files or folders of YAML (FILE:SITE where one declares several sites), or two
    saved plans. Channels are matched by name. site:NAME, file:PATH and plan:PATH settle what a word means.
    """
    output = options.take_format(given)
    sites = site_names(files)
    one, two = read_operand(before, sites), read_operand(after, sites)
    plan = _compare(one, two, files, Selection(targets=targets, excludes=excludes))
    _show(plan, (before, after), output, **given)
    return ExitCode.PENDING if detailed_exitcode and plan.pending else ExitCode.OK


def _compare(one: Operand, two: Operand, files: Sequence[Path], selection: Selection) -> Plan:
    """Return the difference of what the operands name."""
    from chanops.domain.plan import Plan  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.difference import find_difference  # noqa: PLC0415

    if What.PLAN in (one.what, two.what):
        pairs, hidden = _plans(one, two), _Hidden({}, {})
    else:
        pairs, hidden = _sites(one, two, files)
    parts = [find_difference(before, after, selection) for before, after in pairs]
    findings = dict.fromkeys(found for part in parts for found in part.findings)  # of no site, and each once
    shown = [replace(part, changes=tuple(map(hidden.hide, part.changes)), findings=()) for part in parts]
    return Plan(tuple(shown), tuple(findings))


def _plans(one: Operand, two: Operand) -> list[tuple[Side, Side]]:
    from chanops.cli.saved_plan import read  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.sides import pair_plans  # noqa: PLC0415
    from chanops.render.plan_from_json import plan_from_json  # noqa: PLC0415

    if one.what is not two.what:
        raise UsageError(f"a saved plan can be compared with another one only: {one.text} and {two.text} are two things")
    before, after = (plan_from_json(read(operand.path).data) for operand in (one, two))
    return pair_plans((one.text, two.text), before, after)


class _Hidden:
    """The declared channels of both sides: a live value whose place is declared by a reference is not shown."""

    def __init__(self, before: Mapping[str, DesiredChannel], after: Mapping[str, DesiredChannel]) -> None:
        self._before = before
        self._after = after

    def hide(self, change: Change) -> Change:
        """Return *change* without the values that a file keeps out of sight."""
        name = change.address.name
        before = {} if change.before is None else _beside(change.before, self._before.get(name))
        after = {} if change.after is None else _beside(change.after, self._after.get(name))
        fields = tuple(replace(f, before=before.get(f.path, f.before), after=after.get(f.path, f.after)) for f in change.fields)
        return replace(
            change,
            before=None if change.before is None else before,
            after=None if change.after is None else after,
            fields=fields,
        )


def _beside(values: Mapping[str, Value], declared: DesiredChannel | None) -> Mapping[str, Value]:
    from chanops.render.conceal import conceal_beside  # noqa: PLC0415 - keeps --help fast

    return conceal_beside(values, declared.fields) if declared else values


def _sites(one: Operand, two: Operand, files: Sequence[Path]) -> tuple[list[tuple[Side, Side]], _Hidden]:
    from chanops.engine.sides import declared_side, live_side, pair_sides  # noqa: PLC0415 - keeps --help fast

    names = [operand.name for operand in (one, two) if operand.what is What.SITE]
    configuration = load_configuration(files, names) if names else None
    live = _read(configuration) if configuration else {}
    sites = {site.name: site for site in configuration.desired.sites} if configuration else {}
    sides, hidden = [], []
    for operand, other in ((one, two), (two, one)):
        if operand.what is What.SITE:
            site = sites[operand.name]
            sides.append({site.name: live_side(operand.text, site.kind, live[site.name])})
            hidden.append({channel.name: channel for channel in site.channels})
        else:
            found = _declared(operand, other)
            sides.append({site.name: declared_side(operand.text, site) for site in found})
            hidden.append({})
    before, after = sides
    if len(before) == len(after) == 1:  # whatever the two sites are called
        return list(zip(before.values(), after.values(), strict=True)), _Hidden(*hidden)
    return pair_sides((one.text, two.text), before, after), _Hidden(*hidden)


def _declared(operand: Operand, other: Operand) -> Sequence[Site]:
    """Return the sites of a file that are meant: the one behind its colon, the other operand's, the only one, or all."""
    desired = load_configuration([operand.path], [operand.site] if operand.site else []).desired
    named = other.name if other.what is What.SITE else other.site
    sites = [site for site in desired.sites if site.name == named] or list(desired.sites)
    if len(sites) > 1 and named:
        known = ", ".join(site.name for site in sites)
        raise UsageError(f"{operand.name} declares several sites: write {operand.text}:SITE; there are: {known}")
    return sites


def _read(configuration: Configuration) -> Mapping[str, LiveSite]:
    """Return the sites as they live. Raises GatewayError when one cannot be read whole: it is not empty then."""
    require_references(configuration, channels=False)
    found = run_async(_refresh(configuration))
    for held in found.values():
        if isinstance(held, GatewayError):
            raise held
    return {name: held for name, held in found.items() if not isinstance(held, GatewayError)}


async def _refresh(configuration: Configuration) -> Mapping[str, LiveSite | GatewayError]:
    from chanops.cli.session import open_gateways  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.refresh import refresh  # noqa: PLC0415

    async with open_gateways(configuration) as gateways:
        return await refresh(gateways)


def _show(plan: Plan, names: tuple[str, str], output: str, *, no_color: bool, verbose: bool) -> None:
    from chanops.render import two_sides  # noqa: PLC0415 - keeps --help fast

    if output == "json":
        echo_json(two_sides.difference_to_json(plan, names, timestamp=timestamp(), verbose=verbose))
    elif output == "markdown":
        echo_text(two_sides.render_markdown(plan, names))
    else:
        echo_text(two_sides.render_text(plan, names, colour=use_colour(no_color=no_color), verbose=verbose))
