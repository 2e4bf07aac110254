"""What `doctor` learns of a New API: facts of every generation, and how far one comes when something fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel
from chanops.domain.examination import RateLimit, Topic, Verdict
from chanops.domain.finding import error
from chanops.domain.secret import Secret
from chanops.domain.site import Auth
from chanops.errors import ConfigError
from chanops.sandbox import SandboxUser
from gateways.newapi.fake import Fake, head_root, listed, no, ok, raw
from gateways.newapi.stage import Stage, open_stage, password_auth

if TYPE_CHECKING:
    from chanops.domain.examination import Examination

pytestmark = pytest.mark.anyio

STATUS, SELF, LIST = "GET /api/status", "GET /api/user/self", "GET /api/channel/"
OPEN = {"version": "v1.2.3", "setup": True}
EVERYTHING = dict.fromkeys(["read", "create", "update", "update_sensitive", "enable", "delete"], True)
LOGINS = {("POST", "/api/user/login"), ("POST", "/api/user/auth/logout")}


def verdicts(found: Examination, *topics: Topic) -> list[Verdict]:
    return [found.about(topic)[0].verdict for topic in topics]


def concerns(found: Examination) -> set[Topic]:
    """Return the topics that do not stand well; the stage speaks plain HTTP with a host that is not this machine."""
    return {seen.topic for seen in found.observations if seen.verdict in (Verdict.WARNING, Verdict.FAILED)}


def failed(found: Examination) -> tuple[str, str]:
    """Return text and hint of the one topic that failed; all that come after it are unknown."""
    (fault,) = [seen for seen in found.observations if seen.verdict is Verdict.FAILED]
    return fault.text, fault.hint


def after(topic: Topic) -> set[Topic]:
    return set(list(Topic)[list(Topic).index(topic) + 1 :])


def unknown(found: Examination) -> set[Topic]:
    return {seen.topic for seen in found.observations if seen.verdict is Verdict.UNKNOWN}


async def test_each_generation_is_told_with_its_facts(stage: Stage) -> None:
    await stage.apply(channel("A"))

    found = await stage.gateway.examine()

    facts = found.facts
    assert concerns(found) == {Topic.TLS}
    assert (facts.generation, facts.version, facts.page_size) == (stage.generation, "v0.0.0", 100)
    assert facts.permissions == EVERYTHING | {"read_keys": False}
    assert facts.rate_limit == RateLimit({"base": 180, "head": 360}[stage.generation], 180.0, "usual")
    assert facts.clock_skew_seconds is not None
    assert abs(facts.clock_skew_seconds) <= 60
    assert found.live
    assert [live.name for live in found.live.channels] == ["A"]


@pytest.mark.parametrize("way", ["token", "password"])
async def test_nothing_but_gets_and_the_login_is_sent(stage: Stage, way: str) -> None:
    seen: list[tuple[str, str]] = []

    async def count(request: httpx.Request) -> None:
        seen.append((request.method, request.url.path))

    gateway = stage.gateway if way == "token" else stage.open_with(password_auth(stage.credentials))
    gateway._link._client.event_hooks = {"request": [count]}
    before = await stage.call("GET", "/api/channel/search", page_size="1000")

    assert concerns(await gateway.examine()) == {Topic.TLS}
    await gateway.close()

    assert {call for call in seen if call[0] != "GET"} <= LOGINS
    assert not any("balance" in path or "/key" in path for _, path in seen)
    assert gateway.calls.write == 0
    assert await stage.call("GET", "/api/channel/search", page_size="1000") == before


async def test_a_whole_examination_takes_three_gets(stage: Stage) -> None:
    await stage.gateway.examine()

    assert stage.gateway.calls.read == 3


async def test_what_a_generation_cannot_do_is_told(stage: Stage) -> None:
    told = " ".join(seen.text for seen in (await stage.gateway.examine()).about(Topic.LIMITS))

    assert "Keys are never shown" in told
    assert "Channels have no base_urls." in told
    assert ("advanced_custom, sub2api and new_api are not known" in told) is (stage.generation == "base")


async def test_a_password_login_on_head_is_told_to_count() -> None:
    async with open_stage("head") as stage:
        found = await stage.open_with(password_auth(stage.credentials)).examine()

    assert found.facts.generation == "head"
    assert any("100 a day" in seen.text for seen in found.about(Topic.LIMITS))


async def test_an_administrator_of_head_without_sensitive_write_is_a_warning() -> None:
    async with open_stage("head", users=[SandboxUser("adm", 10, "invented-admin-token-000000000")]) as stage:
        found = await stage.open_with(Auth(Secret("invented-admin-token-000000000"), 2)).examine()

    allowed = {"read": True, "update": True, "enable": True}
    assert found.facts.permissions == dict.fromkeys([*EVERYTHING, "read_keys"], False) | allowed
    (permissions,) = found.about(Topic.PERMISSIONS)
    assert permissions.verdict is Verdict.WARNING
    assert "may not create, change keys and addresses, delete" in permissions.text
    assert "sensitive_write" in permissions.hint
    assert any("This account may not let the gateway ask" in seen.text for seen in found.about(Topic.LIMITS))


@pytest.mark.parametrize("generation", ["base", "head"])
async def test_a_role_that_is_too_low_failed_after_the_login(generation: str) -> None:
    async with open_stage(generation, users=[SandboxUser("usr", 1, "invented-user-token-0000000000")]) as stage:
        found = await stage.open_with(Auth(Secret("invented-user-token-0000000000"), 2)).examine()

    assert verdicts(found, Topic.LOGIN, Topic.PERMISSIONS) == [Verdict.OK, Verdict.FAILED]
    assert "role is 1" in failed(found)[0]
    assert found.facts.permissions == dict.fromkeys([*EVERYTHING, "read_keys"], False)
    assert found.live is None


async def test_a_refused_login_failed_and_what_needs_it_is_unknown(stage: Stage) -> None:
    wrong = Auth(username=stage.credentials["username"], password=Secret("invented-wrong-password"))

    found = await stage.open_with(wrong).examine()

    assert verdicts(found, Topic.ADDRESS, Topic.CLOCK, Topic.LOGIN) == [Verdict.OK, Verdict.OK, Verdict.FAILED]
    assert "the login was refused" in failed(found)[0]
    assert "access_token" in failed(found)[1]
    assert unknown(found) == after(Topic.LOGIN)


async def test_a_wrong_token_failed_with_the_way_to_mend_it(stage: Stage) -> None:
    found = await stage.open_with(Auth(Secret("invented-wrong-token-00000000"), 1)).examine()

    assert found.about(Topic.LOGIN)[0].verdict is Verdict.FAILED
    assert "access_token" in failed(found)[1]


async def test_a_credential_without_a_value_failed_the_login_alone(stage: Stage) -> None:
    def unset() -> str:
        raise ConfigError([error("${env:TOKEN} is not set")])

    found = await stage.open_with(Auth(Secret(unset, "env:TOKEN"), 1)).examine()

    assert verdicts(found, Topic.ADDRESS, Topic.LOGIN) == [Verdict.OK, Verdict.FAILED]
    assert failed(found)[0] == "${env:TOKEN} is not set"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (raw(200, b"<!doctype html><p>welcome"), "HTTP 200 brought HTML"),
        (raw(404, b"404 page not found"), "HTTP 404"),
        (raw(200, b'{"code":200,"message":"success"}'), "HTTP 200 without New API's envelope"),
        (raw(302, b"", location="https://login.example.com"), "HTTP 302 points to another address"),
        (raw(403, b"<html>blocked</html>"), "HTTP 403"),
        (raw(502, b"bad gateway"), "HTTP 502"),
        (httpx.ConnectError("no"), "no connection"),
        (httpx.ReadTimeout("no"), "no answer within the time-out"),
    ],
)
async def test_what_is_no_new_api_failed_at_once_and_gets_no_credential(answer: Any, words: str) -> None:
    fake = Fake().on(STATUS, answer)

    found = await fake.gateway().examine()

    assert words in failed(found)[0]
    assert unknown(found) >= after(Topic.ADDRESS) - {Topic.TLS, Topic.CLOCK}
    assert [request.headers.get("authorization") for request in fake.requests] == [None]


async def test_an_hour_of_difference_between_the_clocks_is_a_warning() -> None:
    async with open_stage("head") as stage:
        stage.sandbox.clock.advance(3600)
        found = await stage.gateway.examine()

    assert found.about(Topic.CLOCK)[0].verdict is Verdict.WARNING
    assert found.facts.clock_skew_seconds is not None
    assert 3590 < found.facts.clock_skew_seconds < 3610


async def test_an_elder_generation_failed_by_its_list() -> None:
    async with open_stage("legacy") as stage:
        found = await stage.gateway.examine()

    assert verdicts(found, Topic.LOGIN, Topic.GENERATION) == [Verdict.OK, Verdict.FAILED]
    assert "bare list" in failed(found)[0]
    assert found.facts.generation == ""


async def test_a_list_that_fails_hides_the_channels_and_not_the_rest() -> None:
    fake = Fake().on(STATUS, ok(OPEN)).on(SELF, ok(head_root())).on(LIST, no("sql: converting"))

    found = await fake.gateway().examine()

    assert verdicts(found, Topic.CHANNELS, Topic.GENERATION, Topic.PERMISSIONS) == [
        Verdict.FAILED, Verdict.OK, Verdict.OK,
    ]  # fmt: skip
    assert "weight" in failed(found)[1]
    assert unknown(found) == {Topic.CLOCK, Topic.PAGE_SIZE}


async def test_a_page_smaller_than_asked_for_is_a_warning() -> None:
    short = ok({"items": [], "total": 0, "page_size": 50})
    fake = Fake().on(STATUS, ok(OPEN)).on(SELF, ok(head_root())).on(LIST, short)

    found = await fake.gateway().examine()

    assert found.facts.page_size == 50
    assert found.about(Topic.PAGE_SIZE)[0].verdict is Verdict.WARNING


async def test_a_gateway_that_was_never_set_up_says_so() -> None:
    fake = Fake().on(STATUS, ok(OPEN | {"setup": False})).on(SELF, no("no", 401))

    found = await fake.gateway().examine()

    assert ["never set up" in seen.text for seen in found.about(Topic.ADDRESS)] == [False, True]


async def test_a_rate_limit_that_was_met_is_told_as_seen() -> None:
    busy = [raw(429, b"", **{"retry-after": "7"}), listed()]
    fake = Fake().on(STATUS, ok(OPEN)).on(SELF, ok(head_root())).on(LIST, *busy)

    found = await fake.gateway().examine()

    assert found.facts.rate_limit == RateLimit(2, 7.0, "seen")
    assert found.about(Topic.RATE_LIMIT)[0].verdict is Verdict.WARNING


async def test_words_that_repeat_the_token_are_withheld() -> None:
    fake = Fake().on(STATUS, ok(OPEN)).on(SELF, no("token invented-access-token-0001 is unknown", 401))

    found = await fake.gateway().examine()

    assert "withheld" in failed(found)[0]
    assert "invented-access" not in repr(found)
