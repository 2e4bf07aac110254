"""What a channel's `allow` silences, and which of its lines did (docs/decisions/0008)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chanops.domain.rules import is_silenced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.domain.finding import Finding, Range
    from chanops.domain.resources import DesiredChannel


class Sifted(NamedTuple):
    """The findings that are left, and where the lines stand that silenced the others."""

    kept: tuple[Finding, ...]
    used: frozenset[Range]


def sift(findings: Iterable[Finding], channels: Iterable[DesiredChannel], *, stops_plan: bool = True) -> Sifted:
    """Return *findings* without what their channels allow; *stops_plan*: an error among them would stop a plan."""
    allowed = {(channel.address, item.rule): item.range for channel in channels for item in channel.allow}
    kept, used = [], set()
    for found in findings:
        place = allowed.get((found.address, found.rule)) if found.address else None
        if place and is_silenced(found.rule, found.severity, stops_plan=stops_plan):
            used.add(place)
        else:
            kept.append(found)
    return Sifted(tuple(kept), frozenset(used))
