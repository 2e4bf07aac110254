"""What `chanops lock` keeps: the model list of every rule, as it was when somebody last looked (contracts/models.md 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.address import Address


class LockEntry(NamedTuple):
    """One channel's list, sorted.

    *source*: where it came from; *changed*: when it last did (RFC 3339); *rule*: the digest of the rule that made it.
    """

    models: tuple[str, ...]
    source: str
    changed: str
    rule: str


@dataclass(frozen=True, slots=True)
class Lock:
    """All entries by address; no file is an empty lock."""

    entries: Mapping[Address, LockEntry] = field(default_factory=dict)

    def find(self, address: Address, rule: str) -> LockEntry | None:
        """Return the entry of *address* when it was made by the rule with the digest *rule*: another rule, no entry."""
        entry = self.entries.get(address)
        return entry if entry is not None and entry.rule == rule else None
