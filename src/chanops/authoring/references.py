"""Secrets of live channels as references: names that a person would choose, each used once, the values never written."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chanops.authoring.yaml_text import comment
from chanops.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chanops.domain.value import Value

LONGEST: Final = 60
UNKNOWN: Final = "unknown-until-somebody-sets-it"
FOLDER: Final = "secrets"
SCHEMED: Final = re.compile(r"(Bearer|Basic) +(\S+)")
OF_THE_SYSTEM: Final = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
OUR_OWN: Final = "CHANOPS_"


class KeyMode(StrEnum):
    """What becomes of keys: references to the environment or to files, or not managed at all."""

    ENV = "env"
    FILE = "file"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Needed:
    """One secret that somebody has to supply: its name, what it is for, and its value where the gateway shows it."""

    name: str
    purpose: str
    value: str | None = field(repr=False)


class References:
    """Gives every secret a name; the same secret of the same upstream gets the same one.

    *taken* are names in use, *secrets* texts that are secret wherever they stand; *kept* are names with what each is for:
    nothing else gets one of those.
    """

    def __init__(
        self, taken: Iterable[str] = (), secrets: Iterable[str] = (), kept: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._secrets = frozenset(secrets)
        self._kept = kept
        self._needed: dict[str, Needed] = {}
        self._known: dict[tuple[str, str], str] = {}
        self._taken = set(taken)

    @property
    def needed(self) -> tuple[Needed, ...]:
        """Return every secret that was named, by name."""
        return tuple(self._needed[name] for name in sorted(self._needed))

    @property
    def environ(self) -> dict[str, str]:
        """Return an environment in which every reference has its value, or one that stands in for an unknown one."""
        return {name: needed.value or UNKNOWN for name, needed in self._needed.items()}

    def knows(self, text: str) -> bool:
        """Tell whether *text* is the key of some live channel, wherever it stands."""
        return text in self._secrets

    def refer(self, words: tuple[str, str], purpose: str, value: str | None, *, upstream: str = "", spare: str = "") -> Secret:
        """Return a reference named after *words* (whose, what); *spare* tells equal names apart."""
        match = SCHEMED.fullmatch(value) if value else None
        if match:
            inner = self.refer(words, purpose, match[2], upstream=upstream, spare=spare)
            return Secret(match[0], f"{match[1]} ${{{inner.reference}}}")
        name = self._known.get((upstream, value)) if value else None
        if name is None:
            name = self._find_name(env_name(*words), spare, purpose)
            self._needed[name] = Needed(name, purpose, value)
            if value:
                self._known[upstream, value] = name
        return Secret(value or UNKNOWN, f"env:{name}")

    def _find_name(self, wanted: str, spare: str, purpose: str) -> str:
        """Return *wanted*, with *spare* behind it where that is in use; the first one keeps the plain name."""
        made = (wanted, f"{wanted}_{env_name(spare)}" if spare else wanted)
        numbered = (f"{wanted}_{number}" for number in itertools.count(2))
        free = (one for one in itertools.chain(made, numbered) if one not in self._taken)
        name = next(one for one in free if self._kept.get(one) in (None, "", comment(purpose).removeprefix("# ").strip()))
        self._taken.add(name)
        return name


def variables_in(value: Value) -> Iterator[str]:
    """Yield the variables that *value* refers to."""
    for secret in secrets_in(value):
        yield from re.findall(r"env:(\w+)", secret.reference or "")


def holds_secret(value: Value) -> bool:
    """Tell whether *value* is a secret or has one inside."""
    return next(secrets_in(value), None) is not None


def secrets_in(value: Value) -> Iterator[Secret]:
    """Yield every secret in *value*."""
    match value:
        case Secret():
            yield value
        case str():
            return
        case Mapping():
            for item in value.values():
                yield from secrets_in(item)
        case Sequence():
            for item in value:
                yield from secrets_in(item)


def env_name(whose: str, what: str = "") -> str:
    """Return *whose* and *what* as the name of an environment variable."""
    name = _letters(whose)[:LONGEST].strip("_")
    ending = _letters(what)
    if ending and name != ending and not name.endswith(f"_{ending}"):
        name = f"{name}_{ending}".strip("_")
    is_odd = not name or name[0].isdigit() or name in OF_THE_SYSTEM or name.startswith(OUR_OWN)
    return f"CH_{name}" if is_odd and what else name


def file_of(name: str) -> str:
    """Return the path of the file that stands for the variable *name*."""
    return f"{FOLDER}/{name.lower()}"


def in_files(text: str) -> str:
    """Return a text of references with files in place of variables; a plain `$${env:…}` is none."""
    return re.sub(r"(?<!\$)\$\{env:([A-Z0-9_]+)\}", lambda match: f"${{file:{file_of(match[1])}}}", text)


def has_letters(text: str) -> bool:
    """Tell whether enough of *text* is left to name a variable after."""
    return any("A" <= letter <= "Z" for letter in _letters(text))


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").upper()
