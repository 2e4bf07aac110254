"""`sandbox serve` and `sandbox request`: emulated gateways on loopback and by hand."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chanops.sandbox.serve import HOST
from cli.stage import PATIENCE, SANDBOX_LINE, entry, newapi, octopus, read_names, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stage import Stage

GATEWAYS = [("newapi", "base"), ("newapi", "head"), ("octopus", "g2"), ("octopus", "g4")]


@contextmanager
def served(*args: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Run `sandbox serve` and yield it with what its line says."""
    with start("sandbox", "serve", *args, "--json") as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(("gateway", "generation"), GATEWAYS)
def test_a_served_gateway_is_planned_and_applied_with_what_it_printed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, gateway: str, generation: str
) -> None:
    with served(gateway, "--generation", generation) as (_, facts):
        monkeypatch.setenv("TOKEN", facts["access_token"] or "")
        monkeypatch.setenv("PASSWORD", facts["password"])
        site = newapi if gateway == "newapi" else octopus
        stage.declare(main=site(entry("A"), url=facts["url"]))

        stage.apply()

        assert stage.run("plan", "--json").json["sites"]["main"]["generation"] == generation
        assert stage.live("main/channel/A")["whose"] == "ours"


def test_the_line_has_the_keys_of_the_interface() -> None:
    with served("newapi") as (_, facts):
        assert facts.keys() == {"url", "access_token", "user_id", "username", "password"}


def test_stdout_is_that_one_line_alone() -> None:
    with served("newapi") as (process, facts):
        httpx.get(f"{facts['url']}/api/status")
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)

    assert (out, err) == ("", "")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_0_when_asked(end: signal.Signals) -> None:
    with served("octopus") as (process, _):
        process.send_signal(end)

        assert process.wait(PATIENCE) == 0


def test_it_listens_on_loopback_alone() -> None:
    with served("newapi") as (_, facts):
        port = int(facts["url"].rpartition(":")[2])

        assert facts["url"].startswith("http://127.0.0.1:")
        assert HOST == "127.0.0.1"
        for address in own_addresses():
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((address, port), timeout=2)


def own_addresses() -> set[str]:
    """Return the addresses of this machine that are not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which address would be used
        except OSError:
            return set()
        return {probe.getsockname()[0]} - {"127.0.0.1"}


def test_it_starts_fresh(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        with served("newapi") as (_, facts):
            monkeypatch.setenv("TOKEN", facts["access_token"])
            stage.declare(main=newapi(entry("A"), url=facts["url"]))
            assert stage.apply().out.endswith("Apply complete! Channels: 1 added, 0 changed, 0 deleted.\n")


def test_with_a_file_it_goes_on_where_it_stood(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    db = stage.folder / "state.sqlite3"
    for ending in ("1 added, 0 changed, 0 deleted.\n", "match the configuration.\n"):
        with served("newapi", "--db", str(db)) as (_, facts):
            monkeypatch.setenv("TOKEN", facts["access_token"])
            stage.declare(main=newapi(entry("A"), url=facts["url"]))
            assert stage.apply().out.endswith(ending)

    assert read_names(db) == ["A"]


@pytest.mark.slow
def test_a_rate_limit_is_kept_to_with_a_word_to_the_operator(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with served("newapi", "--rate-limit", "3/4") as (_, facts):  # fewer calls than one apply makes, in more time than it takes
        monkeypatch.setenv("TOKEN", facts["access_token"])
        stage.declare(main=newapi(entry("A"), url=facts["url"]))

        ended = stage.apply()

    assert "main: waiting " in ended.err
    assert "rate limit" in ended.err


def test_with_a_memory_cache_an_apply_completes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with served("newapi", "--memory-cache") as (_, facts):
        monkeypatch.setenv("TOKEN", facts["access_token"])
        stage.declare(main=newapi(entry("A"), entry("B"), url=facts["url"]))

        stage.apply()

        assert stage.run("plan").out.endswith("No changes. Your channels match the configuration.\n")


def test_killing_the_server_in_the_middle_is_reported_and_the_next_apply_completes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = str(stage.folder / "state.sqlite3")
    with served("newapi", "--db", db) as (process, facts):
        monkeypatch.setenv("TOKEN", facts["access_token"])
        stage.declare(main=newapi(entry("A"), entry("B"), url=facts["url"], timeout=1))
        stage.run("plan")
        process.kill()
        process.wait()
    assert stage.run("apply", "--auto-approve").code == 1

    with served("newapi", "--db", db) as (_, facts):
        stage.declare(main=newapi(entry("A"), entry("B"), url=facts["url"]))
        stage.apply()

    assert read_names(stage.folder / "state.sqlite3") == ["A", "B"]


@pytest.mark.parametrize(("args", "says"), [
    (["newapi", "--generation", "g2"], "newapi has no generation g2; it has base and head"),
    (["octopus", "--generation", "head"], "octopus has no generation head; it has g2 and g4"),
    (["newapi", "--generation", "next"], "is not one of"),
    (["oneapi"], "is not one of"),
    ([], "GATEWAY is missing"),
    (["newapi", "--port", "70000"], "--port"),
    (["newapi", "--rate-limit", "fast"], '"fast" is not N/SECONDS, such as 180/180'),
    (["newapi", "--rate-limit", "0/60"], "is not N/SECONDS"),
    (["newapi", "--rate-limit", "10/0"], "is not N/SECONDS"),
    (["newapi", "--rate-limit", "10/inf"], "is not N/SECONDS"),
    (["octopus", "--rate-limit", "10/60"], "octopus has no rate limit"),
    (["octopus", "--memory-cache"], "octopus has no memory cache"),
])  # fmt: skip
def test_what_cannot_be_served_is_told(stage: Stage, args: list[str], says: str) -> None:
    ended = stage.run("sandbox", "serve", *args)

    assert (ended.code, ended.out) == (1, "")
    assert says in ended.err


def test_a_port_in_use_is_told(stage: Stage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        ended = stage.run("sandbox", "serve", "newapi", "--port", port)

    assert ended.code == 1
    assert f"port {port} cannot be served: Address already in use" in ended.err


@pytest.mark.parametrize("db", ["/dev/null/state", "channels.yaml"])
def test_a_file_that_cannot_hold_the_state_is_told(stage: Stage, db: str) -> None:
    stage.write("version: 1\n" * 100)

    ended = stage.run("sandbox", "serve", "newapi", "--db", db)

    assert ended.code == 1
    assert f"the state {db} cannot be opened: " in ended.err


def test_an_emulated_site_whose_state_is_damaged_is_told(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.database("main").parent.mkdir()
    stage.database("main").write_text("no database " * 100)

    ended = stage.run("plan")

    assert ended.code == 1
    assert "main: the sandbox cannot be opened: " in ended.err


# By hand


def test_a_call_by_hand_changes_the_emulated_site(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", weight=0)))
    stage.apply()

    stage.hand("main", "PUT", "/api/channel/", {"id": 1, "weight": 9})

    assert "~ weight = 9 -> 0" in stage.run("plan").out


@pytest.mark.parametrize("generation", ["g2", "g4"])
def test_a_call_by_hand_is_logged_in_on_octopus_too(stage: Stage, generation: str) -> None:
    stage.declare(main=octopus(entry("A", enabled=True), url=f"sandbox:octopus?generation={generation}"))
    stage.apply()

    stage.hand("main", "POST", "/api/v1/channel/enable", {"id": 1, "enabled": False})

    assert "~ enabled = false -> true" in stage.run("plan").out


def test_a_refused_call_by_hand_exits_with_1_and_shows_the_answer(stage: Stage) -> None:
    stage.declare(main=newapi())

    ended = stage.run("sandbox", "request", "main", "GET", "/api/nothing/here")

    assert ended.code == 1
    assert isinstance(json.loads(ended.out), dict)


def test_a_page_that_is_no_json_is_shown_as_it_is(stage: Stage) -> None:
    stage.declare(main=newapi())

    ended = stage.run("sandbox", "request", "main", "GET", "/")

    assert ended.code == 0
    assert ended.out.startswith("<!doctype html>")


def test_a_body_that_is_no_json_is_told(stage: Stage) -> None:
    stage.declare(main=newapi())

    ended = stage.run("sandbox", "request", "main", "PUT", "/api/channel/", "{id: 1}")

    assert ended.code == 1
    assert "BODY is not JSON: " in ended.err


def test_a_real_site_takes_no_call_by_hand(stage: Stage) -> None:
    stage.declare(main=newapi(url="http://127.0.0.1:9"))

    ended = stage.run("sandbox", "request", "main", "GET", "/api/channel/")

    assert ended.code == 1
    assert "main is a real site" in ended.err


def test_an_unknown_site_of_a_call_by_hand_says_which_was_meant(stage: Stage) -> None:
    stage.declare(main=newapi())

    assert 'did you mean "main"?' in stage.run("sandbox", "request", "mian", "GET", "/").err


# The word on stderr


@pytest.mark.parametrize(
    "command", [["plan"], ["plan", "--json"], ["apply", "--auto-approve"], ["list"], ["get", "main/channel/A"]]
)
def test_a_run_with_an_emulated_site_says_that_nothing_real_is_written(stage: Stage, command: list[str]) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()

    assert stage.run(*command).err.startswith(SANDBOX_LINE)


@pytest.mark.parametrize("command", [["validate"], ["schema"], ["show", "plan.json"], ["plan", "--site", "real"]])
def test_a_run_without_an_emulated_site_does_not_say_so(stage: Stage, command: list[str]) -> None:
    stage.declare(main=newapi(entry("A")), real=newapi(url="http://127.0.0.1:9", timeout=1))
    stage.run("plan", "--out", "plan.json", "--site", "main")

    assert SANDBOX_LINE not in stage.run(*command).err


def test_a_served_gateway_is_a_real_site_to_a_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with served("octopus") as (_, facts):
        monkeypatch.setenv("PASSWORD", facts["password"])
        stage.declare(main=octopus(entry("A"), url=facts["url"]))

        assert stage.run("plan").err == ""


def test_the_state_of_emulated_sites_is_private(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()

    assert stage.database("main").stat().st_mode & 0o777 == 0o600
    assert stage.database("main").parent.stat().st_mode & 0o777 == 0o700


def test_the_state_of_emulated_sites_ignores_itself_in_git(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.apply()

    assert stage.database("main").with_name(".gitignore").read_text() == "*\n"


def test_without_the_extra_the_reason_is_told(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    code = "import sys; sys.modules['starlette'] = None; from chanops.cli import main; sys.argv[1:] = ['plan']; main()"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=PATIENCE)

    assert ended.returncode == 1
    assert "error: the sandbox needs " in ended.stderr
