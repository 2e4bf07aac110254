"""The rate limiter in the process: a sliding log of whole seconds for each client (contracts/new-api.md 2.3)."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chanops.sandbox.clock import Clock


class Limiter:
    """Lets so many calls through in a window; calls that it rejects are not recorded."""

    def __init__(self, clock: Clock, limit: int, seconds: float) -> None:
        self.seconds = seconds
        self._clock = clock
        self._limit = limit
        self._log: defaultdict[str, deque[int]] = defaultdict(deque)

    def admits(self, client: str) -> bool:
        """Say whether *client* may call now, and record the call if so."""
        log, now = self._log[client], int(self._clock.now())
        if len(log) >= self._limit:
            if now - log[0] < self.seconds:
                return False
            log.popleft()
        log.append(now)
        return True
