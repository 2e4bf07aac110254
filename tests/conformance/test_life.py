"""A channel's life: born enabled or disabled, switched, deleted when it is ours to delete, and never otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.domain.policy import Lifts, Limit, Manage, ManageMode, Selection
from chanops.domain.resources import ChannelState
from chanops.domain.vocabulary import SiteKind
from chanops.engine.planner import Asked
from conformance.bench import DECLARED, FREE, MARKED, Bench, actions, assert_in_sync, errors, only_change, part
from conformance.tables import on_all, on_newapi

if TYPE_CHECKING:
    from chanops.domain.site import Site

pytestmark = pytest.mark.anyio

ABSENT = {"state": ChannelState.ABSENT}
EVERY = Manage(ManageMode.ALL)


def mine(bench: Bench) -> Asked:
    """Look at this test's channels alone: `manage: all` would clear the whole server."""
    return Asked(Selection(targets=(bench.prefix + "*",)))


@on_all
async def test_a_site_without_channels_of_ours_is_in_sync(bench: Bench) -> None:
    plan = await bench.plan()

    assert_in_sync(plan)
    assert part(plan).generation.lower() == bench.generation


@on_all
async def test_a_new_channel_is_created_once(bench: Bench) -> None:
    plan = await bench.settle(bench.channel())

    assert actions(plan) == {bench.name("one"): Action.CREATE}
    assert await bench.names() == ["one"]


@on_all
async def test_an_apply_tells_the_id_of_what_it_created(bench: Bench) -> None:
    report = await bench.try_apply(bench.channel())

    assert [outcome.remote_id for outcome in report.outcomes] == [await bench.remote_id()]


@on_all
async def test_a_channel_is_created_disabled(bench: Bench) -> None:
    await bench.settle(bench.channel(enabled=False))

    row = await bench.row()
    assert row.get("status", row.get("enabled")) in (2, False)


@on_all
async def test_a_disabled_birth_costs_what_the_gateway_asks_for(bench: Bench) -> None:
    await bench.try_apply(bench.channel(enabled=False))

    writes = 1 if bench.kind is SiteKind.NEWAPI else 2  # Octopus stores a create as enabled (contracts/octopus.md 5.3)
    assert bench.calls[-1].write == writes


@on_all
async def test_a_channel_is_switched_off_and_on(bench: Bench) -> None:
    await bench.settle(bench.channel())

    for enabled in (False, True, False, True):
        plan = await bench.settle(bench.channel(enabled=enabled))

        assert only_change(plan).action is Action.UPDATE
        row = await bench.row()
        assert row.get("status", row.get("enabled")) == ((1 if enabled else 2) if "status" in row else enabled)


@on_all
async def test_a_channel_is_switched_and_changed_at_once(bench: Bench) -> None:
    await bench.settle(bench.channel(models=("a",), enabled=False))
    await bench.settle(bench.channel(models=("b",), enabled=True))
    await bench.settle(bench.channel(models=("c",), enabled=False))

    assert await bench.names() == ["one"]


@on_all
async def test_creates_updates_and_deletes_go_together(bench: Bench) -> None:
    manage = {"manage": bench.ours}
    await bench.settle(*(bench.channel(short) for short in ("a", "b", "c", "d")), **manage)

    plan = await bench.settle(
        bench.channel("a"), bench.channel("b", models=("x",)), bench.channel("d", enabled=False), bench.channel("e"), **manage
    )

    assert actions(plan) == {
        bench.name("b"): Action.UPDATE,
        bench.name("c"): Action.DELETE,
        bench.name("d"): Action.UPDATE,
        bench.name("e"): Action.CREATE,
    }
    assert await bench.names() == ["a", "b", "d", "e"]


@on_all
async def test_many_are_deleted_at_once(bench: Bench) -> None:
    manage = {"manage": bench.ours}
    await bench.settle(*(bench.channel(f"c{number}") for number in range(12)), **manage)

    await bench.settle(bench.channel("c3"), **manage)

    assert await bench.names() == ["c3"]


@on_all
async def test_manage_declared_deletes_nothing(bench: Bench) -> None:
    await bench.settle(bench.channel("a"), bench.channel("b"), manage=DECLARED)

    assert_in_sync(await bench.plan(bench.channel("a"), manage=DECLARED))


@on_all
async def test_manage_all_plans_to_delete_whatever_is_not_declared(bench: Bench) -> None:
    await bench.wire.create(bench.name("by hand"))
    rows = await bench.wire.rows()

    plan = await bench.plan(manage=EVERY)

    assert [change.action for change in plan.pending] == [Action.DELETE] * len(rows)
    assert {change.remote_id for change in plan.pending} == {str(row["id"]) for row in rows}


@on_all
async def test_manage_all_deletes_what_was_made_by_hand(bench: Bench) -> None:
    await bench.wire.create(bench.name("by hand"))

    await bench.settle(bench.channel("a"), manage=EVERY, asked=mine(bench))

    assert await bench.names() == ["a"]


@on_all
async def test_manage_names_deletes_only_what_the_glob_covers(bench: Bench) -> None:
    await bench.wire.create(bench.name("team-x"))
    await bench.wire.create(bench.name("other"))

    await bench.settle(bench.channel("team-a"), manage=Manage(ManageMode.NAMES, bench.prefix + "team-*"))

    assert await bench.names() == ["other", "team-a"]


@on_newapi
async def test_manage_marked_deletes_only_what_carries_our_mark(bench: Bench) -> None:
    await bench.settle(bench.channel("a"), bench.channel("b"))
    await bench.wire.create(bench.name("by hand"))

    plan = await bench.settle(bench.channel("a"), manage=MARKED)

    assert actions(plan) == {bench.name("b"): Action.DELETE}
    assert await bench.names() == ["a", "by hand"]


@on_newapi
async def test_without_an_owner_nothing_undeclared_is_deleted(bench: Bench) -> None:
    await bench.settle(bench.channel("a"), bench.channel("b"), owner="")

    assert_in_sync(await bench.plan(bench.channel("a"), owner=""))


@on_all
async def test_state_absent_deletes_what_is_there(bench: Bench) -> None:
    await bench.settle(bench.channel("a"), bench.channel("b"), manage=DECLARED)

    plan = await bench.settle(bench.channel("a", state=ABSENT), bench.channel("b"), manage=DECLARED)

    assert actions(plan) == {bench.name("a"): Action.DELETE}
    assert await bench.names() == ["b"]


@on_all
async def test_state_absent_of_what_is_not_there_is_in_sync(bench: Bench) -> None:
    assert_in_sync(await bench.plan(bench.channel(state=ABSENT)))


@on_all
async def test_a_protected_channel_that_should_be_absent_is_refused(bench: Bench) -> None:
    await bench.settle(bench.channel())

    plan = await bench.plan(bench.channel(state=ABSENT | {"protect": True}))

    assert part(plan).status is SiteStatus.ERROR
    assert "protect" in errors(plan)[0].summary


@on_all
async def test_a_protected_channel_is_updated_like_any_other(bench: Bench) -> None:
    await bench.settle(bench.channel(state={"protect": True}))

    await bench.settle(bench.channel(state={"protect": True}, models=("b",)))

    assert await bench.names() == ["one"]


@on_all
async def test_more_deletes_than_allowed_are_refused_and_nothing_is_written(bench: Bench) -> None:
    manage = bench.ours
    await bench.settle(*(bench.channel(f"c{number}") for number in range(4)), manage=manage)
    before = await bench.wire.rows()

    plan = await bench.plan(manage=manage, guards=FREE, lifts=Lifts(max_deletes=Limit(3)))

    assert [hit.guard for hit in plan.guards] == ["max_deletes"]
    assert await bench.wire.rows() == before


@on_all
async def test_a_channel_that_was_deleted_by_hand_is_created_again(bench: Bench) -> None:
    await bench.settle(bench.channel())
    await bench.wire.delete(await bench.remote_id())

    plan = await bench.settle(bench.channel())

    assert only_change(plan).action is Action.CREATE


@on_all
async def test_a_selection_leaves_the_rest_alone(bench: Bench) -> None:
    asked = Asked(Selection(targets=(bench.name("a"),)))

    await bench.settle(bench.channel("a"), bench.channel("b"), asked=asked)

    assert await bench.names() == ["a"]


@on_all
async def test_reading_the_site_writes_nothing(bench: Bench) -> None:
    before = await bench.wire.rows()

    await bench.plan(bench.channel("a"), bench.channel("b"))

    assert await bench.wire.rows() == before
    assert bench.calls[-1].write == 0


@on_all
async def test_sites_with_one_address_do_not_disturb_each_other(bench: Bench) -> None:
    first: Site = bench.site(bench.channel("a"))
    await bench.settle(*first.channels)

    await bench.settle(bench.channel("b"), owner=bench.prefix + "second")

    assert await bench.names() == ["a", "b"]
