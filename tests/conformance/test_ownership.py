"""Whose a channel is: marks on New API, names on Octopus (DESIGN 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from builders import KEY
from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from conformance.bench import actions, assert_in_sync, changed_paths, errors, only_change, part, warnings
from conformance.tables import on_newapi, on_octopus

if TYPE_CHECKING:
    from chanops.domain.plan import Plan
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

KEPT_KEY = {"ignore": frozenset({"key"})}


def mark_of(row: dict[str, Any]) -> dict[str, str]:
    mark = json.loads(row["other_info"])["chanops"]
    assert isinstance(mark, dict)
    return mark


async def knowing(bench: Bench, short: str = "one", **fields: Any) -> str:
    """Settle a channel whose mark knows its id, and return that."""
    await bench.settle(bench.channel(short, remark="first", **fields))
    await bench.settle(bench.channel(short, remark="second", **fields))
    return await bench.remote_id(short)


def assert_refused(plan: Plan, *words: str) -> None:
    assert part(plan).status is SiteStatus.ERROR
    assert plan.pending == ()
    assert any(all(word in found.summary + found.detail for word in words) for found in errors(plan)), errors(plan)


@on_newapi
async def test_a_created_channel_carries_our_mark(bench: Bench) -> None:
    await bench.settle(bench.channel())

    mark = mark_of(await bench.row())
    assert (mark["owner"], mark["name"]) == (bench.prefix, bench.name("one"))
    assert all(isinstance(value, str) for value in mark.values())
    assert KEY not in json.dumps(mark)


@on_newapi
async def test_the_mark_learns_its_id_with_the_first_write_that_knows_it(bench: Bench) -> None:
    remote_id = await knowing(bench)

    assert mark_of(await bench.row())["id"] == remote_id


@on_newapi
async def test_an_unmarked_channel_is_adopted_and_gets_the_declared_key(bench: Bench) -> None:
    remote_id = await bench.wire.create(bench.name("one"), key="sk-of-somebody")

    plan = await bench.settle(bench.channel())

    assert only_change(plan).action is Action.ADOPT
    assert only_change(plan).remote_id == remote_id == await bench.remote_id()
    assert await bench.newapi.find_key("sk-of-somebody") == []
    assert remote_id in await bench.newapi.find_key(KEY)


@on_newapi
async def test_an_adoption_leaves_an_ignored_key_alone(bench: Bench) -> None:
    key = bench.prefix + "sk-kept"
    remote_id = await bench.wire.create(bench.name("one"), key=key)

    plan = await bench.settle(bench.channel(state=KEPT_KEY))

    assert only_change(plan).action is Action.ADOPT
    assert changed_paths(only_change(plan)) == []
    assert await bench.newapi.find_key(key) == [remote_id]


@on_newapi
async def test_an_adoption_writes_what_differs(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), models="other", weight=7)

    plan = await bench.settle(bench.channel(models=("gpt-4o",), weight=3))

    assert changed_paths(only_change(plan)) == ["key", "models", "weight"]


@on_newapi
async def test_an_adoption_keeps_what_the_gateway_wrote_beside_the_mark(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"), other_info='{"status_reason": "<a & b>", "status_time": 1700000000}')

    await bench.settle(bench.channel())

    kept = json.loads((await bench.row())["other_info"])
    assert kept | {"status_reason": "<a & b>", "status_time": 1700000000} == kept


@on_newapi
@pytest.mark.parametrize(
    "text", ["", "{}", "null", "[]", "no json", '"text"', '{"chanops": "text"}', '{"chanops": {"owner": 1}}']
)
async def test_a_channel_with_any_other_info_is_adopted(bench: Bench, text: str) -> None:
    await bench.wire.create(bench.name("one"), other_info=text)

    plan = await bench.settle(bench.channel())

    assert only_change(plan).action is Action.ADOPT
    assert mark_of(await bench.row())["owner"] == bench.prefix


@on_newapi
async def test_a_lost_mark_is_adopted_again(bench: Bench) -> None:
    await bench.settle(bench.channel())
    remote_id = await bench.remote_id()
    await bench.wire.change(remote_id, other_info='{"status_reason": "stale form"}')

    plan = await bench.settle(bench.channel())

    assert actions(plan) == {bench.name("one"): Action.ADOPT}
    assert await bench.remote_id() == remote_id
    assert mark_of(await bench.row())["name"] == bench.name("one")


@on_newapi
async def test_a_channel_with_another_owners_mark_is_refused(bench: Bench) -> None:
    await bench.settle(bench.channel(), owner="team-of-others")
    before = await bench.row()

    plan = await bench.plan(bench.channel(models=("b",)))

    assert_refused(plan, "team-of-others", str(before["id"]))
    assert await bench.row() == before


@on_newapi
async def test_another_owners_channel_is_not_pruned(bench: Bench) -> None:
    await bench.settle(bench.channel("theirs"), owner="team-of-others")

    await bench.settle(bench.channel("ours"))
    await bench.settle()

    assert await bench.names() == ["theirs"]


@on_newapi
async def test_several_unmarked_channels_of_a_declared_name_are_refused_with_their_ids(bench: Bench) -> None:
    ids = [await bench.wire.create(bench.name("one")) for _ in range(2)]

    assert_refused(await bench.plan(bench.channel()), *ids)


@on_newapi
async def test_a_pin_settles_which_of_several_channels_is_meant(bench: Bench) -> None:
    first, second = [await bench.wire.create(bench.name("one")) for _ in range(2)]
    (before,) = [row for row in await bench.wire.rows() if str(row["id"]) == first]

    plan = await bench.settle(bench.channel(state={"pin": second}, models=("pinned",)))

    assert only_change(plan).remote_id == second
    assert [row for row in await bench.wire.rows() if str(row["id"]) == first] == [before]


@on_newapi
async def test_after_a_pin_the_mark_alone_settles_it(bench: Bench) -> None:
    ids = [await bench.wire.create(bench.name("one")) for _ in range(2)]
    await bench.settle(bench.channel(state={"pin": ids[1]}))

    plan = await bench.plan(bench.channel())

    assert_in_sync(plan)
    assert any(ids[0] in found.summary for found in warnings(plan))


@on_newapi
async def test_a_pin_of_no_channel_is_refused(bench: Bench) -> None:
    assert_refused(await bench.plan(bench.channel(state={"pin": "999999"})), "999999")


@on_newapi
async def test_a_pin_of_another_owners_channel_is_refused(bench: Bench) -> None:
    await bench.settle(bench.channel(), owner="team-of-others")

    assert_refused(await bench.plan(bench.channel(state={"pin": await bench.remote_id()})), "team-of-others")


@on_newapi
async def test_a_pin_takes_over_a_channel_of_another_name(bench: Bench) -> None:
    remote_id = await bench.wire.create(bench.name("by hand"))

    await bench.settle(bench.channel(state={"pin": remote_id}))

    assert await bench.names() == ["one"]
    assert await bench.remote_id() == remote_id


@on_newapi
@pytest.mark.parametrize("suffix", ["-copy", ""])
async def test_a_copy_of_ours_is_neither_written_nor_pruned_and_ours_stays(bench: Bench, suffix: str) -> None:
    remote_id = await knowing(bench)
    copied = await bench.newapi.copy(remote_id, suffix)
    before = {str(row["id"]): row for row in await bench.wire.rows()}

    plan = await bench.settle(bench.channel(remark="third"))

    after = {str(row["id"]): row for row in await bench.wire.rows()}
    assert [change.remote_id for change in plan.pending] == [remote_id]
    assert any(copied in found.summary for found in warnings(plan))
    assert after[copied] == before[copied]
    assert after[remote_id]["remark"] == "third"


@on_newapi
async def test_when_ours_is_gone_its_copy_is_not_taken_for_it(bench: Bench) -> None:
    remote_id = await knowing(bench)
    copied = await bench.newapi.copy(remote_id, "-copy")
    await bench.wire.delete(remote_id)
    (before,) = [row for row in await bench.wire.rows() if str(row["id"]) == copied]

    plan = await bench.settle(bench.channel())

    assert only_change(plan).action is Action.CREATE
    assert before in await bench.wire.rows()


@on_newapi
async def test_a_copy_is_taken_over_by_its_id(bench: Bench) -> None:
    copied = await bench.newapi.copy(await knowing(bench), "-copy")

    await bench.settle(bench.channel(remark="second"), bench.channel("one-copy", state={"pin": copied}, remark="second"))

    by_id = {str(row["id"]): mark_of(row)["name"] for row in await bench.wire.rows() if row["name"] == bench.name("one-copy")}
    assert by_id == {copied: bench.name("one-copy")}


@on_newapi
async def test_two_channels_with_our_mark_and_no_id_are_refused_with_their_ids(bench: Bench) -> None:
    await bench.settle(bench.channel())
    remote_id = await bench.remote_id()
    copied = await bench.newapi.copy(remote_id, "")

    assert_refused(await bench.plan(bench.channel()), remote_id, copied)


@on_newapi
async def test_names_swapped_by_hand_are_swapped_back(bench: Bench) -> None:
    first = await knowing(bench, "a", models=("of-a",))
    await bench.settle(bench.channel("a", remark="second", models=("of-a",)), bench.channel("b", models=("of-b",)))
    await bench.settle(
        bench.channel("a", remark="second", models=("of-a",)), bench.channel("b", remark="known", models=("of-b",))
    )
    second = await bench.remote_id("b")
    await bench.wire.change(first, name=bench.name("b"))
    await bench.wire.change(second, name=bench.name("a"))

    await bench.settle(
        bench.channel("a", remark="second", models=("of-a",)), bench.channel("b", remark="known", models=("of-b",))
    )

    assert [await bench.remote_id("a"), await bench.remote_id("b")] == [first, second]


@on_octopus
async def test_a_channel_that_is_there_already_is_adopted_without_a_write(bench: Bench) -> None:
    await bench.wire.create(bench.name("one"))
    before = await bench.row()

    assert_in_sync(await bench.plan(bench.channel(key=None)))
    assert await bench.row() == before


@on_octopus
async def test_a_channel_that_is_there_already_is_updated_where_it_differs(bench: Bench) -> None:
    remote_id = await bench.wire.create(bench.name("one"))

    plan = await bench.settle(bench.channel(models=("b",)))

    assert changed_paths(only_change(plan)) == ["key", "models"]
    assert await bench.remote_id() == remote_id


@on_octopus
async def test_a_pin_names_the_channel_to_rename(bench: Bench) -> None:
    remote_id = await bench.wire.create(bench.name("by hand"))

    await bench.settle(bench.channel(state={"pin": remote_id}))

    assert await bench.names() == ["one"]
    assert await bench.remote_id() == remote_id
