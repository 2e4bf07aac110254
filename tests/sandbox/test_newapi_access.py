from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.sandbox import Clock, Credentials, SandboxUser
from sandbox.newapi_site import Start, add, call, ids, send

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

ADMIN = SandboxUser("adm", 10, "token-of-adm")
WRITER = SandboxUser("wri", 10, "token-of-wri", permissions=("sensitive_write",))
USERS = (ADMIN, WRITER)


def as_user(token: str, user_id: int) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "New-Api-User": str(user_id)}


async def test_head_forbids_an_admin_to_create_unless_that_was_granted(start: Start) -> None:
    sandbox = start(users=USERS)
    body = {"mode": "single", "channel": {"key": "k"}}

    refused = await send(sandbox, "POST", "/api/channel/", body, headers=as_user("token-of-adm", 2))
    allowed = await send(sandbox, "POST", "/api/channel/", body, headers=as_user("token-of-wri", 3))

    assert (refused.status_code, refused.json().keys()) == (403, {"success", "message"})
    assert allowed.json()["success"] is True


async def test_head_refuses_a_sensitive_field_under_status_200_and_writes_nothing(start: Start) -> None:
    sandbox = start(users=USERS)
    await add(sandbox)

    answer = await send(
        sandbox, "PUT", "/api/channel/", {"id": 1, "weight": 3, "key": "sk-b"}, headers=as_user("token-of-adm", 2)
    )

    assert (answer.status_code, answer.json()["success"]) == (200, False)
    assert (sandbox.row(1)["weight"], sandbox.row(1)["key"]) == (0, "sk-a")


async def test_a_fork_of_the_key_name_status_slips_through_at_head(start: Start) -> None:
    sandbox = start()
    await add(sandbox)

    refused = await call(sandbox, "PUT", "/api/channel/", {"id": 1, "status": 2})
    accepted = await call(sandbox, "PUT", "/api/channel/", {"id": 1, "Status": 2})

    assert (refused["success"], accepted["data"]["status"]) == (False, 2)


@pytest.mark.parametrize("generation", ["base", "head"])
async def test_a_new_token_kills_the_former_at_once(start: Start, generation: str) -> None:
    sandbox = start(generation)
    former = as_user(str(sandbox.credentials.access_token), 1)

    token = (await send(sandbox, "GET", "/api/user/token", headers=former)).json()["data"]

    assert len(token) == 32
    assert (await send(sandbox, "GET", "/api/channel/", headers=former)).json()["success"] is False
    assert (await send(sandbox, "GET", "/api/channel/", headers=as_user(token, 1))).json()["success"] is True


async def test_a_login_at_base_gives_a_cookie_that_still_needs_the_user_id(start: Start) -> None:
    sandbox = start("base")
    login = await send(sandbox, "POST", "/api/user/login", {"username": " root ", "password": "sandbox-root"}, headers={})
    cookie = login.headers["set-cookie"].partition(";")[0]

    without = await send(sandbox, "GET", "/api/user/self", headers={"Cookie": cookie})
    with_id = await send(sandbox, "GET", "/api/user/self", headers={"Cookie": cookie, "New-Api-User": "1"})

    assert login.json()["data"] == {
        "id": 1,
        "username": "root",
        "display_name": "root",
        "role": 100,
        "status": 1,
        "group": "default",
    }
    assert (without.status_code, with_id.json()["data"]["id"]) == (401, 1)


async def test_a_login_at_head_gives_a_token_for_a_quarter_of_an_hour(start: Start) -> None:
    clock = Clock()
    sandbox = start("head", clock=clock)
    login = await send(sandbox, "POST", "/api/user/login", {"username": "root", "password": "sandbox-root"}, headers={})
    token = login.json()["data"]["access_token"]

    at_once = await send(sandbox, "GET", "/api/channel/", headers=as_user(token, 1))
    clock.advance(15 * 60)
    later = await send(sandbox, "GET", "/api/channel/", headers=as_user(token, 1))

    assert at_once.json()["success"] is True
    assert (later.status_code, later.json()["code"]) == (401, "AUTH_TOKEN_EXPIRED")


async def test_a_session_that_was_closed_is_revoked(start: Start) -> None:
    sandbox = start("head")
    login = await send(sandbox, "POST", "/api/user/login", {"username": "root", "password": "sandbox-root"}, headers={})
    headers = as_user(login.json()["data"]["access_token"], 1)

    await send(sandbox, "POST", "/api/user/auth/logout", headers=headers)

    assert (await send(sandbox, "GET", "/api/channel/", headers=headers)).json()["code"] == "AUTH_SESSION_REVOKED"


async def test_the_wrong_password_is_answered_under_status_200(start: Start) -> None:
    answer = await send(start(), "POST", "/api/user/login", {"username": "root", "password": "x"}, headers={})

    assert (answer.status_code, answer.json()["success"]) == (200, False)


async def test_given_credentials_replace_those_of_an_existing_database(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "state" / "db"
    await add(start(db=file))
    mine = Credentials("my-own-token", 7, "boss", "my-own-password")

    sandbox = start(db=file, credentials=mine)

    assert await ids(sandbox) == [1]
    assert (await call(sandbox, "GET", "/api/user/self"))["data"]["id"] == 7
    former = await send(sandbox, "GET", "/api/user/self", headers={"Authorization": "sandboxsandboxsandboxsandbox+/00"})
    assert former.status_code == 401


async def test_the_limiter_is_a_sliding_log_that_rejected_calls_do_not_prolong(start: Start) -> None:
    clock = Clock()
    sandbox = start("head", clock=clock, rate_limit=(3, 10))

    codes = [(await send(sandbox, "GET", "/api/status")).status_code for _ in range(5)]
    clock.advance(11)
    codes.append((await send(sandbox, "GET", "/api/status")).status_code)

    assert codes == [200, 200, 200, 429, 429, 200]


async def test_logins_have_a_limit_of_their_own(start: Start) -> None:
    sandbox = start("head", rate_limit=(1000, 180))
    body = {"username": "root", "password": "x"}

    codes = [(await send(sandbox, "POST", "/api/user/login", body)).status_code for _ in range(21)]

    assert codes == [200] * 20 + [429]


async def test_answers_are_compressed_only_when_that_is_accepted(start: Start) -> None:
    sandbox = start()
    headers = as_user(str(sandbox.credentials.access_token), 1)

    plain = await send(sandbox, "GET", "/api/channel/", headers=headers | {"Accept-Encoding": "identity"})
    packed = await send(sandbox, "GET", "/api/channel/", headers=headers | {"Accept-Encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()


async def test_an_unknown_path_outside_the_api_gets_the_web_page(start: Start) -> None:
    answer = await send(start(), "GET", "/channels")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_a_redirect_runs_nothing_of_the_gateway(start: Start) -> None:
    answer = await send(start("head", rate_limit=(1, 60)), "GET", "/api/group")

    assert (answer.status_code, answer.headers["location"]) == (301, "/api/group/")
    assert "x-new-api-version" not in answer.headers
