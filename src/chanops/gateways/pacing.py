"""How fast one site may be called: full speed until it says 429, then as fast as its limit allows (DESIGN 6).

Both generations of New API keep a sliding log of the last N calls (contracts/new-api.md 2.3). Refused calls are not recorded
there. So a log of one's own calls tells when the next one is free, once limit and window are learned.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_WINDOW: Final = 180.0  # seconds; what BASE means when its 429 says nothing
POLL: Final = 5.0  # seconds between looks when the window is not the default one
MARGIN: Final = 1.0  # seconds: the gateway counts in whole ones


class Timer(Protocol):
    """Time as the pacer needs it; tests move it by hand."""

    def now(self) -> float:
        """Return seconds from any fixed point."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class RealTimer:
    """The machine's own clock."""

    def now(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class Pacer:
    """Keeps one site's calls below the limit it has shown; *on_wait* hears every wait with its reason."""

    def __init__(
        self,
        timer: Timer | None = None,
        *,
        on_wait: Callable[[float, str], None] | None = None,
        default_window: float = DEFAULT_WINDOW,
    ) -> None:
        self.waited = 0.0
        self.limit: int | None = None
        self.window = default_window
        self.refusals = 0
        self._timer = timer or RealTimer()
        self._on_wait = on_wait or (lambda _seconds, _reason: None)
        self._log: deque[float] = deque()
        self._lock = asyncio.Lock()

    async def sleep(self, seconds: float) -> None:
        """Wait without telling anybody: the pause before a repeated read."""
        await self._timer.sleep(seconds)

    async def before_call(self) -> None:
        """Wait until the next call fits below the learned limit, and note it."""
        async with self._lock:
            if self.limit is not None and len(self._log) >= self.limit:
                free_at = self._log[-self.limit] + self.window + MARGIN
                await self._wait(free_at - self._timer.now())
            now = self._timer.now()
            self._log.append(now)
            horizon = now - max(self.window, DEFAULT_WINDOW) - MARGIN
            while self._log[0] < horizon:
                self._log.popleft()

    async def after_refusal(self, retry_after: str | None) -> None:
        """Learn from a 429: the refused call leaves the log, the limit is what went through before it."""
        async with self._lock:
            self.refusals += 1
            if self._log:
                self._log.pop()
            self._learn(retry_after)
            if not self._log:
                await self._wait(self.window)
                return
            oldest = self._log[-self.limit] if self.limit and len(self._log) >= self.limit else self._log[0]
            free_in = oldest + self.window + MARGIN - self._timer.now()
            await self._wait(free_in if free_in > 0 else POLL)

    def _learn(self, retry_after: str | None) -> None:
        if retry_after and retry_after.isdigit():
            self.window = max(float(retry_after), 1.0)
        now = self._timer.now()
        recent = sum(at > now - self.window - MARGIN for at in self._log)
        if recent and (self.limit is None or recent < self.limit):
            self.limit = recent

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        self.waited += seconds
        self._on_wait(seconds, "rate limit")
        await self._timer.sleep(seconds)
