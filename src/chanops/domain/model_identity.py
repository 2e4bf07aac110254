"""What a model name says: vendor path, date and `-latest` set aside, its words as a set and its numbers in order.

contracts/models.md 3. Words may change places (`claude-4.5-sonnet` is `claude-sonnet-4-5`), numbers may not: `gpt-5.4` is not
`gpt-4.5`. A number joined to a word, as in `qwen2` or `4o`, stays with it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_DATES: Final = (
    r"[0-9]{4}[-_][0-9]{2}[-_][0-9]{2}",
    r"[0-9]{2}[-_][0-9]{4}",
    r"(?:19|20)[0-9]{6}",
    r"(?:19|20)[0-9]{4}",
    r"[0-9]{4}",
    r"[0-9]{2}[-_][0-9]{2}",
)
_DATE: Final = re.compile(rf"[-_](?P<date>{'|'.join(_DATES)})\Z")
_LATEST: Final = re.compile(r"[-_]latest\Z", re.IGNORECASE)
_BREAK: Final = re.compile(r"[-_.]")
_NUMBER: Final = re.compile(r"[0-9]+\Z")


class Meaning(NamedTuple):
    """What makes two names mean the same model: all of this being equal."""

    words: frozenset[str]
    numbers: tuple[str, ...]


class Identity(NamedTuple):
    """A name without its vendor path (`openai/`, `models/`) and its variant (`:free`); *text* keeps its case."""

    text: str
    date: str
    is_latest: bool
    meaning: Meaning

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is left of the name."""
        return not (self.meaning.words or self.meaning.numbers)


@lru_cache(maxsize=8192)
def identify(name: str) -> Identity:
    """Return the identity of *name*."""
    text = name.rpartition("/")[2].partition(":")[0]
    undated = _LATEST.sub("", text)
    found = _DATE.search(undated)
    date = found["date"] if found else ""
    bare = undated[: found.start()] if found else undated
    return Identity(text, date, undated != text, _meaning_of(bare.lower()))


def _meaning_of(text: str) -> Meaning:
    tokens = [token for token in _BREAK.split(text) if token]
    words = frozenset(token for token in tokens if not _NUMBER.match(token))
    return Meaning(words, tuple(token for token in tokens if _NUMBER.match(token)))
