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
DEFAULT_LIMIT: Final = 180  # calls; BASE's own
LONGEST_WINDOW: Final = 3600.0  # seconds; a gateway that asks for more is asked again after that
FIRST_LOOK: Final = 5.0  # seconds before looking whether an unknown window is over
GROWTH: Final = 1.4  # each look waits that much longer than the one before
PATIENCE: Final = 1800.0  # seconds of nothing but refusals, or two windows, after which it is no rate limit
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


class WaitEndedError(Exception):
    """A call that had to wait was given up: it was not sent, or refused, so that nothing was done."""


class Pacer:
    """Keeps one site's calls below the limit it has shown; *on_wait* hears every wait with its reason.

    Once its waits are ended a call that would have to wait raises WaitEndedError, unless it must go through (*is_patient*).
    """

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
        self._is_learned = False
        self._looks = 0
        self._oldest: float | None = None
        self._refused_since: float | None = None
        self._ended = asyncio.Event()

    @property
    def is_hopeless(self) -> bool:
        """Tell whether every call has been refused for longer than any limit would."""
        if self._refused_since is None:
            return False
        return self._timer.now() - self._refused_since >= max(PATIENCE, 2 * self.window)

    def end_waits(self) -> None:
        """Give up every wait for the rate limit, the running one and those to come."""
        self._ended.set()

    async def sleep(self, seconds: float) -> None:
        """Wait without telling anybody: the pause before a repeated read."""
        await self._timer.sleep(seconds)

    async def before_call(self, *, is_patient: bool = False) -> None:
        """Wait until the next call fits below the learned limit, and note it."""
        async with self._lock:
            if self.limit is not None and self._knows_window() and len(self._log) >= self.limit:
                free_at = self._log[-self.limit] + self.window + MARGIN
                await self._wait(free_at - self._timer.now(), is_patient=is_patient)
            now = self._timer.now()
            self._log.append(now)
            horizon = now - max(self.window, DEFAULT_WINDOW) - MARGIN
            while self._log[0] < horizon:
                self._log.popleft()

    async def after_refusal(self, retry_after: str | None, *, is_patient: bool = False) -> None:
        """Learn from a 429, and wait until the same call may pass. The refused call leaves the log."""
        async with self._lock:
            self.refusals += 1
            if self._refused_since is None:
                self._refused_since = self._timer.now()
            if self._log:
                self._log.pop()
            self._learn(retry_after)
            if not self.is_hopeless:
                await self._wait(self._free_in() if self._knows_window() else self._next_look(), is_patient=is_patient)

    def after_answer(self) -> None:
        """Learn from a call that passed: after looking now and then, the window is what it took since the oldest call."""
        self._refused_since = None
        if self._looks and self._oldest is not None:
            self.window = max(self._timer.now() - self._oldest, MARGIN)
            self._is_learned = True
        self._looks = 0

    def _learn(self, retry_after: str | None) -> None:
        if retry_after and retry_after.isascii() and retry_after.isdigit():
            self.window = min(max(float(retry_after[:9]), 1.0), LONGEST_WINDOW)
            self._is_learned = True
        now = self._timer.now()
        recent = [at for at in self._log if at > now - self.window - MARGIN]
        if recent and (self.limit is None or len(recent) < self.limit):
            self.limit = len(recent)
        if not self._looks:
            self._oldest = recent[0] if recent else None

    def _knows_window(self) -> bool:
        """Tell whether the window is known: said by the gateway, seen, or BASE's own default with its default limit."""
        return self._is_learned or self.limit == DEFAULT_LIMIT

    def _free_in(self) -> float:
        if not self._log:
            return self.window
        oldest = self._log[-self.limit] if self.limit and len(self._log) >= self.limit else self._log[0]
        seconds = oldest + self.window + MARGIN - self._timer.now()
        return seconds if seconds > 0 else FIRST_LOOK

    def _next_look(self) -> float:
        """Return a growing pause: a refused look is not recorded there, so it costs nothing but itself."""
        self._looks += 1
        return float(FIRST_LOOK * GROWTH ** (self._looks - 1))

    async def _wait(self, seconds: float, *, is_patient: bool) -> None:
        if seconds <= 0:
            return
        if not is_patient and self._ended.is_set():
            raise WaitEndedError
        began = self._timer.now()
        self._on_wait(seconds, "rate limit")
        try:
            await (self._timer.sleep(seconds) if is_patient else self._sleep_or_end(seconds))
        finally:
            self.waited += max(self._timer.now() - began, 0.0)

    async def _sleep_or_end(self, seconds: float) -> None:
        """Wait, or raise WaitEndedError as soon as waits are ended."""
        sleeping, ending = asyncio.ensure_future(self._timer.sleep(seconds)), asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait((sleeping, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            ending.cancel()
        if not sleeping.done():
            raise WaitEndedError
        sleeping.result()
