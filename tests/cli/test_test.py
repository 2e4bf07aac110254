"""`chanops test`: which channels are called and how often, what is asked before, and what is told afterwards."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from chanops.sandbox.upstream import Fault
from cli.port import Answer, Seen
from cli.stage import PATIENCE, SECRETS, Terminal, entry, newapi, octopus, start
from cli.trials import BAD, BAD_KEY, Hold, is_test

if TYPE_CHECKING:
    from cli.conftest import Serve
    from cli.stage import Ended, Stage
    from cli.trials import Upstream


@pytest.fixture
def live(stage: Stage, upstream: Upstream) -> Stage:
    """Two good channels, one whose key is refused, one that is disabled, all of them alive; and one that is not."""
    url = upstream.url
    alive = [
        entry("Good", base_url=url, models=["o3", "gpt-4o"], test_model="gpt-4o"),
        entry("Second", base_url=url, models=["o3", "gpt-4o-mini"]),
        entry("Refused", base_url=url, key=BAD_KEY),
        entry("Off", base_url=url, enabled=False),
    ]
    stage.declare(main=newapi(*alive))
    stage.apply()
    stage.declare(main=newapi(*alive, entry("Absent", base_url=url)))
    return stage


def try_all(stage: Stage, *args: str) -> Ended:
    return stage.run("test", "--auto-approve", *args)


def states(ended: Ended) -> dict[str, str]:
    return {trial["address"].rpartition("/")[2]: trial["state"] for trial in ended.json["trials"]}


# What is called


def test_each_declared_living_enabled_channel_is_called_once(live: Stage, upstream: Upstream) -> None:
    ended = try_all(live, "--json")

    assert states(ended) == {"Good": "passed", "Refused": "failed", "Second": "passed"}
    assert len(upstream.questions) == 3


def test_a_channel_is_tested_with_its_test_model_or_its_first(live: Stage) -> None:
    trials = try_all(live, "--json").json["trials"]

    assert {t["address"]: t["model"] for t in trials} == {
        "main/channel/Good": "gpt-4o",
        "main/channel/Refused": "gpt-4o",
        "main/channel/Second": "o3",
    }


def test_all_models_are_tested_when_asked_for(live: Stage, upstream: Upstream) -> None:
    try_all(live, "Good", "Second", "--all-models")

    assert sorted(upstream.questions) == ["gpt-4o", "gpt-4o-mini", "o3", "o3"]


def test_a_glob_chooses_among_the_models(live: Stage, upstream: Upstream) -> None:
    ended = try_all(live, "--model", "*-mini")

    assert upstream.questions == ["gpt-4o-mini"]
    assert "main/channel/Good: left out, since it has no such model" in ended.err


def test_a_disabled_channel_is_tested_when_asked_for(live: Stage) -> None:
    assert states(try_all(live, "Off", "--include-disabled", "--json")) == {"Off": "passed"}


def test_a_disabled_channel_stays_disabled(live: Stage) -> None:
    try_all(live, "Off", "--include-disabled")

    assert live.live("main/channel/Off")["status"] == "disabled"


@pytest.mark.parametrize(
    "asked", [["Good"], ["main/channel/Good"], ["--target", "Goo*"], ["--exclude", "Second", "--exclude", "Refused"]]
)
def test_globs_choose_channels(live: Stage, asked: list[str]) -> None:
    assert list(states(try_all(live, "--json", *asked))) == ["Good"]


def test_a_glob_that_matches_nothing_is_an_error(live: Stage, upstream: Upstream) -> None:
    ended = try_all(live, "Godo")

    assert (ended.code, upstream.questions) == (1, [])
    assert '"Godo" matches no declared channel' in ended.err


def test_the_endpoint_is_passed_on(live: Stage, upstream: Upstream) -> None:
    try_all(live, "Good", "--endpoint", "anthropic")

    assert [request.url.path for request in upstream.requests] == ["/v1/messages"]


def test_what_is_not_on_its_site_is_told_and_not_called(live: Stage) -> None:
    assert "main/channel/Absent: not on the site: apply first" in try_all(live).err
    assert try_all(live, "--json").json["missing"] == ["main/channel/Absent"]


def test_a_type_without_a_test_is_not_called_and_is_no_failure(stage: Stage, upstream: Upstream) -> None:
    stage.declare(main=newapi(entry("Pictures", type="midjourney", base_url=upstream.url)))
    stage.apply()

    ended = try_all(stage, "--json")

    assert (ended.code, states(ended), upstream.requests) == (0, {"Pictures": "unsupported"}, [])


# What is asked before


def test_what_it_costs_is_told_before(live: Stage) -> None:
    first, *_ = [line for line in try_all(live).err.splitlines() if "calls" in line]

    assert first == "This makes 3 real calls through the gateways' channels and spends tokens."


def test_without_a_terminal_nothing_is_called(live: Stage, upstream: Upstream) -> None:
    ended = live.run("test")

    assert (ended.code, ended.out, upstream.questions) == (1, "", [])
    assert "nobody is there to approve the calls: run it on a terminal, or give --auto-approve" in ended.err


@pytest.mark.parametrize(("word", "code", "calls"), [("yes\n", 0, 1), ("no\n", 1, 0)])
def test_only_yes_calls(live: Stage, upstream: Upstream, word: str, code: int, calls: int) -> None:
    terminal = Terminal("test", "Good")
    terminal.read_until("Enter a value: ")
    terminal.type(word)

    assert terminal.wait() == code
    assert len(upstream.questions) == calls


def test_nobody_is_asked_when_nothing_would_be_called(live: Stage) -> None:
    ended = live.run("test", "Absent")

    assert (ended.code, ended.out) == (1, "Nothing was tested.\n")  # 1: what was named is not there


# What is told afterwards


def test_all_passed_is_0(live: Stage) -> None:
    ended = try_all(live, "Good", "Second")

    assert ended.code == 0
    assert ended.out.endswith("\n\nTests: 2 passed, 0 failed.\n")


def test_one_failed_is_1_with_the_reason(live: Stage) -> None:
    ended = try_all(live)

    (row,) = [line for line in ended.out.splitlines() if line.startswith("main/channel/Refused")]
    assert ended.code == 1
    assert row.split()[1:3] == ["gpt-4o", "failed"]
    assert "401" in row
    assert ended.out.endswith("\n\nTests: 2 passed, 1 failed.\n")


def test_the_table_has_these_columns(live: Stage) -> None:
    assert try_all(live, "Good").out.splitlines()[0].split() == ["ADDRESS", "MODEL", "RESULT", "LATENCY", "REASON"]


def test_the_json_counts_by_state(live: Stage) -> None:
    ended = try_all(live, "--json")

    counts = {"passed": 2, "failed": 1, "unsupported": 0, "unclear": 0, "not_started": 0}
    assert (ended.json["summary"], ended.json["complete"]) == (counts, True)
    assert all(trial["seconds"] >= 0 for trial in ended.json["trials"])


def test_a_site_that_cannot_be_read_is_1_and_the_others_are_tested(live: Stage, upstream: Upstream) -> None:
    live.declare(
        main=newapi(entry("Good", base_url=upstream.url, models=["gpt-4o"])),
        down=newapi(entry("A"), url="http://127.0.0.1:9", timeout=1),
    )

    ended = try_all(live, "--json")

    assert (ended.code, ended.json["complete"], states(ended)) == (1, False, {"Good": "passed"})
    assert ended.findings[0].startswith("down: no connection")


def test_a_message_that_repeats_the_key_is_withheld(live: Stage, answer_with: Any) -> None:
    async def repeat(_seen: Seen) -> Answer:
        return Answer(401, json.dumps({"error": {"message": f"no such key: {BAD}"}}).encode())

    live.declare(main=newapi(entry("Refused", base_url=answer_with(repeat).url, key=BAD_KEY)))
    live.apply("--target", "Refused")

    ended = try_all(live, "Refused")

    assert "(message withheld: it repeats a secret)" in ended.out
    assert not any(secret in ended.out + ended.err for secret in (*SECRETS, BAD, BAD[:8], BAD[-8:]))


# Octopus


@pytest.fixture
def edge(stage: Stage, upstream: Upstream) -> Stage:
    stage.declare(
        edge=octopus(
            entry("Good", base_url=upstream.url, models=["o3", "gpt-9"]), entry("Refused", key=BAD_KEY, base_url=upstream.url)
        )
    )
    stage.apply()
    return stage


def test_octopus_only_lists_models_and_says_so(edge: Stage, upstream: Upstream) -> None:
    ended = try_all(edge)

    assert "2 Octopus channels: the gateway has no test, so it only lists the provider's models, without tokens." in ended.err
    assert "spends tokens" not in ended.err
    assert upstream.questions == []


def test_an_empty_list_is_a_failure(edge: Stage) -> None:
    ended = try_all(edge, "--json")

    assert (ended.code, states(ended)) == (1, {"Good": "passed", "Refused": "failed"})


def test_on_octopus_one_call_stands_for_all_models(edge: Stage, upstream: Upstream) -> None:
    upstream.requests.clear()

    try_all(edge, "Good", "--all-models")

    assert len(upstream.requests) == 1


def test_a_model_that_is_not_listed_is_told_and_no_failure(edge: Stage) -> None:
    (trial,) = try_all(edge, "Good", "--model", "gpt-9", "--json").json["trials"]

    assert (trial["state"], trial["reason"]) == ("passed", "lists 3 models, this one not among them")


# One call each, whatever happens


def test_a_call_without_an_answer_is_unclear_and_never_repeated(stage: Stage, serve: Serve, upstream: Upstream) -> None:
    port = serve(hand=lose_test)
    stage.declare(main=newapi(entry("A", base_url=upstream.url), url=port.url))
    stage.apply()

    ended = try_all(stage, "--json")

    assert (ended.code, states(ended)) == (1, {"A": "unclear"})
    assert len([call for call in port.calls if is_test(call)]) == 1


async def lose_test(seen: Seen) -> Answer | None:
    return Answer(200, b'{"success"', missing=20) if is_test(seen) else None


def test_the_test_of_all_channels_is_never_called(stage: Stage, serve: Serve, upstream: Upstream) -> None:
    port = serve()
    stage.declare(main=newapi(entry("A", base_url=upstream.url), entry("B", base_url=upstream.url), url=port.url))
    stage.apply()

    try_all(stage)

    assert sorted(call.path for call in port.calls if is_test(call)) == ["/api/channel/test/1", "/api/channel/test/2"]


def test_a_provider_that_is_silent_ends_with_the_time_out(stage: Stage, serve: Serve, upstream: Upstream) -> None:
    upstream.fault = Fault.SILENT
    stage.declare(main=newapi(entry("A", base_url=upstream.url), url=serve().url))
    stage.apply()

    (trial,) = try_all(stage, "--timeout", "0.2", "--json").json["trials"]

    assert (trial["state"], trial["reason"]) == ("unclear", "no answer within the time-out")


# Signals


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_running_calls_end_and_starts_no_other(
    stage: Stage, serve: Serve, upstream: Upstream, stop: signal.Signals, code: int
) -> None:
    gate = Hold()
    port = serve(hand=gate, db=stage.folder / "main.sqlite3")
    stage.declare(main=newapi(*(entry(f"C{number}", base_url=upstream.url) for number in range(5)), url=port.url))
    stage.apply()

    with start("test", "--auto-approve", "--json") as process:
        gate.wait()
        process.send_signal(stop)
        assert process.stderr
        assert any("Stopping" in line for line in process.stderr)
        gate.open()
        out, _ = process.communicate(timeout=PATIENCE)

    report = json.loads(out)
    assert process.returncode == code
    assert (report["summary"]["passed"], report["summary"]["not_started"], report["complete"]) == (3, 2, False)
    assert len(upstream.questions) == 3
