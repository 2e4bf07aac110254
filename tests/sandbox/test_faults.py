from __future__ import annotations

import httpx
import pytest

from chanops.sandbox.faults import Answer
from sandbox.newapi_site import Start, add, call, ids, send

pytestmark = pytest.mark.anyio

CHANNEL = {"mode": "single", "channel": {"name": "A", "key": "k"}}


async def test_a_connection_lost_after_the_call_leaves_its_effect(start: Start) -> None:
    sandbox = start()
    sandbox.faults.drop_after("POST", "/api/channel/")

    with pytest.raises(httpx.ReadError):
        await send(sandbox, "POST", "/api/channel/", CHANNEL)

    assert await ids(sandbox) == [1]


async def test_a_connection_lost_before_the_call_leaves_nothing(start: Start) -> None:
    sandbox = start()
    sandbox.faults.drop_before("POST", "/api/channel/*")

    with pytest.raises(httpx.ReadError):
        await send(sandbox, "POST", "/api/channel/", CHANNEL)

    assert await ids(sandbox) == []


async def test_an_update_can_be_applied_and_denied_at_once(start: Start) -> None:
    sandbox = start()
    await add(sandbox)
    sandbox.faults.answer_after("PUT", "/api/channel/", Answer(200, b'{"success":false,"message":"database is locked"}'))

    answer = await call(sandbox, "PUT", "/api/channel/", {"id": 1, "weight": 7})

    assert answer["success"] is False
    assert sandbox.row(1)["weight"] == 7


async def test_a_fault_hits_as_often_as_it_was_told(start: Start) -> None:
    sandbox = start()
    sandbox.faults.answer_before("*", "/api/channel/*", Answer(502, b"<html>"), times=2)

    answers = [(await send(sandbox, "GET", "/api/channel/")).status_code for _ in range(3)]

    assert answers == [502, 502, 200]
