"""How an emulated Octopus asks upstreams, when called and by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.octopus_site import Site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

GENERATIONS = pytest.mark.parametrize("generation", ["g2", "g4"])
UP = "http://up.invalid/v1"


class Provider:
    """An upstream that answers by a function and remembers what it was asked."""

    def __init__(self, answer: Callable[[httpx.Request], Any]) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            return httpx.Response(200)
        self.asked.append(request)
        answer = self.answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def listing(*names: str) -> Provider:
    return Provider(lambda _request: {"data": [{"id": name} for name in names]})


def g4(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "type": "openai", "base_url": UP, "key": "sk"} | fields


def g2(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "base_urls": [{"url": UP}], "keys": [{"channel_key": "sk", "enabled": True}]} | fields


async def test_g2_asks_the_fastest_url_with_the_cheapest_usable_key() -> None:
    provider = listing("m")
    urls = [{"url": "http://slow.invalid", "delay": 9}, {"url": UP, "delay": 1}]
    keys = [
        {"channel_key": "dear", "enabled": True, "total_cost": 2},
        {"channel_key": "off"},
        {"channel_key": "", "enabled": True},
        {"channel_key": "cheap", "enabled": True, "total_cost": 1},
    ]
    async with Site("g2", outbound=provider) as site:
        found = await site.post("channel/fetch-model", g2(base_urls=urls, keys=keys))

    (request,) = provider.asked
    assert (found, str(request.url), request.headers["authorization"]) == (["m"], f"{UP}/models", "Bearer cheap")


@pytest.mark.parametrize(
    ("kind", "base_url", "asked"),
    [
        ("openai", "http://h", "http://h/v1/models"),
        ("anything", "http://h/", "http://h/v1/models"),
        ("openai_responses", "http://h/v1", "http://h/v1/models"),
        ("openai", "http://h/v1/x", "http://h/v1/x/models"),
        ("openai", "http://h/x#", "http://h/x/models"),
        ("volcengine", "http://h/api", "http://h/api/v3/models"),
        ("gemini", "http://h", "http://h/v1beta/models"),
        ("gemini", "http://h/v1", "http://h/v1/models"),
    ],
)
async def test_g4_appends_the_version_of_the_vendor(kind: str, base_url: str, asked: str) -> None:
    provider = listing("m")
    async with Site("g4", outbound=provider) as site:
        await site.post("channel/fetch-model", g4(type=kind, base_url=base_url))

    assert str(provider.asked[0].url) == asked


async def test_an_authorization_of_the_custom_headers_wins_over_the_key() -> None:
    provider = listing("m")
    headers = [{"header_key": "Authorization", "header_value": "own"}, {"header_key": "", "header_value": "skipped"}]
    async with Site("g4", outbound=provider) as site:
        await site.post("channel/fetch-model", g4(custom_header=headers))

    assert provider.asked[0].headers["authorization"] == "own"


async def test_anthropic_pages_end_at_an_error_that_is_json() -> None:
    def answer(request: httpx.Request) -> Any:
        if "after_id" in request.url.params:
            return httpx.Response(500, json={"error": "x"})
        return {"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "last_id": "b"}

    provider = Provider(answer)
    async with Site("g4", outbound=provider) as site:
        found = await site.post("channel/fetch-model", g4(type="anthropic"))

    assert found == ["a", "b"]
    assert provider.asked[0].headers["x-api-key"] == "sk"
    assert provider.asked[1].url.params["after_id"] == "b"


async def test_an_empty_anthropic_list_is_asked_for_again_the_openai_way() -> None:
    provider = Provider(lambda request: {"data": [{"id": "m"}] if "authorization" in request.headers else []})
    async with Site("g2", outbound=provider) as site:
        found = await site.post("channel/fetch-model", g2(type=2))

    assert (found, len(provider.asked)) == (["m"], 2)


async def test_gemini_pages_are_followed_and_names_lose_their_folder() -> None:
    def answer(request: httpx.Request) -> Any:
        if "pageToken" in request.url.params:
            return {"models": [{"name": "b"}]}
        return {"models": [{"name": "models/a"}], "nextPageToken": "t"}

    async with Site("g4", outbound=Provider(answer)) as site:
        found = await site.post("channel/fetch-model", g4(type="gemini"))

    assert found == ["a", "b"]


@GENERATIONS
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (httpx.Response(200, content=b"null"), 200),
        (httpx.Response(503, json={"error": "x"}), 200),
        (httpx.Response(204), 500),
        (httpx.Response(200, json=[]), 500),
        (httpx.Response(200, json={"data": [{"id": 1}]}), 500),
        (httpx.Response(200, content=b"<html>"), 500),
    ],
)
async def test_any_json_object_counts_as_a_list(generation: str, answer: httpx.Response, status: int) -> None:
    async with Site(generation, outbound=Provider(lambda _request: answer)) as site:
        body = g2() if generation == "g2" else g4()
        response = await site.send("POST", "channel/fetch-model", body)

    assert response.status_code == status
    assert response.json().get("data", []) == []


async def test_redirects_are_followed() -> None:
    def answer(request: httpx.Request) -> Any:
        if request.url.host == "up.invalid":
            return httpx.Response(302, headers={"location": "http://there.invalid/models"})
        return {"data": [{"id": "m"}]}

    async with Site("g4", outbound=Provider(answer)) as site:
        assert await site.post("channel/fetch-model", g4()) == ["m"]


async def test_names_come_as_the_upstream_lists_them_with_blanks_and_doubles() -> None:
    async with Site("g4", outbound=listing(" b ", "a", "a")) as site:
        assert await site.post("channel/fetch-model", g4()) == [" b ", "a", "a"]


async def test_a_proxy_is_asked_in_place_of_the_upstream() -> None:
    provider = listing("m")
    async with Site("g4", outbound=provider) as site:
        refused = await site.send("POST", "channel/fetch-model", g4(proxy=True))
        await site.post("setting/set", {"key": "proxy_url", "value": "http://proxy.invalid:3128"})
        found = await site.post("channel/fetch-model", g4(proxy=True))

    assert refused.json()["message"] == "proxy url is empty"
    assert (found, provider.asked[0].url.host) == (["m"], "proxy.invalid")


async def test_a_named_group_in_a_pattern_is_understood_and_an_odd_pattern_is_no_warning() -> None:
    async with Site("g4", outbound=listing("gpt-4o", "x")) as site:
        named = await site.post("channel/fetch-model", g4(match_regex="^(?<vendor>gpt)"))
        odd = await site.post("channel/fetch-model", g4(match_regex="[[x]"))

    assert (named, odd) == (["gpt-4o"], ["x"])


@GENERATIONS
async def test_the_models_are_synced_after_the_interval(generation: str) -> None:
    async with Site(generation, outbound=listing("n")) as site:
        body = g2(auto_sync=True, model="m") if generation == "g2" else g4(auto_sync=True, model="m")
        await site.post("channel/create", body)
        await site.post("setting/set", {"key": "sync_llm_interval", "value": "2"})
        site.sandbox.clock.advance(3600)
        early = (await site.channel("a"))["model"]
        site.sandbox.clock.advance(3601)
        synced = await site.channel("a")

    assert (early, synced["model"]) == ("m", "n")


@GENERATIONS
async def test_an_interval_that_is_not_positive_ends_the_sync(generation: str) -> None:
    async with Site(generation, outbound=listing("n")) as site:
        body = g2(auto_sync=True, model="m") if generation == "g2" else g4(auto_sync=True, model="m")
        await site.post("channel/create", body)
        await site.post("setting/set", {"key": "sync_llm_interval", "value": "0"})
        site.sandbox.clock.advance(30 * 24 * 3600 - 60)

        assert (await site.channel("a"))["model"] == "m"


@GENERATIONS
async def test_auto_sync_channels_are_synced_at_start(generation: str, tmp_path: Path) -> None:
    body = g2(auto_sync=True, model="m") if generation == "g2" else g4(auto_sync=True, model="m")
    async with Site(generation, tmp_path / "db", outbound=listing("n")) as site:
        await site.post("channel/create", body)
    async with Site(generation, tmp_path / "db", outbound=listing("n")) as site:
        assert (await site.channel("a"))["model"] == "n"


async def test_a_start_of_g2_without_auto_sync_leaves_no_zero_price(tmp_path: Path) -> None:
    async with Site("g2", tmp_path / "db") as site:
        await site.post("channel/create", {"name": "a", "model": "m"})
        await site.post("model/create", {"name": "worth", "input": 1})
        before = [row["name"] for row in await site.get("model/list")]
    async with Site("g2", tmp_path / "db") as site:
        after = [row["name"] for row in await site.get("model/list")]

    assert (sorted(before), after) == (["m", "worth"], ["worth"])


@pytest.mark.parametrize(("generation", "left"), [("g2", []), ("g4", ["n"])])
async def test_a_stored_double_costs_its_group_items_in_g2(generation: str, left: list[str]) -> None:
    async with Site(generation, outbound=listing("n")) as site:
        body = g2(auto_sync=True, model="n,n") if generation == "g2" else g4(auto_sync=True, model="n,n")
        await site.post("channel/create", body)
        await site.post("group/create", {"name": "g", "items": [{"channel_id": 1, "model_name": "n"}]})
        await site.post("channel/sync")
        (group,) = await site.get("group/list")

    assert [item["model_name"] for item in group.get("items", [])] == left


async def test_the_sync_of_g4_goes_on_after_an_error_and_tells_it() -> None:
    def answer(request: httpx.Request) -> Any:
        return httpx.Response(200, content=b"<html>") if request.url.host == "bad.invalid" else {"data": [{"id": "n"}]}

    async with Site("g4", outbound=Provider(answer)) as site:
        await site.post("channel/create", g4(name="bad", base_url="http://bad.invalid", auto_sync=True, model="m"))
        await site.post("channel/create", g4(name="good", auto_sync=True, model="m"))
        answered = await site.send("POST", "channel/sync")
        models = [(await site.channel(name))["model"] for name in ("bad", "good")]

    assert (answered.status_code, models) == (500, ["m", "n"])


@GENERATIONS
async def test_the_same_names_in_another_order_are_not_written(generation: str) -> None:
    async with Site(generation, outbound=listing("a", "b")) as site:
        body = g2(auto_sync=True, model="b,a") if generation == "g2" else g4(auto_sync=True, model="b,a")
        await site.post("channel/create", body)
        await site.post("channel/sync")

        assert (await site.channel("a"))["model"] == "b,a"


@GENERATIONS
async def test_without_a_plugged_way_out_nothing_is_synced_by_itself(generation: str) -> None:
    async with Site(generation) as site:
        body = g2(auto_sync=True, model="m") if generation == "g2" else g4(auto_sync=True, model="m")
        await site.post("channel/create", body)
        site.sandbox.sync_soon()
        channel = await site.channel("a")

    assert channel["model"] == "m"
