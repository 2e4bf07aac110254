"""Ctrl-C, SIGTERM and SIGKILL: what was begun is finished, what is known is told, and the next apply completes."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from cli.port import Gate, Port
from cli.stage import PATIENCE, Ended, Terminal, entry, newapi, octopus, read_names, start

if TYPE_CHECKING:
    import subprocess

    from cli.conftest import Serve
    from cli.stage import Stage

APPLY = ("apply", "--auto-approve", "--parallelism", "1")
NAMES = [f"C{number}" for number in range(6)]


@pytest.fixture
def gate() -> Gate:
    return Gate(3)


@pytest.fixture
def port(stage: Stage, serve: Serve, gate: Gate) -> Port:
    """A New API that is to get six channels one by one, and holds the third create at the gate."""
    port = serve(hand=gate, db=stage.folder / "main.sqlite3")
    stage.declare(main=newapi(*(entry(name) for name in NAMES), url=port.url))
    return port


def interrupt(stop: signal.Signals, gate: Gate, *args: str) -> Ended:
    """Apply, send *stop* while the third create is on its way, let that one pass, and return how it ended."""
    with start(*(args or APPLY)) as process:
        gate.wait()
        process.send_signal(stop)
        read_line_with("Stopping", process)
        gate.open()
        out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)


def read_line_with(text: str, process: subprocess.Popen[str]) -> None:
    assert process.stderr
    seen = []
    for line in process.stderr:
        seen.append(line)
        if text in line:
            return
    pytest.fail(f"no line with {text!r} but {seen}")


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_apply_exits_with_128_and_the_signal(port: Port, gate: Gate, stop: signal.Signals, code: int) -> None:
    assert interrupt(stop, gate).code == code


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_running_write_finishes_and_no_new_one_starts(stage: Stage, port: Port, gate: Gate, stop: signal.Signals) -> None:
    interrupt(stop, gate)

    assert read_names(stage.folder / "main.sqlite3") == ["C0", "C1", "C2"]


def test_an_interrupted_apply_prints_its_counts_last(port: Port, gate: Gate) -> None:
    ended = interrupt(signal.SIGINT, gate)

    assert ended.out.splitlines()[-1] == "Interrupted. Channels: 3 added, 0 changed, 0 deleted; 3 not started."


def test_an_interrupted_apply_proves_what_it_wrote(port: Port, gate: Gate) -> None:
    interrupt(signal.SIGINT, gate)

    assert not port.calls[-1].is_write


def test_an_interrupted_apply_reports_every_change_as_json(port: Port, gate: Gate) -> None:
    with start(*APPLY, "--json") as process:
        gate.wait()
        process.send_signal(signal.SIGTERM)
        read_line_with("Stopping", process)
        gate.open()
        out, _ = process.communicate(timeout=PATIENCE)

    report = json.loads(out)
    assert [result["outcome"] for result in report["results"]] == ["done"] * 3 + ["skipped"] * 3
    assert (report["complete"], report["results"][5]["reason"]) == (False, "interrupted")
    assert process.returncode == 143


def test_the_apply_after_an_interrupted_one_does_the_rest(stage: Stage, port: Port, gate: Gate) -> None:
    interrupt(signal.SIGTERM, gate)

    ended = stage.apply()

    assert ended.out.endswith("Apply complete! Channels: 3 added, 0 changed, 0 deleted.\n")
    assert read_names(stage.folder / "main.sqlite3") == NAMES


@pytest.mark.parametrize("args", [(), ("--timeout", "3")])
def test_a_stop_ends_the_wait_for_a_rate_limit(stage: Stage, serve: Serve, args: tuple[str, ...]) -> None:
    port = serve(rate_limit=(5, 3600), db=stage.folder / "main.sqlite3")
    stage.declare(main=newapi(*(entry(name) for name in NAMES), url=port.url))

    with start(*APPLY, *args) as process:
        read_line_with("main: waiting", process)
        if not args:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)

    added = len(read_names(stage.folder / "main.sqlite3"))
    assert 0 < added < len(NAMES)
    assert out.splitlines()[-1].endswith(f"Channels: {added} added, 0 changed, 0 deleted; {len(NAMES) - added} not started.")
    assert "main: what was written was not read again" in out + err


def test_a_second_signal_stops_at_once(port: Port, gate: Gate) -> None:
    with start(*APPLY) as process:
        gate.wait()
        process.send_signal(signal.SIGINT)
        read_line_with("Stopping", process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert "error: stopped at once: what was being written is unknown" in err


def test_a_second_signal_leaves_one_json_object_too(port: Port, gate: Gate) -> None:
    with start(*APPLY, "--json") as process:
        gate.wait()
        process.send_signal(signal.SIGINT)
        read_line_with("Stopping", process)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)

    assert json.loads(out)["errored"] is True


def test_the_apply_after_a_second_signal_completes(stage: Stage, port: Port, gate: Gate) -> None:
    with start(*APPLY) as process:
        gate.wait()
        process.send_signal(signal.SIGINT)
        read_line_with("Stopping", process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    gate.open()

    stage.apply()

    assert read_names(stage.folder / "main.sqlite3") == NAMES


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve"), ("list",)])
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_sites_are_read_says_that_nothing_was_written(
    stage: Stage, serve: Serve, command: tuple[str, ...], stop: signal.Signals, code: int
) -> None:
    gate = Gate(1, reads=True)
    port = serve(hand=gate)
    stage.declare(main=newapi(entry("A"), url=port.url))

    with start(*command) as process:
        gate.wait()
        process.send_signal(stop)
        out, err = process.communicate(timeout=PATIENCE)
    gate.open()

    assert (process.returncode, out) == (code, "")
    assert err.strip() == "Interrupted. Nothing was written."


def test_a_signal_while_sites_are_read_is_one_json_object_with_json(stage: Stage, serve: Serve) -> None:
    gate = Gate(1, reads=True)
    port = serve(hand=gate)
    stage.declare(main=newapi(entry("A"), url=port.url))

    with start("plan", "--json") as process:
        gate.wait()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
    gate.open()

    assert json.loads(out)["diagnostics"][0]["summary"] == "interrupted: nothing was written"


def test_ctrl_c_at_the_question_ends_with_130(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    terminal = Terminal("apply")
    terminal.read_until("Enter a value: ")

    terminal.type("\x03")

    assert terminal.wait() == 130
    assert stage.names("main") == []


def test_sigterm_at_the_question_ends_with_143(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    terminal = Terminal("apply")
    terminal.read_until("Enter a value: ")

    terminal.process.terminate()

    assert terminal.wait() == 143
    assert stage.names("main") == []


def test_ctrl_c_on_a_terminal_during_an_apply_prints_the_counts(port: Port, gate: Gate) -> None:
    terminal = Terminal(*APPLY)
    gate.wait()

    terminal.type("\x03")
    terminal.read_until("Stopping")
    gate.open()

    assert terminal.wait() == 130
    assert "Channels: 3 added, 0 changed, 0 deleted; 3 not started.\n" in terminal.seen


@pytest.mark.parametrize(
    ("kind", "generation"),
    [
        pytest.param("newapi", "base", marks=pytest.mark.slow),
        ("newapi", "head"),
        pytest.param("octopus", "g2", marks=pytest.mark.slow),
        ("octopus", "g4"),
    ],
)
@pytest.mark.parametrize("number", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_after_sigkill_the_next_apply_reaches_the_same_end_without_duplicates(
    stage: Stage, serve: Serve, kind: str, generation: str, number: int
) -> None:
    gate = Gate(number)
    port = serve(kind, generation, hand=gate, db=stage.folder / "main.sqlite3")
    site = newapi if kind == "newapi" else octopus
    stage.declare(main=site(*(entry(name) for name in NAMES), url=port.url))
    with start("apply", "--auto-approve") as process:
        gate.wait()
        process.kill()
    gate.open()

    stage.apply()

    assert read_names(stage.folder / "main.sqlite3") == NAMES
    assert stage.run("plan").out == "No changes. Your channels match the configuration.\n"
