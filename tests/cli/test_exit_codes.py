"""Every exit code of INTERFACE 5, and which counts when several apply."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from cli.port import Answer, Gate, Seen
from cli.stage import PATIENCE, entry, newapi, octopus, start

if TYPE_CHECKING:
    from cli.conftest import Serve
    from cli.stage import Stage

pytestmark = pytest.mark.usefixtures("without_pauses")


def test_a_plan_with_changes_exits_with_0(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    assert stage.run("plan").code == 0


def test_a_plan_with_changes_exits_with_2_when_asked_for_details(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    assert stage.run("plan", "--detailed-exitcode").code == 2


def test_a_plan_without_changes_exits_with_0_also_when_asked_for_details(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()

    ended = stage.run("plan", "--detailed-exitcode")

    assert (ended.code, ended.out) == (0, "No changes. Your channels match the configuration.\n")


def test_a_plan_writes_nothing(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()
    stage.declare(main=newapi(entry("A", weight=5), entry("B")), edge=octopus(entry("A", enabled=False)))
    before = stage.rows("main"), stage.rows("edge")

    stage.run("plan")

    assert (stage.rows("main"), stage.rows("edge")) == before


def test_a_second_apply_says_no_changes(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()

    ended = stage.apply()

    assert ended.out == "No changes. Your channels match the configuration.\n"


def test_a_second_apply_writes_nothing(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A")))
    stage.apply()
    before = stage.rows("main"), stage.rows("edge")

    stage.apply()

    assert (stage.rows("main"), stage.rows("edge")) == before


# Which counts when several apply: 130 or 143, 6, 4, 3, 5, 1, 2

DOWN = "http://127.0.0.1:9"


def refuse_writes(seen: Seen) -> Answer | None:
    return Answer(200, b'{"success": false, "message": "no"}') if seen.is_write else None


async def refusing(seen: Seen) -> Answer | None:
    return refuse_writes(seen)


def test_a_failed_change_exits_with_5(stage: Stage, serve: Serve) -> None:
    stage.declare(main=newapi(entry("A"), url=serve(hand=refusing).url))

    assert stage.run("apply", "--auto-approve").code == 5


def test_a_skipped_change_exits_with_5(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    ended = stage.run("apply", "--auto-approve", "--timeout", "0.000001", "--json")

    assert (ended.code, ended.json["summary"]["skipped"]) == (5, 1)
    assert ended.json["results"][0]["reason"] == "the time given by --timeout is up"


def test_a_change_whose_answer_was_lost_exits_with_5(stage: Stage, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The create is held back, and the site cannot be read any more to see whether it was done."""
    port = serve()

    async def hand(_seen: Seen) -> Answer | None:
        lost = Answer(200, b"{", missing=9)
        return lost if port.writes else None

    port.hand = hand
    stage.declare(main=newapi(entry("A"), url=port.url))

    ended = stage.run("apply", "--auto-approve", "--json")

    assert (ended.code, ended.json["summary"]["unknown"]) == (5, 1)


def test_partly_applied_is_stronger_than_a_site_without_a_plan(stage: Stage, serve: Serve) -> None:
    stage.declare(main=newapi(entry("A"), url=serve(hand=refusing).url), down=newapi(entry("B"), url=DOWN))

    assert stage.run("apply", "--auto-approve").code == 5


def test_a_site_without_a_plan_is_stronger_than_pending_changes(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), down=newapi(entry("B"), url=DOWN))

    assert stage.run("plan", "--detailed-exitcode").code == 1


def test_a_guard_is_stronger_than_a_site_without_a_plan(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), guards={"max_deletes": 0}))
    stage.apply()
    stage.declare(main=newapi(guards={"max_deletes": 0, "last_route": "off"}), down=newapi(entry("B"), url=DOWN))

    assert stage.run("plan", "--detailed-exitcode").code == 3
    assert stage.run("apply", "--auto-approve").code == 3


def test_a_stale_plan_is_stronger_than_a_guard(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A"), entry("B")))
    stage.apply()
    stage.declare(main=newapi(entry("A"), guards={"max_deletes": 0}))
    stage.run("plan", "--out", "plan.json")
    stage.hand("main", "PUT", "/api/channel/", {"id": int(stage.live("main/channel/B")["remote_id"]), "weight": 9})

    assert stage.run("apply", "plan.json").code == 4


def test_a_held_lock_is_stronger_than_a_stale_plan(stage: Stage, serve: Serve) -> None:
    gate = Gate()
    port = serve(hand=gate)
    stage.declare(main=newapi(entry("A"), url=port.url))
    stage.run("plan", "--out", "plan.json")
    with start("apply", "--auto-approve") as holder:
        gate.wait()

        assert stage.run("apply", "plan.json").code == 6

        gate.open()
        holder.communicate(timeout=PATIENCE)
    assert stage.run("apply", "plan.json").code == 4


def test_a_signal_is_stronger_than_a_failed_change(stage: Stage, serve: Serve) -> None:
    gate = Gate()

    async def hand(seen: Seen) -> Answer | None:
        await gate(seen)
        return refuse_writes(seen)

    stage.declare(main=newapi(entry("A"), entry("B"), url=serve(hand=hand).url))
    with start("apply", "--auto-approve", "--parallelism", "1") as process:
        gate.wait()
        process.send_signal(signal.SIGTERM)
        assert process.stderr
        while "Stopping" not in process.stderr.readline():
            pass
        gate.open()
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 143


def test_everything_done_but_for_a_site_without_a_plan_exits_with_1(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), down=newapi(entry("B"), url=DOWN))

    ended = stage.run("apply", "--auto-approve")

    assert ended.code == 1
    assert stage.names("main") == ["A"]
