"""The way back: a plan's JSON as a plan that can be rendered again. Its secrets are gone; their places and names are not."""

from __future__ import annotations

from typing import Any

from chanops.domain.address import Address
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.finding import Finding, Range, Severity
from chanops.domain.gateway import Calls
from chanops.domain.plan import GuardHit, Impact, Plan, SitePlan, SiteStatus
from chanops.domain.resources import LiveChannel, Status
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import SiteKind
from chanops.render.outline import PARTIAL
from chanops.render.plan_shape import GUARD, ROUTE, check_plan


def plan_from_json(data: dict[str, Any]) -> Plan:
    """Return the plan that `plan_to_json` wrote as *data*; raises ValueError when it is none."""
    check_plan(data)
    changes = [_change(entry) for entry in data["resource_changes"]]
    found = [entry for entry in data["diagnostics"] if entry["rule"] != PARTIAL.rule]  # a partial plan brings that one itself
    return Plan(
        sites=tuple(_site(name, site, changes, found) for name, site in data["sites"].items()),
        findings=tuple(_finding(entry) for entry in found if entry["site"] not in data["sites"]),
        guards=tuple(GuardHit(**{key: entry[key] for key in GUARD}) for entry in data["guards"]),
        impact=tuple(Impact(**{key: entry[key] for key in ROUTE}) for entry in data["impact"]),
        files=tuple(data["configuration"]["files"]),
        digest=data["configuration"]["digest"],
        is_partial=data["partial"],
    )


def _site(name: str, site: dict[str, Any], changes: list[Change], found: list[dict[str, Any]]) -> SitePlan:
    return SitePlan(
        name,
        SiteKind(site["kind"]),
        SiteStatus(site["status"]),
        site["generation"] or "",
        site["version"] or "",
        site["live"],
        site["managed"],
        tuple(change for change in changes if change.address.site == name),
        tuple(_finding(entry) for entry in found if entry["site"] == name),
        calls=Calls(site["calls"]["read"], site["calls"]["write"]),
    )


def _change(entry: dict[str, Any]) -> Change:
    inner = entry["change"]
    address = Address.parse(entry["address"])
    before = _side(inner["before"], inner["before_sensitive"], {})
    after = _side(inner["after"], inner["after_sensitive"], inner["after_references"])
    live = None
    if entry["remote_id"] is not None:
        former = Address.parse(entry["previous_address"]) if entry["previous_address"] else address
        live = LiveChannel(former, entry["remote_id"], before or {}, Status.ENABLED)
    return Change(
        address,
        _action(inner),
        entry["reason"],
        before,
        after,
        tuple(
            _field(path, inner, before or {}, after or {}) if path != "name" else _renamed(entry) for path in inner["fields"]
        ),
        live,
        previous_address=Address.parse(entry["previous_address"]) if entry["previous_address"] else None,
    )


def _action(inner: dict[str, Any]) -> Action:
    if inner["importing"]:
        return Action.ADOPT
    actions = inner["actions"]
    return Action.REPLACE if len(actions) == 2 else Action("".join(actions))


def _field(path: str, inner: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> FieldChange:
    reason = inner["field_reasons"].get(path, "")
    return FieldChange(path, before.get(path), after.get(path), reason, [path] in inner["replace_paths"])


def _renamed(entry: dict[str, Any]) -> FieldChange:
    """Return the change of the name, which stands in the addresses alone."""
    former = entry["previous_address"]
    return FieldChange("name", Address.parse(former).name if former else None, Address.parse(entry["address"]).name)


def _side(values: dict[str, Any] | None, sensitive: Any, references: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    return None if values is None else _value(values, sensitive, references)


def _value(value: Any, sensitive: Any, reference: Any) -> Any:  # noqa: ANN401 - JSON
    if sensitive is True:
        return Secret("", reference if isinstance(reference, str) else None)
    if isinstance(value, dict):
        places = sensitive if isinstance(sensitive, dict) else {}
        names = reference if isinstance(reference, dict) else {}
        return {key: _value(item, places.get(key), names.get(key)) for key, item in value.items()}
    if isinstance(value, list):
        blank = [None] * len(value)
        sides = [side if isinstance(side, list) else blank for side in (sensitive, reference)]
        return tuple(map(_value, value, *sides))
    return value


def _finding(entry: dict[str, Any]) -> Finding:
    place = entry["range"]
    return Finding(
        Severity(entry["severity"]),
        entry["summary"],
        entry["detail"],
        Address.parse(entry["address"]) if entry["address"] else None,
        entry.get("field") or "",
        Range(
            place["filename"],
            place["start"]["line"],
            place["start"]["column"],
            place["end"]["line"],
            place["end"]["column"],
        )
        if place
        else None,
        entry.get("rule") or "",
    )
