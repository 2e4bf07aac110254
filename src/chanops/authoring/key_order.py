"""In which order the keys of each mapping stand: that of the vocabulary, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.config import words
from chanops.domain.vocabulary import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST: Final = ("<<", "name", "id", "sites", "moved_from", "state")
LAST: Final = ("protect", "ignore")
BEFORE: Final = {"base_url": "provider", "groups": "redirect"}
"""Keys that are no fields, by the field they stand above."""


class Place(NamedTuple):
    """A mapping whose keys have an order, and what stands under them; *each*: under any key, or in a list."""

    keys: Sequence[str] = ()
    inside: Mapping[str, str] = {}
    each: str = ""


def _channel(keys: Sequence[str]) -> Sequence[str]:
    """Return *keys* of a channel, or of what it inherits, in order."""
    fields = [part for key in words.PROVIDER for part in (BEFORE.get(key, key), key)]
    wanted = [*FIRST, *fields]
    rest = [key for key in keys if key not in wanted and key not in LAST]
    return tuple(dict.fromkeys([*wanted, *LAST, *rest]))


_IN_CHANNEL: Final = {"models": "rule", "redirect": "redirect", **{block: block for block in BLOCKS}}

PLACES: Final = {
    "top": Place(words.TOP, {"providers": "providers", "defaults": "channel", "sites": "sites", "channels": "channels"}),
    "providers": Place(each="channel"),
    "sites": Place(each="site"),
    "channels": Place(each="channel"),
    "site": Place(
        words.SITE,
        {"auth": "auth", "tls": "tls", "manage": "manage", "guards": "guards", "defaults": "channel", "channels": "channels"},
    ),
    "auth": Place(words.AUTH),
    "tls": Place(words.TLS),
    "manage": Place(words.MANAGE),
    "guards": Place(words.GUARDS),
    "channel": Place(_channel(words.CHANNEL), _IN_CHANNEL),
    "rule": Place(words.RULE),
    "redirect": Place(words.REDIRECT, {"rules": "redirect rules"}),
    "redirect rules": Place(each="redirect rule"),
    "redirect rule": Place(("from", "to")),
    **{block: Place(tuple(words.IN_BLOCK[block])) for block in BLOCKS},
}
"""Every mapping whose keys have an order; in any other they stay as they are."""

NOWHERE: Final = Place()


def rank(place: str, key: str) -> int:
    """Return where *key* stands in *place*; keys that are not known there come last, in their own order."""
    keys = PLACES.get(place, NOWHERE).keys
    return keys.index(key) if key in keys else -1 if key == "<<" and keys else len(keys)


def inside(place: str, key: str) -> str:
    """Return the place under *key* of *place*; an empty text where keys have no order."""
    known = PLACES.get(place, NOWHERE)
    return known.each or known.inside.get(key, "")
