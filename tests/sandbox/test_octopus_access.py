"""The way into an emulated Octopus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.octopus_site import Site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

GENERATIONS = pytest.mark.parametrize("generation", ["g2", "g4"])
NO_ENTRY = {"code": 401, "message": "Authentication failed"}


@GENERATIONS
async def test_a_token_without_expire_lives_fifteen_minutes(generation: str) -> None:
    async with Site(generation) as site:
        await site.log_in(expire=0)
        site.sandbox.clock.advance(14 * 60)
        before = await site.send("GET", "user/status")
        site.sandbox.clock.advance(2 * 60)
        after = await site.send("GET", "user/status")

    assert (before.status_code, after.status_code, after.json()) == (200, 401, NO_ENTRY)


@pytest.mark.parametrize(("generation", "seconds"), [("g2", 120), ("g4", 2)])
async def test_the_unit_of_expire_is_minutes_in_g2_and_seconds_in_g4(generation: str, seconds: int) -> None:
    async with Site(generation) as site:
        await site.log_in(expire=2)
        site.sandbox.clock.advance(seconds - 1)
        before = await site.send("GET", "user/status")
        site.sandbox.clock.advance(3)
        after = await site.send("GET", "user/status")

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("generation", ["g2", "g4"])
async def test_an_expire_that_overflows_gives_a_token_that_is_dead_at_once(generation: str) -> None:
    async with Site(generation) as site:
        login = await site.log_in(expire=9_300_000_000 if generation == "g4" else 155_000_000)
        status = await site.send("GET", "user/status")

    assert (login.status_code, status.status_code) == (200, 401)


async def test_a_bad_cookie_is_cleared_and_a_missing_one_is_not() -> None:
    async with Site("g4") as site:
        site.client.cookies.clear()
        missing = await site.send("GET", "user/status")
        bad = await site.send("GET", "user/status", headers={"Cookie": "auth=x.y.z"})

    assert "set-cookie" not in missing.headers
    assert bad.headers["set-cookie"] == "auth=; Path=/; Max-Age=0"


@GENERATIONS
async def test_tokens_outlive_a_restart(generation: str, tmp_path: Path) -> None:
    async with Site(generation, tmp_path / "db") as site:
        headers, cookies = site.client.headers, site.client.cookies
    again = Site(generation, tmp_path / "db")
    again.client.headers, again.client.cookies = headers, cookies

    assert await again.get("user/status") == "ok"
    again.sandbox.close()


@GENERATIONS
async def test_a_new_password_ends_every_token(generation: str) -> None:
    async with Site(generation) as site:
        said = await site.post("user/change-password", {"old_password": "admin", "new_password": ""})
        with_old_token = await site.send("GET", "user/status")
        await site.log_in(password="")
        with_new_token = await site.send("GET", "user/status")

    assert said == "password changed successfully"
    assert (with_old_token.status_code, with_new_token.status_code) == (401, 200)


@GENERATIONS
async def test_a_wrong_old_password_is_a_failure_of_the_database(generation: str) -> None:
    async with Site(generation) as site:
        refused = await site.send("POST", "user/change-password", {"old_password": "x", "new_password": "y"})

    assert refused.json() == {"code": 500, "message": "Database operation failed"}


@GENERATIONS
async def test_a_password_too_long_for_bcrypt_breaks_the_login_until_a_restart(generation: str, tmp_path: Path) -> None:
    async with Site(generation, tmp_path / "db") as site:
        refused = await site.send("POST", "user/change-password", {"old_password": "admin", "new_password": "ä" * 40})
        locked_out = await site.log_in()
    async with Site(generation, tmp_path / "db") as site:
        back = await site.send("GET", "user/status")

    assert (refused.status_code, locked_out.status_code, back.status_code) == (500, 401, 200)


@GENERATIONS
async def test_a_new_name_ends_every_token_and_the_same_name_is_refused(generation: str) -> None:
    async with Site(generation) as site:
        refused = await site.send("POST", "user/change-username", {"new_username": "admin"})
        await site.post("user/change-username", {"new_username": "root"})
        with_old_token = await site.send("GET", "user/status")
        login = await site.log_in(username="root")

    assert (refused.status_code, with_old_token.status_code, login.status_code) == (500, 401, 200)


@GENERATIONS
async def test_this_host_and_allowed_hosts_are_welcome_origins(generation: str) -> None:
    async with Site(generation) as site:
        own = await site.send("GET", "user/status", headers={"Origin": "http://gateway.invalid"})
        foreign = await site.send("GET", "user/status", headers={"Origin": "http://b.invalid"})
        await site.post("setting/set", {"key": "cors_allow_origins", "value": "http://a.invalid, http://b.invalid"})
        allowed = await site.send("GET", "user/status", headers={"Origin": "http://b.invalid"})

    assert (own.status_code, foreign.status_code, foreign.content, allowed.status_code) == (200, 403, b"", 200)


@GENERATIONS
async def test_a_redirect_keeps_the_query_and_comes_before_the_login(generation: str) -> None:
    async with Site(generation) as site:
        site.client.headers.pop("authorization", None)
        site.client.cookies.clear()
        read = await site.send("GET", "channel/list/?page=2")
        delete = await site.send("DELETE", "channel/delete/1/")

    assert (read.status_code, read.headers["location"]) == (301, "/api/v1/channel/list?page=2")
    assert (delete.status_code, delete.headers["location"]) == (307, "/api/v1/channel/delete/1")


@pytest.mark.parametrize(("generation", "answers"), [("g2", (400, 500, 404)), ("g4", (400, 400, 415))])
async def test_three_refused_calls_tell_the_generations_apart(generation: str, answers: tuple[int, int, int]) -> None:
    async with Site(generation, seed=1) as site:
        calls = [
            await site.send("POST", "channel/update", {}),
            await site.send("POST", "channel/update", {"id": -1, "type": 0}),
            await site.send("POST", "model/rebuild-price"),
        ]

    assert tuple(call.status_code for call in calls) == answers
