"""One-line resources for tests: a test names only what matters to it. `newapi__auto_ban=` stands for `newapi.auto_ban`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.domain.address import Address
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.plan import Plan, SitePlan, SiteStatus
from chanops.domain.report import Outcome, Result
from chanops.domain.resources import DesiredChannel, LiveChannel, Status
from chanops.domain.secret import Secret
from chanops.domain.value import same
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.value import Value

KEY = "sk-invented-0123456789"


def fields(**given: Any) -> dict[str, Value]:
    """Return *given* as canonical fields: dots for double underscores, tuples for lists."""
    return {path.replace("__", "."): _frozen(value) for path, value in given.items()}


def secret(name: str = "KEY", value: str = KEY) -> Secret:
    """Return a secret as `${env:NAME}` gives it."""
    return Secret(value, f"env:{name}")


def channel(name: str, site: str = "main", *, state: Mapping[str, Any] | None = None, **given: Any) -> DesiredChannel:
    """Return a desired channel; *state* holds the life cycle (`protect`, `pin`, ...), the rest are its fields."""
    whole: dict[str, Any] = {"type": "openai", "key": secret(), "models": ["gpt-4o"]} | given
    return DesiredChannel(Address.channel(site, name), fields(name=name, **whole), **(state or {}))


def live(name: str, site: str = "main", *, remote_id: str = "12", status: Status = Status.ENABLED, **given: Any) -> LiveChannel:
    """Return a live channel; its key is hidden, as on New API, unless given."""
    whole: dict[str, Any] = {"type": "openai", "models": ["gpt-4o"], "enabled": status is not Status.DISABLED} | given
    return LiveChannel(Address.channel(site, name), remote_id, fields(name=name, **whole), status)


def change(name: str, action: Action = Action.UPDATE, *, site: str = "main", reason: str = "", **given: Any) -> Change:
    """Return a change; *before* and *after* give both sides, *fields* what differs (by default worked out from them)."""
    sides = {side: None if given.get(side) is None else fields(**given[side]) for side in ("before", "after")}
    differing = given["fields"] if "fields" in given else _differing(sides["before"], sides["after"])
    moved = given.get("moved_from")
    return Change(
        Address.channel(site, name),
        action,
        reason,
        sides["before"],
        sides["after"],
        tuple(differing),
        None if action is Action.CREATE else live(name, site, remote_id=given.get("remote_id", "12")),
        previous_address=Address.channel(site, moved) if moved else None,
    )


def site_plan(*changes: Change, site: str = "main", **given: Any) -> SitePlan:
    """Return one site's plan of *changes*."""
    whole: dict[str, Any] = {
        "kind": SiteKind.NEWAPI, "status": SiteStatus.OK, "generation": "head", "version": "v1.0.0",
        "live": 12, "managed": 3,
    } | given  # fmt: skip
    return SitePlan(site, changes=changes, **whole)


def plan(*changes: Change, findings: Sequence[Finding] = (), **given: Any) -> Plan:
    """Return a plan of *changes*, each under its site, or of the *sites* given."""
    names = sorted({change.address.site for change in changes}) or ["main"]
    sites = tuple(site_plan(*(c for c in changes if c.address.site == name), site=name) for name in names)
    whole: dict[str, Any] = {"sites": sites, "files": ("channels.yaml",), "digest": "sha256:0"} | given
    return Plan(findings=tuple(findings), **whole)


def outcome(of: Change, result: Result = Result.DONE, **given: Any) -> Outcome:
    """Return how the change *of* ended."""
    return Outcome(of.address, of.action, result, **({"remote_id": of.remote_id} | given))


def _differing(before: Mapping[str, Value] | None, after: Mapping[str, Value] | None) -> list[FieldChange]:
    if before is None or after is None:
        return []
    return [FieldChange(p, before.get(p), after[p]) for p in after if not same(before.get(p), after[p])]


def _frozen(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value
