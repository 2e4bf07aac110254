"""Which (group, model) routes a plan gives to or takes from enabled channels. Pure but for reading the routes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from chanops.domain.change import Action
from chanops.domain.plan import Impact
from chanops.domain.resources import Status
from chanops.domain.secret import SECRET_WORD, Secret
from chanops.domain.value import texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.change import Change
    from chanops.domain.gateway import Dialect, Gateway, LiveSite, Route
    from chanops.domain.plan import SitePlan
    from chanops.domain.value import Value

ROUTING_FIELDS = frozenset({"enabled", "models", "groups", "octopus.custom_models"})


async def find_impact(plan: SitePlan, live: LiveSite, gateway: Gateway) -> tuple[Impact, ...]:
    """Return the routes of the site whose number of channels the plan changes; no call is made when none can change."""
    moving = [change for change in plan.changes if _may_move_routes(change, live.dialect)]
    if not moving:
        return ()
    return count_impact(plan.site, await gateway.fetch_routes(live), moving, live.dialect)


def count_impact(
    site: str, routes: Mapping[Route, frozenset[str]], changes: Sequence[Change], dialect: Dialect
) -> tuple[Impact, ...]:
    """Count the channels of each route before and after *changes*."""
    by_id: dict[str, list[Route]] = defaultdict(list)
    for route, ids in routes.items():
        for remote_id in ids:
            by_id[remote_id].append(route)
    moved: dict[Route, int] = defaultdict(int)
    for change in changes:
        held = set(by_id.get(change.remote_id, ())) if change.remote_id else set()
        after = _fields_after(change)
        for route in held:
            moved[route] -= 0 if route.is_served_by(after) else 1
        for route in (dialect.routes(after) if _is_on(change, after) else frozenset()) - held:
            moved[route] += 1
    counts = {route: len(routes.get(route, ())) for route in moved}
    shown = _names_from_references(changes)
    return tuple(
        Impact(
            site, shown.get(route.group, route.group), shown.get(route.model, route.model), counts[route], counts[route] + delta
        )
        for route, delta in sorted(moved.items())
        if delta
    )


def declared_routes(fields: Mapping[str, Value] | None) -> frozenset[tuple[str, str]]:
    """Return every (group, model) that *fields* name, those of references too; without groups (Octopus) the models alone."""
    held = fields or {}
    groups = texts(held["groups"]) if "groups" in held else ("",)
    return frozenset((group, model) for group in groups for model in texts(held.get("models")))


def _may_move_routes(change: Change, dialect: Dialect) -> bool:
    match change.action:
        case Action.NO_OP | Action.FORGET:
            return False
        case Action.DELETE:
            return True
        case Action.CREATE:
            return bool(dialect.routes(_fields_after(change)))
        case _:
            return any(field.path in ROUTING_FIELDS for field in change.fields)


def _fields_after(change: Change) -> Mapping[str, Value]:
    if change.action is Action.DELETE:
        return {"enabled": False}
    return {**(change.live.fields if change.live else {}), **(change.after or {})}


def _is_on(change: Change, after: Mapping[str, Value]) -> bool:
    """Tell whether the channel takes traffic afterwards; an ejected one stays out."""
    is_ejected = change.live is not None and change.live.status is Status.EJECTED
    return after.get("enabled") is True and not is_ejected


def _names_from_references(changes: Sequence[Change]) -> dict[str, str]:
    """Return how groups and models are shown that a reference names, or that live where one now does: never by value."""
    shown: dict[str, str] = {}
    for change in changes:
        for path in ROUTING_FIELDS:
            names = (change.after or {}).get(path)
            if not isinstance(names, tuple):
                continue
            secrets = [item for item in names if isinstance(item, Secret)]
            if secrets and change.live:
                lost = set(texts(change.live.fields.get(path))) - {item for item in names if isinstance(item, str)}
                shown = dict.fromkeys(lost, SECRET_WORD) | shown
            shown |= {item.reveal(): str(item) for item in secrets}
    return shown
