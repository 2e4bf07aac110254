"""Hold what the writes answered against what the site now shows (DESIGN 6).

An answer alone proves nothing: a racing ejection can undo an update that answered success, a create whose answer was lost may
have been done, and New API rebuilds its routing table after the row, so that a failed update is sent again even if the row
looks right.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.plan import SiteStatus
from chanops.domain.report import Outcome, Result
from chanops.engine.planner import plan_site
from chanops.errors import GatewayError, StoppedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.address import Address
    from chanops.domain.change import Change
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.plan import SitePlan
    from chanops.domain.site import Site
    from chanops.engine.planner import Asked


@dataclass(slots=True)
class Settled:
    """Every outcome after the look, and the changes to send again, by address."""

    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    again: dict[Address, Change] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


async def settle(
    site: Site, gateway: Gateway, asked: Asked, written: Sequence[Change], outcomes: Mapping[Address, Outcome]
) -> Settled:
    """Read *site* once and settle the outcome of every change that was *written*."""
    live = await _look(gateway)
    if isinstance(live, StoppedError):
        told = finding.warning(
            f"{site.name}: what was written was not read again: {live.reason}", "`chanops plan` shows how it is"
        )
        return Settled(dict(outcomes), findings=(told,))
    if isinstance(live, GatewayError):
        return _unproven(written, outcomes, f"the site could not be read again: {live.reason}")
    now = plan_site(site, live, asked)
    if now.status is SiteStatus.ERROR:
        reason = next(f.summary for f in now.findings if f.severity is Severity.ERROR)
        return _unproven(written, outcomes, f"the site could not be checked: {reason}")
    settled = Settled()
    for change in written:
        outcome = outcomes[change.address]
        judged, again = _judge_delete(change, outcome, live) if change.action is Action.DELETE else _judge(change, outcome, now)
        settled.outcomes[change.address] = judged
        if again:
            settled.again[change.address] = again
    return settled


async def _look(gateway: Gateway) -> LiveSite | GatewayError:
    """Read the site, once more when the first answer made no sense: much that was written hangs on it."""
    try:
        return await gateway.fetch()
    except StoppedError as stopped:
        return stopped
    except GatewayError:
        try:
            return await gateway.fetch()
        except GatewayError as fault:
            return fault


def _unproven(written: Sequence[Change], outcomes: Mapping[Address, Outcome], reason: str) -> Settled:
    return Settled({c.address: _doubt(outcomes[c.address], reason) for c in written})


def _doubt(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, result=Result.UNKNOWN, error=reason) if outcome.result is Result.DONE else outcome


def _judge_delete(change: Change, outcome: Outcome, live: LiveSite) -> tuple[Outcome, Change | None]:
    is_gone = all(channel.remote_id != change.remote_id for channel in live.channels)
    if outcome.result is Result.DONE:
        return (outcome, None) if is_gone else (replace(outcome, error="it is still there"), change)
    if outcome.may_repeat:
        return outcome, change
    return (replace(outcome, result=Result.DONE, error="") if is_gone else outcome), None


def _judge(change: Change, outcome: Outcome, now: SitePlan) -> tuple[Outcome, Change | None]:
    current = next((c for c in now.changes if c.address == change.address), None)
    left = current if current and current.is_pending else None
    known = replace(outcome, remote_id=(current.remote_id if current else None) or outcome.remote_id)
    if left is None:
        is_settled = outcome.result is Result.DONE or change.action is Action.CREATE or change.action is Action.REPLACE
        if is_settled:
            return replace(known, result=Result.DONE, error=""), None
        return known, change if outcome.may_repeat else None
    if left.action is Action.REPLACE and change.action is not Action.REPLACE:
        return replace(known, result=Result.FAILED, error="the site holds something else than was written"), None
    if change.action is Action.REPLACE and left.action is Action.CREATE:
        return known, change  # its delete was done: the same replace brings it back with its id and its usage figures
    is_lost_create = outcome.result is Result.UNKNOWN and change.action is Action.CREATE
    if outcome.result is Result.DONE or outcome.may_repeat or is_lost_create:
        return known, left
    return replace(known, result=Result.FAILED), None
