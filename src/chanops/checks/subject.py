"""What a check looks at: one declared channel, with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from chanops.checks.neighbours import Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chanops.domain.discovery import Listing
    from chanops.domain.facts import SiteFacts
    from chanops.domain.finding import Finding
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Site


@dataclass(frozen=True, slots=True)
class Subject:
    """One channel of *site* in canonical form, its model rule worked out where there was a list.

    *live* and *facts* are known when the site was read, *listing* when the upstream was asked; *others* are all declared
    channels of the site, this one among them, in canonical form too.
    """

    site: Site
    desired: DesiredChannel
    live: LiveChannel | None = None
    facts: SiteFacts | None = None
    listing: Listing | None = None
    others: Neighbours = field(default_factory=Neighbours)


Check: TypeAlias = "Callable[[Subject], Iterator[Finding]]"
"""Looks at one subject; its findings carry `rule` and `field`, the runner adds address and place."""
