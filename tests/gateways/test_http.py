"""The HTTP line to a site: what is repeated, what is not, and what is learned on the way."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from chanops.domain.secret import Ledger
from chanops.errors import NotUnderstoodError, StoppedError, UnclearError, UnreachableError
from chanops.gateways.answer import Answer, parse_object
from chanops.gateways.course import whole_change
from chanops.gateways.http import Link
from chanops.gateways.pacing import Pacer
from chanops.gateways.strict_json import MAX_DEPTH

pytestmark = pytest.mark.anyio


class HandTimer:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


Answers = list[httpx.Response | Exception]


class Script:
    """Answers the requests in order, and remembers them."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers: Answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


OK = {"success": True}


@pytest.fixture
def opened() -> Callable[..., tuple[Link, Pacer]]:
    def open_link(script: Script) -> tuple[Link, Pacer]:
        pacer = Pacer(HandTimer())
        transport = httpx.MockTransport(script)
        return Link("main", "http://127.0.0.1", ledger=Ledger(), pacer=pacer, transport=transport), pacer

    return open_link


Open = Callable[[Script], tuple[Link, Pacer]]


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadError("x"),
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
        httpx.RemoteProtocolError("x"),
        httpx.Response(502),
    ],
)
async def test_a_read_is_repeated_after_a_passing_fault(opened: Open, fault: httpx.Response | Exception) -> None:
    link, _ = opened(Script(fault, httpx.Response(200, json=OK)))

    assert (await link.read("GET", "/x")).status == 200
    assert link.calls.read == 2


async def test_a_read_is_given_up_after_a_few_tries(opened: Open) -> None:
    link, _ = opened(Script(*[httpx.ConnectError("secret in here")] * 10))

    with pytest.raises(UnreachableError) as caught:
        await link.read("GET", "/x")

    assert "secret" not in str(caught.value)
    assert link.calls.read == 4


async def test_a_write_that_was_never_sent_is_told_from_one_whose_answer_was_lost(opened: Open) -> None:
    link, _ = opened(Script(httpx.ConnectError("x"), httpx.ReadError("x"), httpx.ReadTimeout("x")))

    with pytest.raises(UnreachableError):
        await link.write("POST", "/x", json={})
    for _ in range(2):
        with pytest.raises(UnclearError):
            await link.write("POST", "/x", json={})
    assert link.calls.write == 3


async def test_a_refused_call_is_sent_again_when_the_wait_is_over(opened: Open) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200, json=OK))
    link, pacer = opened(script)

    assert (await link.write("POST", "/x", json={"a": 1})).status == 200
    assert [json.loads(request.content) for request in script.requests] == [{"a": 1}, {"a": 1}]
    assert pacer.waited >= 7


async def test_an_untold_window_is_learned_from_the_first_call_that_passes(opened: Open) -> None:
    script = Script(httpx.Response(200), httpx.Response(429), httpx.Response(200))
    link, pacer = opened(script)

    await link.write("POST", "/x")
    await link.write("POST", "/x")

    assert pacer.window < 10


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "20"}, {"Retry-After": "999999"}])
async def test_a_site_that_refuses_every_call_is_given_up(opened: Open, headers: dict[str, str]) -> None:
    script = Script(*(httpx.Response(429, headers=headers) for _ in range(500)))
    link, pacer = opened(script)

    with pytest.raises(UnreachableError, match="429"):
        await link.write("POST", "/x")

    assert 1 < len(script.requests) < 200
    assert pacer.waited < 3 * 3600
    asked = len(script.requests)
    with pytest.raises(UnreachableError, match="429"):
        await link.write("POST", "/x")
    assert len(script.requests) == asked + 1


async def test_a_site_that_takes_a_call_again_has_all_the_patience_back(opened: Open) -> None:
    script = Script(*(httpx.Response(429) for _ in range(500)))
    link, _ = opened(script)
    with pytest.raises(UnreachableError):
        await link.read("GET", "/x")
    script.answers = [httpx.Response(200, json=OK), httpx.Response(429), httpx.Response(429), httpx.Response(200, json=OK)]

    assert (await link.read("GET", "/x")).status == 200
    assert (await link.read("GET", "/x")).status == 200


async def test_redirects_are_not_followed(opened: Open) -> None:
    script = Script(httpx.Response(302, headers={"location": "http://elsewhere.example/steal"}))
    link, _ = opened(script)

    answer = await link.read("GET", "/x", headers={"Authorization": "Bearer t"})

    assert (answer.status, len(script.requests)) == (302, 1)


async def test_an_answer_without_end_is_cut_off(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chanops.gateways.http.MAX_BYTES", 1000)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100

    link, _ = opened(Script(httpx.Response(200, content=endless())))

    with pytest.raises(NotUnderstoodError, match="larger than"):
        await link.read("GET", "/x")


@pytest.mark.parametrize("body", [b"<html>", b"", b"[1]", b'{"a":', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_object_is_said_with_the_call_it_answered(body: bytes) -> None:
    with pytest.raises(NotUnderstoodError, match="GET /x: "):
        parse_object("main", Answer(200, {}, body), "GET /x")


def test_an_answer_nested_too_deep_is_refused() -> None:
    body = b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1)

    with pytest.raises(NotUnderstoodError, match="deep"):
        parse_object("main", Answer(200, {}, body), "GET /x")


async def test_a_change_that_has_written_once_goes_on_through_the_rate_limit_after_a_stop(
    opened: Callable[..., tuple[Link, Pacer]],
) -> None:
    throttled = httpx.Response(429, headers={"retry-after": "60"})
    script = Script(httpx.Response(200, json=OK), throttled, httpx.Response(200, json=OK))
    link, pacer = opened(script)

    with whole_change():
        await link.write("POST", "/channel")
        pacer.end_waits()
        await link.write("POST", "/status")

    assert [request.url.path for request in script.requests] == ["/channel", "/status", "/status"]


async def test_a_change_that_has_not_written_yet_is_given_up_after_a_stop(opened: Callable[..., tuple[Link, Pacer]]) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "60"}))
    link, pacer = opened(script)
    pacer.end_waits()

    with whole_change(), pytest.raises(StoppedError):
        await link.write("POST", "/channel")
