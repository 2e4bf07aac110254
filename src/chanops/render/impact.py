"""Which routes a plan takes channels from, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.render.escape import escape, shorten
from chanops.render.words import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.domain.plan import Impact, Plan

MANY: Final = 20
"""Routes of one sort that are listed; the others are counted."""
FEW: Final = 5
"""Mere reductions that are listed; more of them are only counted."""


def impact_lines(plan: Plan, *, verbose: bool = False) -> list[str]:
    """Return a line for each route that loses channels, the lost ones first; *verbose*: the gains too, and no limits."""
    names_site = len(plan.sites) > 1
    moved = sorted(plan.impact, key=lambda i: (i.site, i.group, i.model))
    lost = [i for i in moved if i.after <= 0 < i.before]
    single = [i for i in moved if i.after == 1 < i.before]
    fewer = [i for i in moved if 1 < i.after < i.before]
    more = [i for i in moved if i.after > i.before]
    limits = [len(moved)] * 3 if verbose else [MANY, MANY, FEW]
    lines = _some(
        [f"! {_route(i, names_site=names_site)} loses its last channel" for i in lost], limits[0], "lose their last channel"
    )
    lines += _some([f"{_count(i, names_site=names_site)}, one left" for i in single], limits[1], "are left with one channel")
    if len(fewer) > limits[2]:
        lines.append(f"{count_of(len(fewer), 'route')} lose channels and keep at least two")
    else:
        lines += [_count(i, names_site=names_site) for i in fewer]
    return lines + [_count(i, names_site=names_site) for i in more] if verbose else lines


def _some(lines: Sequence[str], limit: int, what: str) -> list[str]:
    """Return the first of *lines*, and how many more there are; a single one more is shown."""
    hidden = len(lines) - limit
    if hidden <= 1:
        return list(lines)
    mark = "! " if lines[0].startswith("!") else ""
    return [*lines[:limit], f"{mark}{count_of(hidden, 'more route')} {what} (--verbose lists all)"]


def _count(impact: Impact, *, names_site: bool) -> str:
    plural = "channel" if impact.after == 1 and impact.before <= 1 else "channels"
    return f"{_route(impact, names_site=names_site)}: {impact.before} -> {impact.after} {plural}"


def _route(impact: Impact, *, names_site: bool) -> str:
    site = f"{escape(impact.site)}: " if names_site else ""
    return f"{site}{escape(shorten(impact.group, 100))}/{escape(shorten(impact.model, 200))}"
