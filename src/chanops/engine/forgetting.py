"""Which live channels lose our mark, and nothing else: they stay on the site and are no longer ours. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.address import matches_glob
from chanops.domain.change import Action, Change
from chanops.domain.finding import Finding
from chanops.domain.policy import ManageMode
from chanops.domain.vocabulary import KIND_TITLES
from chanops.engine.ownership import pair_channels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.domain.address import Address
    from chanops.domain.gateway import LiveSite
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Site

NOT_MARKED = "it carries no mark: nothing to forget"


def plan_forgetting(site: Site, live: LiveSite, addresses: Iterable[Address]) -> tuple[list[Change], list[Finding]]:
    """Return the changes that drop our mark from the channels at *addresses*, and why some of them stay marked."""
    declared = {pair.live.remote_id: pair.desired for pair in pair_channels(site, live).pairs if pair.live}
    names: dict[str, list[LiveChannel]] = {}
    for channel in live.channels:
        names.setdefault(channel.name, []).append(channel)
    asked = [address for address in sorted(set(addresses)) if address.site == site.name]
    planned = [_plan_one(site, live, address, names.get(address.name, []), declared) for address in asked]
    return [part for part in planned if isinstance(part, Change)], [part for part in planned if isinstance(part, Finding)]


def _plan_one(
    site: Site, live: LiveSite, address: Address, namesakes: Sequence[LiveChannel], declared: dict[str, DesiredChannel]
) -> Change | Finding:
    if not namesakes:
        return finding.error("no live channel has this name", f"`chanops list {site.name}` shows them", address=address)
    if _is_ours_by_name(site, address):
        detail = "the next apply would delete it: change `manage:` first, or declare it"
        return finding.error(f"`manage: {_manage(site)}` makes it ours with or without a mark", detail, address=address)
    if not live.dialect.has_marks:
        detail = "it is ours while the files declare it: taken out there, it stays on the site and is left alone"
        return finding.notice(
            f"nothing to forget: {KIND_TITLES[site.kind]} channels carry no mark, and this site has `manage: {_manage(site)}`",
            detail,
            address=address,
        )
    kept = next((declared[channel.remote_id] for channel in namesakes if channel.remote_id in declared), None)
    if kept:
        return _still_declared(kept, address)
    ours = [channel for channel in namesakes if channel.mark and channel.mark.owner in ("", site.owner)]
    others = sorted({channel.mark.owner for channel in namesakes if channel.mark} - {"", site.owner})
    if not ours and others:
        return finding.error(f"it is managed by {', '.join(others)}", "only its owner's files can forget it", address=address)
    if not ours:
        return finding.notice(NOT_MARKED, address=address)
    return _forget_one_of(ours, address)


def _forget_one_of(ours: Sequence[LiveChannel], address: Address) -> Change | Finding:
    """Return the change for the marked channel, of several the one whose mark knows it."""
    certain = [channel for channel in ours if channel.mark and channel.mark.remote_id == channel.remote_id] or ours
    if len(certain) > 1:
        ids = ", ".join(channel.remote_id for channel in certain)
        return finding.error(f"{len(certain)} live channels of this name carry our mark: ids {ids}",
                             "rename all but one of them on the site", address=address)  # fmt: skip
    return Change(address, Action.FORGET, "asked for", {}, None, live=certain[0])


def _still_declared(desired: DesiredChannel, address: Address) -> Finding:
    name = "" if desired.name == address.name else f' as "{desired.name}"'
    what = "delete it" if desired.is_absent else "adopt it again"
    return finding.error(
        f"it is still declared{name}: the next apply would {what}", "take it out of the file first", address=address
    ).at(desired.range)


def _is_ours_by_name(site: Site, address: Address) -> bool:
    mode = site.manage.mode
    return mode is ManageMode.ALL or (mode is ManageMode.NAMES and matches_glob(address.name, site.manage.names))


def _manage(site: Site) -> str:
    return f'{{names: "{site.manage.names}"}}' if site.manage.mode is ManageMode.NAMES else str(site.manage.mode)
