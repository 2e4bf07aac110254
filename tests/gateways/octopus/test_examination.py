"""What `doctor` learns of an Octopus: facts of every generation, and how far one comes when something fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chanops import sandbox
from chanops.domain.examination import Topic, Verdict
from chanops.domain.secret import Ledger
from chanops.gateways.octopus.gateway import open_gateway
from chanops.gateways.pacing import Pacer
from gateways.octopus.script import (
    LIST,
    LOGIN,
    VERSION,
    HandTimer,
    Script,
    cookie_login,
    g2_row,
    g2_script,
    g4_row,
    g4_script,
    html,
    no,
    ok,
    open_script,
    site,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.examination import Examination
    from chanops.gateways.octopus.gateway import OctopusGateway
    from chanops.sandbox import Sandbox

pytestmark = pytest.mark.anyio

PING, GROUPS = "GET user/status", "GET group/list"
ALLOWED = dict.fromkeys(["read", "create", "update", "update_sensitive", "enable", "delete", "read_keys"], True)


@pytest.fixture(params=["g2", "g4"])
def emulated(request: pytest.FixtureRequest) -> Iterator[tuple[str, Sandbox]]:
    made = sandbox.create("octopus", request.param)
    yield request.param, made
    made.close()


def open_sandbox(made: Sandbox, seen: list[httpx.Request], password: str = "admin") -> OctopusGateway:  # noqa: S107
    """Return the adapter in front of *made*; every request is noted in *seen*."""
    inner = httpx.ASGITransport(made.app)

    async def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return await inner.handle_async_request(request)

    transport = httpx.MockTransport(note)
    return open_gateway(site(password=password), ledger=Ledger(), pacer=Pacer(HandTimer()), transport=transport)


def as_nobody(answer: httpx.Response) -> list[Any]:
    """Return the answers to the ping: to nobody, and then to somebody who is logged in."""
    return [answer, ok("ok")]


def failed(found: Examination) -> tuple[str, str]:
    (fault,) = [seen for seen in found.observations if seen.verdict is Verdict.FAILED]
    return fault.text, fault.hint


def unknown(found: Examination) -> set[Topic]:
    return {seen.topic for seen in found.observations if seen.verdict is Verdict.UNKNOWN}


async def test_each_generation_is_told_with_its_facts(emulated: tuple[str, Sandbox]) -> None:
    generation, made = emulated

    found = await open_sandbox(made, []).examine()

    facts = found.facts
    assert {seen.topic for seen in found.observations if seen.verdict is not Verdict.OK} == {Topic.TLS, Topic.CHANNELS}
    assert (facts.generation, facts.version) == (generation, {"g2": "v0.9.28", "g4": "v0.11.0"}[generation])
    assert (facts.permissions, facts.rate_limit, facts.page_size) == (ALLOWED, None, None)
    assert facts.clock_skew_seconds is not None
    assert unknown(found) == {Topic.CHANNELS}  # whose they are is told by others; the line is plain HTTP


async def test_nothing_but_gets_and_the_login_is_sent(emulated: tuple[str, Sandbox]) -> None:
    _, made = emulated
    seen: list[httpx.Request] = []

    await open_sandbox(made, seen).examine()

    assert {request.url.path for request in seen if request.method != "GET"} == {"/api/v1/user/login"}


async def test_what_a_generation_cannot_do_is_told(emulated: tuple[str, Sandbox]) -> None:
    generation, made = emulated

    told = " ".join(seen.text for seen in (await open_sandbox(made, []).examine()).about(Topic.LIMITS))

    assert "no model_mapping, groups, priority, weight, tag, remark or test_model" in told
    assert "no mark" in told
    assert ("goes on taking traffic" in told) is (generation == "g4")
    assert ("one key and one address" in told) is (generation == "g4")


async def test_a_wrong_password_failed_and_what_needs_the_login_is_unknown(emulated: tuple[str, Sandbox]) -> None:
    _, made = emulated

    found = await open_sandbox(made, [], "invented-wrong-password").examine()

    assert failed(found)[0] == "the user name or the password was refused"
    assert found.about(Topic.ADDRESS)[0].verdict is Verdict.OK
    assert unknown(found) == set(list(Topic)[list(Topic).index(Topic.LOGIN) + 1 :])


async def test_an_hour_of_difference_between_the_clocks_is_a_warning(emulated: tuple[str, Sandbox]) -> None:
    _, made = emulated
    made.clock.advance(-3600)

    found = await open_sandbox(made, []).examine()

    assert found.about(Topic.CLOCK)[0].verdict is Verdict.WARNING


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (html(), "HTTP 200 brought HTML"),
        (httpx.Response(404, text="404 page not found"), "HTTP 404"),
        (httpx.Response(401, json={"success": False, "message": "no"}), "HTTP 401 brought JSON that is not Octopus's"),
        (httpx.Response(404, json={"error": {"message": "no"}}), "HTTP 404 brought JSON that is not Octopus's"),
        (ok("ok"), "HTTP 200 to a call without a login"),
        (httpx.ConnectError("no"), "no connection"),
    ],
)
async def test_what_is_no_octopus_failed_at_once_and_gets_no_password(answer: Any, words: str) -> None:
    script = g4_script(g4_row(), **{PING: answer})

    found = await open_script(script).examine()

    assert words in failed(found)[0]
    assert script.sent(LOGIN) == []


REFUSED = no(401, "Authentication failed")


@pytest.mark.parametrize(
    ("script", "generation"),
    [
        (g2_script(g2_row(), **{PING: as_nobody(no(400))}), "g2"),
        (g4_script(g4_row(), **{PING: as_nobody(REFUSED)}), "g4"),
        (g4_script(g4_row(), **{PING: as_nobody(REFUSED), VERSION: ok("dev"), GROUPS: ok([])}), "g4"),
        (g4_script(**{PING: as_nobody(REFUSED), VERSION: ok("v0.11.7")}), "g4"),
        (g2_script(**{PING: as_nobody(no(400))}), "g2"),
    ],
)
async def test_the_generation_is_told_without_a_call_that_would_be_refused(script: Script, generation: str) -> None:
    found = await open_script(script).examine()

    assert found.facts.generation == generation
    assert [request.url.path for request in script.requests if request.method == "POST"] == ["/api/v1/user/login"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({VERSION: ok("v0.10.3")}, "Octopus G3"),
        ({VERSION: ok("dev"), GROUPS: ok([{"name": "m", "retry_interval": 3}])}, "Octopus G3"),
        ({VERSION: ok("v0.12.1"), LIST: ok([])}, "Octopus G5"),
        ({LIST: httpx.Response(404, text="404 page not found")}, "Octopus G6"),
    ],
)
async def test_a_generation_that_is_not_spoken_failed(given: dict[str, Any], words: str) -> None:
    script = Script({LOGIN: cookie_login(), LIST: ok([g4_row()]), PING: as_nobody(REFUSED), VERSION: ok("dev"), **given})

    found = await open_script(script).examine()

    assert words in failed(found)[0]
    assert found.about(Topic.GENERATION)[0].verdict is Verdict.FAILED
    assert found.facts.generation == ""


async def test_a_list_that_fails_is_told_of_the_channels() -> None:
    script = g4_script(**{PING: as_nobody(REFUSED), LIST: no(500, "database is locked")})

    found = await open_script(script).examine()

    assert "database is locked" in failed(found)[0]
    assert found.about(Topic.CHANNELS)[0].verdict is Verdict.FAILED
    assert found.about(Topic.PERMISSIONS)[0].verdict is Verdict.OK
