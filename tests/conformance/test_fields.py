"""Every field of every generation: created with it, set, changed, cleared, changed by hand; apply, then plan: empty."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from chanops.domain.change import Action
from chanops.domain.vocabulary import FIELDS, SiteKind
from conformance import newapi_fields, octopus_fields
from conformance.bench import actions, assert_in_sync, changed_paths, only_change
from conformance.tables import TABLES, each_field, each_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.bench import Bench
    from conformance.fields import FieldCase

pytestmark = pytest.mark.anyio


def nth(case: FieldCase, number: int) -> Any:
    return tuple(case.values.values())[number]


def every_value(case: FieldCase) -> Iterator[tuple[str, Any]]:
    yield from case.values.items()
    yield from ((f"empty-{number}", value) for number, value in enumerate(case.empty))


@pytest.mark.parametrize(("kind", "generation"), TABLES)
def test_every_field_of_the_vocabulary_has_a_case(kind: SiteKind, generation: str) -> None:
    elsewhere = {*newapi_fields.ELSEWHERE} if kind is SiteKind.NEWAPI else {*octopus_fields.ELSEWHERE}
    absent = octopus_fields.ABSENT.get(generation, frozenset())

    covered = {case.path for case in TABLES[kind, generation]} | elsewhere | absent

    assert covered == {path for path, field in FIELDS.items() if kind in field.kinds}


@each_value(every_value)
async def test_a_channel_is_created_with_it(bench: Bench, case: FieldCase, value: Any) -> None:
    await bench.settle(bench.channel(state=case.state(), **case.declared(value)))

    assert case.holds(await bench.row(), value)


@each_value(lambda case: case.values.items())
async def test_it_is_set_on_a_channel_that_lives_without(bench: Bench, case: FieldCase, value: Any) -> None:
    await bench.settle(bench.channel(state=case.state(), **case.beside))
    was_there = case.holds(await bench.row(), value)

    plan = await bench.settle(bench.channel(state=case.state(), **case.declared(value)))

    assert bool(plan.pending) is not was_there
    assert all(set(changed_paths(change)) <= {case.path, *case.drags} for change in plan.pending)
    assert case.holds(await bench.row(), value)


@each_field()
async def test_it_goes_through_all_its_values(bench: Bench, case: FieldCase) -> None:
    values = [*case.values.values(), *case.empty, *reversed(tuple(case.values.values()))]
    await bench.settle(bench.channel(state=case.state(), **case.declared(values[0])))

    for before, after in pairwise(values):
        plan = await bench.settle(bench.channel(state=case.state(), **case.declared(after)))

        assert set(actions(plan).values()) <= {Action.UPDATE}, (before, after)
        assert case.holds(await bench.row(), after), (before, after)


@each_value(lambda case: ((f"empty-{number}", value) for number, value in enumerate(case.empty)))
async def test_it_is_cleared_in_place(bench: Bench, case: FieldCase, value: Any) -> None:
    await bench.settle(bench.channel(state=case.state(), **case.declared(nth(case, 0))))
    remote_id = await bench.remote_id()

    plan = await bench.settle(bench.channel(state=case.state(), **case.declared(value)))

    assert only_change(plan).action is Action.UPDATE
    assert await bench.remote_id() == remote_id
    assert case.holds(await bench.row(), value)


@each_field(where=lambda case: case.path != "newapi.multi_key_mode")
async def test_a_change_by_hand_is_seen_and_mended(bench: Bench, case: FieldCase) -> None:
    desired = bench.channel(state=case.state(), **case.declared(nth(case, 0)))
    await bench.settle(desired)
    await by_hand(bench, case, nth(case, 1))

    plan = await bench.settle(desired)

    assert set(changed_paths(only_change(plan))) <= {case.path, *case.drags}
    assert case.holds(await bench.row(), nth(case, 0))


@each_field()
async def test_a_change_by_hand_of_an_ignored_field_stays(bench: Bench, case: FieldCase) -> None:
    desired = bench.channel(state=case.state(case.path), **case.declared(nth(case, 0)))
    await bench.settle(desired)
    await by_hand(bench, case, nth(case, 1))

    assert_in_sync(await bench.plan(desired))
    assert case.holds(await bench.row(), nth(case, 1))


@each_field()
async def test_what_is_not_declared_is_not_touched(bench: Bench, case: FieldCase) -> None:
    path, value, column = another(case, is_newapi=bench.kind is SiteKind.NEWAPI)
    await bench.settle(bench.channel(**case.beside))
    await by_hand(bench, case, nth(case, 1))
    before = await bench.row()

    plan = await bench.settle(bench.channel(**{**case.beside, case.path: None, path: value}))

    assert changed_paths(only_change(plan)) == [path]
    assert difference(before, await bench.row()) <= {column, "other_info"}


@each_field(where=lambda case: case.is_set)
async def test_the_order_of_a_list_is_no_change(bench: Bench, case: FieldCase) -> None:
    for value in case.values.values():
        await bench.settle(bench.channel(state=case.state(), **case.declared(value)))

        assert_in_sync(await bench.plan(bench.channel(state=case.state(), **case.declared(value[::-1]))))


@each_field(where=lambda case: all(isinstance(value, dict) for value in case.values.values()))
async def test_the_order_of_keys_is_no_change(bench: Bench, case: FieldCase) -> None:
    for value in case.values.values():
        await bench.settle(bench.channel(**case.declared(value)))

        assert_in_sync(await bench.plan(bench.channel(**case.declared(dict(reversed(value.items()))))))


async def by_hand(bench: Bench, case: FieldCase, value: Any) -> None:
    await case.write_by_hand(bench, await bench.remote_id(), value)
    assert case.holds(await bench.row(), value), "the hand wrote it"


def difference(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {column for column in before.keys() | after.keys() if before.get(column) != after.get(column)}


def another(case: FieldCase, *, is_newapi: bool) -> tuple[str, Any, str]:
    """Return a field that is not that of *case*, with a value and its column."""
    if is_newapi:
        return ("tag", "changed", "tag") if case.path == "remark" else ("remark", "changed", "remark")
    if case.path == "octopus.match_regex":
        return "param_override", {"top_p": 1}, "param_override"
    return "octopus.match_regex", "^changed", "match_regex"
