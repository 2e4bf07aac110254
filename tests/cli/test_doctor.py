"""`doctor`: what the sites are like; it only reads, one site's fault is its own, and a balance that is not known is no zero."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from chanops.sandbox import Clock
from chanops.sandbox.upstream import Account, Fault, Provider
from cli.port import Answer, Port, Seen, unused_port
from cli.stage import KEY, SECRETS, Ended, entry, newapi, octopus
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.conftest import Serve
    from cli.stage import Stage

    AnswerWith = Callable[[Any], Port]

pytestmark = pytest.mark.usefixtures("without_pauses")

LOGINS = {("POST", "/api/user/login"), ("POST", "/api/user/auth/logout"), ("POST", "/api/v1/user/login")}
GENERATIONS = [("newapi", "base"), ("newapi", "head"), ("octopus", "g2"), ("octopus", "g4")]
BY_PASSWORD = {"username": "root", "password": "${env:PASSWORD}"}


def always(answer: Answer) -> Any:
    async def hand(_seen: Seen) -> Answer:
        return answer

    return hand


def site(kind: str, *channels: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"newapi": newapi, "octopus": octopus}[kind](*channels, **settings)


def told(ended: Ended, name: str = "main") -> dict[str, str]:
    """Return the verdict of each topic."""
    return {seen["topic"]: seen["verdict"] for seen in ended.json["sites"][name]["observations"]}


class Upstream:
    """An emulated provider on this machine that knows one key."""

    def __init__(self, provider: Provider, url: str) -> None:
        self.provider = provider
        self.url = url

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    provider = Provider(["gpt-4o"], keys=frozenset({KEY}), account=Account(granted=50, used=12.5))
    with served(provider) as url:
        yield Upstream(provider, url)


# Only reading


@pytest.mark.parametrize(("kind", "generation"), GENERATIONS)
@pytest.mark.parametrize("balance", [(), ("--balance",)])
def test_only_gets_and_the_login_reach_a_site(
    stage: Stage, serve: Serve, upstream: Upstream, kind: str, generation: str, balance: tuple[str, ...]
) -> None:
    port = serve(kind, generation)
    stage.declare(main=site(kind, entry("A", base_url=upstream.url), url=port.url))

    ended = stage.run("doctor", "--json", *balance)

    assert ended.code == 0, ended.out
    assert {(seen.method, seen.path) for seen in port.calls if seen.method != "GET"} <= LOGINS
    assert not any("update_balance" in seen.path or "/test" in seen.path for seen in port.calls)
    assert {request.method for request in upstream.provider.requests} == ({"GET"} if balance else set())
    assert ended.json["sites"]["main"]["calls"]["write"] == 0


@pytest.mark.parametrize("generation", ["base", "head"])
def test_a_password_login_is_ended_and_writes_nothing_else(stage: Stage, serve: Serve, generation: str) -> None:
    port = serve("newapi", generation)
    stage.declare(main=newapi(url=port.url, auth=BY_PASSWORD))

    ended = stage.run("doctor", "--json")

    assert (ended.code, ended.json["sites"]["main"]["generation"]) == (0, generation)
    assert {(seen.method, seen.path) for seen in port.calls if seen.method != "GET"} <= LOGINS


def test_no_row_of_a_site_is_changed(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()
    before = stage.rows("main"), stage.rows("edge")

    assert stage.run("doctor", "--json").code == 0

    assert (stage.rows("main"), stage.rows("edge")) == before


# What is told


@pytest.mark.parametrize(("kind", "generation"), GENERATIONS)
def test_a_sound_site_of_each_generation_is_ok(stage: Stage, kind: str, generation: str) -> None:
    stage.declare(main=site(kind, entry("A"), url=f"sandbox:{kind}?generation={generation}"))
    stage.apply()

    ended = stage.run("doctor", "--json")

    facts = ended.json["sites"]["main"]
    assert (ended.code, facts["status"], facts["generation"]) == (0, "ok", generation)
    assert set(told(ended).values()) == {"ok"}
    assert facts["permissions"]["create"] is facts["permissions"]["delete"] is True
    assert facts["permissions"]["read_keys"] is (kind == "octopus")
    assert (facts["rate_limit"] or {}).get("source") == (None if kind == "octopus" else "usual")
    assert facts["channels"] == {"live": 1, "managed": 1, "foreign": 0, "marked_by_others": 0}
    assert facts["cannot"]


def test_channels_are_counted_by_whose_they_are(stage: Stage) -> None:
    stage.declare({"owner": "others"}, main=newapi(entry("Theirs")))
    stage.apply()
    stage.declare(main=newapi(entry("A"), entry("B")))
    stage.apply()
    stage.add_foreign("main", "Foreign")
    stage.add_foreign("main", "Foreign too")
    stage.add_foreign("main", "Foreign as well")

    ended = stage.run("doctor", "--json")

    counts = {"live": 6, "managed": 2, "foreign": 3, "marked_by_others": 1}
    assert ended.json["sites"]["main"]["channels"] == counts


def test_the_page_has_a_block_for_each_site_and_ends_with_the_counts(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()

    ended = stage.run("doctor")

    lines = ended.out.splitlines()
    assert "main (New API)" in lines
    assert "  channels     ok       1 live: 1 ours, 0 foreign, 0 marked by others" in lines
    assert "  generation   ok       g4, version v0.11.0" in lines
    assert "    - Channels have no model_mapping, groups, priority, weight, tag, remark or test_model." in lines
    assert lines[-1] == "2 sites: 2 ok, 0 with warnings, 0 failed."


def test_the_page_is_coloured_when_asked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi())
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b[32mok" in stage.run("doctor").out
    assert "\x1b" not in stage.run("doctor", "--no-color").out


@pytest.mark.parametrize("args", [["edge"], ["--site", "edge"], ["edge", "--site", "edge"]])
def test_only_the_sites_that_are_named_are_examined(stage: Stage, args: list[str]) -> None:
    stage.declare(main=newapi(url=f"http://127.0.0.1:{unused_port()}"), edge=octopus())

    ended = stage.run("doctor", "--json", *args)

    assert (ended.code, list(ended.json["sites"])) == (0, ["edge"])


# What fails


def test_a_site_that_does_not_answer_failed_and_the_others_are_examined(stage: Stage) -> None:
    stage.declare(bad=newapi(url=f"http://127.0.0.1:{unused_port()}"), good=newapi())

    ended = stage.run("doctor", "--json")

    assert (ended.code, ended.json["complete"]) == (1, False)
    assert ended.json["summary"] == {"ok": 1, "warning": 0, "failed": 1}
    assert told(ended, "bad") == {"address": "failed", "tls": "ok"} | dict.fromkeys(
        ("clock", "login", "generation", "permissions", "rate_limit", "page_size", "channels", "limits"), "unknown"
    )


@pytest.mark.parametrize("kind", ["newapi", "octopus"])
def test_a_web_page_in_its_place_failed_with_a_question(stage: Stage, answer_with: AnswerWith, kind: str) -> None:
    port = answer_with(always(Answer(200, b"<!doctype html><title>Welcome", "text/html")))
    stage.declare(main=site(kind, url=port.url))

    ended = stage.run("doctor")

    assert ended.code == 1
    assert "HTTP 200 brought HTML" in ended.out
    assert "is the url the" in ended.out
    assert not any(seen.method == "POST" for seen in port.calls)


@pytest.mark.parametrize("kind", ["newapi", "octopus"])
def test_a_wrong_password_failed_the_login_and_nothing_else(
    stage: Stage, serve: Serve, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    port = serve(kind, {"newapi": "head", "octopus": "g4"}[kind])
    auth = BY_PASSWORD | {"username": {"newapi": "root", "octopus": "admin"}[kind]}
    stage.declare(main=site(kind, url=port.url, auth=auth))
    monkeypatch.setenv("PASSWORD", "pW-wrong-wrong-wrong")

    ended = stage.run("doctor", "--json")

    assert ended.code == 1
    assert [topic for topic, verdict in told(ended).items() if verdict == "failed"] == ["login"]
    assert [topic for topic, verdict in told(ended).items() if verdict == "ok"] == ["address", "tls", "clock"]


def test_a_clock_that_is_an_hour_off_is_a_warning_and_no_failure(stage: Stage, serve: Serve) -> None:
    clock = Clock()
    clock.advance(3600)
    stage.declare(main=newapi(url=serve(clock=clock).url))

    ended = stage.run("doctor", "--json")

    assert (ended.code, ended.json["sites"]["main"]["status"], told(ended)["clock"]) == (0, "warning", "warning")


def test_a_site_that_hangs_failed_after_the_time_out(stage: Stage, answer_with: AnswerWith) -> None:
    async def hang(_seen: Seen) -> Answer:
        await asyncio.sleep(5)
        return Answer()

    stage.declare(main=newapi(url=answer_with(hang).url))

    ended = stage.run("doctor", "--timeout", "0.2")

    assert ended.code == 1
    assert "it was not done within 0.2 s" in ended.out


# References without a value


def test_a_key_that_is_not_set_is_a_finding_and_no_failure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.delenv("KEY")

    ended = stage.run("doctor", "--json")

    assert (ended.code, ended.json["sites"]["main"]["status"]) == (0, "ok")
    (found,) = ended.json["diagnostics"]
    assert (found["severity"], found["summary"], found["address"]) == ("warning", "${env:KEY} is not set", "main/channel/A")


def test_a_credential_that_is_not_set_failed_its_own_site_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(), edge=octopus())
    monkeypatch.delenv("TOKEN")

    ended = stage.run("doctor", "--json")

    assert ended.code == 1
    assert (told(ended, "main")["login"], told(ended, "main")["channels"]) == ("failed", "unknown")
    assert ended.json["sites"]["edge"]["status"] == "ok"
    assert ended.json["diagnostics"] == []


def test_an_address_that_is_not_set_failed_its_own_site_alone(stage: Stage) -> None:
    stage.declare(main=newapi(url="${env:NOWHERE}"), edge=octopus())

    ended = stage.run("doctor", "--json")

    assert (ended.code, told(ended, "main")["address"], ended.json["sites"]["edge"]["status"]) == (1, "failed", "ok")


# Balances


def balances(stage: Stage) -> Any:
    ended = stage.run("doctor", "--json", "--balance")
    assert ended.code == 0, ended.out
    return ended.json["balances"]


def test_a_silent_provider_is_waited_for_no_longer_than_the_timeout(stage: Stage, upstream: Upstream) -> None:
    upstream.provider.fault = Fault.SILENT
    stage.declare(main=newapi(entry("A", base_url=upstream.url)))

    ended = stage.run("doctor", "--json", "--balance", "--timeout", "0.5")

    (row,) = ended.json["balances"]
    assert (row["state"], row["left"]) == ("network_error", [])


def test_without_the_flag_no_balance_is_asked(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(entry("A", base_url=upstream.url)))

    assert stage.run("doctor", "--json").json["balances"] is None
    assert upstream.provider.requests == []


def test_a_key_is_asked_once_however_many_channels_and_sites_use_it(stage: Stage, upstream: Upstream) -> None:
    stage.declare(
        {"providers": {"one": {"base_url": upstream.url, "key": "${env:KEY}"}}},
        main=newapi(*(entry(name, base_url=None, key=None, provider="one") for name in ("A", "B"))),
        edge=octopus(entry("A", base_url=None, key=None, provider="one")),
    )

    (row,) = balances(stage)

    assert (row["provider"], row["key"], row["state"]) == ("one", "env:KEY", "ok")
    assert row["left"] == [{"amount": 37.5, "unit": "units of the site", "unlimited": False, "expires_at": None}]
    assert row["channels"] == ["edge/channel/A", "main/channel/A", "main/channel/B"]
    assert len(upstream.provider.asked("/subscription")) == 1


def test_each_key_of_a_channel_is_asked(stage: Stage, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "sk-other-00000000001")
    stage.declare(main=newapi(entry("A", base_url=upstream.url, key=None, keys=["${env:KEY}", "${env:OTHER}"])))

    rows = balances(stage)

    assert [(row["provider"], row["key"], row["state"], len(row["left"])) for row in rows] == [
        (upstream.host, "env:KEY", "ok", 1),
        (upstream.host, "env:OTHER", "auth_failed", 0),
    ]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.UNAUTHORISED, "auth_failed"),
        (Fault.RATE_LIMITED, "rate_limited"),
        (Fault.NOT_FOUND, "unsupported"),
        (Fault.HTML, "invalid_response"),
    ],
)
def test_no_state_is_a_zero_and_none_fails_the_run(stage: Stage, upstream: Upstream, fault: Fault, state: str) -> None:
    upstream.provider.fault = fault
    stage.declare(main=newapi(entry("A", base_url=upstream.url)))

    (row,) = balances(stage)

    assert (row["state"], row["left"]) == (state, [])
    assert row["reason"]


def test_a_provider_that_does_not_answer_and_a_key_without_a_value_are_states(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = f"http://127.0.0.1:{unused_port()}"
    stage.declare(main=newapi(entry("A", base_url=nowhere), entry("B", base_url=nowhere, key="${env:NONE}")))

    assert [(row["key"], row["state"], row["left"]) for row in balances(stage)] == [
        ("env:KEY", "network_error", []),
        ("env:NONE", "not_asked", []),
    ]


def test_nothing_left_is_a_zero_and_no_limit_is_none(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(entry("A", base_url=upstream.url)))

    upstream.provider.account = Account(granted=5, used=5)
    (spent,) = balances(stage)
    upstream.provider.account = Account(is_unlimited=True)
    (endless,) = balances(stage)

    assert (spent["left"][0]["amount"], spent["left"][0]["unlimited"]) == (0, False)
    assert (endless["left"][0]["amount"], endless["left"][0]["unlimited"]) == (None, True)


def test_the_table_shows_amounts_states_and_never_a_key(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(entry("A", base_url=upstream.url), entry("B", base_url="https://api.openai.com")))

    ended = stage.run("doctor", "--balance")

    lines = [line for line in ended.out.partition("Balances\n")[2].splitlines() if line and not line.startswith("    ")]
    rows = {line.split()[0]: line.split() for line in lines}
    assert rows[upstream.host] == [upstream.host, "env:KEY", "ok", "37.5", "units", "of", "the", "site", "main/channel/A"]
    assert rows["api.openai.com"][:5] == ["api.openai.com", "env:KEY", "unsupported", "-", "main/channel/B"]
    assert ended.out.endswith("1 site: 1 ok, 0 with warnings, 0 failed. 1 balance known of 2.\n")
    assert not any(secret in ended.out + ended.err for secret in SECRETS)


def test_an_address_and_a_key_are_shown_by_reference(stage: Stage, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", upstream.url.replace("http://", "http://name:pW-hidden-in-url@"))
    stage.declare(
        {"allow_plaintext_secrets": True},
        main=newapi(entry("A", base_url="${env:WHERE}"), entry("B", base_url=upstream.url, key="sk-literal-00000001")),
    )

    shown = [stage.run("doctor", "--balance", *more) for more in ([], ["--json"])]

    assert not any(word in ended.out + ended.err for ended in shown for word in (*SECRETS, "pW-hidden", "sk-literal"))
    assert [(row["provider"], row["key"]) for row in shown[1].json["balances"]] == [
        ("(secret, from env:WHERE)", "env:KEY"), (upstream.host, "(secret)"),
    ]  # fmt: skip


def test_an_error_is_json_too(stage: Stage) -> None:
    stage.declare(main=newapi())

    ended = stage.run("doctor", "--json", "nowhere")

    assert (ended.code, json.loads(ended.out)["errored"]) == (1, True)
