"""An address names one managed thing: `site/kind/name`."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import cache
from typing import Self

KIND_CHANNEL = "channel"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a resource lives: its site, its kind and its name."""

    site: str
    kind: str
    name: str

    @classmethod
    def channel(cls, site: str, name: str) -> Self:
        """Return the address of the channel *name* on *site*."""
        return cls(site, KIND_CHANNEL, name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `site/kind/name`; a name may hold slashes. Raises ValueError."""
        site, _, rest = text.partition("/")
        kind, _, name = rest.partition("/")
        if not (site and kind and name):
            raise ValueError(f'"{text}" is not an address; write it as site/channel/name')
        return cls(site, kind, name)

    def __str__(self) -> str:
        return f"{self.site}/{self.kind}/{self.name}"

    def matches(self, glob: str) -> bool:
        """Tell whether *glob* (`*`, `?`) covers the whole address, or the name alone when it holds no slash."""
        return matches_glob(self.name, glob) if "/" not in glob else matches_glob(str(self), glob)


def matches_glob(text: str, glob: str) -> bool:
    """Tell whether *glob* covers *text*: `*` is any text, `?` one letter, a backslash before either means just it."""
    return _compile(glob).fullmatch(text) is not None


def exact_glob(text: str) -> str:
    """Return the glob that covers *text* and nothing else."""
    return re.sub(r"[*?\\]", r"\\\g<0>", text)


@cache
def _compile(glob: str) -> re.Pattern[str]:
    """Return *glob* for the engine of `fnmatch`, which never backtracks over stars; there a sign in brackets is just itself."""
    plain = {"[": "[[]", "\\*": "[*]", "\\?": "[?]"}
    parts = re.findall(r"\\.|.", glob, re.DOTALL)
    return re.compile(fnmatch.translate("".join(plain.get(part) or _literal(part) for part in parts)))


def _literal(part: str) -> str:
    """Return what a backslash and one more letter stand for, or *part* itself."""
    return part if len(part) == 1 else "[[]" if part[1] == "[" else part[1]
