"""What can be held against each other: a site as it lives, a site as files declare it, and what a saved plan does to one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, TypeAlias

from chanops.domain.resources import DesiredChannel, LiveChannel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.change import Change
    from chanops.domain.gateway import Dialect, LiveSite
    from chanops.domain.plan import Plan, SitePlan
    from chanops.domain.site import Site
    from chanops.domain.vocabulary import SiteKind

ACTION: Final = "action"
"""Stands beside the fields of a planned channel: what the plan does to it."""

Channel: TypeAlias = DesiredChannel | LiveChannel


@dataclass(frozen=True, slots=True)
class Side:
    """Channels of one site; *name* is what the user called them, *dialect* how their gateway holds them, if they live."""

    name: str
    site: str
    kind: SiteKind
    channels: tuple[Channel, ...] = ()
    dialect: Dialect | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether the channels were read from a gateway."""
        return self.dialect is not None


def live_side(name: str, kind: SiteKind, live: LiveSite) -> Side:
    """Return a site as it lives, the oldest channel first."""
    ordered = sorted(live.channels, key=lambda channel: (len(channel.remote_id), channel.remote_id))
    return Side(name, live.site, kind, tuple(ordered), live.dialect)


def declared_side(name: str, site: Site) -> Side:
    """Return what files want of *site*; a channel that they want gone is none."""
    return Side(name, site.name, site.kind, tuple(c for c in site.channels if not c.is_absent))


def planned_side(name: str, part: SitePlan) -> Side:
    """Return what a plan does to one site: for each change its action and the values that it writes."""
    return Side(name, part.site, part.kind, tuple(_planned(change) for change in part.changes if change.is_pending))


def pair_plans(names: tuple[str, str], before: Plan, after: Plan) -> list[tuple[Side, Side]]:
    """Return both sides of every site that one of two plans has anything to do with."""
    sides = [
        {part.site: planned_side(name, part) for part in plan.sites} for name, plan in zip(names, (before, after), strict=True)
    ]
    return pair_sides(names, *sides)


def pair_sides(names: tuple[str, str], before: dict[str, Side], after: dict[str, Side]) -> list[tuple[Side, Side]]:
    """Return both sides of every site, an empty one where only one of the two knows it."""
    pairs = []
    for site in sorted({*before, *after}):
        there = before.get(site) or after[site]
        pairs.append(
            (
                before.get(site, Side(names[0], site, there.kind)),
                after.get(site, Side(names[1], site, there.kind)),
            )
        )
    return pairs


def match(before: Side, after: Side) -> Iterator[tuple[Channel | None, Channel | None]]:
    """Yield the channels of both sides by name; of several with one name the first goes with the first."""
    groups: defaultdict[str, tuple[list[Channel], list[Channel]]] = defaultdict(lambda: ([], []))
    for number, side in enumerate((before, after)):
        for channel in side.channels:
            groups[channel.name][number].append(channel)
    for name in sorted(groups):
        yield from zip_longest(*groups[name])


def _planned(change: Change) -> DesiredChannel:
    values = {changed.path: changed.after for changed in change.fields if changed.path != "name"}
    return DesiredChannel(change.address, {ACTION: change.action.value, **values})
