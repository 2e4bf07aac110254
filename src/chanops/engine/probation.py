"""What `apply --test` holds back: what puts a channel into traffic is written without that, until it has passed. Pure.

The change before the test and the change after it lead to the same end as the plan's own. What is killed between the two has
left channels disabled where the file says `enabled: true`, and every later plan shows that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain import finding
from chanops.domain.change import Action, FieldChange
from chanops.domain.resources import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from chanops.domain.address import Address
    from chanops.domain.change import Change
    from chanops.domain.finding import Finding
    from chanops.domain.plan import SitePlan
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Site
    from chanops.engine.reconcile import Prepared

MADE: Final = (Action.CREATE, Action.REPLACE)
DECLARE: Final = "declare `enabled: true`, for instance under `defaults:`"


def find_candidates(site: Site, part: SitePlan) -> tuple[Change, ...]:
    """Return the changes that put a channel of *site* into traffic, unless its `ignore` leaves that to somebody else."""
    ignoring = {channel.address for channel in site.channels if "enabled" in channel.ignore}
    return tuple(change for change in part.changes if _goes_live(change) and change.address not in ignoring)


def hold_back(change: Change) -> Change | None:
    """Return *change* without what enables the channel, one that is on disabled; None when nothing else is left of it."""
    after = {**(change.after or {}), "enabled": False}
    if change.action in MADE:
        fields = tuple(replace(field, after=False) if field.path == "enabled" else field for field in change.fields)
        return replace(change, after=after, fields=fields)
    fields = tuple(field for field in change.fields if field.path != "enabled")
    if _gets_first_models(change):
        fields += (FieldChange("enabled", before=True, after=False),)
    is_nothing = not fields and change.action is Action.UPDATE
    return None if is_nothing else replace(change, after=after, fields=fields)


def with_enabled(site: Site, enabled: Mapping[Address, bool]) -> Site:
    """Return *site* with channels that say `enabled` as given: what stands on it is then held against that."""
    channels = (
        channel.with_fields({**channel.fields, "enabled": enabled[channel.address]}) if channel.address in enabled else channel
        for channel in site.channels
    )
    return replace(site, channels=tuple(channels))


def takes_routes(change: Change) -> bool:
    """Tell whether *change* is a delete, or disables a channel."""
    return change.action is Action.DELETE or any(field.path == "enabled" and field.after is False for field in change.fields)


def find_untested(prepared: Prepared) -> Iterator[Finding]:
    """Warn of channels that tests pass over, and of those that a killed run would leave disabled without a trace."""
    parts = {part.site: part for part in prepared.plan.sites}
    for site in prepared.desired.sites:
        if part := parts.get(site.name):
            yield from _warn(site, part)


def _goes_live(change: Change) -> bool:
    match change.action:
        case Action.CREATE:
            return (change.after or {}).get("enabled") is True
        case Action.REPLACE:  # what the file does not say stays as it lives
            live = change.live.fields if change.live else {}
            return {**live, **(change.after or {})}.get("enabled") is True
        case Action.UPDATE | Action.ADOPT:
            return any(field.path == "enabled" and field.after is True for field in change.fields) or _gets_first_models(change)
        case _:
            return False


def _gets_first_models(change: Change) -> bool:
    """Tell whether *change* gives its first models to a channel that is on and stays so: nobody has called it until now.

    Octopus's creates leave such a channel when the run is killed before it is switched off (contracts/octopus.md 5.3).
    """
    is_on = change.live is not None and change.live.status is not Status.DISABLED
    stays_on = is_on and (change.after or {}).get("enabled") is not False
    return stays_on and any(field.path == "models" and field.after and not field.before for field in change.fields)


def _warn(site: Site, part: SitePlan) -> Iterator[Finding]:
    declared = {channel.address: channel for channel in site.channels}
    candidates = {change.address for change in find_candidates(site, part)}
    for change in part.changes:
        channel = declared.get(change.address)
        if channel and (told := _find_gap(change, channel, candidates)):
            yield finding.warning(*told, address=change.address, field="enabled").at(channel.range)


def _find_gap(change: Change, channel: DesiredChannel, candidates: Collection[Address]) -> tuple[str, str] | None:
    """Return what the tests cannot do for *channel*, and what helps."""
    if "enabled" in channel.ignore:
        is_new = change.action is Action.CREATE and _goes_live(change)
        return ("its `ignore` names `enabled`: it is created enabled, and not tested", "take the name out") if is_new else None
    if "enabled" in channel.fields:
        return None
    if change.address in candidates:
        return "if the run is killed before it is enabled, no later plan shows that: its file does not say `enabled`", DECLARE
    is_off = change.action is not Action.DELETE and change.live is not None and change.live.status is Status.DISABLED
    return ("is disabled, and its file does not say `enabled`: it is neither tested nor enabled", DECLARE) if is_off else None
