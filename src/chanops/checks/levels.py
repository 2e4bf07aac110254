"""How bad a finding is in `check`: a plan mends some things silently enough for a notice, the file stays wrong all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain.rules import RULES
from chanops.domain.value import reveal
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from chanops.domain.finding import Finding, Range
    from chanops.domain.resources import DesiredChannel

RAISED: Final = frozenset({"url-version", "url-form", "key-form"})
"""Notices or warnings in a plan, which goes on with the mended value; in `check` as bad as the table says (DESIGN 3)."""

WITHOUT_COMPLETION: Final = "g2"
"""The generation of Octopus that adds no version to an address (contracts/upstreams.md 2)."""


def at_level(found: Finding) -> Finding:
    """Return *found* as bad as the table says, where a plan is milder."""
    return replace(found, severity=RULES[found.rule].severity) if found.rule in RAISED else found


def is_root_fine(
    found: Finding, declared: DesiredChannel, canonical: DesiredChannel, generation: str, roots: Collection[Range]
) -> bool:
    """Tell whether *found* only says that Octopus completes a bare root, and the root is right as it stands.

    The newer gateways complete it themselves; *roots* are places that New API sites share, where a version would be wrong.
    """
    place = declared.origins.get("base_url")
    before, after = reveal_text(declared), reveal_text(canonical)
    is_completed = found.rule == "url-version" and bool(before) and after.startswith(before)
    return is_completed and (generation != WITHOUT_COMPLETION or place in roots)


def shared_roots(channels: Collection[tuple[SiteKind, DesiredChannel]]) -> frozenset[Range]:
    """Return where addresses stand that channels of New API take."""
    places = (channel.origins.get("base_url") for kind, channel in channels if kind is SiteKind.NEWAPI)
    return frozenset(place for place in places if place)


def reveal_text(channel: DesiredChannel) -> str:
    """Return the address of *channel* without blanks and slashes at its ends; nothing for one that is not known."""
    value = channel.fields.get("base_url")
    is_open = isinstance(value, str) or (value is not None and getattr(value, "is_known", False))
    return str(reveal(value)).strip().rstrip("/") if is_open else ""
