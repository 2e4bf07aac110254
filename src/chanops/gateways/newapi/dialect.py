"""How one generation of New API holds channels, as the planner asks it; made with what the account may do there."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from chanops.domain.finding import Finding, error
from chanops.domain.gateway import IN_PLACE, Route, Transition, Way
from chanops.domain.value import reveal, texts
from chanops.domain.vocabulary import SiteKind
from chanops.gateways.newapi import canonical as canonical_form
from chanops.gateways.newapi.audit import audit_fields
from chanops.gateways.newapi.generations import BASE, HEAD, Permissions
from chanops.gateways.newapi.poison import poison_in
from chanops.gateways.newapi.shapes import type_number
from chanops.gateways.newapi.urls import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value
    from chanops.gateways.newapi.generations import Profile

SENSITIVE: Final = frozenset(  # contracts/new-api.md 4.4, step 5
    {
        "type", "key", "keys", "base_url", "headers", "param_override", "proxy", "newapi.openai_organization",
        "newapi.setting", "newapi.settings", "newapi.other",
    }
)  # fmt: skip

DEFAULTS: Final[Mapping[str, Value]] = {
    "enabled": True,
    "groups": ("default",),
    "priority": 0,
    "weight": 0,
    "newapi.auto_ban": True,
}
"""What a create sets though nobody declared it (INTERFACE 2)."""

GRANT: Final = "use a root account, or let one grant this account `channel: sensitive_write`"


class NewApiDialect:
    """The rules of one generation for one account."""

    has_marks = True

    def __init__(self, profile: Profile, permissions: Permissions) -> None:
        self.kind = SiteKind.NEWAPI
        self.generation = profile.name
        self.profile = profile
        self.permissions = permissions

    def canonical(self, desired: DesiredChannel) -> tuple[DesiredChannel, Sequence[Finding]]:
        """Return *desired* in the form live channels are decoded to, with notices of what was changed on the way."""
        return canonical_form.canonical(desired)

    def audit(self, desired: DesiredChannel, live: LiveChannel | None) -> Iterator[Finding]:
        """Yield what the gateway cannot hold or would choke on; *live* is None when the channel would be created."""
        yield from poison_in(desired)
        yield from audit_fields(desired, live, self.profile)
        if live is None:
            yield from self._check_permission("create channels", desired)
        else:
            yield from self._check_replace(desired, live)
            yield from self._check_adopt(desired, live)

    def audit_delete(self, live: LiveChannel) -> Iterator[Finding]:
        """Yield why *live* could not be deleted."""
        yield from self._check_permission("delete channels", live)

    def defaults(self, desired: DesiredChannel) -> Mapping[str, Value]:
        """Return what a create fills in for fields that *desired* does not declare."""
        several = {"newapi.multi_key_mode": "random"} if "keys" in desired.fields else {}
        return {path: value for path, value in {**DEFAULTS, **several}.items() if path not in desired.fields}

    def transition(self, path: str, live: LiveChannel, after: Value) -> Transition:
        """Tell how the field *path* of *live* becomes *after*."""
        denied = self._why_denied(path)
        if denied:
            return Transition(Way.NOT_AT_ALL, denied)
        rule = _RULES.get(path)
        return rule(live, after) if rule else IN_PLACE

    def routes(self, fields: Mapping[str, Value]) -> frozenset[Route]:
        """Return the routes an enabled channel with *fields* serves: every group with every model."""
        groups, models = texts(fields.get("groups")), texts(fields.get("models"))
        return frozenset(map(Route._make, product(groups, models)))

    def _check_permission(self, deed: str, channel: DesiredChannel | LiveChannel) -> Iterator[Finding]:
        if not self.permissions.sensitive_write:
            yield error(f"this account may not {deed}", GRANT, address=channel.address, rule="permission")

    def _check_adopt(self, desired: DesiredChannel, live: LiveChannel) -> Iterator[Finding]:
        if live.mark is None and not self.permissions.write:
            detail = "use a root account, or let one grant this account `channel: write`"
            yield error(
                "this account may not adopt channels: it lacks `write`", detail, address=desired.address, rule="permission"
            )

    def _check_replace(self, desired: DesiredChannel, live: LiveChannel) -> Iterator[Finding]:
        """Ask for the key where a replace is needed: it writes the whole channel, and New API never gives a key back."""
        has_key = not {"key", "keys"}.isdisjoint(desired.fields)
        other = "newapi.other"
        if has_key or other not in desired.fields or other in desired.ignore:
            return
        way = _change_other(live, desired.fields[other])
        if way.way is Way.REPLACE:
            summary = f"{way.reason}, and replacing the channel needs its key"
            yield error(summary, "declare the key", address=desired.address, field=other, rule="replace-key")

    def _why_denied(self, path: str) -> str:
        if path in SENSITIVE and not self.permissions.sensitive_write:
            return f"this account may not change {path}: {GRANT}"
        if path == "enabled" and not self.profile.status_in_put:
            return "" if self.permissions.operate else "this account may not enable or disable channels: it lacks `operate`"
        return "" if self.permissions.write else "this account may only read channels: it lacks `write`"


def make_dialects() -> tuple[NewApiDialect, ...]:
    """Return the dialect of every generation for an account that may do everything, the newest first."""
    return tuple(NewApiDialect(profile, Permissions()) for profile in (HEAD, BASE))


def _change_other(live: LiveChannel, after: Value) -> Transition:
    if live.fields.get("newapi.other") and not after:
        return Transition(Way.REPLACE, "New API cannot empty `other` in place")
    return IN_PLACE


def _change_key(live: LiveChannel, _after: Value) -> Transition:
    if _is_multi(live):
        return Transition(Way.REPLACE, "New API cannot turn a channel with several keys into one with a single key in place")
    return IN_PLACE


def _change_keys(live: LiveChannel, _after: Value) -> Transition:
    if not _is_multi(live):
        return Transition(Way.REPLACE, "New API cannot turn a channel with a single key into one with several in place")
    return IN_PLACE


def _change_mode(live: LiveChannel, _after: Value) -> Transition:
    if not _is_multi(live):  # the audit has seen to it that `keys` come with it
        return Transition(Way.REPLACE, "New API knows this only of a channel with several keys")
    return IN_PLACE


def _change_list(_live: LiveChannel, after: Value) -> Transition:
    if not after:
        return Transition(Way.NOT_AT_ALL, "New API cannot empty this list: disable the channel instead")
    return IN_PLACE


def _change_base_url(live: LiveChannel, after: Value) -> Transition:
    held = str(reveal(live.fields.get("base_url")) or "")
    normal = normalise(held, type_number(live.fields.get("type")))
    if normal.rule == "url-version" and normal.url == reveal(after):
        return Transition(Way.IN_PLACE, f"New API appends {normal.dropped} itself, so the live address calls it twice")
    return IN_PLACE


_RULES: Final = {
    "base_url": _change_base_url,
    "groups": _change_list,
    "key": _change_key,
    "keys": _change_keys,
    "models": _change_list,
    "newapi.multi_key_mode": _change_mode,
    "newapi.other": _change_other,
}


def _is_multi(live: LiveChannel) -> bool:
    return "newapi.multi_key_mode" in live.fields
