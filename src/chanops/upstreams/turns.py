"""Politeness towards providers: few calls at once, and not too many a minute, host by host (upstreams.md 7)."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

AT_ONCE: Final = 3
A_MINUTE: Final = 60
MINUTE: Final = 60.0
OVERALL: Final = 12


class Turns:
    """Hands out turns; *now* and *sleep* are the clock, which tests move by hand."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        a_minute: int = A_MINUTE,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.sleep = sleep
        self._a_minute = a_minute
        self._now = now
        self._all = asyncio.Semaphore(OVERALL)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    @asynccontextmanager
    async def take(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at *host*, and hold it."""
        async with self._hosts[host], self._all:
            await self._wait(self._calls[host])
            yield

    async def _wait(self, calls: deque[float]) -> None:
        while len(calls) >= self._a_minute and (pause := calls[0] + MINUTE - self._now()) > 0:
            await self.sleep(pause)
        calls.append(self._now())
        if len(calls) > self._a_minute:
            calls.popleft()
