"""Work an Octopus does behind an answer: done when it is sent or, if it is due later, before the next one."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chanops.sandbox.clock import Clock

    Work: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(order=True)
class _Job:
    due: float
    turn: int
    work: Work = field(compare=False)


class Background:
    """The jobs that wait, the earliest first; *lag* seconds pass before a job that a write has left behind is due."""

    def __init__(self, clock: Clock, lag: float = 0.0) -> None:
        self.lag = lag
        self._clock = clock
        self._jobs: list[_Job] = []
        self._turns = count()

    def soon(self, work: Work) -> None:
        """Do *work* after the answer that is being made."""
        self.at(self._clock.now() + self.lag, work)

    def at(self, due: float, work: Work) -> None:
        """Do *work* when the clock reaches *due*."""
        heapq.heappush(self._jobs, _Job(due, next(self._turns), work))

    async def catch_up(self) -> None:
        """Do everything that is due."""
        now = self._clock.now()
        while self._jobs and self._jobs[0].due <= now:
            await heapq.heappop(self._jobs).work()
