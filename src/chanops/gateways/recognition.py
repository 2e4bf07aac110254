"""Which gateway program answers at an address: told by calls that need no account and change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.domain.vocabulary import SiteKind
from chanops.errors import NotUnderstoodError, UnreachableError
from chanops.gateways.answer import parse_object

if TYPE_CHECKING:
    from chanops.gateways.http import Link

TRIES: Final = 2
CALLS: Final = {SiteKind.NEWAPI: "/api/status", SiteKind.OCTOPUS: "/api/v1/update/now-version"}
"""What New API tells anybody (contracts/new-api.md 1.2), and what Octopus refuses in its own words (contracts/octopus.md 1)."""


async def find_kind(link: Link) -> SiteKind | None:
    """Return which gateway answers on *link*, None when it is neither. Raises UnreachableError when nothing answers."""
    silent: UnreachableError | None = None
    for kind, path in CALLS.items():
        try:
            answer = await link.read("GET", path, tries=TRIES)
            if _is_its_way(kind, parse_object(link.site, answer, f"GET {path}")):
                return kind
        except NotUnderstoodError:
            continue
        except UnreachableError as fault:
            silent = fault
    if silent:
        raise silent
    return None


def _is_its_way(kind: SiteKind, answer: dict[str, Any]) -> bool:
    """Tell whether *answer* has the envelope of *kind*."""
    if kind is SiteKind.NEWAPI:
        return isinstance(answer.get("success"), bool) and isinstance(answer.get("data"), dict)
    return isinstance(answer.get("code"), int) and isinstance(answer.get("message"), str)
