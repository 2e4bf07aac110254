"""How fast a limited site is called: measured on a gateway that counts as New API does (contracts/new-api.md 2.3)."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from chanops.gateways.pacing import Pacer, WaitEndedError

pytestmark = pytest.mark.anyio


class HandTimer:
    """Time that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


class LimitedSite:
    """A sliding log of the last *limit* calls; a refused call is not recorded."""

    def __init__(self, timer: HandTimer, limit: int, seconds: float, *, says_when: bool) -> None:
        self.timer, self.limit, self.seconds, self.says_when = timer, limit, seconds, says_when
        self.log: deque[int] = deque()
        self.refused = 0

    def call(self) -> bool:
        now = int(self.timer.now())
        if len(self.log) >= self.limit and now - self.log[-self.limit] < self.seconds:
            self.refused += 1
            return False
        self.log.append(now)
        return True


async def send(pacer: Pacer, site: LimitedSite, timer: HandTimer, calls: int) -> None:
    for _ in range(calls):
        while True:
            await pacer.before_call()
            timer.time += 0.01
            if site.call():
                pacer.after_answer()
                break
            await pacer.after_refusal(str(int(site.seconds)) if site.says_when else None)


async def test_without_a_limit_nothing_is_waited_for() -> None:
    timer = HandTimer()
    pacer = Pacer(timer)

    await send(pacer, LimitedSite(timer, 10_000, 180, says_when=True), timer, 500)

    assert pacer.waited == 0


@pytest.mark.parametrize("says_when", [True, False])
async def test_250_writes_under_180_in_180_seconds_wait_one_window_with_few_refusals(says_when: bool) -> None:
    timer = HandTimer()
    pacer, site = Pacer(timer), LimitedSite(timer, 180, 180, says_when=says_when)

    await send(pacer, site, timer, 250)

    assert site.refused <= 2
    assert timer.time - 1000 < 190


async def test_150_writes_under_60_in_20_seconds_end_as_soon_as_any_policy_can() -> None:
    timer = HandTimer()
    pacer, site = Pacer(timer), LimitedSite(timer, 60, 20, says_when=True)

    await send(pacer, site, timer, 150)

    assert site.refused <= 2
    assert timer.time - 1000 < 45


async def test_a_window_that_nobody_tells_is_found_by_looking_now_and_then() -> None:
    timer = HandTimer()
    pacer, site = Pacer(timer), LimitedSite(timer, 60, 20, says_when=False)

    await send(pacer, site, timer, 150)

    assert site.refused <= 10
    assert timer.time - 1000 < 70


async def test_calls_that_others_made_are_waited_for_too() -> None:
    timer = HandTimer()
    pacer, site = Pacer(timer), LimitedSite(timer, 30, 20, says_when=True)
    for _ in range(25):
        site.call()

    await send(pacer, site, timer, 40)

    assert site.refused <= 8


async def test_every_wait_is_told_with_its_reason() -> None:
    timer = HandTimer()
    told: list[tuple[float, str]] = []
    pacer = Pacer(timer, on_wait=lambda seconds, reason: told.append((round(seconds), reason)))

    await send(pacer, LimitedSite(timer, 10, 20, says_when=True), timer, 11)

    assert told == [(21, "rate limit")]


async def refused(pacer: Pacer, *, is_patient: bool = False) -> None:
    await pacer.before_call()
    await pacer.after_refusal("3600", is_patient=is_patient)


async def test_ending_waits_gives_up_the_running_one() -> None:
    pacer = Pacer()
    call = asyncio.ensure_future(refused(pacer))
    await asyncio.sleep(0)

    pacer.end_waits()

    with pytest.raises(WaitEndedError):
        await call


async def test_once_waits_are_ended_a_refused_call_is_given_up_at_once() -> None:
    timer = HandTimer()
    pacer = Pacer(timer)
    pacer.end_waits()

    with pytest.raises(WaitEndedError):
        await refused(pacer)
    assert timer.time == 1000


async def test_once_waits_are_ended_a_call_above_the_learned_limit_is_not_made() -> None:
    timer = HandTimer()
    pacer = Pacer(timer)
    await send(pacer, LimitedSite(timer, 2, 60, says_when=True), timer, 3)
    await pacer.before_call()
    pacer.end_waits()

    with pytest.raises(WaitEndedError):
        await pacer.before_call()


async def test_once_waits_are_ended_a_call_that_fits_below_the_limit_is_made() -> None:
    pacer = Pacer(HandTimer())
    pacer.end_waits()

    await pacer.before_call()

    assert pacer.waited == 0


async def test_a_call_that_must_go_through_waits_to_the_end() -> None:
    timer = HandTimer()
    pacer = Pacer(timer)
    pacer.end_waits()

    await refused(pacer, is_patient=True)

    assert timer.time >= 1000 + 3600
