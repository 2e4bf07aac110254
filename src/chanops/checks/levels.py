"""How bad a finding is in `check`: a plan mends some things silently enough for a notice, the file stays wrong all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain.rules import RULES
from chanops.domain.value import reveal
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from chanops.checks.dialect import Held
    from chanops.domain.finding import Finding, Range
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Desired

RAISED: Final = frozenset({"url-version", "url-form", "key-form"})
"""Notices or warnings in a plan, which goes on with the mended value; in `check` as bad as the table says (DESIGN 3)."""

WITHOUT_COMPLETION: Final = "g2"
"""The generation of Octopus that adds no version to an address (contracts/upstreams.md 2)."""


def at_level(found: Finding) -> Finding:
    """Return *found* as bad as the table says, where a plan is milder."""
    return replace(found, severity=RULES[found.rule].severity) if found.rule in RAISED else found


def is_completed(held: Held, roots: Collection[Range]) -> bool:
    """Tell whether the address of *held* is a root to which Octopus adds a version, and is right as it stands.

    The newer gateways complete it themselves; *roots* are places that New API sites share, where a version would be wrong.
    """
    before, after = text_of(held.desired), text_of(held.canonical)
    is_root = bool(before) and after != before and after.startswith(before)
    return is_root and (held.generation != WITHOUT_COMPLETION or held.desired.origins.get("base_url") in roots)


def newapi_roots(desired: Desired) -> frozenset[Range]:
    """Return where addresses stand that channels of New API take."""
    sites = (site for site in desired.sites if site.kind is SiteKind.NEWAPI)
    places = (channel.origins.get("base_url") for site in sites for channel in site.channels)
    return frozenset(place for place in places if place)


def text_of(channel: DesiredChannel) -> str:
    """Return the address of *channel* without blanks and slashes at its ends; nothing for one that is not known."""
    value = channel.fields.get("base_url")
    is_open = isinstance(value, str) or (value is not None and getattr(value, "is_known", False))
    return str(reveal(value)).strip().rstrip("/") if is_open else ""
