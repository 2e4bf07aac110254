"""Sites that are down, lie or refuse: such a site has no plan and gets no write, the others go on, exit code 1."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from chanops.sandbox import SandboxUser
from cli.port import Answer, Port, Seen, unused_port
from cli.stage import KEY, SECRETS, Ended, entry, newapi, octopus

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.conftest import Serve
    from cli.stage import Stage

    AnswerWith = Callable[[Any], Port]


pytestmark = pytest.mark.usefixtures("without_pauses")


def always(answer: Answer) -> Any:
    async def hand(_seen: Seen) -> Answer:
        return answer

    return hand


def on(path: str, answer: Answer, method: str = "GET") -> Any:
    """Return a hand that sends *answer* to calls of *path* and leaves the rest to the gateway."""

    async def hand(seen: Seen) -> Answer | None:
        return answer if (seen.method, seen.path) == (method, path) else None

    return hand


def as_json(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def apply_beside(stage: Stage, bad: dict[str, Any]) -> Ended:
    """Apply the bad site `bad` beside the sound one `good`."""
    stage.declare(bad=bad, good=newapi(entry("G")))
    ended = stage.run("apply", "--auto-approve")
    assert "Traceback" not in ended.err
    return ended


def assert_only_good_was_applied(stage: Stage, ended: Ended) -> None:
    assert ended.code == 1
    assert stage.names("good") == ["G"]
    assert "No plan for bad: nothing is written there." in ended.out
    assert ended.out.endswith("Apply incomplete. Channels: 1 added, 0 changed, 0 deleted.\n")


HTML = Answer(200, b"<!doctype html><title>Sign in</title>", "text/html")
CALL = "/user/"  # the call that failed is named
BAD = {
    "HTML instead of JSON": (HTML, "JSON was expected, but HTTP 200 brought HTML"),
    "HTML under 404": (Answer(404, b"<html>nothing here", "text/html"), "HTTP 404"),
    "HTTP 500": (as_json({}, 500), CALL),
    "a truncated answer": (Answer(200, b'{"success": true, "da', missing=50), "the connection broke"),
    "success: false under 200": (as_json({"success": False, "message": "the database is read only"}), CALL),
    "a list instead of an object": (as_json([1]), "JSON object was expected"),
    "a redirect": (Answer(302, b"", "text/html"), "HTTP 302"),
    "an empty answer": (Answer(200, b""), "JSON was expected"),
}


@pytest.mark.parametrize("site", [newapi, octopus])
@pytest.mark.parametrize("name", BAD)
def test_a_site_that_is_no_gateway_has_no_plan_and_the_other_goes_on(
    stage: Stage, answer_with: AnswerWith, name: str, site: Any
) -> None:
    answer, says = BAD[name]
    port = answer_with(always(answer))

    ended = apply_beside(stage, site(entry("B"), url=port.url))

    assert_only_good_was_applied(stage, ended)
    assert says in ended.out
    assert port.writes == []


@pytest.mark.parametrize("site", [newapi, octopus])
def test_a_gateway_that_is_down_has_no_plan_and_the_other_goes_on(stage: Stage, site: Any) -> None:
    ended = apply_beside(stage, site(entry("B"), url=f"http://127.0.0.1:{unused_port()}"))

    assert_only_good_was_applied(stage, ended)
    assert "no connection: is the gateway running, and is the url right?" in ended.out


@pytest.mark.parametrize("site", [newapi, octopus])
def test_a_gateway_that_hangs_has_no_plan_and_the_other_goes_on(stage: Stage, answer_with: AnswerWith, site: Any) -> None:
    async def hang(_seen: Seen) -> None:
        await asyncio.sleep(30)

    port = answer_with(hang)

    ended = apply_beside(stage, site(entry("B"), url=port.url, timeout=0.1))

    assert_only_good_was_applied(stage, ended)
    assert "no answer within the time-out" in ended.out


def test_success_false_under_200_brings_the_gateways_reason(stage: Stage, serve: Serve) -> None:
    port = serve(hand=on("/api/channel/", as_json({"success": False, "message": "the database is read only"})))

    ended = apply_beside(stage, newapi(entry("B"), url=port.url))

    assert_only_good_was_applied(stage, ended)
    assert "the database is read only" in ended.out


@pytest.mark.parametrize("generation", ["base", "head"])
def test_a_wrong_access_token_has_no_plan_and_says_so(stage: Stage, serve: Serve, generation: str) -> None:
    port = serve("newapi", generation)

    ended = apply_beside(stage, newapi(entry("B"), url=port.url, auth={"access_token": "${env:KEY}", "user_id": 1}))

    assert_only_good_was_applied(stage, ended)
    assert "the access token is invalid" in ended.out


@pytest.mark.parametrize("generation", ["base", "head"])
def test_a_wrong_password_of_new_api_has_no_plan(stage: Stage, serve: Serve, generation: str) -> None:
    port = serve("newapi", generation)

    ended = apply_beside(stage, newapi(entry("B"), url=port.url, auth={"username": "root", "password": "${env:KEY}"}))

    assert_only_good_was_applied(stage, ended)
    assert "the login was refused" in ended.out


@pytest.mark.parametrize("generation", ["g2", "g4"])
def test_a_wrong_password_of_octopus_has_no_plan(stage: Stage, serve: Serve, generation: str) -> None:
    port = serve("octopus", generation)

    ended = apply_beside(stage, octopus(entry("B"), url=port.url, auth={"username": "admin", "password": "${env:KEY}"}))

    assert_only_good_was_applied(stage, ended)
    assert "the user name or the password was refused" in ended.out


@pytest.mark.parametrize("generation", ["base", "head"])
def test_a_token_of_a_common_user_has_no_plan_and_says_which_role_is_needed(
    stage: Stage, serve: Serve, generation: str
) -> None:
    port = serve("newapi", generation, users=[SandboxUser("guest", 1, KEY)])

    ended = apply_beside(stage, newapi(entry("B"), url=port.url, auth={"access_token": "${env:KEY}", "user_id": 2}))

    assert_only_good_was_applied(stage, ended)
    assert "the account's role is 1, and channels need an administrator's" in ended.out


def test_an_administrator_who_may_only_read_is_told_at_plan_time(stage: Stage, serve: Serve) -> None:
    port = serve(users=[SandboxUser("reader", 10, KEY, permissions=("channel:read",))])

    ended = apply_beside(stage, newapi(entry("B"), url=port.url, auth={"access_token": "${env:KEY}", "user_id": 2}))

    assert_only_good_was_applied(stage, ended)
    assert "this account may not create channels" in ended.out


def test_an_unknown_generation_of_new_api_is_named(stage: Stage, serve: Serve) -> None:
    port = serve(hand=on("/api/channel/", as_json({"success": True, "message": "", "data": []})))

    ended = apply_beside(stage, newapi(entry("B"), url=port.url))

    assert_only_good_was_applied(stage, ended)
    assert "One API" in ended.out


def test_an_unknown_generation_of_octopus_is_named(stage: Stage, serve: Serve) -> None:
    port = serve("octopus", "g4", hand=on("/api/v1/channel/list", as_json({"code": 200, "data": [{"id": 1, "name": "x"}]})))

    ended = apply_beside(stage, octopus(entry("B"), url=port.url))

    assert_only_good_was_applied(stage, ended)


@pytest.mark.parametrize(("site", "kind", "generation"), [(newapi, "octopus", "g4"), (octopus, "newapi", "head")])
def test_the_other_gateway_at_the_address_has_no_plan(
    stage: Stage, serve: Serve, site: Any, kind: str, generation: str
) -> None:
    port = serve(kind, generation)

    ended = apply_beside(stage, site(entry("B"), url=port.url))

    assert_only_good_was_applied(stage, ended)


@pytest.mark.usefixtures("without_pauses")
def test_a_page_that_fails_half_way_leaves_a_site_without_a_plan(stage: Stage, serve: Serve) -> None:
    """Above one page a whole read is a search; where that brings fewer, the pages, of which the second fails."""
    lists = 0

    async def hand(seen: Seen) -> Answer | None:
        nonlocal lists
        if seen.path == "/api/channel/search":
            return as_json({"success": True, "message": "", "data": {"items": [], "total": 0}})
        lists += seen.path == "/api/channel/"
        return as_json({"success": False, "message": "the page is gone"}) if lists > 2 else None

    port = serve(db=stage.folder / "bad.sqlite3")
    stage.declare(bad=newapi(*(entry(f"B{n}") for n in range(101)), url=port.url))
    stage.apply()
    port.hand = hand
    port.calls.clear()

    ended = apply_beside(stage, newapi(entry("B0"), url=port.url))

    assert ended.code == 1
    assert "No plan for bad: nothing is written there." in ended.out
    assert port.writes == []


@pytest.mark.parametrize("command", [["plan"], ["list"]])
def test_reading_commands_exit_with_1_and_show_the_other_site(stage: Stage, command: list[str]) -> None:
    stage.declare(bad=newapi(entry("B"), url=f"http://127.0.0.1:{unused_port()}"), good=newapi(entry("G")))
    stage.run("apply", "--auto-approve")

    ended = stage.run(*command, "-v") if command == ["plan"] else stage.run(*command)

    assert ended.code == 1
    assert "G" in ended.out
    assert "no connection" in ended.out + ended.err


def test_a_site_without_a_plan_is_status_error_in_json(stage: Stage) -> None:
    stage.declare(bad=newapi(entry("B"), url=f"http://127.0.0.1:{unused_port()}"), good=newapi(entry("G")))

    ended = stage.run("plan", "--json")

    assert (ended.json["complete"], ended.json["errored"]) == (False, True)
    assert {name: site["status"] for name, site in ended.json["sites"].items()} == {"bad": "error", "good": "ok"}
    assert ended.findings[0].startswith("bad has no plan: no connection")


def test_a_site_without_a_plan_keeps_its_channels_in_the_list_of_the_other(stage: Stage) -> None:
    stage.declare(bad=newapi(entry("B"), url=f"http://127.0.0.1:{unused_port()}"), good=newapi(entry("G")))
    stage.run("apply", "--auto-approve")

    ended = stage.run("list", "--json")

    assert (ended.code, ended.json["complete"]) == (1, False)
    assert [channel["name"] for channel in ended.json["channels"]] == ["G"]


def test_all_sites_down_says_no_plan(stage: Stage) -> None:
    stage.declare(bad=newapi(entry("B"), url=f"http://127.0.0.1:{unused_port()}"))

    ended = stage.run("apply", "--auto-approve")

    assert ended.code == 1
    assert ended.out.splitlines()[-1] == "No plan: bad could not be planned."


def test_get_of_a_site_that_is_down_says_why(stage: Stage) -> None:
    stage.declare(bad=newapi(entry("B"), url=f"http://127.0.0.1:{unused_port()}"))

    ended = stage.run("get", "bad/channel/B")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: bad: no connection: is the gateway running")


# A channel the gateway refuses


REFUSAL = as_json({"success": False, "message": "the upstream is on the ban list"})


def refuse_creates_of(number: int) -> Any:
    async def hand(seen: Seen) -> Answer | None:
        return REFUSAL if seen.is_write and seen.number == number else None

    return hand


def test_a_refused_channel_is_reported_with_the_gateways_reason(stage: Stage, serve: Serve) -> None:
    port = serve(hand=refuse_creates_of(2))
    stage.declare(main=newapi(*(entry(name) for name in "ABC"), url=port.url))

    ended = stage.run("apply", "--auto-approve", "--parallelism", "1")

    assert "main/channel/B: Creation failed: POST /api/channel/: the upstream is on the ban list" in ended.out


def test_the_siblings_of_a_refused_channel_finish(stage: Stage, serve: Serve) -> None:
    port = serve(hand=refuse_creates_of(2), db=stage.folder / "main.sqlite3")
    stage.declare(main=newapi(*(entry(name) for name in "ABC"), url=port.url))

    stage.run("apply", "--auto-approve", "--parallelism", "1")

    assert [row["name"] for row in stage.run("list", "--json").json["channels"]] == ["A", "C"]


def test_a_refused_channel_exits_with_5(stage: Stage, serve: Serve) -> None:
    port = serve(hand=refuse_creates_of(1))
    stage.declare(main=newapi(entry("A"), url=port.url))

    assert stage.run("apply", "--auto-approve").code == 5


def test_a_refused_channel_is_failed_in_the_json_report(stage: Stage, serve: Serve) -> None:
    port = serve(hand=refuse_creates_of(1))
    stage.declare(main=newapi(entry("A"), url=port.url))

    report = stage.run("apply", "--auto-approve", "--json").json

    assert [(r["outcome"], r["error"]) for r in report["results"]] == [
        ("failed", "POST /api/channel/: the upstream is on the ban list")
    ]
    assert (report["summary"]["created"], report["summary"]["failed"]) == (0, 1)


def test_a_reason_that_repeats_a_secret_is_withheld(stage: Stage, serve: Serve) -> None:
    async def hand(seen: Seen) -> Answer | None:
        return as_json({"success": False, "message": f"bad key {KEY}"}) if seen.is_write else None

    port = serve(hand=hand)
    stage.declare(main=newapi(entry("A"), url=port.url))

    ended = stage.run("apply", "--auto-approve")

    assert "(message withheld: it repeats a secret)" in ended.out
    assert not any(secret in ended.out + ended.err for secret in SECRETS)


def test_a_reason_with_terminal_escapes_is_shown_escaped(stage: Stage, serve: Serve) -> None:
    async def hand(seen: Seen) -> Answer | None:
        return as_json({"success": False, "message": "\x1b[2Jgone\nerror: forged"}) if seen.is_write else None

    port = serve(hand=hand)
    stage.declare(main=newapi(entry("A"), url=port.url))

    ended = stage.run("apply", "--auto-approve")

    assert "\x1b" not in ended.out + ended.err
    assert "\nerror: forged" not in ended.out + ended.err


@pytest.mark.usefixtures("without_pauses")
def test_a_plan_that_waits_for_a_rate_limit_says_so(stage: Stage, serve: Serve) -> None:
    async def refuse_the_first(seen: Seen) -> Answer | None:
        return Answer(429) if seen.number == 1 else None

    port = serve(hand=refuse_the_first)
    stage.declare(main=newapi(entry("A"), url=port.url))

    ended = stage.run("plan")

    assert ended.code == 0
    assert "main: waiting " in ended.err
