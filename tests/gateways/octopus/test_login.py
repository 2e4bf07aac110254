"""One login a run, renewed once when it ran out; what is no login answer is told from a wrong password."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from builders import change
from chanops.domain.change import Action
from chanops.domain.report import Result
from chanops.domain.secret import Ledger
from chanops.errors import GatewayError, NotUnderstoodError, UnauthorisedError, UnreachableError
from gateways.octopus.script import (
    CREATE,
    LIST,
    LOGIN,
    cookie_login,
    g2_row,
    g2_script,
    g4_row,
    g4_script,
    html,
    no,
    ok,
    open_script,
    token_login,
)

pytestmark = pytest.mark.anyio

NEW = {"type": "openai", "base_url": "https://one.invalid/v1", "key": "sk-first-key", "models": ["m-a", "m-b"]}


async def test_the_login_names_no_expiry_since_its_unit_differs() -> None:
    script = g2_script(g2_row())

    await open_script(script).fetch()

    assert script.sent(LOGIN) == [{"username": "admin", "password": "correct-horse-battery"}]


async def test_a_token_goes_into_the_authorization_header() -> None:
    script = g2_script(g2_row())

    await open_script(script).fetch()

    headers = script.requests[1].headers
    assert (headers["authorization"], headers.get("cookie")) == ("Bearer header.claims-1.signature", None)


async def test_a_cookie_goes_into_the_cookie_header() -> None:
    script = g4_script(g4_row())

    await open_script(script).fetch()

    headers = script.requests[1].headers
    assert (headers["cookie"], headers.get("authorization")) == ("auth=header.claims-1.signature", None)


async def test_a_login_that_ran_out_is_renewed_once_and_the_read_repeated() -> None:
    script = g2_script(g2_row(), **{LOGIN: [token_login(1), token_login(2)], LIST: [no(401), ok([g2_row()])]})

    live = await open_script(script).fetch()

    assert len(live.channels) == 1
    assert [r.headers.get("authorization") for r in script.requests[1:4]] == [
        "Bearer header.claims-1.signature", None, "Bearer header.claims-2.signature",
    ]  # fmt: skip


async def test_a_write_is_repeated_after_a_401_since_nothing_was_done() -> None:
    expired = httpx.Response(401, json={"code": 401, "message": "no"}, headers={"set-cookie": "auth=; Path=/; Max-Age=0"})
    script = g4_script(**{LOGIN: [cookie_login(1), cookie_login(2)], CREATE: [expired, ok(g4_row(name="new", id=4))]})
    gateway = open_script(script)
    await gateway.fetch()

    outcome = await gateway.execute(change("new", Action.CREATE, after=NEW))

    assert (outcome.result, outcome.remote_id) == (Result.DONE, "4")
    assert script.requests[-1].headers["cookie"] == "auth=header.claims-2.signature"


async def test_many_calls_that_meet_the_end_of_a_login_renew_it_once() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return ok(g4_row(name="new")) if "claims-2" in request.headers["cookie"] else no(401)

    script = g4_script(**{LOGIN: [cookie_login(1), cookie_login(2), cookie_login(3)], CREATE: answer})
    gateway = open_script(script)
    await gateway.fetch()

    outcomes = await asyncio.gather(*(gateway.execute(change("new", Action.CREATE, after=NEW)) for _ in range(5)))

    assert {outcome.result for outcome in outcomes} == {Result.DONE}
    assert len(script.sent(LOGIN)) == 2


async def test_a_wrong_password_is_unauthorised() -> None:
    with pytest.raises(UnauthorisedError):
        await open_script(g2_script(**{LOGIN: no(401)})).fetch()


async def test_a_credential_refused_right_after_a_login_is_unauthorised() -> None:
    with pytest.raises(UnauthorisedError):
        await open_script(g2_script(**{LIST: no(401)})).fetch()


@pytest.mark.parametrize(
    "answer",
    [html(), html(404), html(403), ok({"id": 1}), ok("logged in"), ok(None), no(400), httpx.Response(200, json=[1]),
     httpx.Response(200, json={"success": True, "message": "", "data": {}})],
)  # fmt: skip
async def test_what_is_no_login_answer_is_not_understood(answer: httpx.Response) -> None:
    with pytest.raises(NotUnderstoodError):
        await open_script(g2_script(**{LOGIN: answer})).fetch()


@pytest.mark.parametrize(
    ("answer", "status"),
    [(html(), 200), (html(404), 404), (httpx.Response(200, json=[1]), 200),
     (httpx.Response(404, text="404 page not found"), 404),
     (httpx.Response(200, json={"success": True, "message": "", "data": {}}), 200),
     (httpx.Response(200, json={"success": False, "message": "no"}), 200),
     (httpx.Response(401, json={"success": False, "message": "no"}), 401),
     (httpx.Response(403, json={"error": {"message": "no"}}), 403),
     (httpx.Response(200, json={"code": 0, "message": "", "data": {"token": "x"}}), 200)],
)  # fmt: skip
async def test_a_login_answer_that_is_no_octopus_s_names_its_status_and_asks_what_it_is(
    answer: httpx.Response, status: int
) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        await open_script(g2_script(**{LOGIN: answer})).fetch()

    assert f"HTTP {status}" in caught.value.reason
    assert "code:" not in caught.value.reason
    assert "an Octopus" in caught.value.hint


async def test_a_site_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(UnreachableError):
        await open_script(g2_script(**{LOGIN: httpx.ConnectError("no")})).fetch()


async def test_words_that_repeat_the_password_or_the_token_are_withheld() -> None:
    for words in ("your password correct-horse-battery", "token header.claims-1.signature"):
        script = g2_script(**{LIST: no(400, words)})

        with pytest.raises(GatewayError) as caught:
            await open_script(script, Ledger()).fetch()

        assert "withheld" in str(caught.value)
        assert words not in str(caught.value)
