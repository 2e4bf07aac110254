"""`apply --test`: nothing that a plan creates or enables gets traffic before it has passed, whatever goes wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from builders import change, channel, live, secret
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.policy import Guards, Lifts, Manage, ManageMode, Selection
from chanops.domain.report import Outcome, Report, Result, Silence
from chanops.domain.resources import DesiredChannel, Status
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.trial import TrialState
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, Stop
from chanops.engine.planner import Asked
from chanops.engine.probation import find_untested, hold_back
from chanops.engine.reconcile import Prepared, prepare
from chanops.engine.tested_apply import apply_tested, count_tests
from engine.tester import KilledError, TestedGateway
from memory_gateway import MemoryDialect

pytestmark = pytest.mark.anyio

ALL = Asked(Selection())
FREE = Guards(allow_delete=("*",), allow_replace=("*",), retire=("*",), allow_empty=True)


@pytest.fixture
def gateway() -> TestedGateway:
    return TestedGateway(dialect=MemoryDialect(has_marks=False, stubborn=frozenset({"type"})))


def on(name: str, **fields: Any) -> DesiredChannel:
    """Return a channel whose file says that it is enabled."""
    return channel(name, **({"enabled": True} | fields))


def wanted(*channels: DesiredChannel) -> Desired:
    site = Site("main", SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.ALL), FREE, "team", channels=channels)
    return Desired((site,))


async def plan_for(gateway: TestedGateway, desired: Desired, asked: Asked = ALL) -> Prepared:
    return await prepare(desired, {"main": gateway}, asked, Lifts())


async def run(gateway: TestedGateway, *channels: DesiredChannel, asked: Asked = ALL, **conduct: Any) -> Report:
    prepared = await plan_for(gateway, wanted(*channels), asked)
    whole: dict[str, Any] = {"listener": Silence(), "settle_seconds": 0} | conduct
    return await apply_tested(prepared, {"main": gateway}, asked, Conduct(**whole), run_id="r")


async def pending(gateway: TestedGateway, *channels: DesiredChannel) -> list[tuple[str, str, list[str]]]:
    plan = (await plan_for(gateway, wanted(*channels))).plan
    return [(c.action.value, c.address.name, [f.path for f in c.fields]) for c in plan.pending]


def results(report: Report) -> dict[str, tuple[str, str]]:
    return {outcome.address.name: (outcome.action.value, outcome.result.value) for outcome in report.outcomes}


def error_of(report: Report, name: str) -> str:
    return next(outcome.error for outcome in report.outcomes if outcome.address.name == name)


def is_on(gateway: TestedGateway, name: str) -> bool:
    (found,) = [held for held in gateway.channels.values() if held.name == name]
    return found.fields["enabled"] is True


# What passes


async def test_a_new_channel_is_created_disabled_then_tried_then_enabled(gateway: TestedGateway) -> None:
    seen: list[bool] = []
    gateway.during_trial = lambda name: seen.append(is_on(gateway, name))

    report = await run(gateway, on("a"))

    assert results(report) == {"a": ("create", "done")}
    assert (seen, is_on(gateway, "a"), gateway.untested) == ([False], True, [])
    assert gateway.sent == [(Action.CREATE, "a"), (Action.UPDATE, "a")]


@pytest.mark.parametrize("fields", [{"enabled": True}, {}], ids=["declared", "default"])
async def test_apply_then_plan_is_empty(gateway: TestedGateway, fields: dict[str, Any]) -> None:
    desired = [channel("a", **fields), channel("b", enabled=False), on("c", models=["x"])]
    gateway.put(live("c", key=secret(), models=["y"]), live("old", remote_id="13"))

    report = await run(gateway, *desired)

    assert {outcome.result for outcome in report.outcomes} == {Result.DONE}
    assert (await pending(gateway, *desired), is_on(gateway, "a")) == ([], True)


async def test_what_is_created_disabled_is_not_tried(gateway: TestedGateway) -> None:
    await run(gateway, channel("a", enabled=False))

    assert gateway.tried == []


async def test_an_update_that_enables_is_tried_with_what_else_it_changes(gateway: TestedGateway) -> None:
    gateway.put(live("a", status=Status.DISABLED, key=secret(), models=["x"]))

    report = await run(gateway, on("a", models=["y"]))

    assert results(report) == {"a": ("update", "done")}
    assert gateway.tried == [("a", "y")]
    assert is_on(gateway, "a")


async def test_an_update_that_only_enables_is_written_once(gateway: TestedGateway) -> None:
    gateway.put(live("a", status=Status.DISABLED, key=secret()))

    await run(gateway, on("a"))

    assert gateway.sent == [(Action.UPDATE, "a")]


async def test_first_models_of_a_channel_that_is_on_are_tried_before_they_get_traffic(gateway: TestedGateway) -> None:
    gateway.put(live("a", key=secret(), models=[]))
    seen: list[bool] = []
    gateway.during_trial = lambda name: seen.append(is_on(gateway, name))

    report = await run(gateway, on("a"))

    assert results(report) == {"a": ("update", "done")}
    assert (seen, is_on(gateway, "a")) == ([False], True)
    assert gateway.tried == [("a", "gpt-4o")]


async def test_a_replaced_channel_is_tried_before_it_is_enabled(gateway: TestedGateway) -> None:
    gateway.put(live("a", key=secret(), type="openai"))

    report = await run(gateway, on("a", type="gemini"))

    assert results(report) == {"a": ("replace", "done")}
    assert gateway.tried == [("a", "gpt-4o")]
    assert is_on(gateway, "a")


async def test_an_update_of_an_enabled_channel_is_not_tried(gateway: TestedGateway) -> None:
    gateway.put(live("a", key=secret(), models=["x"]))

    await run(gateway, on("a", models=["y"]))

    assert (gateway.tried, gateway.sent) == ([], [(Action.UPDATE, "a")])


async def test_nothing_else_is_written_before_the_trials(gateway: TestedGateway) -> None:
    gateway.put(live("old", remote_id="1"), live("b", remote_id="2", key=secret(), priority=1))
    before: list[list[tuple[Action, str]]] = []
    gateway.during_trial = lambda _name: before.append(list(gateway.sent))

    await run(gateway, on("a"), on("b", priority=2))

    assert before == [[(Action.CREATE, "a")]]
    assert gateway.sent[1:] == [(Action.UPDATE, "a"), (Action.UPDATE, "b"), (Action.DELETE, "old")]


async def test_keys_that_are_written_again_are_written_once(gateway: TestedGateway) -> None:
    gateway.put(live("b", key=secret()))

    report = await run(gateway, on("a"), on("b"), asked=Asked(Selection(), rewrite_keys=True))

    assert results(report) == {"a": ("create", "done"), "b": ("update", "done")}
    assert gateway.sent == [(Action.CREATE, "a"), (Action.UPDATE, "a"), (Action.UPDATE, "b")]


async def test_only_what_was_selected_is_touched(gateway: TestedGateway) -> None:
    report = await run(gateway, on("a"), on("b"), asked=Asked(Selection(targets=("a",))))

    assert (results(report), gateway.tried) == ({"a": ("create", "done")}, [("a", "gpt-4o")])


# What does not pass


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (TrialState.FAILED, "it stays disabled: its test failed (gpt-4o): because; to go on: `apply --test` again"),
        (TrialState.UNCLEAR, "it stays disabled: its test is unclear (gpt-4o): because; to go on: `apply --test` again"),
        (
            TrialState.UNSUPPORTED,
            "it stays disabled: it cannot be tested (gpt-4o): because; to go on: `apply` without --test",
        ),
    ],
)
async def test_what_does_not_pass_stays_disabled_and_is_failed(gateway: TestedGateway, state: TrialState, says: str) -> None:
    gateway.bad = {"a": state}

    report = await run(gateway, on("a"), on("b"))

    assert results(report) == {"a": ("create", "failed"), "b": ("create", "done")}
    assert (error_of(report, "a"), is_on(gateway, "a")) == (says, False)


async def test_the_next_plan_enables_what_did_not_pass(gateway: TestedGateway) -> None:
    gateway.bad = {"a": TrialState.FAILED}

    await run(gateway, on("a"))

    assert await pending(gateway, on("a")) == [("update", "a", ["enabled"])]


async def test_the_next_tested_apply_tries_it_again(gateway: TestedGateway) -> None:
    gateway.bad = {"a": TrialState.FAILED}
    await run(gateway, on("a"))
    gateway.bad = {}

    report = await run(gateway, on("a"))

    assert results(report) == {"a": ("update", "done")}
    assert (len(gateway.tried), is_on(gateway, "a"), gateway.untested) == (2, True, [])


async def test_a_failed_replacement_keeps_the_channel_it_was_to_replace(gateway: TestedGateway) -> None:
    gateway.put(
        live("old", remote_id="1", groups=["default"]),
        live("other", remote_id="2", models=["o3"], groups=["default"]),
        live("off", remote_id="3", key=secret(), groups=["default"]),
    )
    gateway.bad = {"a": TrialState.FAILED}

    report = await run(gateway, on("a"), channel("off", enabled=False))

    assert results(report) == {
        "a": ("create", "failed"),
        "off": ("update", "skipped"),
        "old": ("delete", "skipped"),
        "other": ("delete", "done"),
    }
    assert error_of(report, "old") == "kept: main/channel/a was to take over its models and did not pass"


async def test_a_create_that_fails_is_not_tried(gateway: TestedGateway) -> None:
    gateway.before = lambda change: Outcome(change.address, change.action, Result.FAILED, error="no")

    report = await run(gateway, on("a"))

    assert (results(report), gateway.tried) == ({"a": ("create", "failed")}, [])


async def test_a_channel_that_passed_and_cannot_be_enabled_says_so(gateway: TestedGateway) -> None:
    def refuse(change: Change) -> Outcome | None:
        return Outcome(change.address, change.action, Result.FAILED, error="no") if change.action is Action.UPDATE else None

    gateway.before = refuse

    report = await run(gateway, on("a"))

    assert results(report) == {"a": ("create", "failed")}
    assert error_of(report, "a") == "it stays disabled: it passed its test, but: no; to go on: `apply --test` again"


async def test_what_moved_while_channels_were_tried_is_left(gateway: TestedGateway) -> None:
    gateway.put(live("b", remote_id="2", key=secret(), priority=1))
    gateway.during_trial = lambda _name: gateway.put(live("b", remote_id="2", key=secret(), priority=1, type="gemini"))

    report = await run(gateway, on("a"), on("b", priority=2))

    assert results(report) == {"a": ("create", "done"), "b": ("update", "failed")}
    assert error_of(report, "b") == "it has moved on the site while channels were tested; apply again"


# Stopped and killed


async def test_a_stop_during_the_trials_leaves_everything_disabled_and_says_so(gateway: TestedGateway) -> None:
    gateway.put(live("old", remote_id="1", models=["o3"]))
    stop = Stop()
    gateway.during_trial = lambda _name: stop.ask("interrupted")

    report = await run(gateway, on("a"), stop=stop)

    assert results(report) == {"a": ("create", "failed"), "old": ("delete", "skipped")}
    assert (report.was_interrupted, is_on(gateway, "a"), len(gateway.channels)) == (True, False, 2)


async def test_killed_at_any_call_the_next_run_comes_to_the_same_end() -> None:
    desired = [on("a"), on("b", models=["o3"]), on("c", priority=2)]
    died = 0
    for dies_at in range(40):
        gateway = TestedGateway(dialect=MemoryDialect(has_marks=False), dies_at=dies_at)
        gateway.put(
            live("c", remote_id="1", key=secret(), priority=1), live("b", remote_id="2", status=Status.DISABLED, key=secret())
        )
        gateway.put(live("old", remote_id="3"))
        died += await is_killed(gateway, *desired)
        gateway.dies_at = 10**9

        report = await run(gateway, *desired)

        assert {outcome.result for outcome in report.outcomes} <= {Result.DONE}
        assert gateway.untested == []
        assert sorted(held.name for held in gateway.channels.values()) == ["a", "b", "c"]
        assert await pending(gateway, *desired) == []
    assert 10 < died < 40


async def is_killed(gateway: TestedGateway, *channels: DesiredChannel) -> bool:
    """Run until the gateway kills the run; end all that ran for it."""
    others = asyncio.all_tasks()
    try:
        await run(gateway, *channels)
    except KilledError:
        left = asyncio.all_tasks() - others
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return True
    return False


# Told before


async def test_tests_are_counted_before(gateway: TestedGateway) -> None:
    gateway.put(live("c", status=Status.DISABLED, key=secret()))
    prepared = await plan_for(gateway, wanted(on("a"), channel("b", enabled=False), on("c")))

    assert count_tests(prepared, {"main": gateway}) == (2, 0)
    gateway.only_lists = True
    assert count_tests(prepared, {"main": gateway}) == (2, 2)


@pytest.mark.parametrize(
    ("desired", "told"),
    [
        (on("new"), []),
        (
            channel("new"),
            ["if the run is killed before it is enabled, no later plan shows that: its file does not say `enabled`"],
        ),
        (
            on("new", state={"ignore": frozenset({"enabled"})}),
            ["its `ignore` names `enabled`: it is created enabled, and not tested"],
        ),
        (channel("off"), ["is disabled, and its file does not say `enabled`: it is neither tested nor enabled"]),
        (channel("off", enabled=False), []),
        (on("off", state={"ignore": frozenset({"enabled"})}), []),
    ],
)
async def test_what_tests_do_not_cover_is_a_warning(gateway: TestedGateway, desired: DesiredChannel, told: list[str]) -> None:
    gateway.put(live("off", status=Status.DISABLED, key=secret()))

    prepared = await plan_for(gateway, wanted(desired))

    assert [found.summary for found in find_untested(prepared)] == told


async def test_what_ignores_enabled_is_created_as_ever(gateway: TestedGateway) -> None:
    await run(gateway, on("new", state={"ignore": frozenset({"enabled"})}))

    assert (gateway.tried, is_on(gateway, "new")) == ([], True)


# Holding back


def listed(**fields: Any) -> list[FieldChange]:
    return [FieldChange(path, None, value) for path, value in fields.items()]


def test_a_held_create_differs_in_one_field() -> None:
    whole = change("a", Action.CREATE, after={"enabled": True, "models": ["x"]}, fields=listed(enabled=True, models=("x",)))

    held = hold_back(whole)

    assert held
    assert [(f.path, f.after) for f in held.fields] == [("enabled", False), ("models", ("x",))]
    assert held.after == {"enabled": False, "models": ("x",)}


def test_of_an_update_that_only_enables_nothing_is_left() -> None:
    assert hold_back(change("a", before={"enabled": False}, after={"enabled": True})) is None
