"""`chanops apply`: plan, ask, write, prove."""

from __future__ import annotations

import asyncio
import signal
import sys
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode, worst
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.plan import exit_code as plan_exit_code
from chanops.cli.plan import with_findings
from chanops.cli.showing import show_plan, show_report
from chanops.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.loading import Configuration
    from chanops.domain.gateway import Gateway
    from chanops.domain.plan import Plan
    from chanops.domain.policy import Lifts
    from chanops.domain.report import Listener, Report
    from chanops.engine.applier import Stop
    from chanops.engine.planner import Asked

QUESTION = """
Do you want to perform these actions?
  Only 'yes' will be accepted to approve.

  Enter a value: """


@dataclass(frozen=True, slots=True)
class Manner:
    """How this apply talks to the one who started it."""

    output: str
    auto_approve: bool
    may_ask: bool
    no_color: bool
    concise: bool
    verbose: bool
    parallelism: int | None
    timeout: float | None


@click.command()
@options.files
@options.selection
@options.flag("--auto-approve", is_flag=True, env=False, help="Do not ask.")
@options.flag("--input", "may_ask", type=bool, default=True, metavar="BOOL", help="--input=false never asks.")
@options.flag("--rewrite-keys", is_flag=True, help="Write every declared key again, also where it looks the same.")
@options.lifts
@options.network
@options.output_format
@options.as_json
@options.flag("--concise", is_flag=True, help="One line for each change.")
@options.no_color
@options.verbose
def command(files: tuple[Path, ...], *, rewrite_keys: bool, **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """Make the sites what the files say.

    Plans, shows the plan, asks, writes, and reads every site once more to prove it. A failed change does not stop the others.
    Exit code 5 when something failed, was skipped or is unknown; run it again, it goes on where it stands.
    """
    from chanops.engine.planner import Asked  # noqa: PLC0415 - keeps --help fast

    lifts, selection = options.take_lifts(given), options.take_selection(given)
    manner = Manner(output=options.take_format(given), **given)
    configuration = load_configuration(files, selection.sites)
    require_references(configuration)
    return asyncio.run(_apply(configuration, Asked(selection, rewrite_keys=rewrite_keys), lifts, manner))


async def _apply(configuration: Configuration, asked: Asked, lifts: Lifts, manner: Manner) -> ExitCode:
    from chanops.cli.progress import choose_listener  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.engine.applier import Stop  # noqa: PLC0415
    from chanops.engine.reconcile import plan_all  # noqa: PLC0415

    listener = choose_listener(is_quiet=manner.output == "json", is_terminal=sys.stderr.isatty())
    stop, signals = Stop(), Signals()
    async with open_gateways(configuration, on_wait=listener.waiting) as gateways:
        plan = with_findings(await plan_all(configuration.desired, gateways, asked, lifts), configuration)
        if manner.output != "json":
            show_plan(plan, manner.output, no_color=manner.no_color, concise=manner.concise, verbose=manner.verbose)
        if plan.guards:
            if manner.output == "json":
                show_plan(plan, "json", verbose=manner.verbose)
            return plan_exit_code(plan)
        if plan.pending and not manner.auto_approve:
            approve(may_ask=manner.may_ask and manner.output != "json")
        leave_a_line(plan, manner)
        with signals.caught(stop, asyncio.get_running_loop(), timeout=manner.timeout):
            report = await _carry_out(
                configuration, plan, gateways, asked, ears=(listener, stop), parallelism=manner.parallelism
            )
    getattr(listener, "close", lambda: None)()
    leave_a_line(plan, manner)
    if plan.pending or manner.output == "json":
        show_report(report, manner.output, no_color=manner.no_color)
    return exit_code(report, signals)


async def _carry_out(
    configuration: Configuration,
    plan: Plan,
    gateways: dict[str, Gateway],
    asked: Asked,
    *,
    ears: tuple[Listener, Stop],
    parallelism: int | None,
) -> Report:
    from chanops.engine.applier import Conduct, apply  # noqa: PLC0415 - keeps --help fast

    listener, stop = ears
    sites = {site.name: site for site in configuration.desired.sites}
    conduct = Conduct(listener, stop, parallelism)
    report = await apply(plan, sites, gateways, asked, conduct, run_id=uuid.uuid4().hex)
    return replace(report, findings=plan.all_findings)


def leave_a_line(plan: Plan, manner: Manner) -> None:
    """Set the lines of the progress off from what stands before and after them."""
    if plan.pending and manner.output != "json":
        click.echo(err=True)


def approve(*, may_ask: bool) -> None:
    """Ask for the word `yes`; raises UsageError without a terminal, Abort on anything else."""
    if not (may_ask and sys.stdin.isatty()):
        raise UsageError("nobody is there to approve the plan: run it on a terminal, or give --auto-approve")
    if click.prompt(QUESTION.rstrip("\n"), prompt_suffix="", default="", show_default=False, err=True) != "yes":
        raise UsageError("not approved: nothing was written")


class Signals:
    """SIGINT and SIGTERM during an apply: the first asks it to stop, the second ends it at once."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None

    def caught(self, stop: Stop, loop: asyncio.AbstractEventLoop, *, timeout: float | None) -> _Caught:
        """Return the context in which signals and the run's *timeout* (seconds) turn into *stop*."""
        return _Caught(self, stop, loop, timeout)


class _Caught:
    def __init__(self, signals: Signals, stop: Stop, loop: asyncio.AbstractEventLoop, timeout: float | None) -> None:
        self._signals, self._stop, self._loop, self._timeout = signals, stop, loop, timeout
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._hear, number)
        if self._timeout is not None:
            self._timer = self._loop.call_later(self._timeout, self._stop.ask, "the time given by --timeout is up")

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(number)
        if self._timer:
            self._timer.cancel()

    def _hear(self, number: signal.Signals) -> None:
        if self._signals.received:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            return
        self._signals.received = number
        click.echo("\nStopping: running writes finish, no new one starts. Once more: stop at once.", err=True)
        self._stop.ask("interrupted")


def exit_code(report: Report, signals: Signals) -> ExitCode:
    """Return what the process says of *report*."""
    from chanops.domain.report import Result  # noqa: PLC0415 - keeps --help fast

    is_whole = report.count(Result.DONE) == len(report.outcomes)
    interrupted = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
    return worst(
        interrupted[signals.received] if signals.received else ExitCode.OK,
        ExitCode.OK if is_whole else ExitCode.PARTLY,
        plan_exit_code(report.plan),
    )
