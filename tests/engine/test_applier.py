"""What is written, in which order, and what is known of it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from builders import channel, live, secret
from chanops.domain.change import Action, Change
from chanops.domain.gateway import LiveSite, Pace
from chanops.domain.plan import Plan
from chanops.domain.policy import Guards, Lifts, Manage, ManageMode, Selection
from chanops.domain.report import Outcome, Report, Result, Silence
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Secret
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, Stop, apply
from chanops.engine.planner import Asked
from chanops.engine.reconcile import plan_all
from chanops.errors import NotUnderstoodError, StoppedError, UnreachableError
from memory_gateway import MemoryDialect, MemoryGateway, marked

pytestmark = pytest.mark.anyio

ALL = Asked(Selection())
FREE = Guards(allow_delete=("*",), allow_replace=("*",), retire=("*",), allow_empty=True)


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway(dialect=MemoryDialect(has_marks=False))


def wanted(*channels: DesiredChannel) -> Desired:
    site = Site("main", SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.ALL), FREE, "team", channels=channels)
    return Desired((site,))


async def plan_for(gateway: MemoryGateway, desired: Desired) -> Plan:
    return await plan_all(desired, {"main": gateway}, ALL, Lifts())


async def run(gateway: MemoryGateway, desired: Desired, **conduct: Any) -> Report:
    plan = await plan_for(gateway, desired)
    whole: dict[str, Any] = {"listener": Silence(), "settle_seconds": 0} | conduct
    return await apply(plan, {"main": desired.sites[0]}, {"main": gateway}, ALL, Conduct(**whole), run_id="r")


def results(report: Report) -> dict[str, str]:
    return {outcome.address.name: outcome.result.value for outcome in report.outcomes}


def answer(change: Change, result: Result, *, may_repeat: bool = False) -> Outcome:
    return Outcome(change.address, change.action, result, change.remote_id, "because", may_repeat=may_repeat)


def once(result: Result, name: str, *, may_repeat: bool = False) -> Any:
    """Return a fault that answers the first call for *name* with *result*."""
    left = [name]

    def fault(change: Change) -> Outcome | None:
        if change.address.name not in left:
            return None
        left.clear()
        return answer(change, result, may_repeat=may_repeat)

    return fault


def always(result: Result, name: str, *, may_repeat: bool = False) -> Any:
    return lambda change: answer(change, result, may_repeat=may_repeat) if change.address.name == name else None


async def test_apply_then_plan_is_empty(gateway: MemoryGateway) -> None:
    gateway.put(live("old", remote_id="1"), live("b", remote_id="2", models=["x"], key=secret()))
    desired = wanted(channel("a"), channel("b", models=["y"]))

    report = await run(gateway, desired)

    assert results(report) == {"a": "done", "b": "done", "old": "done"}
    assert (await plan_for(gateway, desired)).pending == ()


async def test_creates_and_enables_come_first_and_deletes_last(gateway: MemoryGateway) -> None:
    gateway.put(
        live("a-old", remote_id="1"),
        live("b", remote_id="2", key=secret(), priority=1, enabled=True),
        live("c", remote_id="3", key=secret(), enabled=False),
    )

    await run(gateway, wanted(channel("b", priority=2), channel("c", enabled=True), channel("d")), parallelism=1)

    assert gateway.sent == [
        (Action.UPDATE, "c"),
        (Action.CREATE, "d"),
        (Action.UPDATE, "b"),
        (Action.DELETE, "a-old"),
    ]


async def test_the_re_read_finds_the_id_of_a_create(gateway: MemoryGateway) -> None:
    gateway.after = lambda change: Outcome(change.address, change.action, Result.DONE)

    report = await run(gateway, wanted(channel("a")))

    assert report.outcomes[0].remote_id == "100"


async def test_a_failed_change_does_not_stop_its_siblings(gateway: MemoryGateway) -> None:
    gateway.before = always(Result.FAILED, "b")

    report = await run(gateway, wanted(channel("a"), channel("b"), channel("c")))

    assert results(report) == {"a": "done", "b": "failed", "c": "done"}
    assert gateway.sent.count((Action.CREATE, "b")) == 1


async def test_a_create_whose_answer_was_lost_but_was_done_is_done_and_not_sent_again(gateway: MemoryGateway) -> None:
    gateway.after = once(Result.UNKNOWN, "a")

    report = await run(gateway, wanted(channel("a")))

    assert results(report) == {"a": "done"}
    assert gateway.sent == [(Action.CREATE, "a")]


async def test_a_create_whose_answer_was_lost_and_was_not_done_is_sent_again_after_the_look(gateway: MemoryGateway) -> None:
    gateway.before = once(Result.UNKNOWN, "a")

    report = await run(gateway, wanted(channel("a")))

    assert results(report) == {"a": "done"}
    assert len(gateway.channels) == 1


async def test_an_update_that_did_not_answer_success_is_sent_again_even_if_the_row_looks_right(gateway: MemoryGateway) -> None:
    gateway.put(live("a", remote_id="1", models=["x"], key=secret()))
    gateway.after = once(Result.FAILED, "a", may_repeat=True)

    report = await run(gateway, wanted(channel("a", models=["y"])))

    assert results(report) == {"a": "done"}
    assert gateway.sent == [(Action.UPDATE, "a"), (Action.UPDATE, "a")]


async def test_an_update_undone_on_the_site_right_after_is_sent_again(gateway: MemoryGateway) -> None:
    held = live("a", remote_id="1", models=["x"], key=secret())
    gateway.put(held)
    undone: list[Change] = []

    def undo(change: Change) -> Outcome | None:
        if not undone:
            undone.append(change)
            gateway.put(held)
        return None

    gateway.after = undo

    report = await run(gateway, wanted(channel("a", models=["y"])))

    assert results(report) == {"a": "done"}
    assert gateway.channels["1"].fields["models"] == ("y",)


async def test_an_update_that_never_holds_is_a_failure(gateway: MemoryGateway) -> None:
    held = live("a", remote_id="1", models=["x"], key=secret())
    gateway.put(held)
    gateway.after = lambda _change: gateway.put(held)

    report = await run(gateway, wanted(channel("a", models=["y"])))

    assert results(report) == {"a": "failed"}
    assert "undone" in report.outcomes[0].error


async def test_a_delete_that_did_not_answer_success_is_sent_again(gateway: MemoryGateway) -> None:
    gateway.put(live("a", remote_id="1"))
    gateway.after = once(Result.UNKNOWN, "a", may_repeat=True)

    report = await run(gateway, wanted())

    assert results(report) == {"a": "done"}
    assert gateway.sent == [(Action.DELETE, "a"), (Action.DELETE, "a")]


async def test_when_the_proof_cannot_be_read_the_outcome_is_unknown(gateway: MemoryGateway) -> None:
    plan = await plan_for(gateway, desired := wanted(channel("a")))
    gateway.fault = UnreachableError("main", "no connection")

    report = await apply(
        plan, {"main": desired.sites[0]}, {"main": gateway}, ALL, Conduct(Silence(), settle_seconds=0), run_id="r"
    )

    assert results(report) == {"a": "unknown"}
    assert "could not be read again: no connection" in report.outcomes[0].error


async def test_after_a_stop_no_new_write_starts_and_the_rest_is_skipped(gateway: MemoryGateway) -> None:
    stop = Stop()

    def stop_after_first(_change: Change) -> None:
        stop.ask("interrupted")

    gateway.after = stop_after_first

    report = await run(gateway, wanted(channel("a"), channel("b"), channel("c")), stop=stop, parallelism=1)

    assert results(report) == {"a": "done", "b": "skipped", "c": "skipped"}
    assert (report.was_interrupted, report.is_complete) == (True, False)
    assert report.outcomes[1].error == "interrupted"


async def test_what_answered_success_stays_done_when_the_stop_left_no_call_to_prove_it(gateway: MemoryGateway) -> None:
    plan = await plan_for(gateway, desired := wanted(channel("a")))
    gateway.fault = StoppedError("main")

    report = await apply(
        plan, {"main": desired.sites[0]}, {"main": gateway}, ALL, Conduct(Silence(), settle_seconds=0), run_id="r"
    )

    assert results(report) == {"a": "done"}
    assert "main: what was written was not read again" in report.findings[0].summary


async def test_a_repeat_that_was_stopped_leaves_what_is_known_of_the_first_try(gateway: MemoryGateway) -> None:
    gateway.put(live("a", remote_id="1", priority=1))
    stop, failed = Stop(), once(Result.FAILED, "a", may_repeat=True)

    def fail_then_stop(change: Change) -> Outcome:
        if (first := failed(change)) is None:
            stop.ask("interrupted")
        return first or answer(change, Result.SKIPPED)

    gateway.before = fail_then_stop

    report = await run(gateway, wanted(channel("a", priority=2)), stop=stop)

    assert results(report) == {"a": "failed"}


async def test_a_delete_waits_for_the_one_that_takes_over_its_models(gateway: MemoryGateway) -> None:
    gateway.put(live("old", remote_id="1", models=["x"], groups=["default"]), live("gone", remote_id="2", models=["z"]))
    gateway.before = always(Result.FAILED, "new")

    report = await run(gateway, wanted(channel("new", models=["x"])))

    assert results(report) == {"new": "failed", "old": "skipped", "gone": "done"}
    assert "main/channel/new was to take over its models" in next(o.error for o in report.outcomes if o.address.name == "old")


async def test_a_delete_waits_for_the_one_that_takes_over_a_model_named_by_a_reference(gateway: MemoryGateway) -> None:
    gateway.put(live("old", remote_id="1", models=["x"], groups=["default"]))
    gateway.before = always(Result.FAILED, "new")

    report = await run(gateway, wanted(channel("new", models=(Secret(lambda: "x", "env:MODEL"),), groups=("default",))))

    assert results(report) == {"new": "failed", "old": "skipped"}


async def test_a_delete_follows_when_the_look_finds_the_replacement(gateway: MemoryGateway) -> None:
    gateway.put(live("old", remote_id="1", groups=["default"]))
    gateway.after = once(Result.UNKNOWN, "new")

    report = await run(gateway, wanted(channel("new")))

    assert results(report) == {"new": "done", "old": "done"}
    assert gateway.sent == [(Action.CREATE, "new"), (Action.DELETE, "old")]


async def test_a_delete_follows_when_the_replacement_comes_up_in_a_second_try(gateway: MemoryGateway) -> None:
    gateway.put(live("old", remote_id="1", groups=["default"]))
    gateway.before = once(Result.FAILED, "new", may_repeat=True)

    report = await run(gateway, wanted(channel("new")))

    assert results(report) == {"new": "done", "old": "done"}
    assert [name for _, name in gateway.sent] == ["new", "new", "old"]


async def test_a_site_that_stops_answering_is_given_up(gateway: MemoryGateway) -> None:
    gateway.before = lambda change: answer(change, Result.FAILED, may_repeat=True)

    report = await run(gateway, wanted(*(channel(f"c{n:02}") for n in range(20))), parallelism=1)

    assert report.count(Result.SKIPPED) == 12
    assert len(gateway.sent) == 8


async def test_deletes_that_must_run_alone_are_sent_one_by_one() -> None:
    gateway = MemoryGateway(pace=Pace(start=4, deletes_alone=True), dialect=MemoryDialect(has_marks=False))
    gateway.put(*(live(f"c{n}", remote_id=str(n)) for n in range(3)))
    sizes = []
    plain = gateway.delete

    async def delete(changes: Any) -> Any:
        sizes.append(len(changes))
        return await plain(changes)

    gateway.delete = delete  # type: ignore[method-assign]

    await run(gateway, wanted())

    assert sizes == [1, 1, 1]


async def test_nothing_to_do_makes_no_call_beyond_the_read(gateway: MemoryGateway) -> None:
    gateway.put(live("a", remote_id="1", key=secret()))

    report = await run(gateway, wanted(channel("a")))

    assert (report.outcomes, gateway.reads, gateway.sent) == ((), 1, [])


async def test_an_adopted_channel_is_ours_afterwards() -> None:
    gateway = MemoryGateway()
    gateway.put(live("a", remote_id="1"), marked(live("gone", remote_id="2")))
    kept = wanted(channel("a", state={"ignore": frozenset({"key"})}))

    report = await run(gateway, kept)

    assert [(o.action.value, o.result.value) for o in report.outcomes] == [("adopt", "done"), ("delete", "done")]
    assert (await plan_for(gateway, kept)).pending == ()


async def test_a_replace_that_was_half_done_is_sent_again_as_a_replace() -> None:
    gateway = MemoryGateway(dialect=MemoryDialect(has_marks=False, stubborn=frozenset({"tag"})))
    gateway.put(live("a", remote_id="1", key=secret(), tag="x"))
    broken: list[Change] = []

    def break_in_the_middle(change: Change) -> Outcome | None:
        if broken:
            return None
        broken.append(change)
        del gateway.channels["1"]
        return answer(change, Result.FAILED)

    gateway.before = break_in_the_middle

    report = await run(gateway, wanted(channel("a", tag="y")))

    assert gateway.sent == [(Action.REPLACE, "a"), (Action.REPLACE, "a")]
    assert [(o.result, o.remote_id) for o in report.outcomes] == [(Result.DONE, "1")]


async def test_a_plan_that_needs_more_writes_than_one_window_says_so() -> None:
    gateway = MemoryGateway(pace=Pace(start=2, usual_limit=5, usual_window=60))

    plan = await plan_for(gateway, wanted(*(channel(f"c{n}") for n in range(11))))

    assert [f.summary for f in plan.all_findings] == ["main: 11 writes are more than the gateway usually allows at once"]
    assert "expect about 2 minutes" in plan.all_findings[0].detail


async def test_one_look_that_made_no_sense_is_repeated(gateway: MemoryGateway) -> None:
    plan = await plan_for(gateway, desired := wanted(channel("a")))
    plain, looks = gateway.fetch, iter([NotUnderstoodError("main", "HTML")])

    async def fetch() -> LiveSite:
        for fault in looks:
            raise fault
        return await plain()

    gateway.fetch = fetch  # type: ignore[method-assign]

    report = await apply(
        plan, {"main": desired.sites[0]}, {"main": gateway}, ALL, Conduct(Silence(), settle_seconds=0), run_id="r"
    )

    assert results(report) == {"a": "done"}
