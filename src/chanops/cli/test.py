"""`chanops test`: one real call through each channel; it spends tokens, so it asks first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import click

from chanops.cli import options
from chanops.cli.approval import Question, approve
from chanops.cli.exit_codes import ExitCode, worst
from chanops.cli.loading import load_configuration, require_known, require_references
from chanops.cli.messages import echo_json, echo_text, show_findings, use_colour
from chanops.cli.signals import Signals, raising_signals
from chanops.cli.suggesting import suggest_addresses
from chanops.domain import finding
from chanops.domain.trial import ENDPOINTS, PATIENCE, TrialState

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.loading import Configuration
    from chanops.domain.address import Address
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Gateway
    from chanops.domain.policy import Selection
    from chanops.domain.report import Listener
    from chanops.domain.trial import Trial
    from chanops.engine.applier import Stop
    from chanops.engine.trials import Chosen, Wish

QUESTION: Final = Question("Do you want to make these calls?", "the calls", "nothing was tested")
STOPPED: Final = finding.error(
    "stopped at once: what was being tested is unknown", "run it again; it starts from the beginning"
)
LISTED: Final = 20
GOOD: Final = (TrialState.PASSED, TrialState.UNSUPPORTED)


@dataclass(frozen=True, slots=True)
class Manner:
    """How this run behaves towards the one who started it."""

    output: str
    auto_approve: bool
    may_ask: bool
    no_color: bool

    @property
    def is_json(self) -> bool:
        """Tell whether stdout is for a program."""
        return self.output == "json"


@dataclass(slots=True)
class Tested:
    """What came of a run: the trials, the sites that could not be read, and the declared channels that are not there."""

    trials: tuple[Trial, ...] = ()
    faults: list[Finding] = field(default_factory=list)
    missing: list[Address] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Tell whether every site was read and every call made."""
        return not self.faults and all(trial.state is not TrialState.NOT_STARTED for trial in self.trials)

    @property
    def exit_code(self) -> ExitCode:
        """Return what the process says of it."""
        is_good = self.is_complete and all(trial.state in GOOD for trial in self.trials)
        is_empty = bool(self.missing) and not self.trials  # what was to be tested is not there
        return ExitCode.OK if is_good and not is_empty else ExitCode.ERROR


@click.command()
@click.argument("globs", nargs=-1, metavar="[ADDRESS-GLOB]...", shell_complete=suggest_addresses)
@options.files
@options.selection
# what is called, and so what it costs, is said on the command line alone
@options.flag("--model", "models", env=False, multiple=True, metavar="GLOB",
              help="Each of its models that matches, in place of one; may be given again.")  # fmt: skip
@options.flag("--all-models", env=False, is_flag=True, help="Each of its models.")
@options.flag("--include-disabled", env=False, is_flag=True, help="Disabled channels too.")
@options.flag("--endpoint", env=False, type=click.Choice(ENDPOINTS), help="What New API calls.  [default: it guesses]")
@options.flag("--stream/--no-stream", "is_stream", env=False, default=None,
              help="Ask for a streamed answer, or for a whole one (New API).")  # fmt: skip
@options.approval
@options.flag("--timeout", "patience", env=False, type=options.SecondsType(), default=PATIENCE,
              metavar="SECONDS", help=f"How long one call may take.  [default: {PATIENCE:.0f}]")  # fmt: skip
@options.format_of("text", "json")
@options.as_json
@options.no_color
def command(
    globs: tuple[str, ...],
    files: tuple[Path, ...],
    *,
    auto_approve: bool,
    may_ask: bool,
    no_color: bool,
    **given: Any,  # noqa: ANN401 - click's options
) -> ExitCode:
    """Make one real call through each declared channel that lives and is enabled (or only ADDRESS-GLOB...).

    It spends tokens, so it says how many calls there are and asks first. A channel is tried with its test_model, else with its
    first model. Octopus has no such test: there the provider is asked for its models, which spends none. Exit code 1 when a
    channel failed, when the outcome of a call is unclear, when a site could not be read, or when none of the channels is there.
    """
    from chanops.engine.trials import Wish  # noqa: PLC0415 - keeps --help fast

    if given["models"] and given["all_models"]:
        raise click.UsageError("--model and --all-models contradict each other")
    selection = options.take_selection(given)
    selection = selection._replace(targets=(*selection.targets, *globs))
    manner = Manner(options.take_format(given), auto_approve, may_ask, no_color)
    configuration = load_configuration(files, selection.sites)
    require_known(configuration.desired, (*selection.targets, *selection.excludes))
    require_references(configuration)  # keys too: no message may repeat one that the ledger does not know
    signals = Signals()
    with raising_signals():
        try:
            tested = asyncio.run(_run(configuration, selection, Wish(**given), manner, signals))
        except (asyncio.CancelledError, KeyboardInterrupt):
            if not signals.has_begun:
                raise
            show_findings([STOPPED], as_json=manner.is_json)
            return signals.exit_code or ExitCode.INTERRUPTED
    _show(tested, manner)
    return worst(signals.exit_code, tested.exit_code)


async def _run(configuration: Configuration, selection: Selection, wish: Wish, manner: Manner, signals: Signals) -> Tested:
    from chanops.cli.progress import choose_listener  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.engine.applier import Stop  # noqa: PLC0415
    from chanops.engine.refresh import refresh  # noqa: PLC0415
    from chanops.engine.trials import choose_trials  # noqa: PLC0415
    from chanops.errors import GatewayError  # noqa: PLC0415

    stop, listener = Stop(), choose_listener(is_quiet=manner.is_json, is_terminal=False)
    async with open_gateways(configuration, on_wait=listener.waiting, stop=stop) as gateways:
        live = await refresh(gateways)
        faults = [held for held in live.values() if isinstance(held, GatewayError)]
        chosen = choose_trials(configuration.desired, live, gateways, selection, wish)
        if not manner.is_json:
            _tell_left_out(chosen)
        tested = Tested(faults=[finding.error(f"{f.site}: {f.reason}", f.hint) for f in faults], missing=chosen.missing)
        if chosen.requests:
            _ask(chosen, gateways, manner)
            with signals.heard_by(stop):
                tested.trials = await _try_all(configuration, chosen, gateways, listener, stop=stop)
    return tested


async def _try_all(
    configuration: Configuration, chosen: Chosen, gateways: dict[str, Gateway], listener: Listener, *, stop: Stop
) -> tuple[Trial, ...]:
    """Run the trials; a model that the file names by a reference is shown by it."""
    from chanops.engine.trials import run_trials, shown  # noqa: PLC0415 - keeps --help fast

    declared = {channel.address: channel.fields for site in configuration.desired.sites for channel in site.channels}
    trials = await run_trials(chosen.requests, gateways, listener, stop=stop)
    return tuple(shown(trial, declared[trial.address]) for trial in trials)


def _tell_left_out(chosen: Chosen) -> None:
    """Say which of the selected channels are not tried, and why."""
    from chanops.render.escape import escape  # noqa: PLC0415 - keeps --help fast

    reasons = [
        (chosen.missing, "not on the site: apply first"),
        (chosen.disabled, "left out, since it is disabled; --include-disabled tests it too"),
        (chosen.without_model, "left out, since it has no such model"),
    ]
    for addresses, reason in reasons:
        for address in addresses[:LISTED]:
            echo_text(f"{escape(str(address))}: {reason}", err=True)
        if len(addresses) > LISTED:
            echo_text(f"and {len(addresses) - LISTED:,} more: {reason}", err=True)


def _ask(chosen: Chosen, gateways: dict[str, Gateway], manner: Manner) -> None:
    """Say what the calls cost, and ask."""
    from chanops.engine.trials import only_lists  # noqa: PLC0415 - keeps --help fast
    from chanops.render.trials import calls_line  # noqa: PLC0415

    listings = sum(only_lists(gateways[request.channel.address.site]) for request in chosen.requests)
    if not manner.is_json:
        echo_text(calls_line(len(chosen.requests), listings), err=True)
    if not manner.auto_approve:
        approve(QUESTION, may_ask=manner.may_ask and not manner.is_json)


def _show(tested: Tested, manner: Manner) -> None:
    from chanops.render.trials import render_trials, trials_to_json  # noqa: PLC0415 - keeps --help fast

    if manner.is_json:
        echo_json(trials_to_json(tested.trials, tested.faults, missing=tested.missing, complete=tested.is_complete))
        return
    if tested.trials or not tested.faults:
        echo_text(render_trials(tested.trials, colour=use_colour(no_color=manner.no_color)))
    if tested.faults:
        show_findings(tested.faults, as_json=False, no_color=manner.no_color)
