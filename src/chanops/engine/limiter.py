"""How many writes run at once on one site: grows while latency stays at its floor, halves on trouble (DESIGN 6)."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from chanops.domain.gateway import Pace

AT_FLOOR: Final = 1.3  # times the floor: the wait is still the network's
LOADED: Final = 2.0  # times the floor: the gateway itself is what is waited for
SLACK: Final = 0.002  # seconds of noise that mean nothing


class Limiter:
    """Lets a changing number of writes run together; *fixed* is the number the operator asked for."""

    def __init__(self, pace: Pace, *, fixed: int | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self.limit = fixed or pace.start
        self._most = fixed or pace.most
        self._least = fixed or 1
        self._now = now
        self._running = 0
        self._floor: float | None = None
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place, and learn from how long it was held."""
        async with self._freed:
            await self._freed.wait_for(lambda: self._running < self.limit)
            self._running += 1
        began = self._now()
        try:
            yield
        finally:
            async with self._freed:
                self._running -= 1
                self._learn(self._now() - began)
                self._freed.notify(max(0, self.limit - self._running))  # not all: thousands may wait

    def back_off(self) -> None:
        """Halve the number: the gateway was locked or did not answer in time."""
        self.limit = max(self._least, self.limit // 2)
        self._most = max(self._least, min(self._most, self.limit * 2))

    def _learn(self, seconds: float) -> None:
        self._floor = seconds if self._floor is None else min(self._floor, seconds)
        if seconds <= self._floor * AT_FLOOR + SLACK:
            self.limit = min(self._most, self.limit + 1)
        elif seconds > self._floor * LOADED + SLACK:
            self.limit = max(self._least, min(self.limit, self._most) - 1)
