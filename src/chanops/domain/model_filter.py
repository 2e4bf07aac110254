"""From an upstream's list to a channel's: allowed, included, not excluded, with the extra ones; and the guard on losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chanops.domain.model_names import tidy
from chanops.domain.models import FEW, MAX_REMOVED
from chanops.domain.patterns import compile_pattern, matches_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.domain.models import ModelRule
    from chanops.domain.policy import Limit


def select_models(rule: ModelRule, upstream: Sequence[str]) -> tuple[str, ...]:
    """Return what *rule* takes of *upstream*, in its order, the extra models last (contracts/models.md 1).

    Raises PatternError for a pattern that cannot be used; the loader has made sure that there is none.
    """
    return tuple(dict.fromkeys((*pick_models(rule, upstream), *tidy(rule.extra))))


def pick_models(rule: ModelRule, upstream: Sequence[str]) -> tuple[str, ...]:
    """Return what *rule* takes of *upstream*, without the extra models."""
    allowed = frozenset(rule.allow)
    includes = [compile_pattern(text) for text in rule.include]
    excludes = [compile_pattern(text) for text in rule.exclude]
    return tuple(
        name
        for name in tidy(upstream)
        if (not allowed or name in allowed)
        and (not includes or matches_any(includes, name))
        and not matches_any(excludes, name)
    )


class Removal(NamedTuple):
    """Which live models would go, of how many, and whether the limit refuses it."""

    gone: tuple[str, ...]
    of: int
    limit: Limit
    is_refused: bool

    @property
    def allowed(self) -> int:
        """Return how many the limit lets go."""
        return self.limit.of(self.of)


def check_removed(rule: ModelRule, live: Iterable[str], wanted: Iterable[str]) -> Removal:
    """Return what *wanted* loses of *live*; the default limit holds from ten live models on, a written one always."""
    held = dict.fromkeys(live)
    kept = frozenset(wanted)
    gone = tuple(sorted(name for name in held if name not in kept))
    limit = rule.max_removed or MAX_REMOVED
    holds = rule.max_removed is not None or len(held) >= FEW
    return Removal(gone, len(held), limit, is_refused=holds and len(gone) > limit.of(len(held)))
