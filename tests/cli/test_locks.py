"""One apply per site on a machine: locks through the command line."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.port import Gate, Port
from cli.stage import PATIENCE, entry, newapi, octopus, spawn, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from cli.conftest import Serve
    from cli.stage import Stage

APPLY = ("apply", "--auto-approve")


@pytest.fixture
def gate() -> Gate:
    return Gate(1)


@pytest.fixture
def port(serve: Serve, gate: Gate) -> Port:
    return serve(hand=gate)


@pytest.fixture
def holder(stage: Stage, port: Port, gate: Gate) -> Iterator[subprocess.Popen[str]]:
    """An apply that holds the lock of `main` until the gate opens."""
    stage.declare(main=newapi(entry("A"), url=port.url))
    with start(*APPLY) as process:
        gate.wait()
        yield process
        gate.open()
        process.communicate(timeout=PATIENCE)


def test_of_two_applies_at_once_one_exits_with_6(stage: Stage, holder: subprocess.Popen[str]) -> None:
    assert stage.run(*APPLY).code == 6


def test_a_refused_apply_says_which_process_holds_the_lock(stage: Stage, holder: subprocess.Popen[str]) -> None:
    ended = stage.run(*APPLY)

    assert f"main is locked by another run on this machine (process {holder.pid}, for " in ended.err


def test_a_refused_apply_says_how_to_wait(stage: Stage, holder: subprocess.Popen[str]) -> None:
    assert "--lock-timeout SECONDS" in stage.run(*APPLY).err


def test_a_refused_apply_reads_nothing(stage: Stage, holder: subprocess.Popen[str], port: Port) -> None:
    before = len(port.calls)

    stage.run(*APPLY)

    assert len(port.calls) == before


def test_a_held_lock_stops_the_whole_run(stage: Stage, holder: subprocess.Popen[str], port: Port) -> None:
    stage.declare(main=newapi(entry("A"), url=port.url), other=newapi(entry("B")))

    ended = stage.run(*APPLY)

    assert ended.code == 6
    assert not stage.database("other").exists()


def test_a_held_lock_is_one_json_object_with_json(stage: Stage, holder: subprocess.Popen[str]) -> None:
    ended = stage.run(*APPLY, "--json")

    assert ended.code == 6
    assert ended.json["errored"] is True


def test_with_a_lock_timeout_the_second_apply_waits(stage: Stage, holder: subprocess.Popen[str], gate: Gate) -> None:
    with start(*APPLY, "--lock-timeout", "60") as second:
        gate.open()
        out, err = second.communicate(timeout=PATIENCE)

    assert (second.returncode, out) == (0, "No changes. Your channels match the configuration.\n"), err


def test_a_lock_timeout_ends_with_6_too(stage: Stage, holder: subprocess.Popen[str]) -> None:
    assert stage.run(*APPLY, "--lock-timeout", "0.1").code == 6


def test_another_site_is_not_locked(stage: Stage, holder: subprocess.Popen[str]) -> None:
    stage.declare(other=newapi(entry("B")))

    assert stage.run(*APPLY).code == 0


def test_a_plan_needs_no_lock(stage: Stage, holder: subprocess.Popen[str]) -> None:
    assert stage.run("plan").code == 0


def test_sigkill_releases_the_lock(stage: Stage, holder: subprocess.Popen[str], gate: Gate) -> None:
    holder.kill()
    holder.wait()
    gate.open()

    assert stage.run(*APPLY).code == 0


def test_a_failed_apply_releases_the_lock(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.run(*APPLY, "--journal", "no/such/folder")

    assert stage.run(*APPLY).code == 0


def test_an_apply_without_approval_releases_the_lock(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    stage.run("apply")

    assert stage.run(*APPLY).code == 0


def test_two_sites_at_one_address_do_not_lock_each_other(stage: Stage, serve: Serve) -> None:
    port = serve()
    stage.declare(one=newapi(entry("A"), url=port.url), two=newapi(entry("B"), url=port.url + "/"))

    assert stage.run(*APPLY).code == 0


def test_the_same_file_in_two_folders_locks_two_emulated_sites(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()
    locks = set(lock_folder().iterdir())
    monkeypatch.setenv("CHANOPS_SANDBOX_DIR", str(stage.folder / "elsewhere"))

    stage.apply()

    assert len(set(lock_folder().glob("*.lock")) - locks) == 2


def test_a_runtime_directory_that_is_missing_is_made_private(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    stage.apply()

    assert stat.S_IMODE(Path(os.environ["XDG_RUNTIME_DIR"]).stat().st_mode) == 0o700
    assert lock_folder().is_dir()


def test_a_runtime_directory_that_others_may_read_brings_no_warning(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    Path(os.environ["XDG_RUNTIME_DIR"]).mkdir(mode=0o755)

    ended = spawn(*APPLY)

    assert ended.code == 0
    assert "Warning" not in ended.err


def test_where_no_lock_can_be_taken_nothing_is_read(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))
    lock_folder().parent.mkdir(parents=True, mode=0o700)
    Path(os.environ["XDG_RUNTIME_DIR"]).chmod(0o700)
    lock_folder().write_text("a file stands in the way")

    ended = stage.run(*APPLY)

    assert ended.code == 1
    assert f"no lock can be taken in {lock_folder()}: " in ended.err
    assert not stage.database("main").exists()


def test_a_terminated_apply_releases_the_lock(stage: Stage, holder: subprocess.Popen[str], gate: Gate) -> None:
    holder.send_signal(signal.SIGTERM)
    gate.open()
    holder.wait(PATIENCE)

    assert stage.run(*APPLY).code == 0


def lock_folder() -> Path:
    return Path(os.environ["XDG_RUNTIME_DIR"]) / "chanops" / "locks"
