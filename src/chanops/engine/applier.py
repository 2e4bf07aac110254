"""Carry out a plan: the only line that writes.

    creates and enables ──► updates, adoptions, replaces ──► deletes ──► one whole read that proves it all
    (together, under the limiter)  (together)                (in bulk, or alone)       (what it does not show is sent again)

Sites run side by side. A failed change is an outcome, not an exception: its siblings go on, and only a delete whose replacement
did not come up is skipped.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.domain.report import Outcome, Report, Result, SiteReport
from chanops.engine.limiter import Limiter
from chanops.engine.proof import settle
from chanops.engine.routes import declared_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chanops.domain.address import Address
    from chanops.domain.change import Change
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Gateway
    from chanops.domain.plan import Plan, SitePlan
    from chanops.domain.report import Listener
    from chanops.domain.site import Site
    from chanops.engine.planner import Asked

ROUNDS: Final = 3  # first pass and two repeats
SETTLE_SECONDS: Final = 0.5  # before looking for a write whose answer was lost: it may still be on its way
LATE_CREATE: Final = 12  # times that for a create: New API itself waits 5 s for a lock, and a second one would stay
DELETES_IN_BULK: Final = 100
GIVE_UP_AFTER: Final = 8  # changes failing in a row without an answer: the site is gone


@dataclass(slots=True)
class Stop:
    """A request to start no new write; running ones finish and are proved. *hearers* are told when it is asked for."""

    reason: str = ""
    hearers: list[Callable[[], None]] = field(default_factory=list)

    def ask(self, reason: str) -> None:
        """Ask for the stop; the first reason counts."""
        self.reason = self.reason or reason
        for hear in self.hearers:
            hear()

    def __bool__(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an apply behaves: who listens, what stops it, how many writes at once (None: adaptive)."""

    listener: Listener
    stop: Stop = field(default_factory=Stop)
    parallelism: int | None = None
    settle_seconds: float = SETTLE_SECONDS


async def apply(
    plan: Plan, sites: Mapping[str, Site], gateways: Mapping[str, Gateway], asked: Asked, conduct: Conduct, *, run_id: str
) -> Report:
    """Carry out *plan*, which no guard refuses, on all its sites; return what became of every change, in plan order."""
    if plan.guards:
        raise AssertionError("a refused plan is never applied")
    conduct.listener.planned(plan.pending)
    parts = [part for part in plan.sites if part.status is SiteStatus.OK]
    runs = [_SiteRun(sites[part.site], part, gateways[part.site], asked, conduct) for part in parts]
    done = await asyncio.gather(*(run.run() for run in runs))
    findings = tuple(found for run in runs for found in run.findings)
    report = Report(run_id, plan, tuple(chain.from_iterable(done)), findings=findings, was_interrupted=bool(conduct.stop))
    return with_calls(report, gateways)


def with_calls(report: Report, gateways: Mapping[str, Gateway]) -> Report:
    """Return *report* with how each site went, and the calls that were made there."""
    parts = (part for part in report.plan.sites if part.site in gateways)
    return replace(report, sites={part.site: SiteReport(part.status.value, gateways[part.site].calls) for part in parts})


class _SiteRun:
    """One site's apply: its waves, then the proof."""

    def __init__(self, site: Site, part: SitePlan, gateway: Gateway, asked: Asked, conduct: Conduct) -> None:
        self.site = site
        self.gateway = gateway
        self.asked = replace(asked, rewrite_keys=False, adopt_only=False)
        self.conduct = conduct
        self.changes = [change for change in part.changes if change.is_pending]
        self.outcomes: dict[Address, Outcome] = {}
        self.limiter = Limiter(gateway.pace, fixed=conduct.parallelism or site.parallelism)
        self.failures_in_a_row = 0
        self.findings: list[Finding] = []

    async def run(self) -> list[Outcome]:
        """Run all waves and prove them; return one outcome for each change."""
        to_send = {change.address: change for change in self.changes}
        for round_number in range(ROUNDS):
            for wave in split_waves(list(to_send.values())):
                await self._run_wave(wave)
            to_send = await self._prove(is_last=round_number == ROUNDS - 1)
            if round_number < ROUNDS - 1:
                to_send |= self._find_freed(to_send)
            if not to_send:
                break
        return [self.outcomes[change.address] for change in self.changes]

    async def _run_wave(self, wave: Sequence[Change]) -> None:
        if wave and wave[0].action is Action.DELETE:
            await self._delete(wave)
        else:
            await asyncio.gather(*(self._execute(change) for change in wave))

    async def _execute(self, change: Change) -> None:
        async with self.limiter.turn():
            if self._skip_reason():
                self._skip(change, self._skip_reason())
                return
            self.conduct.listener.started(change)
            began = time.monotonic()
            outcome = await self.gateway.execute(change)
            self._take(change, replace(outcome, seconds=time.monotonic() - began))

    async def _delete(self, wave: Sequence[Change]) -> None:
        unreplaced = find_unreplaced(wave, self.changes, self.outcomes)
        for change in wave:
            if change.address in unreplaced:
                self._skip(change, f"kept: {unreplaced[change.address]} was to take over its models and failed")
        rest = [change for change in wave if change.address not in unreplaced]
        size = 1 if self.gateway.pace.deletes_alone else DELETES_IN_BULK
        for start in range(0, len(rest), size):
            chunk = rest[start : start + size]
            if self._skip_reason():
                for change in chunk:
                    self._skip(change, self._skip_reason())
                continue
            for change in chunk:
                self.conduct.listener.started(change)
            began = time.monotonic()
            for change, outcome in zip(chunk, await self.gateway.delete(chunk), strict=True):
                self._take(change, replace(outcome, seconds=time.monotonic() - began))

    async def _prove(self, *, is_last: bool) -> dict[Address, Change]:
        """Read the site once more; settle every outcome, and return what has to be sent again."""
        written = [c for c in self.changes if self.outcomes[c.address].result is not Result.SKIPPED]
        if not written:
            return {}
        await asyncio.sleep(self._settle_seconds(written))
        settled = await settle(self.site, self.gateway, self.asked, written, self.outcomes)
        self.findings += settled.findings
        may_repeat = not is_last and not self._skip_reason()
        for change in written:
            outcome = settled.outcomes[change.address]
            self._revise(change, outcome if may_repeat or change.address not in settled.again else _final(outcome))
        return settled.again if may_repeat else {}

    def _settle_seconds(self, written: Sequence[Change]) -> float:
        """Return how long to wait before the look: not at all when every write answered success."""
        doubtful = [change for change in written if self.outcomes[change.address].result is not Result.DONE]
        is_lost_create = any(c.action is Action.CREATE and self.outcomes[c.address].result is Result.UNKNOWN for c in doubtful)
        return self.conduct.settle_seconds * (LATE_CREATE if is_lost_create else bool(doubtful))

    def _find_freed(self, to_send: Mapping[Address, Change]) -> dict[Address, Change]:
        """Return the deletes that were kept for a replacement which the proof has found, or which is sent again now."""
        if self._skip_reason():
            return {}
        skipped = [c for c in self.changes if c.action is Action.DELETE and self.outcomes[c.address].result is Result.SKIPPED]
        unreplaced = find_unreplaced(skipped, self.changes, self.outcomes)
        return {c.address: c for c in skipped if c.address not in unreplaced or unreplaced[c.address] in to_send}

    def _skip_reason(self) -> str:
        if self.conduct.stop:
            return self.conduct.stop.reason
        return "the site stopped answering" if self.failures_in_a_row >= GIVE_UP_AFTER else ""

    def _skip(self, change: Change, reason: str) -> None:
        if change.address in self.outcomes:  # a repeat that was stopped: what is known of the first try stands
            return
        self.outcomes[change.address] = Outcome(change.address, change.action, Result.SKIPPED, change.remote_id, reason)
        self.conduct.listener.finished(change, self.outcomes[change.address])

    def _take(self, change: Change, outcome: Outcome) -> None:
        """Keep what a gateway says of a change that was handed to it; it may have been stopped before its first call."""
        if outcome.result is Result.SKIPPED:
            self._skip(change, self._skip_reason() or outcome.error)
        else:
            self._keep(change, outcome)

    def _keep(self, change: Change, outcome: Outcome) -> None:
        is_trouble = outcome.result is not Result.DONE and outcome.may_repeat
        self.failures_in_a_row = self.failures_in_a_row + 1 if is_trouble else 0
        if is_trouble:
            self.limiter.back_off()
        first = self.outcomes.get(change.address)
        self.outcomes[change.address] = replace(outcome, action=first.action) if first else outcome
        self.conduct.listener.finished(change, outcome)

    def _revise(self, change: Change, outcome: Outcome) -> None:
        known = self.outcomes[change.address]
        self.outcomes[change.address] = outcome
        if outcome.result is not known.result:
            self.conduct.listener.finished(change, outcome)


def split_waves(changes: Sequence[Change]) -> list[list[Change]]:
    """Return the changes in the order they are sent: first what adds routes, last what takes them away."""
    waves: tuple[list[Change], list[Change], list[Change]] = ([], [], [])
    for change in changes:
        waves[0 if _adds_routes(change) else 2 if change.action is Action.DELETE else 1].append(change)
    return [wave for wave in waves if wave]


def find_unreplaced(
    deletes: Sequence[Change], changes: Sequence[Change], outcomes: Mapping[Address, Outcome]
) -> dict[Address, Address]:
    """Return the deletes whose models a failed create or enable was to take over, each with that one's address."""
    failed = [
        change
        for change in changes
        if _adds_routes(change) and change.address in outcomes and outcomes[change.address].result is not Result.DONE
    ]
    found = {}
    for delete in deletes:
        heir = next((change for change in failed if declared_routes(change.after) & declared_routes(delete.before)), None)
        if heir:
            found[delete.address] = heir.address
    return found


def _adds_routes(change: Change) -> bool:
    """Tell whether *change* is a create, or enables a channel that lives."""
    return change.action is Action.CREATE or any(f.path == "enabled" and f.after is True for f in change.fields)


def _final(outcome: Outcome) -> Outcome:
    """Return what is left to say of a change that would have to be sent again, but will not be."""
    if outcome.result is Result.DONE:
        return replace(outcome, result=Result.FAILED, error="it was undone on the site right after; apply again")
    return outcome
