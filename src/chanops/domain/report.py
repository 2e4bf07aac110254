"""What became of a plan: one outcome for each change, and events told while it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.address import Address
    from chanops.domain.change import Action, Change
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Calls
    from chanops.domain.plan import Plan
    from chanops.domain.trial import Trial, TrialRequest


class Result(StrEnum):
    """How a change ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"  # the answer was lost and a look did not settle it


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended. *error* is screened text; *may_repeat*: sending the same again can do no harm and may help."""

    address: Address
    action: Action
    result: Result
    remote_id: str | None = None
    error: str = ""
    seconds: float = 0.0
    may_repeat: bool = False


@dataclass(frozen=True, slots=True)
class SiteReport:
    """How one site's apply went."""

    status: str
    calls: Calls


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes of one apply, in plan order."""

    run_id: str
    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    sites: Mapping[str, SiteReport] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    was_interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """Tell whether every site had a plan and the run came to its end."""
        return self.plan.is_complete and not self.was_interrupted

    def count(self, result: Result, action: Action | None = None) -> int:
        """Count the outcomes with *result*, of one *action* or of all."""
        return sum(o.result is result and action in (None, o.action) for o in self.outcomes)


class Listener(Protocol):
    """Told while a plan is applied, or channels are tested; the engine never prints."""

    def planned(self, changes: Sequence[Change]) -> None:
        """Hear how much there is to do."""
        ...

    def started(self, change: Change) -> None:
        """Hear that the first call for *change* is on its way."""
        ...

    def finished(self, change: Change, outcome: Outcome) -> None:
        """Hear how *change* ended."""
        ...

    def waiting(self, site: str, seconds: float, reason: str) -> None:
        """Hear that *site* makes us wait, and why."""
        ...

    def trying(self, request: TrialRequest) -> None:
        """Hear that a channel is being tested."""
        ...

    def tried(self, trial: Trial) -> None:
        """Hear how a test ended."""
        ...


class Silence:
    """A listener that keeps to itself."""

    def planned(self, changes: Sequence[Change]) -> None:
        """Say nothing."""

    def started(self, change: Change) -> None:
        """Say nothing."""

    def finished(self, change: Change, outcome: Outcome) -> None:
        """Say nothing."""

    def waiting(self, site: str, seconds: float, reason: str) -> None:
        """Say nothing."""

    def trying(self, request: TrialRequest) -> None:
        """Say nothing."""

    def tried(self, trial: Trial) -> None:
        """Say nothing."""
