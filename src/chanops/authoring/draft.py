"""One live channel on its way into a file: what is said of it, what is not and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chanops.domain.vocabulary import FIELDS

if TYPE_CHECKING:
    from chanops.authoring.providers import Provider
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

NAME: Final = "name"
IGNORE: Final = "ignore"
KEYS: Final = ("key", "keys")
ADDRESSES: Final = ("base_url", "base_urls")
FROM_PROVIDER: Final = ("base_url", "key")


@dataclass(slots=True, eq=False)
class Draft:
    """What a file will say of *live*.

    *fields* are the stated values, secrets as references; *known* all values that could be stated, defaults too.
    *taken_back* are inherited fields that do not hold here. *remarks* say in a comment what is not stated; a draft that is
    *silent*, for that reason, is a comment as a whole.
    """

    live: LiveChannel
    fields: dict[str, Value] = field(default_factory=dict)
    known: dict[str, Value] = field(default_factory=dict)
    provider: Provider | None = None
    has_pin: bool = False
    taken_back: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    remarks: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    silent: str = ""

    @property
    def name(self) -> str:
        """Return the live name."""
        return self.live.name

    def drop(self, path: str, remark: str) -> None:
        """State *path* no more, and say why."""
        self.fields.pop(path, None)
        self.known.pop(path, None)
        self.remarks.setdefault(path, remark)

    def state(self, path: str) -> bool:
        """State *path* though it could be left out; False when its value cannot be written."""
        if path in self.known:
            self.fields[path] = self.known[path]
        return path in self.known

    def silence(self, reason: str) -> None:
        """Leave the channel out, for the first *reason* that is given."""
        self.silent = self.silent or reason


def by_name(draft: Draft) -> tuple[str, str, int, str]:
    """Sort key: the name without case, the name, the id."""
    return (draft.name.lower(), draft.name, by_id(draft.live), draft.live.remote_id)


def by_id(live: LiveChannel) -> int:
    """Sort key: the oldest channel first."""
    return int(live.remote_id) if live.remote_id.lstrip("-").isdigit() else 0


def in_order(paths: set[str]) -> list[str]:
    """Return *paths* as pages and plans show them."""
    return [path for path in FIELDS if path in paths]
