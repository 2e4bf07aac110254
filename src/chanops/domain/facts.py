"""What only a gateway knows of its site, for `chanops check`: groups, prices, types, routes (contracts/upstreams.md 5).

None always means that it cannot be told: no permission, an older generation. It is never guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from chanops.domain.value import reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chanops.domain.finding import Finding
    from chanops.domain.gateway import LiveSite, Route
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

GIZMOS: Final = ("gpt-4-gizmo", "gpt-4o-gizmo")
THINKERS: Final = ("gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro")
"""Of two that fit, the longer name comes first."""
COMPACT: Final = "-openai-compact"
VERSION: Final = re.compile(r"(?:/v1beta|/api/v3|/v1)?/*\Z", re.IGNORECASE)


def price_name(model: str) -> str:
    """Return the name under which New API looks up the price of *model*: its family's, for the few that have one."""
    for gizmo in GIZMOS:
        if model.startswith(gizmo):
            return f"{gizmo}-*"
    thinker = next((name for name in THINKERS if model.startswith(name)), None)
    return f"{thinker}-thinking-*" if thinker and "-thinking-" in model else model


@dataclass(frozen=True, slots=True)
class Prices:
    """The names with a price on a New API site (contracts/upstreams.md 5, "Price lookup").

    *priced* are the names and families of the price tables, *expressions* those billed by an expression, which have no
    families. *unpriced* None: every other name has none; else only these, and of the rest nothing is known.
    """

    priced: frozenset[str] = frozenset()
    expressions: frozenset[str] = frozenset()
    unpriced: frozenset[str] | None = None
    is_self_use: bool = False
    """Self-use mode serves names without a price too."""

    def covers(self, model: str) -> bool | None:
        """Tell whether clients can ask for *model*; None when it cannot be told."""
        if self.is_self_use or model in self.expressions or price_name(model) in self.priced:
            return True
        if model.endswith(COMPACT) and f"*{COMPACT}" in self.priced:  # BASE's name for /v1/responses/compact
            return True
        return False if self.unpriced is None or model in self.unpriced else None

    @property
    def is_certain(self) -> bool:
        """Tell whether the tables themselves were read; what is shown of a model without a price may also be one."""
        return self.unpriced is None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the gateway of one site tells. *findings*: why something could not be had."""

    groups: frozenset[str] | None = None
    """The user groups that exist (New API's GroupRatio)."""
    groups_shown: tuple[str, ...] = ()
    """Their names, as they may be shown."""
    prices: Prices | None = None
    types: frozenset[int] | None = None
    """The channel types that this version knows."""
    routed: frozenset[str] | None = None
    """Octopus: remote ids of the channels that some group's item uses."""
    is_waiting_for_unrouted: bool = False
    """Clients of a group without a channel wait instead of being refused (contracts/octopus.md 9.5)."""
    sole: Mapping[str, tuple[Route, ...]] | None = None
    """By remote id, the routes that this enabled channel alone serves."""
    targets: Mapping[tuple[Value, str], tuple[LiveChannel, ...]] | None = None
    """Every live channel, by type and address without its version."""
    findings: tuple[Finding, ...] = ()


@runtime_checkable
class FactSource(Protocol):
    """A gateway that tells facts of its site; reads only."""

    async def fetch_facts(self, live: LiveSite) -> SiteFacts:
        """Return what the gateway tells of *live*; what it does not tell is None, with a notice."""
        ...


def find_sole(routes: Mapping[Route, frozenset[str]]) -> dict[str, tuple[Route, ...]]:
    """Return by remote id the routes that one channel alone serves."""
    sole: defaultdict[str, list[Route]] = defaultdict(list)
    for route, ids in sorted(routes.items()):
        if len(ids) == 1:
            sole[next(iter(ids))].append(route)
    return {remote_id: tuple(alone) for remote_id, alone in sole.items()}


def group_by_target(channels: Iterable[LiveChannel]) -> dict[tuple[Value, str], tuple[LiveChannel, ...]]:
    """Return *channels* by what they call; one of a type's own address is at an empty one."""
    found: defaultdict[tuple[Value, str], list[LiveChannel]] = defaultdict(list)
    for channel in channels:
        for address in addresses_of(channel.fields):
            found[channel.fields.get("type"), address].append(channel)
    return {target: tuple(held) for target, held in found.items()}


def addresses_of(fields: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the addresses in *fields*, without version and slash at their end; one empty text where none is given."""
    several = reveal(fields.get("base_urls"))
    urls = several if isinstance(several, tuple) and several else (reveal(fields.get("base_url")) or "",)
    return tuple(dict.fromkeys(VERSION.sub("", str(url).strip().rstrip("/")) for url in urls))
