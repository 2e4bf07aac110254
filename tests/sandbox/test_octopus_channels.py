"""Channels of an emulated Octopus, beyond what the recordings show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.octopus_site import Site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

GENERATIONS = pytest.mark.parametrize("generation", ["g2", "g4"])


def secrets(channel: Any) -> list[tuple[int, str]]:
    return [(key["id"], key["channel_key"]) for key in channel["keys"]]


@GENERATIONS
async def test_lists_come_in_another_order_every_time_and_in_the_same_for_a_seed(generation: str) -> None:
    async def orders() -> list[list[str]]:
        async with Site(generation, seed=7) as site:
            for number in range(20):
                await site.post("channel/create", {"name": f"c{number}"})
            return [[row["name"] for row in await site.get("channel/list")] for _ in range(2)]

    first, second = await orders()

    assert first != second
    assert sorted(first) == sorted(second)
    assert await orders() == [first, second]


@GENERATIONS
async def test_the_database_says_which_value_is_taken(generation: str) -> None:
    async with Site(generation) as site:
        await site.post("channel/create", {"name": "a"})
        await site.post("channel/create", {"name": "b"})
        name = await site.send("POST", "channel/create", {"name": "a"})
        number = await site.send("POST", "channel/create", {"name": "c", "id": 1})
        rename = await site.send("POST", "channel/update", {"id": 2, "name": "a"})

    assert "UNIQUE constraint failed: channels.name (2067)" in name.json()["message"]
    assert "UNIQUE constraint failed: channels.id (1555)" in number.json()["message"]
    assert rename.json()["message"].startswith("failed to update channel: ")


@GENERATIONS
async def test_a_negative_id_is_honoured_and_the_next_goes_on_from_the_largest(generation: str) -> None:
    async with Site(generation) as site:
        ids = [(await site.post("channel/create", body))["id"] for body in ({"name": "a", "id": -5}, {"name": "b"})]
        await site.delete("channel/delete/-5")
        left = await site.get("channel/list")

    assert ids == [-5, 1]
    assert [row["id"] for row in left] == [1]


@GENERATIONS
async def test_what_was_answered_is_there_after_a_kill(generation: str, tmp_path: Path) -> None:
    async with Site(generation, tmp_path / "db") as site:
        await site.post("channel/create", {"name": "a", "model": "m", "param_override": "", "custom_header": []})
        await site.post("channel/enable", {"id": 1, "enabled": False})
        await site.post("setting/set", {"key": "stats_save_interval", "value": "soon"})
        before = await site.channel("a")
    async with Site(generation, tmp_path / "db") as site:
        after = await site.channel("a")
        settings = await site.get("setting/list")

    assert after == before | ({"keys": []} if generation == "g2" else {})
    assert {"key": "stats_save_interval", "value": "soon"} in settings


@GENERATIONS
async def test_statistics_in_a_create_show_after_a_restart(generation: str, tmp_path: Path) -> None:
    async with Site(generation, tmp_path / "db") as site:
        answered = await site.post("channel/create", {"name": "a", "stats": {"request_success": 3}})
    async with Site(generation, tmp_path / "db") as site:
        after = await site.channel("a")

    assert answered["stats"]["request_success"] == 0
    assert after["stats"]["request_success"] == 3


@GENERATIONS
async def test_a_database_of_another_generation_is_refused(generation: str, tmp_path: Path) -> None:
    async with Site(generation, tmp_path / "db"):
        pass

    with pytest.raises(ValueError, match=f"one of octopus {generation}"):
        Site("g4" if generation == "g2" else "g2", tmp_path / "db")


async def test_keys_without_any_are_null_until_a_reload() -> None:
    async with Site("g2") as site:
        created = await site.post("channel/create", {"name": "a"})
        await site.post("channel/enable", {"id": 1, "enabled": False})
        enabled = await site.channel("a")
        updated = await site.post("channel/update", {"id": 1})

    assert (created["keys"], enabled["keys"], updated["keys"]) == (None, None, [])


async def test_a_create_with_the_id_of_a_key_moves_that_key() -> None:
    async with Site("g2") as site:
        await site.post("channel/create", {"name": "a", "keys": [{"channel_key": "first", "remark": "r"}]})
        await site.post("channel/create", {"name": "b", "keys": [{"id": 1, "channel_key": "second"}, {"channel_key": "own"}]})
        listed = secrets(await site.channel("a")), secrets(await site.channel("b"))
        await site.post("channel/update", {"id": 1})
        await site.post("channel/update", {"id": 2})
        reloaded = secrets(await site.channel("a")), secrets(await site.channel("b"))

    assert listed == ([(1, "first")], [(1, "second"), (2, "own")])
    assert reloaded == ([], [(1, "first"), (2, "own")])


async def test_keys_are_deleted_then_changed_then_added() -> None:
    async with Site("g2") as site:
        await site.post("channel/create", {"name": "a", "keys": [{"channel_key": "one"}, {"channel_key": "two"}]})
        changes = {"keys_to_add": [{"channel_key": "three"}], "keys_to_update": [{"id": 2, "channel_key": "2"}, {"id": 1}]}
        updated = await site.post("channel/update", {"id": 1, "keys_to_delete": [1], **changes})

    assert secrets(updated) == [(2, "2"), (3, "three")]


async def test_deleting_a_g4_channel_clears_the_active_item_and_the_ghost_prices() -> None:
    async with Site("g4") as site:
        await site.post("channel/create", {"name": "a", "model": "m"})
        await site.post("group/create", {"name": "g", "items": [{"channel_id": 1, "model_name": "m"}]})
        await site.post("group/active/1", {"item_id": 1})
        await site.delete("channel/delete/1")
        (group,) = await site.get("group/list")
        prices = await site.get("model/list")

    assert (group["active_item_id"], "items" in group, prices) == (0, False, [])


async def test_a_failure_after_the_commit_leaves_the_change_in_place() -> None:
    async with Site("g4") as site:
        await site.post("channel/create", {"name": "a", "model": "m"})
        site.sandbox.faults.failures_after_commit = 1
        failed = await site.send("POST", "channel/update", {"id": 1, "model": "n"})
        channel, prices = await site.channel("a"), await site.get("model/list")

    assert (failed.status_code, channel["model"]) == (500, "n")
    assert [row["name"] for row in prices] == ["m"]


@pytest.mark.parametrize(("generation", "status"), [("g2", 200), ("g4", 500)])
async def test_too_many_new_models_at_once_store_the_channel_without_prices(generation: str, status: int) -> None:
    async with Site(generation) as site:
        models = ",".join(f"m-{number}" for number in range(6_554))
        answer = await site.send("POST", "channel/create", {"name": "a", "model": models})
        channel, prices = await site.channel("a"), await site.get("model/list")

    assert (answer.status_code, channel["model"] == models, prices) == (status, True, [])


async def test_prices_can_be_lost_by_g2() -> None:
    async with Site("g2") as site:
        site.sandbox.faults.lost_price_writes = 1
        await site.post("channel/create", {"name": "a", "model": "m-a"})
        await site.post("channel/create", {"name": "b", "model": "m-b"})
        prices = await site.get("model/list")

    assert [row["name"] for row in prices] == ["m-b"]


@GENERATIONS
async def test_the_version_can_be_chosen(generation: str) -> None:
    async with Site(generation) as site:
        released = await site.get("update/now-version")
        site.sandbox.state.version = "dev"
        from_source = await site.get("update/now-version")

    assert (released, from_source) == ({"g2": "v0.9.28", "g4": "v0.11.0"}[generation], "dev")
