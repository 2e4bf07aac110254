"""Apply with tests: nothing that a plan creates or enables gets traffic before it has passed.

    creates and enables, but disabled ──► one trial each ──► plan again ──► enables ──► updates ──► deletes

What did not pass stays disabled, and what it was to replace stays as it is.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.domain.report import Outcome, Report, Result
from chanops.domain.trial import TrialState
from chanops.engine.applier import apply, find_unreplaced, with_calls
from chanops.engine.ownership import pair_channels
from chanops.engine.planner import plan_site
from chanops.engine.probation import find_candidates, hold_back, takes_routes, with_enabled
from chanops.engine.trials import only_lists, request_for, run_trials, shown
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chanops.domain.address import Address
    from chanops.domain.change import Change
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.plan import Plan, SitePlan
    from chanops.domain.report import Listener
    from chanops.domain.resources import LiveChannel
    from chanops.domain.site import Site
    from chanops.domain.trial import Trial, TrialRequest
    from chanops.engine.applier import Conduct
    from chanops.engine.planner import Asked
    from chanops.engine.reconcile import Prepared

AFTER_A_PASS: Final = (Action.UPDATE, Action.ADOPT)
MOVED: Final = "it has moved on the site while channels were tested; apply again"
WORDS: Final = {
    TrialState.FAILED: "its test failed",
    TrialState.UNCLEAR: "its test is unclear",
    TrialState.UNSUPPORTED: "it cannot be tested",
    TrialState.NOT_STARTED: "it was not tested",
}


async def apply_tested(
    prepared: Prepared, gateways: Mapping[str, Gateway], asked: Asked, conduct: Conduct, *, run_id: str
) -> Report:
    """Carry out the plan of *prepared*, which no guard refuses, with tests; return one outcome for each change."""
    plan, sites = prepared.plan, {site.name: site for site in prepared.desired.sites}
    conduct.listener.planned(plan.pending)
    inner = replace(conduct, listener=_Within(conduct.listener))
    parts = [part for part in plan.sites if part.status is SiteStatus.OK]
    runs = [_SiteRun(sites[part.site], part, gateways[part.site], asked, inner, plan, run_id) for part in parts]
    done = await asyncio.gather(*(run.run() for run in runs))
    findings = tuple(found for run in runs for found in run.findings)
    report = Report(run_id, plan, tuple(chain.from_iterable(done)), findings=findings, was_interrupted=bool(conduct.stop))
    return with_calls(report, gateways)


def count_tests(prepared: Prepared, gateways: Mapping[str, Gateway]) -> tuple[int, int]:
    """Return how many channels will be tested, and how many of these only by a list of models."""
    sites = {site.name: site for site in prepared.desired.sites}
    numbers = {part.site: len(find_candidates(sites[part.site], part)) for part in prepared.plan.sites}
    return sum(numbers.values()), sum(number for name, number in numbers.items() if only_lists(gateways[name]))


class _SiteRun:
    """One site's apply: both halves, and the trials between them."""

    def __init__(  # noqa: PLR0917 - the parts of one apply, as they come
        self, site: Site, part: SitePlan, gateway: Gateway, asked: Asked, conduct: Conduct, plan: Plan, run_id: str
    ) -> None:
        self.site = site
        self.part = part
        self.gateway = gateway
        self.asked = asked
        self.conduct = conduct
        self.plan = plan
        self.run_id = run_id
        self.changes = [change for change in part.changes if change.is_pending]
        self.candidates = {change.address: change for change in find_candidates(site, part)}
        self.written: dict[Address, Outcome] = {}
        self.outcomes: dict[Address, Outcome] = {}
        self.findings: list[Finding] = []

    async def run(self) -> list[Outcome]:
        """Return one outcome for each change."""
        await self._write_held()
        await self._test()
        self._keep_unreplaced()
        await self._finish()
        return [self.outcomes[change.address] for change in self.changes]

    async def _write_held(self) -> None:
        """Write all of the candidates but that they are enabled."""
        held = [change for change in map(hold_back, self.candidates.values()) if change]
        for outcome in await self._apply(held, with_enabled(self.site, dict.fromkeys(self.candidates, False))):
            self.written[outcome.address] = outcome
            if outcome.result is not Result.DONE:
                self.outcomes[outcome.address] = outcome

    async def _test(self) -> None:
        requests = await self._find_requests([c for a, c in self.candidates.items() if a not in self.outcomes])
        gateways = {self.site.name: self.gateway}
        for trial in await run_trials(requests, gateways, self.conduct.listener, stop=self.conduct.stop):
            if trial.state is not TrialState.PASSED:
                self._judge(trial)

    async def _find_requests(self, ready: Sequence[Change]) -> list[TrialRequest]:
        """Look up what was just written; what is not there has failed."""
        if not ready:
            return []
        live = await self._read()
        if isinstance(live, GatewayError):
            self._give_up(ready, f"the site could not be read again: {live.reason}")
            return []
        found = self._find(live)
        for change in ready:
            if change.address not in found:
                self._end(change, Result.FAILED, "it is gone from the site again; apply again")
        return [request_for(found[change.address], change.address) for change in ready if change.address in found]

    def _judge(self, trial: Trial) -> None:
        """Let the candidate of a *trial* that did not pass stay disabled."""
        change = self.candidates[trial.address]
        is_untouched = trial.state is TrialState.NOT_STARTED and trial.address not in self.written
        declared = next(channel.fields for channel in self.site.channels if channel.address == trial.address)
        model = "" if only_lists(self.gateway) else shown(trial, declared).model
        reason = f"{WORDS[trial.state]} ({model}): {trial.reason}" if model else f"{WORDS[trial.state]}: {trial.reason}"
        self._end(change, Result.SKIPPED if is_untouched else Result.FAILED, self._stays(change, reason, trial.state))

    def _keep_unreplaced(self) -> None:
        """Skip what would take routes away that a failed candidate was to take over."""
        takers = [
            replace(c, before=c.live.fields)
            for c in self.changes
            if c.live and c.address not in self.candidates and takes_routes(c)
        ]
        kept = find_unreplaced(takers, self.changes, self.outcomes)
        for change in takers:
            if heir := kept.get(change.address):
                self._end(change, Result.SKIPPED, f"kept: {heir} was to take over its models and did not pass")

    async def _finish(self) -> None:
        """Plan again, and carry out what is left: what passed is enabled first, deletes come last."""
        left = [change for change in self.changes if change.address not in self.outcomes]
        if not left:
            return
        if self.conduct.stop:
            self._give_up(left, self.conduct.stop.reason)
            return
        passed = {address: address not in self.outcomes for address in self.candidates}
        site = with_enabled(self.site, passed)
        now = await self._plan_again(site)
        if isinstance(now, str):
            self._give_up(left, now)
            return
        for outcome in await self._apply(self._choose(left, now), site):
            self.outcomes[outcome.address] = self._join(outcome)

    async def _plan_again(self, site: Site) -> dict[Address, Change] | str:
        """Return what is to be done now, by address, or why that cannot be told."""
        live = await self._read()
        if isinstance(live, GatewayError):
            return f"the site could not be read again: {live.reason}"
        plain = replace(self.asked, rewrite_keys=False, adopt_only=False)  # of a candidate: it was just written
        parts = [plan_site(site, live, asked) for asked in (self.asked, plain)]
        if any(part.status is SiteStatus.ERROR for part in parts):
            return "the site could not be planned again after the tests"
        others, candidates = ({c.address: c for c in part.changes if c.is_pending} for part in parts)
        return {a: c for a, c in others.items() if a not in self.candidates} | {
            a: c for a, c in candidates.items() if a in self.candidates
        }

    def _choose(self, left: Iterable[Change], now: Mapping[Address, Change]) -> list[Change]:
        """Return what is to be sent of what is *left*; what has moved in between is not."""
        chosen = []
        for change in left:
            current = now.get(change.address)
            if current is None:
                self._end(change, Result.DONE, "")
            elif self._is_expected(change, current):
                chosen.append(current)
            else:
                self._end(change, Result.FAILED, MOVED)
        return chosen

    def _is_expected(self, change: Change, current: Change) -> bool:
        if change.address in self.candidates:
            return current.action in AFTER_A_PASS
        return (current.action, current.remote_id) == (change.action, change.remote_id)

    def _join(self, outcome: Outcome) -> Outcome:
        """Return the one outcome of a candidate's two writes; of any other change its own."""
        change, first = self.candidates.get(outcome.address), self.written.get(outcome.address)
        if change is None:
            return outcome
        whole = replace(outcome, action=change.action, seconds=outcome.seconds + (first.seconds if first else 0.0))
        if outcome.result is Result.DONE:
            return whole
        result = Result.FAILED if outcome.result is Result.SKIPPED else outcome.result
        return replace(whole, result=result, error=self._stays(change, f"it passed its test, but: {outcome.error}"))

    async def _apply(self, changes: Sequence[Change], site: Site) -> tuple[Outcome, ...]:
        """Carry out *changes* with the applier's waves and proof."""
        if not changes:
            return ()
        part = replace(self.part, changes=tuple(changes))
        plan, name = replace(self.plan, sites=(part,)), site.name
        report = await apply(plan, {name: site}, {name: self.gateway}, self.asked, self.conduct, run_id=self.run_id)
        self.findings += report.findings
        return report.outcomes

    async def _read(self) -> LiveSite | GatewayError:
        try:
            return await self.gateway.fetch()
        except GatewayError as fault:
            return fault

    def _find(self, live: LiveSite) -> dict[Address, LiveChannel]:
        return {pair.desired.address: pair.live for pair in pair_channels(self.site, live).pairs if pair.live}

    def _give_up(self, left: Iterable[Change], reason: str) -> None:
        for change in left:
            if change.address in self.candidates:
                self._end(change, Result.FAILED, self._stays(change, reason))
            else:
                self._end(change, Result.SKIPPED, reason)

    def _stays(self, change: Change, reason: str, state: TrialState | None = None) -> str:
        """Say that a candidate stays disabled, why, and how to go on."""
        declared = next(channel.fields for channel in self.site.channels if channel.address == change.address)
        steps = [] if "enabled" in declared else ["declare `enabled: true`"]
        steps.append("`apply` without --test" if state is TrialState.UNSUPPORTED else "`apply --test` again")
        return f"it stays disabled: {reason}; to go on: {', then '.join(steps)}"

    def _end(self, change: Change, result: Result, reason: str) -> None:
        first = self.written.get(change.address)
        remote_id = (first.remote_id if first else None) or change.remote_id
        outcome = Outcome(change.address, change.action, result, remote_id, reason, first.seconds if first else 0.0)
        self.outcomes[change.address] = outcome
        self.conduct.listener.finished(change, outcome)


class _Within:
    """The listener of a part of an apply: how much there is to do was told once, for the whole."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.started, self.finished, self.waiting = listener.started, listener.finished, listener.waiting
        self.trying, self.tried = listener.trying, listener.tried

    def planned(self, changes: Sequence[Change]) -> None:
        """Say nothing."""
