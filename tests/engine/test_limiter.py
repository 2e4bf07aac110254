"""How many writes run at once."""

from __future__ import annotations

import asyncio

import pytest

from chanops.domain.gateway import Pace
from chanops.engine.limiter import Limiter

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time


async def hold(limiter: Limiter, clock: Clock, *seconds: float) -> int:
    for span in seconds:
        async with limiter.turn():
            clock.time += span
    return limiter.limit


async def test_it_grows_to_its_most_while_latency_stays_at_the_floor() -> None:
    clock = Clock()

    assert await hold(Limiter(Pace(2), now=clock.now), clock, *[0.1] * 30) == 16


async def test_it_shrinks_when_the_gateway_is_what_is_waited_for() -> None:
    clock = Clock()

    assert await hold(Limiter(Pace(4), now=clock.now), clock, 0.1, *[0.5] * 3) == 2


async def test_trouble_halves_it_and_keeps_it_from_growing_far() -> None:
    clock = Clock()
    limiter = Limiter(Pace(2), now=clock.now)
    await hold(limiter, clock, *[0.1] * 30)

    limiter.back_off()

    assert limiter.limit == 8
    limiter.back_off()
    assert await hold(limiter, clock, *[0.1] * 30) == 8


async def test_a_fixed_number_stays() -> None:
    clock = Clock()
    limiter = Limiter(Pace(2), fixed=5, now=clock.now)

    assert await hold(limiter, clock, 0.1, 0.1, 9.0, 0.1) == 5
    limiter.back_off()
    assert limiter.limit == 5


async def test_never_more_run_than_the_limit() -> None:
    limiter = Limiter(Pace(2), fixed=3)
    running, most = 0, 0

    async def work() -> None:
        nonlocal running, most
        async with limiter.turn():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(work() for _ in range(20)))

    assert most == 3
