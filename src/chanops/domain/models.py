"""Model rules: what a channel takes of the models its upstream lists (contracts/models.md 1 and 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chanops.domain.digest import digest_json
from chanops.domain.policy import Limit

if TYPE_CHECKING:
    from chanops.domain.model_redirect import Redirect

MAX_REMOVED: Final = Limit(20, is_percent=True)
FEW: Final = 10
"""Below that many live models the default limit says nothing: one of three is a third."""


class ModelsFrom(StrEnum):
    """Where a rule's list comes from: asked for each time, or read from the lock file alone."""

    UPSTREAM = "upstream"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class ModelRule:
    """`models: {from: …}` of a channel; patterns as written, compiled by whoever matches. *max_removed* None: the default."""

    source: ModelsFrom = ModelsFrom.UPSTREAM
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    max_removed: Limit | None = None

    @property
    def patterns(self) -> tuple[str, ...]:
        """Return every pattern of the rule."""
        return self.include + self.exclude


def digest_rule(rule: ModelRule, redirect: Redirect | None = None) -> str:
    """Return the digest of everything that decides which models *rule* and *redirect* make of a list.

    Where the list comes from and how much of it may go do not: a lock entry survives a change of those.
    """
    content: dict[str, object] = {
        "include": list(rule.include),
        "exclude": list(rule.exclude),
        "allow": list(rule.allow),
        "extra": list(rule.extra),
    }
    if redirect is not None:
        content["redirect"] = redirect.content
    return digest_json(content)
