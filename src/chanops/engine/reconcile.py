"""The whole job, verb after verb: refresh, plan, weigh the routes, guard. The apply is a step of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.plan import SiteStatus
from chanops.engine.guard import guard_plan
from chanops.engine.models import Resolved, resolve_models
from chanops.engine.planner import make_plan
from chanops.engine.refresh import refresh
from chanops.engine.routes import find_impact
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.plan import Impact, Plan, SitePlan
    from chanops.domain.policy import Lifts
    from chanops.domain.site import Desired
    from chanops.engine.models import Asking
    from chanops.engine.planner import Asked


@dataclass(frozen=True, slots=True)
class Prepared:
    """A guarded plan, and the desired state it is for: every model rule worked out."""

    plan: Plan
    desired: Desired


async def prepare(
    desired: Desired,
    gateways: Mapping[str, Gateway],
    asked: Asked,
    lifts: Lifts,
    *,
    asking: Asking | None = None,
    keep: Callable[[Plan], Plan] | None = None,
) -> Prepared:
    """Read the sites of *gateways* and plan what turns them into *desired*; *asking*: how model rules get their lists.

    *keep* takes out what shall not be carried out, before routes are weighed and guards look.
    """
    live = await refresh(gateways)
    resolved = await resolve_models(desired, live, gateways, asking) if asking else Resolved(desired)
    plan = make_plan(resolved.desired, live, asked)
    plan = await _weigh_routes(keep(plan) if keep else plan, live, gateways)
    plan = guard_plan(plan, {site.name: site for site in desired.sites}, lifts)
    sites = tuple(_with_cost(part, gateways[part.site]) for part in plan.sites)
    findings, guards = (*plan.findings, *resolved.findings), (*plan.guards, *resolved.guards)
    return Prepared(replace(plan, sites=sites, findings=findings, guards=guards), resolved.desired)


async def plan_all(desired: Desired, gateways: Mapping[str, Gateway], asked: Asked, lifts: Lifts) -> Plan:
    """Return the guarded plan that turns the sites of *gateways* into *desired*, which holds no model rules."""
    return (await prepare(desired, gateways, asked, lifts)).plan


def _with_cost(part: SitePlan, gateway: Gateway) -> SitePlan:
    """Return *part* with the calls made for it, and a word when its writes are more than the gateway's usual limit."""
    limit, window = gateway.pace.usual_limit, gateway.pace.usual_window
    writes = sum(change.is_pending for change in part.changes)
    findings = part.findings
    if limit and writes > limit:
        minutes = round(writes // limit * window / 60)
        findings += (
            finding.notice(
                f"{part.site}: {writes} writes are more than the gateway usually allows at once",
                f"it takes {limit} calls in {window:.0f} s unless its operator changed that: expect about {minutes} minutes",
            ),
        )
    return replace(part, calls=gateway.calls, findings=findings)


async def _weigh_routes(plan: Plan, live: Mapping[str, LiveSite | GatewayError], gateways: Mapping[str, Gateway]) -> Plan:
    impact: list[Impact] = []
    parts: list[SitePlan] = []
    for part in plan.sites:
        site_live = live[part.site]
        if isinstance(site_live, GatewayError) or part.status is SiteStatus.ERROR:
            parts.append(part)
            continue
        try:
            impact += await find_impact(part, site_live, gateways[part.site])
        except GatewayError as fault:
            problem = finding.error(f"{part.site} has no plan: its routes cannot be read: {fault.reason}", fault.hint)
            parts.append(replace(part, status=SiteStatus.ERROR, changes=(), findings=(*part.findings, problem)))
            continue
        parts.append(part)
    return replace(plan, sites=tuple(parts), impact=tuple(impact))
