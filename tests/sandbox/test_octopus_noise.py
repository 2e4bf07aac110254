"""What an emulated Octopus does by itself, and how it dies."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chanops.sandbox.octopus.gourl import is_parsable
from sandbox.octopus_site import Site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

UP, DOWN = "http://up.invalid/v1", "http://down.invalid/v1"


def base_urls(*urls: str) -> list[dict[str, Any]]:
    return [{"url": url, "delay": 0} for url in urls]


def listed(channel: Any) -> list[str]:
    return [entry["url"] for entry in channel["base_urls"]]


async def test_the_list_shows_the_reachable_urls_and_the_export_the_stored_ones() -> None:
    async with Site("g2", reachable=[UP]) as site:
        created = await site.post("channel/create", {"name": "a", "base_urls": base_urls(DOWN, UP)})
        probed = await site.channel("a")
        (stored,) = (await site.send("GET", "setting/export")).json()["channels"]

    assert listed(created) == [DOWN, UP]
    assert listed(probed) == [UP]
    assert probed["base_urls"][0]["delay"] > 0
    assert stored["base_urls"] == base_urls(DOWN, UP)


async def test_urls_are_kept_when_none_is_reachable() -> None:
    async with Site("g2", reachable=[]) as site:
        await site.post("channel/create", {"name": "a", "base_urls": base_urls(DOWN)})

        assert (await site.channel("a"))["base_urls"] == base_urls(DOWN)


async def test_a_probe_really_asks_when_the_way_out_is_plugged() -> None:
    asked: list[tuple[str, str]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, str(request.url)))
        if "down" in request.url.host:
            raise httpx.ConnectError("refused")
        return httpx.Response(500)

    async with Site("g2", outbound=answer) as site:
        await site.post("channel/create", {"name": "a", "base_urls": base_urls(UP, DOWN)})
        channel = await site.channel("a")

    assert asked == [("HEAD", UP), ("HEAD", DOWN)]
    assert listed(channel) == [UP]


async def test_a_probe_older_than_an_update_puts_the_old_urls_back() -> None:
    async with Site("g2", reachable=["http://"]) as site:
        site.sandbox.state.background.lag = 10
        await site.post("channel/create", {"name": "a", "base_urls": base_urls(DOWN)})
        site.sandbox.clock.advance(5)
        await site.post("channel/update", {"id": 1, "base_urls": base_urls(UP)})
        site.sandbox.clock.advance(6)
        stale = await site.channel("a")
        site.sandbox.clock.advance(6)
        fresh = await site.channel("a")

    assert (listed(stale), listed(fresh)) == ([DOWN], [UP])


async def test_every_hour_the_urls_are_probed_again() -> None:
    async with Site("g2", reachable=[UP], seed=1) as site:
        await site.post("channel/create", {"name": "a", "base_urls": base_urls(UP)})
        first = await site.channel("a")
        site.sandbox.clock.advance(3601)
        second = await site.channel("a")

    assert first["base_urls"] != second["base_urls"]


@pytest.mark.parametrize("url", [" http://h", "http://h h/v1", "http://h/v1\n", "http://h/%zz", "http://h:port", "http://[::1"])
async def test_a_url_that_go_cannot_parse_kills_g2_for_good(url: str, tmp_path: Path) -> None:
    async with Site("g2", tmp_path / "db") as site:
        created = await site.send("POST", "channel/create", {"name": "a", "base_urls": base_urls(url)})
        with pytest.raises(httpx.ConnectError):
            await site.get("channel/list")
    again = Site("g2", tmp_path / "db")

    assert created.status_code == 200
    with pytest.raises(httpx.ConnectError):
        await again.get("user/status")
    again.sandbox.close()


@pytest.mark.parametrize(
    "url", ["", "x", "foo://h", "http://h/v1 ", "http://h:99999/v1", "https://h/v1", "http://[::1]:8080/v1"]
)
async def test_an_odd_url_that_go_can_parse_does_no_harm(url: str) -> None:
    async with Site("g2") as site:
        await site.post("channel/create", {"name": "a", "base_urls": base_urls(url)})

        assert listed(await site.channel("a")) == [url]


async def test_a_broken_url_with_auto_sync_kills_g4_at_its_next_start(tmp_path: Path) -> None:
    async with Site("g4", tmp_path / "db") as site:
        await site.post("channel/create", {"name": "a", "base_url": "http://h\n", "auto_sync": True})
        called = await site.send("POST", "channel/sync")
        alive = await site.get("user/status")
    again = Site("g4", tmp_path / "db")

    assert (called.status_code, called.json()["message"], alive) == (500, "An unexpected error occurred", "ok")
    with pytest.raises(httpx.ConnectError):
        await again.get("user/status")
    again.sandbox.close()


@pytest.mark.parametrize(
    ("url", "parsable"),
    [("http://u:p@h/v1", True), ("http://u p@h", False), (":x", False), ("a:b", True), ("1:b", False), ("/a:b", True),
     ("http://h/a%20b", True), ("http://h%41", False), ("http://h/#%zz", False), ("http://h?%zz", True), ("http://h|x", False)],
)  # fmt: skip
def test_urls_are_parsed_as_go_does(url: str, parsable: bool) -> None:
    assert is_parsable(url) is parsable


@pytest.mark.parametrize("generation", ["g2", "g4"])
async def test_of_two_parallel_deletes_one_is_refused_as_locked(generation: str) -> None:
    async with Site(generation) as site:
        for name in ("a", "b"):
            await site.post("channel/create", {"name": name})
        answers = await asyncio.gather(*(site.send("DELETE", f"channel/delete/{number}") for number in (1, 2)))
        left = await site.get("channel/list")

    assert sorted(answer.status_code for answer in answers) == [200, 500]
    assert any("database is locked" in answer.text for answer in answers)
    assert len(left) == 1


@pytest.mark.parametrize("generation", ["g2", "g4"])
async def test_parallel_writes_without_a_delete_all_succeed(generation: str) -> None:
    async with Site(generation) as site:
        calls = (site.send("POST", "channel/create", {"name": f"c{number % 20}"}) for number in range(25))
        answers = await asyncio.gather(*calls)
        rows = await site.get("channel/list")

    assert sorted(answer.status_code for answer in answers) == [200] * 20 + [500] * 5
    assert len(rows) == 20


async def test_the_next_delete_can_be_locked_on_purpose() -> None:
    async with Site("g2") as site:
        await site.post("channel/create", {"name": "a"})
        site.sandbox.faults.locked_deletes = 1
        refused = await site.send("DELETE", "channel/delete/1")
        await site.delete("channel/delete/1")

    assert (refused.status_code, "database is locked" in refused.text) == (500, True)


async def test_a_finishing_request_brings_the_old_key_back() -> None:
    async with Site("g2") as site:
        await site.post("channel/create", {"name": "a", "keys": [{"channel_key": "old"}]})
        site.sandbox.relay.begin_request(1)
        await site.post("channel/update", {"id": 1, "keys_to_update": [{"id": 1, "channel_key": "new"}]})
        site.sandbox.relay.finish_request(1)
        noisy = (await site.channel("a"))["keys"][0]
        stored = (await site.send("GET", "setting/export")).json()["channel_keys"][0]
        mended = (await site.post("channel/update", {"id": 1}))["keys"][0]

    assert (noisy["channel_key"], noisy["status_code"], noisy["total_cost"] > 0) == ("old", 200, True)
    assert (stored["channel_key"], mended["channel_key"]) == ("new", "new")


async def test_a_graceful_stop_saves_used_keys_even_a_deleted_one(tmp_path: Path) -> None:
    site = Site("g2", tmp_path / "db")
    await site.log_in()
    await site.post("channel/create", {"name": "a", "keys": [{"channel_key": "old"}]})
    site.sandbox.relay.begin_request(1)
    changes = {"keys_to_delete": [1], "keys_to_add": [{"channel_key": "new"}]}
    await site.post("channel/update", {"id": 1, **changes})
    site.sandbox.relay.finish_request(1)
    before = [key["channel_key"] for key in (await site.channel("a"))["keys"]]
    site.sandbox.stop()
    async with Site("g2", tmp_path / "db") as again:
        after = [key["channel_key"] for key in (await again.channel("a"))["keys"]]

    assert (before, after) == (["new"], ["old", "new"])


async def test_a_kill_saves_nothing_of_used_keys(tmp_path: Path) -> None:
    async with Site("g2", tmp_path / "db") as site:
        await site.post("channel/create", {"name": "a", "keys": [{"channel_key": "old"}]})
        site.sandbox.relay.finish_request(1)
    async with Site("g2", tmp_path / "db") as again:
        (key,) = (await again.channel("a"))["keys"]

    assert (key["status_code"], key["total_cost"]) == (0, 0)
