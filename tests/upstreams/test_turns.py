"""Politeness: few at once, and not too many a minute, host by host."""

from __future__ import annotations

import asyncio

import pytest

from chanops.upstreams.turns import Turns
from upstreams.stage import NoTime

pytestmark = pytest.mark.anyio


async def test_no_more_than_so_many_hold_a_turn_at_one_host() -> None:
    turns = Turns(at_once=2)
    held, most = 0, 0

    async def work() -> None:
        nonlocal held, most
        async with turns.take("one.invalid"):
            held += 1
            most = max(most, held)
            await asyncio.sleep(0)
            held -= 1

    await asyncio.gather(*(work() for _ in range(6)))

    assert most == 2


async def test_the_next_call_waits_until_the_minute_is_over() -> None:
    clock = NoTime()
    turns = Turns(a_minute=3, now=clock.now, sleep=clock.sleep)

    for _ in range(4):
        async with turns.take("one.invalid"):
            clock.at += 1

    assert clock.at == 61.0


async def test_hosts_do_not_wait_for_each_other() -> None:
    clock = NoTime()
    turns = Turns(a_minute=1, now=clock.now, sleep=clock.sleep)

    for host in ("one.invalid", "two.invalid"):
        async with turns.take(host):
            pass

    assert clock.at == 0.0
