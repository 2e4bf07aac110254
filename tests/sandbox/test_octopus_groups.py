"""Groups, prices, keys of clients and settings of an emulated Octopus, beyond what the recordings show."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.octopus_site import Site

pytestmark = pytest.mark.anyio

GENERATIONS = pytest.mark.parametrize("generation", ["g2", "g4"])
DEFAULTS = {
    "member_max_attempts": 2,
    "member_retry_interval_seconds": 3,
    "member_non_stream_response_timeout_seconds": 120,
    "member_stream_first_event_timeout_seconds": 30,
    "member_cooldown_seconds": 60,
    "member_affinity_seconds": 300,
}


def models(group: Any) -> list[str]:
    return [item["model_name"] for item in group.get("items", [])]


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({}, {}),
        ({"member_affinity_seconds": 0}, {}),
        ({"member_cooldown_seconds": 5}, {"member_cooldown_seconds": 5, "member_affinity_seconds": 0}),
        ({"member_affinity_seconds": 9}, {"member_affinity_seconds": 9}),
    ],
)
async def test_a_relay_configuration_is_filled_and_replaced_as_a_whole(sent: Any, changed: Any) -> None:
    async with Site("g4") as site:
        created = await site.post("group/create", {"name": "a", "relay_config": sent})
        await site.post("group/update", {"id": 1, "relay_config": dict.fromkeys(DEFAULTS, 7)})
        updated = await site.post("group/update", {"id": 1, "relay_config": sent})

    assert created["relay_config"] == updated["relay_config"] == DEFAULTS | changed


async def test_a_refused_group_update_undoes_all_of_it() -> None:
    async with Site("g2") as site:
        await site.post("group/create", {"name": "g", "items": [{"channel_id": 1, "model_name": "m"}]})
        added = [{"channel_id": 1, "model_name": "n"}, {"channel_id": 1, "model_name": "m"}]
        refused = await site.send("POST", "group/update", {"id": 1, "name": "h", "items_to_add": added})
        (group,) = await site.get("group/list")

    assert refused.json()["message"].startswith("failed to create items: constraint failed: UNIQUE")
    assert (group["name"], models(group)) == ("g", ["m"])


async def test_g2_moves_an_item_to_the_group_that_is_created_with_its_id() -> None:
    async with Site("g2") as site:
        await site.post("group/create", {"name": "g", "items": [{"channel_id": 1, "model_name": "m"}]})
        await site.post("group/create", {"name": "h", "items": [{"id": 1, "channel_id": 2, "model_name": "n"}]})
        listed = {row["name"]: models(row) for row in await site.get("group/list")}
        reloaded = [models(await site.post("group/update", {"id": number})) for number in (1, 2)]

    assert (listed, reloaded) == ({"g": ["m"], "h": ["n"]}, [[], ["m"]])


async def test_g2_answers_items_as_sent_until_a_reload_sorts_them() -> None:
    async with Site("g2") as site:
        items = [
            {"channel_id": 2, "model_name": "a"},
            {"channel_id": 1, "model_name": "z"},
            {"channel_id": 1, "model_name": "b"},
        ]
        created = await site.post("group/create", {"name": "g", "items": items})
        reloaded = await site.post("group/update", {"id": 1})

    assert (models(created), models(reloaded)) == (["a", "z", "b"], ["b", "z", "a"])


@pytest.mark.parametrize(("mode", "items"), [(0, []), (1, ["gpt-4o-x", "GPT-4O"]), (2, ["GPT-4O"]), (3, ["gpt-4o-x"]), (9, [])])
async def test_auto_group_adds_what_matches_and_takes_nothing_out(mode: int, items: list[str]) -> None:
    async with Site("g2") as site:
        await site.post("group/create", {"name": "gpt-4o", "match_regex": "^gpt.*x$"})
        await site.post(
            "channel/create", {"name": "a", "model": "gpt-4o-x, other", "custom_model": "GPT-4O", "auto_group": mode}
        )
        (group,) = await site.get("group/list")
        await site.post("channel/update", {"id": 1, "model": "", "custom_model": ""})
        (later,) = await site.get("group/list")

    assert sorted(models(group)) == sorted(items) == sorted(models(later))


@GENERATIONS
async def test_known_models_are_born_with_a_price(generation: str) -> None:
    async with Site(generation) as site:
        await site.post("channel/create", {"name": "a", "model": "GPT-4o,unknown"})
        prices = {row["name"]: row["input"] for row in await site.get("model/list")}

    assert prices["gpt-4o"] > 0
    assert prices["unknown"] == 0


@GENERATIONS
async def test_the_secret_of_a_relay_key_is_the_servers(generation: str) -> None:
    async with Site(generation) as site:
        created = await site.post("apikey/create", {"name": "k", "api_key": "mine", "enabled": False, "expire_at": 5})
        updated = await site.post("apikey/update", {"id": 1, "name": "k2"})
        listed = await site.get("apikey/list")
        await site.delete("apikey/delete/1")
        again = await site.send("DELETE", "apikey/delete/1")
        word = await site.send("DELETE", "apikey/delete/x")

    assert created["api_key"].startswith("sk-octopus-")
    assert (len(created["api_key"]), created["enabled"], created["expire_at"]) == (11 + 48, True, 5)
    assert updated == {"id": 1, "name": "k2", "api_key": created["api_key"], "enabled": False}
    assert (listed, again.json()["message"], word.json()["message"]) == ([updated], "API key not found", "Invalid parameter")


@GENERATIONS
async def test_a_relay_key_opens_its_own_two_routes_alone(generation: str) -> None:
    async with Site(generation) as site:
        key = {"x-api-key": (await site.post("apikey/create", {"name": "k"}))["api_key"]}
        site.client.headers.pop("authorization", None)
        site.client.cookies.clear()
        own = [(await site.send("GET", f"apikey/{route}", headers=key)).status_code for route in ("login", "stats")]
        admin = (await site.send("GET", "channel/list", headers=key)).status_code
        nobody = (await site.send("GET", "apikey/login")).status_code

    assert (own, admin, nobody) == ([200, 200], 400 if generation == "g2" else 401, 401)


@GENERATIONS
async def test_settings_are_checked_where_the_server_checks_them(generation: str) -> None:
    async def answer(key: str, value: str) -> int:
        return (await site.send("POST", "setting/set", {"key": key, "value": value})).status_code

    async with Site(generation) as site:
        proxies = [await answer("proxy_url", value) for value in ("", "socks5://h:1", "ftp://h", "h")]
        hours = [await answer("sync_llm_interval", value) for value in ("-1", "1.5")]
        free = await answer("stats_save_interval", "x")

    assert (proxies, hours, free) == ([200, 200, 400, 400], [200, 400], 200)
