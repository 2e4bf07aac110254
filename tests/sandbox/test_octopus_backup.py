"""Export and import of an emulated Octopus."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.octopus_site import Site

pytestmark = pytest.mark.anyio

GENERATIONS = pytest.mark.parametrize("generation", ["g2", "g4"])
TABLES = ["channels", "groups", "group_items", "llm_infos", "api_keys", "settings"]


async def fill(site: Site) -> None:
    own = {"keys": [{"channel_key": "sk-a"}]} if "authorization" in site.client.headers else {"key": "sk-a"}
    await site.post("channel/create", {"name": "a", "model": "m-a,m-b", **own})
    await site.post("group/create", {"name": "g", "items": [{"channel_id": 1, "model_name": "m-a", "priority": 1}]})
    await site.post("apikey/create", {"name": "k", "max_cost": 1.5})
    await site.post("setting/set", {"key": "proxy_url", "value": "http://proxy.invalid:3128"})


async def export(site: Site) -> dict[str, Any]:
    dump: dict[str, Any] = (await site.send("GET", "setting/export")).json()
    return dump


@GENERATIONS
async def test_an_export_is_whole_and_an_import_of_it_makes_the_same(generation: str) -> None:
    async with Site(generation) as site, Site(generation) as other:
        await fill(site)
        dump = await export(site)
        result = await other.post("setting/import", dump)
        copy = await export(other)

    tables = TABLES + (["channel_keys"] if generation == "g2" else [])
    assert {name: copy[name] for name in tables} == {name: dump[name] for name in tables}
    assert result["rows_affected"]["llm_infos"] == 2


@GENERATIONS
async def test_an_import_lists_what_it_brought(generation: str) -> None:
    async with Site(generation) as site, Site(generation) as other:
        await fill(site)
        await other.post("setting/import", {"code": 200, "data": await export(site)})
        channel, (group,), (key,) = await other.channel("a"), await other.get("group/list"), await other.get("apikey/list")

    assert (channel["model"], group["items"][0]["model_name"], key["max_cost"]) == ("m-a,m-b", "m-a", 1.5)


@GENERATIONS
async def test_an_import_never_changes_or_deletes_a_channel(generation: str) -> None:
    async with Site(generation) as site:
        await fill(site)
        rows = [{"id": 1, "name": "other"}, {"id": 9, "name": "a"}, {"id": 7, "name": "b", "enabled": False}]
        result = await site.post("setting/import", {"channels": rows, "llm_infos": [{"name": "m-a", "input": 2}]})
        channels, prices = await site.get("channel/list"), await site.get("model/list")

    assert result["rows_affected"] == {"channels": 1, "llm_infos": 1}
    assert sorted((row["id"], row["name"], row["enabled"]) for row in channels) == [(1, "a", True), (7, "b", True)]
    assert {row["name"]: row["input"] for row in prices} == {"m-a": 2, "m-b": 0}


@GENERATIONS
async def test_the_dump_may_come_as_the_file_of_a_form(generation: str) -> None:
    async with Site(generation) as site:
        files = {"file": ("dump.json", b'{"channels": [{"name": "a"}]}', "application/json")}
        answer = await site.send("POST", "setting/import", files=files)
        without_file = await site.send("POST", "setting/import", files={"other": b"{}"})

    assert answer.json()["data"] == {"rows_affected": {"channels": 1}}
    assert without_file.status_code == 400


@GENERATIONS
async def test_a_dump_of_another_version_or_shape_is_refused(generation: str) -> None:
    async with Site(generation) as site:
        version = await site.send("POST", "setting/import", {"version": 7, "channels": [{"name": "a"}]})
        shape = await site.send("POST", "setting/import", {"channels": {"name": "a"}})
        channels = await site.get("channel/list")

    assert version.json() == {"code": 400, "message": "unsupported dump version: 7"}
    assert (shape.status_code, channels) == (400, [])


async def test_an_empty_import_makes_the_list_equal_the_database_without_a_probe() -> None:
    async with Site("g2", reachable=["http://up"]) as site:
        urls = [{"url": "http://down.invalid", "delay": 1}, {"url": "http://up.invalid", "delay": 2}]
        await site.post("channel/create", {"name": "a", "base_urls": urls})
        shrunk = await site.channel("a")
        await site.post("setting/import", {})
        whole = await site.channel("a")

    assert (len(shrunk["base_urls"]), whole["base_urls"], whole["keys"]) == (1, urls, [])


async def test_an_import_normalises_the_model_lists_of_g4() -> None:
    async with Site("g4") as site:
        await site.post("setting/import", {"channels": [{"name": "a", "model": " x ,y,x", "custom_model": "y"}]})
        channel = await site.channel("a")

    assert (channel["model"], channel["custom_model"]) == ("x", "y")
