"""`chanops plan`: read, compare, print; nothing is written to any site."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode, worst
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.messages import echo_text
from chanops.cli.showing import show_plan, timestamp
from chanops.cli.signals import run_async

if TYPE_CHECKING:
    from chanops.cli.loading import Configuration
    from chanops.domain.plan import Plan
    from chanops.domain.policy import Lifts
    from chanops.engine.planner import Asked


@click.command()
@options.files
@options.selection
@options.flag("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Save the plan, for `chanops apply FILE` and `chanops show FILE`.")  # fmt: skip
@options.flag("--detailed-exitcode", is_flag=True, help="Exit with 2 when changes are pending.")
@options.flag("--rewrite-keys", is_flag=True, help="Write every declared key again, also where it looks the same.")
@options.locked
@options.lifts
@options.network
@options.plan_view
def command(
    files: tuple[Path, ...],
    *,
    out: Path | None,
    detailed_exitcode: bool,
    rewrite_keys: bool,
    is_locked: bool,
    **given: Any,  # noqa: ANN401 - click's options
) -> ExitCode:
    """Show what apply would do; write nothing.

    Reads every site of the files, compares, and prints the plan. Exit code 1 when a site could not be planned (the others
    are), 3 when a guard refuses the plan.
    """
    from chanops.cli.saved_plan import require_place, save  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.planner import Asked  # noqa: PLC0415

    lifts, selection = options.take_lifts(given), options.take_selection(given)
    output = options.take_format(given)
    configuration = load_configuration(files, selection.sites)
    if out:
        require_place(out, configuration.desired.files)
    require_references(configuration)
    asked = Asked(selection, rewrite_keys=rewrite_keys)
    plan = run_async(make(configuration, asked, lifts, is_locked=is_locked))
    if out:
        save(plan, asked, lifts, out, timestamp=timestamp())
    show_plan(plan, output, no_color=given["no_color"], concise=given["concise"], verbose=given["verbose"])
    if out and output == "text" and plan.pending and not plan.guards:
        echo_text(f"\nSaved as {out}. To do exactly this: chanops apply {shlex.quote(str(out))}", err=True)
    return exit_code(plan, detailed=detailed_exitcode)


async def make(configuration: Configuration, asked: Asked, lifts: Lifts, *, is_locked: bool = False) -> Plan:
    """Return the plan of *configuration*."""
    from chanops.cli.asking import open_asking  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.engine.reconcile import prepare  # noqa: PLC0415

    async with open_gateways(configuration) as gateways, open_asking(configuration, is_locked_only=is_locked) as asking:
        prepared = await prepare(configuration.desired, gateways, asked, lifts, asking=asking)
    return with_findings(prepared.plan, configuration)


def with_findings(plan: Plan, configuration: Configuration) -> Plan:
    """Return *plan* with what the configuration's own check found, and what its references brought."""
    from dataclasses import replace  # noqa: PLC0415 - beside its only use

    from chanops.config import check_addresses  # noqa: PLC0415

    return replace(plan, findings=(*configuration.findings, *check_addresses(configuration.desired), *plan.findings))


def exit_code(plan: Plan, *, detailed: bool = False) -> ExitCode:
    """Return what the process says of *plan*."""
    return worst(
        ExitCode.REFUSED if plan.guards else ExitCode.OK,
        ExitCode.OK if plan.is_complete and not plan.is_errored else ExitCode.ERROR,
        ExitCode.PENDING if detailed and plan.pending else ExitCode.OK,
    )
