"""Providers that nobody reaches: on a bad day a hundred keys of one must not wait for it one after the other."""

from __future__ import annotations

from collections import Counter
from typing import Final

from chanops.domain.discovery import Failure, State

TRIES: Final = 3  # in a row, none of them answered
LOST: Final = "it was not reached three times in this run, and is not asked again"


class Unreached:
    """Counts, provider by provider, how many calls in a row reached nobody."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def refusal(self, provider: str) -> Failure | None:
        """Return why *provider* is not asked any more, or None."""
        return Failure(State.NETWORK_ERROR, LOST) if self._times[provider] >= TRIES else None

    def note(self, provider: str, state: State) -> None:
        """Take in how asking *provider* ended."""
        self._times[provider] = self._times[provider] + 1 if state is State.NETWORK_ERROR else 0
