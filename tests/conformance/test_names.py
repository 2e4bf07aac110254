"""Names: any text on one line, renamed by declaration or by hand, and the case of letters counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.domain.change import Action
from conformance.bench import actions, assert_in_sync, changed_paths, only_change, warnings
from conformance.fields import TEXTS
from conformance.tables import each_of, on_all, on_newapi, on_octopus
from conformance.targets import ALL

if TYPE_CHECKING:
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

NAMES = {key: text for key, text in TEXTS.items() if key != "lines"} | {
    "slashes": "a/b/channel/c",
    "glob": "*?[x]",
    "comma": "a, b",
    "longest": "n" * 150,
}


@each_of(ALL, "short", NAMES)
async def test_a_name_may_be_any_text_on_one_line(bench: Bench, short: str) -> None:
    await bench.settle(bench.channel(short))
    await bench.settle(bench.channel(short, models=("changed",)))

    assert (await bench.row(short))["name"] == bench.name(short)


@on_all
async def test_the_case_of_letters_tells_names_apart(bench: Bench) -> None:
    await bench.settle(bench.channel("One"), bench.channel("one", models=("b",)))

    assert await bench.names() == ["One", "one"]


@on_all
async def test_a_declared_rename_keeps_the_channel(bench: Bench) -> None:
    await bench.settle(bench.channel("former"))
    remote_id = await bench.remote_id("former")

    plan = await bench.settle(bench.channel("latter", state={"moved_from": bench.name("former")}))

    assert changed_paths(only_change(plan)) == ["name"]
    assert await bench.names() == ["latter"]
    assert await bench.remote_id("latter") == remote_id


@on_all
async def test_a_declared_rename_may_change_more_than_the_name(bench: Bench) -> None:
    await bench.settle(bench.channel("former"))

    await bench.settle(bench.channel("latter", state={"moved_from": bench.name("former")}, models=("b",), enabled=False))

    assert await bench.names() == ["latter"]


@on_all
async def test_the_line_of_a_done_rename_may_stay(bench: Bench) -> None:
    await bench.settle(bench.channel("former"))
    renamed = bench.channel("latter", state={"moved_from": bench.name("former")})
    await bench.settle(renamed)
    await bench.settle(bench.channel("latter"))

    assert_in_sync(await bench.plan(renamed))


@on_all
async def test_a_rename_of_what_is_not_there_creates(bench: Bench) -> None:
    plan = await bench.settle(bench.channel("latter", state={"moved_from": bench.name("former")}))

    assert actions(plan) == {bench.name("latter"): Action.CREATE}


@on_all
async def test_a_chain_of_renames_keeps_every_channel(bench: Bench) -> None:
    await bench.settle(bench.channel("a", models=("of-a",)), bench.channel("b", models=("of-b",)))
    ids = [await bench.remote_id("a"), await bench.remote_id("b")]

    await bench.settle(
        bench.channel("a2", state={"moved_from": bench.name("a")}, models=("of-a",)),
        bench.channel("b2", state={"moved_from": bench.name("b")}, models=("of-b",)),
    )

    assert [await bench.remote_id("a2"), await bench.remote_id("b2")] == ids


@on_newapi
async def test_a_rename_by_hand_is_undone_once_the_mark_knows_its_channel(bench: Bench) -> None:
    await bench.settle(bench.channel())
    await bench.settle(bench.channel(remark="the first write that knows the id"))
    remote_id = await bench.remote_id()
    await bench.wire.change(remote_id, name=bench.name("by hand"))

    plan = await bench.settle(bench.channel(remark="the first write that knows the id"))

    assert changed_paths(only_change(plan)) == ["name"]
    assert await bench.names() == ["one"]
    assert await bench.remote_id() == remote_id


@on_newapi
async def test_a_rename_by_hand_of_what_was_just_created_looks_like_a_copy(bench: Bench) -> None:
    await bench.settle(bench.channel())
    await bench.wire.change(await bench.remote_id(), name=bench.name("by hand"))
    before = await bench.row("by hand")

    plan = await bench.settle(bench.channel())

    assert actions(plan) == {bench.name("one"): Action.CREATE}
    assert await bench.row("by hand") == before
    assert any("copy" in found.summary for found in warnings(plan))


@on_octopus
async def test_a_rename_by_hand_makes_it_foreign(bench: Bench) -> None:
    await bench.settle(bench.channel())
    await bench.wire.change(await bench.remote_id(), name=bench.name("by hand"))
    before = await bench.row("by hand")

    await bench.settle(bench.channel())

    assert await bench.names() == ["by hand", "one"]
    assert await bench.row("by hand") == before
