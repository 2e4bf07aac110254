"""A plan as JSON in Terraform's shape (INTERFACE 3), so that existing policy tools read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chanops import __version__
from chanops.domain.change import Action
from chanops.render.conceal import conceal
from chanops.render.finding_json import FORMAT_VERSION, diagnostic
from chanops.render.json_value import json_value, references, secret_places
from chanops.render.outline import sorted_notes

if TYPE_CHECKING:
    from chanops.domain.change import Change
    from chanops.domain.plan import GuardHit, Impact, Plan, SitePlan
    from chanops.domain.value import Value

ACTIONS: Final = {
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.REPLACE: ["delete", "create"],  # its id must be free first
    Action.DELETE: ["delete"],
    Action.ADOPT: ["update"],
    Action.FORGET: ["forget"],
    Action.NO_OP: ["no-op"],
}


class _Sides(NamedTuple):
    """Both sides of a change, concealed; None where there is none."""

    before: dict[str, Value] | None
    after: dict[str, Value] | None


def plan_to_json(plan: Plan, *, timestamp: str, verbose: bool = False) -> dict[str, Any]:
    """Return *plan* as JSON-able values; *verbose* lists the no-ops too."""
    changes = sorted(plan.changes if verbose else plan.pending, key=lambda change: change.address)
    return {
        "format_version": FORMAT_VERSION,
        "chanops_version": __version__,
        "timestamp": timestamp,
        "complete": plan.is_complete,
        "errored": plan.is_errored,
        "applyable": plan.is_applyable,
        "partial": plan.is_partial,
        "configuration": {"digest": plan.digest, "files": list(plan.files)},
        "sites": {site.site: _site(site) for site in sorted(plan.sites, key=lambda site: site.site)},
        "resource_changes": [_resource_change(change) for change in changes],
        "impact": [_impact(impact) for impact in sorted(plan.impact, key=lambda i: (i.site, i.group, i.model))],
        "guards": [guard_to_json(hit) for hit in plan.guards],
        "diagnostics": [diagnostic(note.finding, site=note.site) for note in sorted_notes(plan)],
        "summary": {action.value.replace("-", "_"): number for action, number in plan.summary().items()},
    }


def _site(site: SitePlan) -> dict[str, Any]:
    return {
        "kind": site.kind.value,
        "generation": site.generation or None,
        "version": site.version or None,
        "status": site.status.value,
        "live": site.live,
        "managed": site.managed,
        "calls": {"read": site.calls.read, "write": site.calls.write},
    }


def _resource_change(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "site": change.address.site,
        "kind": change.address.kind,
        "name": change.address.name,
        "remote_id": change.remote_id,
        "previous_address": str(change.previous_address) if change.previous_address else None,
        "change": _change(change),
        "reason": change.reason,
    }


def _change(change: Change) -> dict[str, Any]:
    sides = _concealed(change)
    forcing = [field.path for field in change.fields if field.forces_replacement]
    return {
        "actions": ACTIONS[change.action],
        "before": None if sides.before is None else json_value(sides.before),
        "after": None if sides.after is None else json_value(sides.after),
        "before_sensitive": secret_places(sides.before or {}) or {},
        "after_sensitive": secret_places(sides.after or {}) or {},
        "after_references": references(sides.after or {}),
        "fields": _fields(change),
        "field_reasons": {field.path: field.reason for field in change.fields if field.reason},
        "replace_paths": [[path] for path in forcing or _fields(change)] if change.action is Action.REPLACE else [],
        "importing": {"id": change.remote_id} if change.action is Action.ADOPT else None,
    }


def _fields(change: Change) -> list[str]:
    paths = [field.path for field in change.fields]
    return paths or (list(change.after or {}) if change.action is Action.CREATE else [])


def _concealed(change: Change) -> _Sides:
    before, after = change.before, change.after
    paths = [*(before or {}), *(path for path in after or {} if path not in (before or {}))]
    pairs = {path: conceal(path, (before or {}).get(path), (after or {}).get(path)) for path in paths}
    return _Sides(
        None if before is None else {path: pairs[path].before for path in before},
        None if after is None else {path: pairs[path].after for path in after},
    )


def _impact(impact: Impact) -> dict[str, Any]:
    return {
        "site": impact.site,
        "group": impact.group,
        "model": impact.model,
        "before": impact.before,
        "after": impact.after,
    }


def guard_to_json(hit: GuardHit) -> dict[str, Any]:
    """Return a guard that refuses, with what lifts it."""
    return {
        "site": hit.site,
        "guard": hit.guard,
        "limit": str(hit.limit),
        "found": hit.found,
        "of": hit.of,
        "lift": hit.lift,
        "lift_yaml": hit.lift_yaml,
        "message": hit.message,
    }
