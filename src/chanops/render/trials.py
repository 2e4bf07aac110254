"""Trials of channels as lines, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.domain.trial import TrialState
from chanops.render.escape import clip, escape, shorten
from chanops.render.finding_json import FORMAT_VERSION, diagnostics
from chanops.render.style import painter
from chanops.render.table import align
from chanops.render.words import TRIAL_COLOURS, count_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.domain.address import Address
    from chanops.domain.finding import Finding
    from chanops.domain.trial import Trial, TrialRequest

COLUMNS: Final = ("ADDRESS", "MODEL", "RESULT", "LATENCY", "REASON")
CELL: Final = 60
REASON: Final = 300
ALWAYS_COUNTED: Final = (TrialState.PASSED, TrialState.FAILED)
NOT_MEASURED: Final = (TrialState.UNSUPPORTED, TrialState.NOT_STARTED)


def trying_line(request: TrialRequest) -> str:
    """Return `main/channel/a: Testing...`."""
    return f"{_shown(request.channel.address)}: Testing..."


def tried_line(trial: Trial) -> str:
    """Return `main/channel/a: Test passed after 0.84s`, or how else it ended and why."""
    what = f"{_shown(trial.address)}: Test {trial.state.value}"
    if trial.state is TrialState.PASSED:
        return f"{what} after {latency(trial)}"
    return f"{what}: {escape(shorten(trial.reason, 1_000)) or 'no reason was given'}"


def render_trials(trials: Sequence[Trial], *, colour: bool = False) -> str:
    """Return *trials* as an aligned table, and their counts on the last line."""
    if not trials:
        return "Nothing was tested."
    paint = painter(colour=colour)
    rows = align([COLUMNS, *map(_row, trials)])
    painted = [paint(row, TRIAL_COLOURS[trial.state]) for row, trial in zip(rows[1:], trials, strict=True)]
    return "\n".join([paint(rows[0], "bold"), *painted, "", count_trials(trials)])


def count_trials(trials: Iterable[Trial]) -> str:
    """Return `Tests: 3 passed, 1 failed.`, with every other count that is not zero."""
    states = [trial.state for trial in trials]
    counted = [state for state in TrialState if state in ALWAYS_COUNTED or state in states]
    return f"Tests: {', '.join(f'{states.count(state):,} {state.value}' for state in counted)}."


def trials_to_json(
    trials: Sequence[Trial], findings: Iterable[Finding], *, missing: Iterable[Address], complete: bool
) -> dict[str, Any]:
    """Return *trials* as JSON-able values; *missing* are declared channels that are not on their sites."""
    states = [trial.state for trial in trials]
    return {
        "format_version": FORMAT_VERSION,
        "complete": complete,
        "trials": [_trial(trial) for trial in trials],
        "missing": [str(address) for address in missing],
        "summary": {state.name.lower(): states.count(state) for state in TrialState},
        "diagnostics": diagnostics(findings),
    }


def latency(trial: Trial) -> str:
    """Return the seconds of *trial* as people read them; none where no call was made."""
    return "-" if trial.state in NOT_MEASURED else f"{trial.seconds:.2f}s"


def calls_line(number: int, listings: int) -> str:
    """Return what is about to be spent: *number* calls, of which *listings* only list models."""
    real = number - listings
    parts = []
    if real:
        parts.append(f"This makes {count_of(real, 'real call')} through the gateways' channels and spends tokens.")
    if listings:
        what = count_of(listings, "Octopus channel", "Octopus channels")
        parts.append(f"{what}: the gateway has no test, so it only lists the provider's models, without tokens.")
    return "\n".join(parts)


def _row(trial: Trial) -> tuple[str, ...]:
    reason = clip(trial.reason, REASON) if trial.reason else ""
    return (clip(str(trial.address), CELL), clip(trial.model, CELL) or "-", trial.state.value, latency(trial), reason)


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "address": str(trial.address),
        "site": trial.address.site,
        "model": trial.model or None,
        "state": trial.state.name.lower(),
        "seconds": None if trial.state in NOT_MEASURED else round(trial.seconds, 3),
        "reason": trial.reason or None,
    }


def _shown(address: Address) -> str:
    return escape(shorten(str(address)))
