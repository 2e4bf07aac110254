"""Credentials: what goes with the calls, how a login is renewed, and why a refusal is never an empty site."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from builders import channel
from chanops.domain.report import Result
from chanops.domain.secret import Secret
from chanops.domain.site import Auth
from chanops.errors import NotUnderstoodError, UnauthorisedError
from chanops.sandbox import SandboxUser
from gateways.newapi.fake import ROOT, TOKEN, Fake, head_root, listed, no, ok, raw, row
from gateways.newapi.stage import Stage, open_stage, password_auth

pytestmark = pytest.mark.anyio

SELF = "GET /api/user/self"
LOGIN = "POST /api/user/login"
LIST = "GET /api/channel/"
PASSWORD = Auth(username="root", password=Secret("invented-password-1", "env:PASSWORD"))
JWT = "invented-jwt-000000000001"
NEXT_JWT = "invented-jwt-000000000002"


def session(token: str = JWT) -> dict[str, Any]:
    return {"access_token": token, "token_type": "Bearer", "user": head_root()}


async def test_a_password_login_reads_and_writes(stage: Stage) -> None:
    stage.gateway = stage.open_with(password_auth(stage.credentials))

    await stage.apply(channel("Plain"))

    assert await stage.pending(channel("Plain")) == []


async def test_a_no_op_plan_of_250_channels_after_a_password_login_takes_four_calls_at_most(stage: Stage) -> None:
    keys = "\n".join(f"sk-invented-{n}" for n in range(250))
    body = {"mode": "batch", "channel": {"name": "many", "type": 1, "key": keys, "models": "gpt-4o"}}
    await stage.call("POST", "/api/channel/", body)
    gateway = stage.open_with(password_auth(stage.credentials))

    await gateway.fetch()

    assert gateway.calls.read <= 4


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (raw(200, b"<html>hello</html>"), 200),
        (raw(404, b"404 page not found"), 404),
        (raw(404, b'{"error":{"message":"no such path"}}'), 404),
        (raw(200, b'{"code":200,"message":"success","data":{"token":"x"}}'), 200),
        (raw(200, b"[1]"), 200),
        (ok(), 200),
        (ok("welcome"), 200),
    ],
)
async def test_a_login_answer_that_is_no_new_api_s_names_its_status_and_asks_what_it_is(answer: Any, status: int) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        await Fake().on(LOGIN, answer).gateway(PASSWORD).fetch()

    assert f"HTTP {status}" in caught.value.reason
    assert "a New API" in caught.value.hint


async def test_a_closed_login_is_over_on_the_gateway(stage: Stage) -> None:
    gateway = stage.open_with(password_auth(stage.credentials))
    await gateway.fetch()
    headers = dict(gateway._session.headers)
    cookies = dict(gateway._link._client.cookies)

    await gateway.close()

    if stage.generation == "head":
        answer = await stage.direct.get("/api/user/self", headers=headers)
        assert answer.status_code == 401
    assert stage.generation == "base" or headers["Authorization"]
    assert stage.generation == "head" or cookies


async def test_a_wrong_token_is_refused_with_a_reason_and_a_hint(stage: Stage) -> None:
    gateway = stage.open_with(Auth(Secret("invented-wrong-token-00000000"), stage.credentials["user_id"]))

    with pytest.raises(UnauthorisedError) as caught:
        await gateway.fetch()

    assert "invented-wrong" not in str(caught.value)
    assert "access_token" in caught.value.hint


async def test_a_wrong_password_is_refused_with_the_mend(stage: Stage) -> None:
    wrong = Auth(username=stage.credentials["username"], password=Secret("invented-wrong-password"))

    with pytest.raises(UnauthorisedError, match="the login was refused") as caught:
        await stage.open_with(wrong).fetch()

    assert "access_token" in caught.value.hint


async def test_a_token_without_its_user_id_says_what_base_needs() -> None:
    async with open_stage("base") as stage:
        gateway = stage.open_with(Auth(Secret(stage.credentials["access_token"])))

        with pytest.raises(UnauthorisedError) as caught:
            await gateway.fetch()

    assert "user_id" in caught.value.hint


async def test_a_token_is_enough_on_head() -> None:
    async with open_stage("head") as stage:
        live = await stage.open_with(Auth(Secret(stage.credentials["access_token"]))).fetch()

    assert live.channels == ()


@pytest.mark.parametrize("generation", ["base", "head"])
async def test_a_common_user_is_refused_for_the_role(generation: str) -> None:
    async with open_stage(generation, users=[SandboxUser("usr", 1, "invented-user-token-0000000000")]) as stage:
        if stage.is_real and "users" not in stage.credentials:
            pytest.skip("the real server was started without more users")
        gateway = stage.open_with(await user_auth(stage, "usr"))

        with pytest.raises(UnauthorisedError, match="role is 1"):
            await gateway.fetch()


@pytest.mark.parametrize("generation", ["base", "head"])
async def test_an_administrator_without_sensitive_write_is_told_at_plan_time(generation: str) -> None:
    async with open_stage(generation, users=[SandboxUser("adm", 10, "invented-admin-token-000000000")]) as stage:
        if stage.is_real and "users" not in stage.credentials:
            pytest.skip("the real server was started without more users")
        await stage.apply(channel("Mine"), channel("Gone"))
        stage.gateway = stage.open_with(await user_auth(stage, "adm"))

        free = await stage.attempt(channel("Mine", weight=4), channel("Gone", enabled=False))
        plan = await stage.plan(channel("Mine", weight=4, base_url="https://other.example.com"), channel("New", models=["o3"]))

    assert [outcome.result for outcome in free] == [Result.DONE, Result.DONE]
    said = " ".join(finding.summary for finding in plan.findings)
    if generation == "head":
        assert "may not create channels" in said
        assert "may not delete channels" in said
        assert "may not change base_url" in said
    else:
        assert said == ""


async def test_the_token_and_the_user_id_go_with_every_call() -> None:
    fake = Fake()

    await fake.gateway().fetch()

    assert {r.headers["authorization"] for r in fake.requests} == {f"Bearer {TOKEN}"}
    assert {r.headers["new-api-user"] for r in fake.requests} == {"1"}


@pytest.mark.parametrize("token", ["", "  ", "ключ", "a\nb"])
async def test_a_token_that_no_header_can_carry_is_refused_before_any_call(token: str) -> None:
    fake = Fake()

    with pytest.raises(UnauthorisedError, match="no header can carry"):
        await fake.gateway(Auth(Secret(token), 1)).fetch()

    assert fake.requests == []


async def test_a_head_login_needs_no_call_for_the_account() -> None:
    fake = Fake().on(LOGIN, ok(session()))

    live = await fake.gateway(PASSWORD).fetch()

    assert live.dialect.generation == "head"
    assert fake.sent(SELF) == []
    assert fake.requests[-1].headers["authorization"] == f"Bearer {JWT}"


async def test_a_base_login_takes_its_user_id_from_the_answer() -> None:
    fake = Fake().on(LOGIN, ok({"id": 7, "role": 100}))

    live = await fake.gateway(PASSWORD).fetch()

    assert live.dialect.generation == "base"
    assert fake.requests[-1].headers["new-api-user"] == "7"


async def test_a_login_that_runs_out_is_refreshed_and_the_call_sent_again() -> None:
    fake = Fake().on(LOGIN, ok(session())).on("POST /api/user/auth/refresh", ok(session(NEXT_JWT)))
    expired = no("expired", 401, code="AUTH_TOKEN_EXPIRED")
    fake.on(LIST, expired, listed(row()))

    live = await fake.gateway(PASSWORD).fetch()

    assert len(live.channels) == 1
    assert fake.requests[-1].headers["authorization"] == f"Bearer {NEXT_JWT}"
    assert len(fake.sent(LOGIN)) == 1


async def test_a_login_that_cannot_be_refreshed_is_made_anew() -> None:
    fake = Fake().on(LOGIN, ok(session()), ok(session(NEXT_JWT))).on("POST /api/user/auth/refresh", no("no", 401))
    fake.on(LIST, no("expired", 401), listed())

    await fake.gateway(PASSWORD).fetch()

    assert len(fake.sent(LOGIN)) == 2


async def test_a_login_is_renewed_once_and_then_given_up() -> None:
    fake = Fake().on(LOGIN, ok(session())).on("POST /api/user/auth/refresh", ok(session(NEXT_JWT)))
    fake.on(LIST, no("no", 401, code="AUTH_SESSION_REVOKED"))

    with pytest.raises(UnauthorisedError, match="AUTH_SESSION_REVOKED"):
        await fake.gateway(PASSWORD).fetch()

    assert len(fake.sent(LIST)) == 2


@pytest.mark.parametrize(
    ("login", "switches", "said"),
    [
        (ok({"require_2fa": True}), {}, "second factor"),
        (no("x"), {"turnstile_check": True}, "Turnstile"),
        (no("x"), {"password_login_enabled": False}, "switched off"),
        (no("x", 409, code="AUTH_SESSION_LIMIT"), {}, "AUTH_SESSION_LIMIT"),
        (no("x", 429, code="AUTH_SESSION_ISSUANCE_LIMIT"), {}, "AUTH_SESSION_ISSUANCE_LIMIT"),
        (ok({}), {}, "neither a token nor an id"),
    ],
)
async def test_a_login_no_program_can_pass_says_so_and_how_to_go_on(login: Any, switches: dict[str, Any], said: str) -> None:
    fake = Fake().on(LOGIN, login).on("GET /api/status", ok(switches))

    with pytest.raises(UnauthorisedError) as caught:
        await fake.gateway(PASSWORD).fetch()

    assert said in caught.value.reason
    assert "access token" in caught.value.hint


async def test_the_gateways_words_are_withheld_when_they_repeat_the_password() -> None:
    fake = Fake().on(LOGIN, no("no user root with invented-password-1")).on("GET /api/status", ok({}))

    with pytest.raises(UnauthorisedError) as caught:
        await fake.gateway(PASSWORD).fetch()

    assert "invented-password-1" not in str(caught.value)


async def test_a_new_token_shown_by_an_old_gateway_becomes_a_secret() -> None:
    fake = Fake().on(SELF, ok(ROOT | {"access_token": "invented-shown-token"}))

    await fake.gateway().fetch()

    assert "invented-shown-token" not in fake.ledger.screen("it is invented-shown-token")


async def test_a_logout_that_fails_is_passed_over() -> None:
    fake = Fake().on(LOGIN, ok(session())).on("POST /api/user/auth/logout", httpx.ConnectError("gone"))
    gateway = fake.gateway(PASSWORD)
    await gateway.fetch()

    await gateway.close()

    assert fake.sent("POST /api/user/auth/logout") != []


async def test_a_token_session_ends_without_a_call() -> None:
    fake = Fake()
    gateway = fake.gateway()
    await gateway.fetch()
    before = len(fake.requests)

    await gateway.close()

    assert len(fake.requests) == before


async def user_auth(stage: Stage, name: str) -> Auth:
    if stage.is_real:
        user = stage.credentials["users"][name]
        return Auth(Secret(user["access_token"]), user["user_id"])
    token = {"usr": "invented-user-token-0000000000", "adm": "invented-admin-token-000000000"}[name]
    return Auth(Secret(token), 2)
