"""Which live channel is which declared one, and whose the others are (DESIGN 4). Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.address import matches_glob
from chanops.domain.policy import ManageMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.gateway import LiveSite
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Site

OURS = "ours"
FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Pair:
    """A declared channel with the live one that is it, or None; *former_name* when it lives under its `moved_from` name."""

    desired: DesiredChannel
    live: LiveChannel | None
    former_name: str = ""


@dataclass(slots=True)
class Pairing:
    """All declared channels of a site paired, the ones of ours that nobody declares any more, and what was odd."""

    pairs: list[Pair] = field(default_factory=list)
    orphans: list[LiveChannel] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def managed(self) -> int:
        """Count the live channels that are ours."""
        return sum(pair.live is not None for pair in self.pairs) + len(self.orphans)


def pair_channels(site: Site, live: LiveSite) -> Pairing:
    """Pair every declared channel of *site* with at most one live channel, and find the orphans."""
    finder = _Finder(site, live)
    pairing = Pairing()
    for desired in site.channels:
        pairing.pairs.append(finder.find(desired))
    taken = {pair.live.remote_id for pair in pairing.pairs if pair.live}
    pairing.orphans = finder.find_orphans(taken)
    pairing.findings = finder.findings
    return pairing


def whose(channel: LiveChannel, site: Site, *, is_declared: bool) -> str:
    """Say whose *channel* is: `ours`, another owner's name, or `foreign`."""
    mark = channel.mark
    if mark and mark.owner and mark.owner != site.owner:
        return mark.owner
    if is_declared or (mark and not _is_copy(channel)):
        return OURS
    return FOREIGN


class _Finder:
    """Looks up live channels by name, by mark and by id."""

    def __init__(self, site: Site, live: LiveSite) -> None:
        self.site = site
        self.has_marks = live.dialect.has_marks
        self.channels = live.channels
        self.findings: list[Finding] = []
        self._by_name: dict[str, list[LiveChannel]] = defaultdict(list)
        self._by_mark: dict[str, list[LiveChannel]] = defaultdict(list)
        self._declared = {channel.name for channel in site.channels}
        for channel in live.channels:
            self._by_name[channel.name].append(channel)
            if self._is_marked_ours(channel) and channel.mark:
                self._by_mark[channel.mark.name].append(channel)

    def find(self, desired: DesiredChannel) -> Pair:
        """Return *desired* with the live channel it is; what stands in the way becomes a finding."""
        if desired.pin:
            return Pair(desired, self._find_pinned(desired))
        found = self._find_named(desired, desired.name)
        if found or not desired.moved_from:
            return Pair(desired, found)
        if desired.moved_from in self._declared:
            self._refuse(desired, f'moved_from names "{desired.moved_from}", which is still declared', "remove one of the two")
            return Pair(desired, None)
        former = self._find_named(desired, desired.moved_from)
        return Pair(desired, former, desired.moved_from if former else "")

    def find_orphans(self, taken: set[str]) -> list[LiveChannel]:
        """Return the live channels that are ours to delete, as the site's `manage` says."""
        free = [channel for channel in self.channels if channel.remote_id not in taken]
        match self.site.manage.mode:
            case ManageMode.DECLARED:
                return []
            case ManageMode.ALL:
                return self._without_others(free)
            case ManageMode.NAMES:
                return self._without_others(c for c in free if matches_glob(c.name, self.site.manage.names))
            case ManageMode.MARKED:
                return self._marked_orphans(free) if self.site.owner else []

    def _find_pinned(self, desired: DesiredChannel) -> LiveChannel | None:
        pinned = next((c for c in self.channels if c.remote_id == desired.pin), None)
        if pinned is None:
            self._refuse(desired, f"no live channel has the id {desired.pin}", "take the line `id:` out, or correct it")
        elif self._is_others(pinned):
            self._refuse_others(desired, [pinned])
            return None
        return pinned

    def _find_named(self, desired: DesiredChannel, name: str) -> LiveChannel | None:
        candidates = self._by_name.get(name, [])
        if not self.has_marks:
            return candidates[0] if candidates else None
        marked = [c for c in self._by_mark.get(name, []) if c.name == name or _knows_itself(c)]
        exact = [c for c in marked if _knows_itself(c)] or marked
        if len(exact) == 1:
            self._report_namesakes(desired, exact[0], candidates)
            return exact[0]
        if exact:
            self._refuse_ambiguous(desired, exact)
            return None
        return self._find_unmarked(desired, candidates)

    def _find_unmarked(self, desired: DesiredChannel, candidates: Sequence[LiveChannel]) -> LiveChannel | None:
        others = [c for c in candidates if self._is_others(c)]
        if others:
            self._refuse_others(desired, others)
            return None
        copies = [c for c in candidates if _is_copy(c)]
        unmarked = [c for c in candidates if c not in copies and not self._belongs_to_another(c, desired)]
        if len(unmarked) > 1:
            self._refuse_ambiguous(desired, unmarked)
            return None
        if copies and not unmarked:
            self.findings.append(_about_copies(desired, copies))
        return unmarked[0] if unmarked else None

    def _belongs_to_another(self, channel: LiveChannel, desired: DesiredChannel) -> bool:
        """Tell whether *channel* was renamed by hand and another declared channel claims it by its mark."""
        return bool(channel.mark and channel.mark.name != desired.name and channel.mark.name in self._declared)

    def _marked_orphans(self, free: Iterable[LiveChannel]) -> list[LiveChannel]:
        ours = [c for c in free if c.mark and c.mark.owner == self.site.owner]
        certain = [c for c in ours if not _is_copy(c)]
        names = [c.mark.name for c in certain if c.mark and not c.mark.remote_id]
        doubtful = [c for c in certain if c.mark and not c.mark.remote_id and names.count(c.mark.name) > 1]
        for channel in [c for c in ours if _is_copy(c)] + doubtful:
            self.findings.append(
                finding.warning(
                    f"channel {channel.remote_id} carries our mark, but looks like a copy; it is left alone",
                    f"declare it with `id: {channel.remote_id}` to take it over, or delete it by hand",
                    address=channel.address,
                )
            )
        return [c for c in certain if c not in doubtful]

    def _without_others(self, channels: Iterable[LiveChannel]) -> list[LiveChannel]:
        return [c for c in channels if not self._is_others(c)]

    def _is_marked_ours(self, channel: LiveChannel) -> bool:
        return channel.mark is not None and channel.mark.owner in ("", self.site.owner)

    def _is_others(self, channel: LiveChannel) -> bool:
        return channel.mark is not None and not self._is_marked_ours(channel)

    def _report_namesakes(self, desired: DesiredChannel, ours: LiveChannel, candidates: Iterable[LiveChannel]) -> None:
        ids = [c.remote_id for c in candidates if c is not ours]
        if ids:
            self.findings.append(
                finding.warning(
                    f"{_count(ids)} of this name without being ours: {_ids(ids)}",
                    f"channel {ours.remote_id} carries our mark; the others are left alone",
                    address=desired.address,
                    rule="name-dup",
                ).at(desired.range)
            )

    def _refuse_ambiguous(self, desired: DesiredChannel, channels: Sequence[LiveChannel]) -> None:
        ids = [c.remote_id for c in channels]
        self._refuse(
            desired,
            f"{len(ids)} live channels have this name: {_ids(ids)}",
            f"pin the right one with `id: {ids[0]}`, or rename the others on the site",
        )

    def _refuse_others(self, desired: DesiredChannel, channels: Sequence[LiveChannel]) -> None:
        owners = ", ".join(sorted({c.mark.owner for c in channels if c.mark}))
        self._refuse(
            desired,
            f"the live channel of this name ({_ids([c.remote_id for c in channels])}) is managed by {owners}",
            "choose another name, or let its owner forget it first",
        )

    def _refuse(self, desired: DesiredChannel, summary: str, detail: str) -> None:
        self.findings.append(finding.error(summary, detail, address=desired.address).at(desired.range))


def _knows_itself(channel: LiveChannel) -> bool:
    """Tell whether the mark's id is the channel's own: no copy can have that."""
    return channel.mark is not None and channel.mark.remote_id == channel.remote_id


def _is_copy(channel: LiveChannel) -> bool:
    """Tell whether the mark was made for another channel: its id is another's, or it has none and names another."""
    mark = channel.mark
    if mark is None:
        return False
    return mark.remote_id != channel.remote_id if mark.remote_id else mark.name != channel.name


def _about_copies(desired: DesiredChannel, copies: Sequence[LiveChannel]) -> Finding:
    ids = [c.remote_id for c in copies]
    return finding.warning(
        f"a live channel of this name carries a mark made for another channel: {_ids(ids)}",
        f"it is taken for a copy and left alone; `id: {ids[0]}` takes it over",
        address=desired.address,
    ).at(desired.range)


def _ids(ids: Sequence[str]) -> str:
    return f"id{'s' if len(ids) > 1 else ''} {', '.join(ids)}"


def _count(ids: Sequence[str]) -> str:
    return "another live channel is" if len(ids) == 1 else f"{len(ids)} other live channels are"
