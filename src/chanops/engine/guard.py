"""The guards that stand before a plan: what they hold, and what lifts each (INTERFACE 2). Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain import finding
from chanops.domain.address import exact_glob, matches_glob
from chanops.domain.change import Action
from chanops.domain.plan import GuardHit
from chanops.domain.policy import LastRoute, Limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chanops.domain.change import Change
    from chanops.domain.plan import Impact, Plan, SitePlan
    from chanops.domain.policy import Lifts
    from chanops.domain.site import Site

DEFAULT_MAX_DELETES: Final = Limit(30, is_percent=True)
DEFAULT_MINIMUM: Final = 3  # deletes that the default always allows
EMPTY_FROM: Final = 3  # managed channels from which on losing all is refused
SHOWN: Final = 3  # names in a message
LISTED: Final = 20  # names in what lifts a guard: more fill the screen, and nobody reads them


def guard_plan(plan: Plan, sites: Mapping[str, Site], lifts: Lifts) -> Plan:
    """Return *plan* with every guard that refuses it, and a warning for each route loss that is only warned of."""
    hits = tuple(hit for part in plan.sites for hit in find_hits(part, sites[part.site], plan.impact, lifts))
    warned = [
        finding.warning(f"{loss.site}: {loss.group}/{loss.model} loses its last enabled channel")
        for loss in plan.impact
        if _is_loss(loss) and sites[loss.site].guards.last_route is LastRoute.WARN
    ]
    return replace(plan, guards=hits, findings=(*plan.findings, *warned))


def find_hits(part: SitePlan, site: Site, impact: Sequence[Impact], lifts: Lifts) -> Iterator[GuardHit]:
    """Yield the guards that *part* runs into."""
    deletes = [c for c in part.changes if c.action is Action.DELETE and c.reason != "state: absent"]
    yield from _guard_deletes(part, site, deletes, lifts)
    yield from _guard_changes(part, site, lifts)
    yield from _guard_empty(part, site, deletes, lifts)
    yield from _guard_replaces(part, site, lifts)
    yield from _guard_routes(part, site, [loss for loss in impact if loss.site == part.site], lifts)


def _guard_deletes(part: SitePlan, site: Site, deletes: Sequence[Change], lifts: Lifts) -> Iterator[GuardHit]:
    globs = (*site.guards.allow_delete, *lifts.allow_delete)
    counted = [change for change in deletes if not _is_allowed(change, globs)]
    explicit = lifts.max_deletes or site.guards.max_deletes
    limit = explicit or DEFAULT_MAX_DELETES
    allowed = limit.of(part.managed, at_least=0 if explicit else DEFAULT_MINIMUM)
    if len(counted) <= allowed:
        return
    names = [change.address.name for change in counted]
    yield GuardHit(
        site=part.site,
        guard="max_deletes",
        limit=str(limit),
        found=len(counted),
        of=part.managed,
        lift=f"--max-deletes {len(counted)}",
        message=f"{part.site} would lose {len(counted)} of its {part.managed} managed channels; "
        f"max_deletes allows {limit}{_in_numbers(limit, allowed)}.",
        lift_yaml=f"sites.{part.site}.guards: {{{_delete_lift(names)}}}",
    )


def _guard_changes(part: SitePlan, site: Site, lifts: Lifts) -> Iterator[GuardHit]:
    limit = lifts.max_changes or site.guards.max_changes
    if limit is None:
        return
    counted = [
        c for c in part.changes if c.action in (Action.UPDATE, Action.REPLACE, Action.DELETE) and c.reason != "state: absent"
    ]
    allowed = limit.of(part.managed)
    if len(counted) <= allowed:
        return
    yield GuardHit(
        site=part.site,
        guard="max_changes",
        limit=str(limit),
        found=len(counted),
        of=part.managed,
        lift=f"--max-changes {len(counted)}",
        message=f"{part.site}: {len(counted)} of {part.managed} managed channels would change; "
        f"max_changes allows {limit}{_in_numbers(limit, allowed)}.",
        lift_yaml=f"sites.{part.site}.guards: {{max_changes: {len(counted)}}}",
    )


def _guard_empty(part: SitePlan, site: Site, deletes: Sequence[Change], lifts: Lifts) -> Iterator[GuardHit]:
    is_all = part.managed >= EMPTY_FROM and len(deletes) == part.managed
    if not is_all or site.guards.allow_empty or lifts.allow_empty:
        return
    yield GuardHit(
        site=part.site,
        guard="allow_empty",
        limit="false",
        found=len(deletes),
        of=part.managed,
        lift="--allow-empty",
        message=f"{part.site} would lose all of its {part.managed} managed channels; allow_empty is false.",
        lift_yaml=f"sites.{part.site}.guards: {{allow_empty: true}}",
    )


def _guard_replaces(part: SitePlan, site: Site, lifts: Lifts) -> Iterator[GuardHit]:
    globs = (*site.guards.allow_replace, *lifts.allow_replace)
    held = [c for c in part.changes if c.action is Action.REPLACE and not _is_allowed(c, globs)]
    if not held:
        return
    yield GuardHit(
        site=part.site,
        guard="allow_replace",
        limit=json.dumps(list(globs), ensure_ascii=False),
        found=len(held),
        of=part.managed,
        lift=_flags("--allow-replace", [exact_glob(str(change.address)) for change in held]),
        message=f"{part.site}: {_some([c.address.name for c in held])} must be replaced: for a moment without routes, "
        "and a kill in the middle may lose usage figures; allow_replace does not cover it.",
        lift_yaml=f"sites.{part.site}.guards: {{allow_replace: {_yaml_list([exact_glob(c.address.name) for c in held])}}}",
    )


def _guard_routes(part: SitePlan, site: Site, losses: Iterable[Impact], lifts: Lifts) -> Iterator[GuardHit]:
    if site.guards.last_route is not LastRoute.REFUSE:
        return
    globs = (*site.guards.retire, *lifts.allow_route_loss)
    lost = [f"{x.group}/{x.model}" for x in losses if _is_loss(x)]
    held = [route for route in lost if not any(matches_glob(route, glob) for glob in globs)]
    if not held:
        return
    yield GuardHit(
        site=part.site,
        guard="last_route",
        limit="refuse",
        found=len(held),
        of=len(lost),
        lift=_flags("--allow-route-loss", _route_globs(held)),
        message=f"{part.site}: {_some(held)} would lose the last enabled channel; last_route is refuse.",
        lift_yaml=f"sites.{part.site}.guards: {{retire: {_yaml_list(_route_globs(held))}}}",
    )


def _is_allowed(change: Change, globs: Iterable[str]) -> bool:
    return any(change.address.matches(glob) or matches_glob(change.address.name, glob) for glob in globs)


def _is_loss(impact: Impact) -> bool:
    return impact.before > 0 and impact.after <= 0


def _in_numbers(limit: Limit, allowed: int) -> str:
    return f" ({allowed})" if limit.is_percent else ""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"


def _delete_lift(names: Sequence[str]) -> str:
    """Return the guard to paste into the file: the deletes by name, or as a number where they are very many."""
    return f"max_deletes: {len(names)}" if len(names) > LISTED else f"allow_delete: {_yaml_list(map(exact_glob, names))}"


def _route_globs(routes: Sequence[str]) -> list[str]:
    """Return the globs that cover *routes*: each by itself, or whole groups where they are very many."""
    if len(routes) <= LISTED:
        return [exact_glob(route) for route in routes]
    return [f"{exact_glob(group)}/*" for group in sorted({route.partition("/")[0] for route in routes})]


def _flags(flag: str, globs: Sequence[str]) -> str:
    """Return the flags to paste into a shell."""
    return " ".join(f"{flag} '{escaped}'" for escaped in (glob.replace("'", "'\\''") for glob in globs))


def _yaml_list(globs: Iterable[str]) -> str:
    """Return the globs to paste into the file."""
    return json.dumps(list(globs), ensure_ascii=False)
