"""`chanops apply`: plan, ask, write, prove."""

from __future__ import annotations

import asyncio
import sys
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options, saved_plan
from chanops.cli.approval import approve
from chanops.cli.exit_codes import ExitCode, worst
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.messages import show_findings
from chanops.cli.plan import exit_code as plan_exit_code
from chanops.cli.plan import with_findings
from chanops.cli.showing import show_plan, show_report
from chanops.cli.signals import Signals, raising_signals
from chanops.domain import finding

if TYPE_CHECKING:
    from chanops.cli.loading import Configuration
    from chanops.cli.saved_plan import SavedPlan
    from chanops.domain.gateway import Gateway
    from chanops.domain.plan import Plan
    from chanops.domain.policy import Lifts
    from chanops.domain.report import Listener, Report
    from chanops.engine.applier import Conduct
    from chanops.engine.planner import Asked
    from chanops.engine.reconcile import Prepared

STOPPED = finding.error("stopped at once: what was being written is unknown", "run it again, it goes on where it stands")


@dataclass(frozen=True, slots=True)
class Manner:
    """How this apply behaves towards the one who started it."""

    output: str
    auto_approve: bool
    may_ask: bool
    no_color: bool
    concise: bool
    verbose: bool
    parallelism: int | None
    timeout: float | None
    journal: Path | None
    lock_timeout: float
    is_locked: bool
    is_tested: bool = False

    def show(self, plan: Plan) -> None:
        """Print *plan* the way this run prints."""
        show_plan(plan, self.output, no_color=self.no_color, concise=self.concise, verbose=self.verbose)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be applied: the files, what was asked, and the saved plan to keep to, if any."""

    configuration: Configuration
    asked: Asked
    lifts: Lifts
    saved: SavedPlan | None
    run_id: str


@click.command()
@click.argument("plan", required=False, type=click.Path(dir_okay=False, path_type=Path))
@options.files
@options.selection
@options.approval
@options.flag("--test", "is_tested", is_flag=True,
              help="Test what it creates or enables before it gets traffic; spends tokens.")  # fmt: skip
@options.flag("--rewrite-keys", is_flag=True, help="Write every declared key again, also where it looks the same.")
@options.flag("--adopt-only", is_flag=True, help="Adopt channels that live without our mark, and do nothing else.")
@options.locked
@options.lifts
@options.writing
def command(
    plan: Path | None,
    files: tuple[Path, ...],
    *,
    rewrite_keys: bool,
    adopt_only: bool,
    **given: Any,  # noqa: ANN401 - click's options
) -> ExitCode:
    """Make the sites what the files say.

    Plans, shows the plan, asks, writes, and reads every site once more to prove it. A failed change does not stop the others.
    With PLAN, a file from `chanops plan --out`: exactly that plan without asking, or exit code 4 when anything it touches
    has moved.

    Exit code 1 when a site could not be planned (the others are applied), 3 when a guard refuses, 5 when something failed, was
    skipped or is unknown, 6 when another run holds a site. Run it again: it goes on where it stands.
    """
    from chanops.engine.planner import Asked  # noqa: PLC0415 - keeps --help fast

    lifts, selection = options.take_lifts(given), options.take_selection(given)
    manner = Manner(output=options.take_format(given), **given)
    run_id = uuid.uuid4().hex
    if plan is None:
        configuration = load_configuration(files, selection.sites)
        task = Task(configuration, Asked(selection, rewrite_keys, adopt_only), lifts, None, run_id)
    else:
        if _is_given("sites", "targets", "excludes", "rewrite_keys"):
            raise click.UsageError(
                "a saved plan knows what it is for: --site, --target, --exclude and --rewrite-keys go with `plan`"
            )
        if _is_given("adopt_only"):
            raise click.UsageError("a saved plan is carried out as it is; --adopt-only goes without one")
        task = _load_saved(plan, files, lifts, run_id)
        manner = replace(manner, auto_approve=True)
    require_references(task.configuration)
    with raising_signals():
        return run_task(task, manner)


def _is_given(*names: str) -> bool:
    """Tell whether any of these flags stands on the command line: what the environment says is for other commands too."""
    sources = map(click.get_current_context().get_parameter_source, names)
    return click.core.ParameterSource.COMMANDLINE in sources


def _load_saved(path: Path, files: tuple[Path, ...], lifts: Lifts, run_id: str) -> Task:
    saved = saved_plan.read(path)
    configuration = load_configuration(files or saved.files, ())
    saved_plan.require_same_configuration(saved, configuration.desired.digest)
    sites = tuple(site for site in configuration.desired.sites if site.name in saved.sites)
    kept = replace(configuration, desired=replace(configuration.desired, sites=sites))
    return Task(kept, saved.asked, _join(saved.lifts, lifts), saved, run_id)


def _join(saved: Lifts, given: Lifts) -> Lifts:
    """Return the lifts of the saved plan with those of this command line on top."""
    return saved._replace(
        max_deletes=given.max_deletes or saved.max_deletes,
        max_changes=given.max_changes or saved.max_changes,
        allow_empty=given.allow_empty or saved.allow_empty,
        allow_delete=saved.allow_delete + given.allow_delete,
        allow_replace=saved.allow_replace + given.allow_replace,
        allow_route_loss=saved.allow_route_loss + given.allow_route_loss,
    )


def run_task(task: Task, manner: Manner) -> ExitCode:
    """Hold the locks and the journal while the sites are read and written, then say how it went."""
    from chanops.cli.embedded import state_folder  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.journal import Journal  # noqa: PLC0415
    from chanops.cli.locking import locked  # noqa: PLC0415
    from chanops.cli.progress import choose_listener  # noqa: PLC0415

    desired, signals = task.configuration.desired, Signals()
    listener = choose_listener(is_quiet=manner.output == "json", is_terminal=sys.stderr.isatty(), no_color=manner.no_color)
    with ExitStack() as held:
        scope = str(state_folder(desired.files).resolve())
        held.enter_context(locked(desired.sites, run_id=task.run_id, wait=manner.lock_timeout, scope=scope))
        held.callback(getattr(listener, "close", lambda: None))
        journal = None
        if manner.journal:
            journal = held.enter_context(Journal(manner.journal, listener, run_id=task.run_id, files=desired.files))
        try:
            plan, report = asyncio.run(_reconcile(task, manner, journal or listener, signals))
        except (asyncio.CancelledError, KeyboardInterrupt):
            if not signals.has_begun:
                raise
            show_findings([STOPPED], as_json=manner.output == "json")
            return signals.exit_code or ExitCode.INTERRUPTED
        if journal:
            journal.ended(report)
    if manner.output == "json" or (plan.pending and not plan.guards):
        show_report(report, manner.output, no_color=manner.no_color)
    return exit_code(plan, report, signals)


async def _reconcile(task: Task, manner: Manner, listener: Listener, signals: Signals) -> tuple[Plan, Report]:
    """Return the plan, and the report of carrying it out: an empty one when a guard refuses."""
    from chanops.cli.asking import open_asking  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.domain.report import Report  # noqa: PLC0415
    from chanops.engine.applier import Conduct, Stop  # noqa: PLC0415
    from chanops.engine.reconcile import prepare  # noqa: PLC0415

    stop = Stop()
    if manner.timeout:
        asyncio.get_running_loop().call_later(manner.timeout, stop.ask, "the time given by --timeout is up")
    asking = open_asking(task.configuration, is_locked_only=manner.is_locked)
    async with open_gateways(task.configuration, on_wait=listener.waiting, stop=stop) as gateways, asking as how:
        keep = partial(saved_plan.narrow, saved=task.saved) if task.saved else None
        prepared = await prepare(task.configuration.desired, gateways, task.asked, task.lifts, asking=how, keep=keep)
        prepared = replace(prepared, plan=_with_warnings(prepared, task, manner))
        plan = prepared.plan
        if manner.output != "json":
            manner.show(plan)
        if plan.guards:
            return plan, Report(task.run_id, plan)
        if manner.is_tested and manner.output != "json":
            tell_cost(prepared, gateways)
        if plan.pending and not manner.auto_approve:
            approve(may_ask=manner.may_ask and manner.output != "json")
        with signals.heard_by(stop):
            conduct = Conduct(listener, stop, manner.parallelism)
            return plan, await _carry_out(task, prepared, gateways, conduct, is_tested=manner.is_tested)


async def _carry_out(
    task: Task, prepared: Prepared, gateways: dict[str, Gateway], conduct: Conduct, *, is_tested: bool
) -> Report:
    from chanops.engine.applier import apply  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.tested_apply import apply_tested  # noqa: PLC0415

    plan, sites = prepared.plan, {site.name: site for site in prepared.desired.sites}
    if is_tested:
        report = await apply_tested(prepared, gateways, task.asked, conduct, run_id=task.run_id)
    else:
        report = await apply(plan, sites, gateways, task.asked, conduct, run_id=task.run_id)
    return replace(report, findings=(*plan.all_findings, *report.findings))


def _with_warnings(prepared: Prepared, task: Task, manner: Manner) -> Plan:
    """Return the plan with what the configuration's own check found, and with what tests will not cover."""
    from chanops.engine.probation import find_untested  # noqa: PLC0415 - keeps --help fast

    plan = with_findings(prepared.plan, task.configuration)
    return replace(plan, findings=(*plan.findings, *find_untested(prepared))) if manner.is_tested else plan


def tell_cost(prepared: Prepared, gateways: dict[str, Gateway]) -> None:
    """Say how many tests there will be, and whether they spend tokens."""
    from chanops.engine.tested_apply import count_tests  # noqa: PLC0415 - keeps --help fast
    from chanops.render.trials import calls_line  # noqa: PLC0415

    if told := calls_line(*count_tests(prepared, gateways)):
        click.echo(told, err=True)


def exit_code(plan: Plan, report: Report, signals: Signals) -> ExitCode:
    """Return what the process says of an apply."""
    from chanops.domain.report import Result  # noqa: PLC0415 - keeps --help fast

    is_whole = report.count(Result.DONE) == len(report.outcomes)
    return worst(signals.exit_code, ExitCode.OK if is_whole else ExitCode.PARTLY, plan_exit_code(plan))
