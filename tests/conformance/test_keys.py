"""Keys: hidden on New API, where a fingerprint in the mark tells a rotated one; readable on Octopus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from builders import secret
from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.domain.policy import Lifts, Selection
from chanops.engine.planner import Asked
from conformance.bench import actions, assert_in_sync, changed_paths, errors, only_change, part
from conformance.tables import each_of, on, on_all, on_g2, on_g4, on_newapi
from conformance.targets import ALL, NEWAPI

if TYPE_CHECKING:
    from chanops.domain.secret import Secret
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

TEXTS = {
    "plain": "sk-plain",
    "short": "k",
    "parts": "AK|SK|eu-west-1",
    "json": '{"client_email": "a@b", "private_key": "-----BEGIN\\nEND-----"}',
    "long": "k" * 4000,
    "quotes": "a\"b'c\\d",
    "unicode": "ключ-🚀",
    "look-alike": "null",
}
ORDERS = (("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a"))
REPLACE = {"lifts": Lifts(allow_replace=("*",))}


def several(bench: Bench, *texts: str) -> tuple[Secret, ...]:
    return tuple(secret(value=f"sk-{bench.prefix}{text}") for text in texts)


def texts_of(keys: tuple[Secret, ...]) -> list[str]:
    return [key.reveal() for key in keys]


async def held_keys(bench: Bench) -> list[dict[str, Any]]:
    """Return the keys of a channel of Octopus v0.9 as they are stored."""
    keys: list[dict[str, Any]] = (await bench.row())["keys"]
    return keys


@each_of(NEWAPI, "text", TEXTS)
async def test_a_key_is_stored_as_it_is_declared(bench: Bench, text: str) -> None:
    await bench.settle(bench.channel(key=secret(value=text)))

    assert await bench.remote_id() in await bench.newapi.find_key(text)


@each_of(NEWAPI, "text", TEXTS)
async def test_a_rotated_key_is_seen_and_written(bench: Bench, text: str) -> None:
    await bench.settle(bench.channel(key=secret(value="sk-before")))

    plan = await bench.settle(bench.channel(key=secret(value=text)))

    assert changed_paths(only_change(plan)) == ["key"]
    assert await bench.remote_id() in await bench.newapi.find_key(text)


@on_all
async def test_the_same_key_from_another_reference_is_no_change(bench: Bench) -> None:
    await bench.settle(bench.channel(key=secret("ONE", "sk-same")))

    assert_in_sync(await bench.plan(bench.channel(key=secret("OTHER", "sk-same"))))


@on_all
async def test_a_key_that_is_not_declared_is_kept(bench: Bench) -> None:
    await bench.settle(bench.channel())

    plan = await bench.settle(bench.channel(key=None, models=("b",)))

    assert changed_paths(only_change(plan)) == ["models"]
    assert_in_sync(await bench.plan(bench.channel(models=("b",))))


@on_all
async def test_a_new_channel_without_a_key_is_refused(bench: Bench) -> None:
    plan = await bench.plan(bench.channel(key=None))

    assert part(plan).status is SiteStatus.ERROR
    assert any("key" in found.summary for found in errors(plan))


@on_newapi
async def test_a_key_changed_by_hand_is_not_seen_until_keys_are_written_again(bench: Bench) -> None:
    key = f"sk-{bench.prefix}declared"
    desired = bench.channel(key=secret(value=key))
    await bench.settle(desired)
    await bench.wire.change(await bench.remote_id(), key="sk-by-hand-again")
    assert_in_sync(await bench.plan(desired))

    report = await bench.try_apply(desired, asked=Asked(Selection(), rewrite_keys=True))

    assert [outcome.result for outcome in report.outcomes] == ["done"]
    assert await bench.newapi.find_key(key) == [await bench.remote_id()]
    assert_in_sync(await bench.plan(desired))


@on_newapi
async def test_several_keys_make_a_multi_key_channel(bench: Bench) -> None:
    keys = several(bench, "a", "b")

    await bench.settle(bench.channel(keys=keys))

    info = (await bench.row())["channel_info"]
    assert (info["is_multi_key"], info["multi_key_size"]) == (True, 2)
    assert await bench.newapi.find_key("\n".join(texts_of(keys))) == [await bench.remote_id()]


@on_newapi
async def test_keys_are_added_removed_and_rotated(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, "a", "b")))
    remote_id = await bench.remote_id()

    for texts in (("a", "b", "c"), ("c", "b"), ("c", "d"), ("e",), ("e", "f")):
        keys = several(bench, *texts)
        plan = await bench.settle(bench.channel(keys=keys))

        assert changed_paths(only_change(plan)) == ["keys"]
        assert await bench.newapi.find_key("\n".join(texts_of(keys))) == [remote_id]
        assert (await bench.row())["channel_info"]["multi_key_size"] == len(keys)


@on(target for target in ALL if target.generation != "g4")
async def test_the_order_of_keys_is_no_change(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, *ORDERS[0])))

    for order in ORDERS[1:]:
        assert_in_sync(await bench.plan(bench.channel(keys=several(bench, *order))))


@on_newapi
async def test_new_keys_are_not_born_with_the_flags_of_those_before_them(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, "a", "b")))
    remote_id = int(await bench.remote_id())
    await bench.newapi.call(
        "POST", "/api/channel/multi_key/manage", json={"channel_id": remote_id, "action": "disable_key", "key_index": 0}
    )

    await bench.settle(bench.channel(keys=several(bench, "c", "d")))

    assert not (await bench.row())["channel_info"]["multi_key_status_list"]


@on_newapi
@pytest.mark.parametrize("mode", ["random", "polling"])
async def test_the_mode_of_several_keys_changes_in_place(bench: Bench, mode: str) -> None:
    other = {"random": "polling", "polling": "random"}[mode]
    await bench.settle(bench.channel(keys=several(bench, "a", "b"), newapi__multi_key_mode=other))

    plan = await bench.settle(bench.channel(keys=several(bench, "a", "b"), newapi__multi_key_mode=mode))

    assert changed_paths(only_change(plan)) == ["newapi.multi_key_mode"]
    assert (await bench.row())["channel_info"]["multi_key_mode"] == mode


@on_newapi
async def test_a_multi_key_channel_made_by_hand_is_adopted(bench: Bench) -> None:
    keys = several(bench, "a", "b")
    await bench.wire.create(bench.name("one"), mode="multi_to_single", multi_key_mode="polling", key="sk-x\nsk-y")

    plan = await bench.settle(bench.channel(keys=keys))

    assert only_change(plan).action is Action.ADOPT
    assert (await bench.row())["channel_info"]["multi_key_mode"] == "polling"
    assert await bench.newapi.find_key("\n".join(texts_of(keys))) == [await bench.remote_id()]


@on_newapi
@pytest.mark.parametrize("way", ["one to several", "several to one"])
async def test_between_one_key_and_several_a_channel_is_replaced(bench: Bench, way: str) -> None:
    one, many = bench.channel(), bench.channel(keys=several(bench, "a", "b"))
    before, after = (one, many) if way == "one to several" else (many, one)
    await bench.settle(before)
    remote_id = await bench.remote_id()
    assert [hit.guard for hit in (await bench.plan(after)).guards] == ["allow_replace"]

    plan = await bench.settle(after, **REPLACE)

    assert actions(plan) == {bench.name("one"): Action.REPLACE}
    assert await bench.remote_id() == remote_id
    assert (await bench.row())["channel_info"]["is_multi_key"] is (after is many)


@on_newapi
async def test_service_accounts_are_kept_apart(bench: Bench) -> None:
    accounts = [json.dumps({"client_email": f"{name}@{bench.prefix}", "private_key": "x\ny"}) for name in "ab"]
    fields: dict[str, Any] = {"type": "vertexai", "newapi.other": {"default": "us-central1"}}

    await bench.settle(bench.channel(keys=tuple(secret(value=text) for text in accounts), **fields))

    assert (await bench.row())["channel_info"]["multi_key_size"] == 2


@on_g2
async def test_keys_of_octopus_are_added_removed_and_rotated_in_place(bench: Bench) -> None:
    await bench.settle(bench.channel(key=several(bench, "a")[0]))

    for texts in (("a", "b"), ("a", "b", "c", "d"), ("d", "b"), ("d", "e"), ("e",), ("f", "e"), ("g", "h", "i")):
        keys = several(bench, *texts)
        before = {key["channel_key"]: key["id"] for key in await held_keys(bench)}
        plan = await bench.settle(bench.channel(keys=keys))

        after = {key["channel_key"]: key["id"] for key in await held_keys(bench)}
        assert only_change(plan).action is Action.UPDATE
        assert sorted(after) == sorted(texts_of(keys))
        assert all(after[text] == before[text] for text in after.keys() & before.keys()), "a key that stays keeps its row"


@on_g2
async def test_one_key_for_another_keeps_its_row(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, "a", "b")))
    before = await held_keys(bench)

    await bench.settle(bench.channel(keys=several(bench, "a", "c")))

    assert [key["id"] for key in await held_keys(bench)] == [key["id"] for key in before]


@on_g2
async def test_a_list_of_one_key_is_that_key(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, "a")))

    assert_in_sync(await bench.plan(bench.channel(key=several(bench, "a")[0])))


@on_g2
async def test_a_key_added_by_hand_is_taken_out(bench: Bench) -> None:
    desired = bench.channel(keys=several(bench, "a", "b"))
    await bench.settle(desired)
    await bench.wire.change(await bench.remote_id(), keys_to_add=[{"enabled": True, "channel_key": "sk-x", "remark": ""}])

    plan = await bench.settle(desired)

    assert changed_paths(only_change(plan)) == ["keys"]
    assert len(await held_keys(bench)) == 2


@on_g2
async def test_what_a_key_carries_beside_its_text_is_not_touched(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, "a", "b")))
    first = (await held_keys(bench))[0]
    await bench.wire.change(
        await bench.remote_id(), keys_to_update=[{"id": first["id"], "enabled": False, "remark": "sidelined"}]
    )

    await bench.settle(bench.channel(keys=several(bench, "a", "b"), models=("b",)))

    kept = (await held_keys(bench))[0]
    assert (kept["enabled"], kept["remark"], kept["channel_key"]) == (False, "sidelined", first["channel_key"])


@on_g4
async def test_several_keys_are_refused_where_a_channel_has_one(bench: Bench) -> None:
    plan = await bench.plan(bench.channel(keys=several(bench, "a", "b")))

    assert part(plan).status is SiteStatus.ERROR
    assert [found.field for found in errors(plan)] == ["keys"]


@on_g4
async def test_a_list_of_one_key_is_a_key_where_a_channel_has_one(bench: Bench) -> None:
    await bench.settle(bench.channel(keys=several(bench, "a")))

    assert (await bench.row())["key"] == texts_of(several(bench, "a"))[0]
