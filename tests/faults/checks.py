"""What must hold after any fault: a list of what does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chanops.domain.finding import Severity
from chanops.domain.plan import SiteStatus
from chanops.domain.report import Result
from faults.stage import plan_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.plan import Plan
    from chanops.domain.report import Report
    from faults.stage import Expected, Row, Run, Stage

RERUNS: Final = 2
"""Runs without a fault, after which the site must be what the files say."""


@dataclass(frozen=True)
class Case:
    """One case: the stage it ran on, what the faulty run did, and the foreign rows before it.

    *heals*: the run gets over its fault, so that every change is done without another run.
    """

    expected: Expected
    stage: Stage
    run: Run
    foreign: str
    heals: bool = False

    async def problems(self) -> list[str]:
        """Look at the faulty run, run again without faults, and look once more."""
        found = [*self._check_plan(), *self._check_outcomes(), *self._check_secrets()]
        found += [f"after the fault: {problem}" for problem in await self._check_rows()]
        found += await self._converge()
        found += [f"in the end: {problem}" for problem in await self._check_rows()]
        rows = await self.stage.own_rows()
        return found if rows == self.expected.end else [*found, f"another end: {_differing(rows, self.expected.end)}"]

    def _check_plan(self) -> Iterator[str]:
        """Yield a plan that a bad read has changed: it is right, or there is none."""
        plan = self.run.plan
        if plan is None:
            if not self.run.is_killed:
                yield "no plan, though nobody killed the run"
            return
        (part,) = plan.sites
        if part.status is SiteStatus.ERROR:
            if part.changes:
                yield "a plan with errors has changes"
            return
        if plan_actions(plan) != self.expected.actions:
            yield f"the plan changed: {plan_actions(plan)}"

    def _check_outcomes(self) -> Iterator[str]:
        """Yield changes without exactly one outcome, and outcomes that say too little."""
        plan, report = self.run.plan, self.run.report
        if self.heals and not (report and all(outcome.result is Result.DONE for outcome in report.outcomes)):
            yield f"not healed: {_left_over(report) if report else _errors(plan) if plan else 'no plan'}"
        if plan is None or report is None:
            return
        if [outcome.address for outcome in report.outcomes] != [change.address for change in plan.pending]:
            yield "the outcomes are not the changes"
        for outcome in report.outcomes:
            if (outcome.result is Result.DONE) == bool(outcome.error):
                yield f"{outcome.address}: {outcome.result} with the reason {outcome.error!r}"

    def _check_secrets(self) -> Iterator[str]:
        shown = "\n".join(_texts(self.run))
        for secret in self.stage.secrets() | self.run.transport.credentials:
            if secret in shown:
                yield f"a secret is shown: {secret}"

    async def _check_rows(self) -> list[str]:
        found = [] if await self.stage.foreign_rows() == self.foreign else ["a foreign channel was touched"]
        names = [row["name"] for row in await self.stage.own_rows()]
        doubled = {name for name in names if names.count(name) > 1}
        return [*found, f"doubled: {sorted(doubled)}"] if doubled else found

    async def _converge(self) -> list[str]:
        """Run again until nothing is left to do; what was called done must not be done again."""
        done = {o.address for o in self.run.report.outcomes if o.result is Result.DONE} if self.run.report else set()
        for number in range(RERUNS + 1):
            again = await self.stage.run(self.stage.wanted(self.stage.kind))
            assert again.plan
            if errors := _errors(again.plan):
                return [f"run {number} after the fault is refused: {errors}"]
            pending = {change.address: [field.path for field in change.fields] for change in again.plan.pending}
            if number == 0 and (untrue := done & pending.keys()):
                return [f"called done, but was not: {[(str(address), pending[address]) for address in untrue]}"]
            if not pending:
                return []
        return [f"no convergence: {pending}"]


def _left_over(report: Report) -> list[tuple[str, str, str]]:
    return [(o.address.name, o.result.value, o.error) for o in report.outcomes if o.result is not Result.DONE]


def _errors(plan: Plan) -> list[str]:
    return [found.summary for found in plan.all_findings if found.severity is Severity.ERROR]


def _texts(run: Run) -> Iterator[str]:
    """Yield everything that the run gives anybody to show."""
    yield repr(run.plan)
    yield repr(run.report)
    for found in run.plan.all_findings if run.plan else ():
        yield from (found.summary, found.detail)
    for outcome in run.report.outcomes if run.report else ():
        yield outcome.error


def _differing(rows: list[Row], wanted: list[Row]) -> list[object]:
    if [row["name"] for row in rows] != [row["name"] for row in wanted]:
        return [[row["name"] for row in rows]]
    return [
        (row["name"], key, row[key], other[key])
        for row, other in zip(rows, wanted, strict=True)
        for key in row
        if row[key] != other[key]
    ]
