"""Ask an upstream for its models, as fetch-model and sync do (contracts/octopus.md 8.1 to 8.3).

The status of the upstream is ignored: any JSON object counts, so that a refused key is an empty list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from chanops.sandbox import gojson
from chanops.sandbox.octopus import patterns
from chanops.sandbox.octopus.envelope import Refusal
from chanops.sandbox.octopus.gourl import is_parsable

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from chanops.sandbox.octopus.shapes import Fields
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

MOST_PAGES = 1000
"""The real one follows `has_more` for ever; an emulator has to end."""

MOST_REDIRECTS = 10
ANTHROPIC_VERSION = "2023-06-01"


@dataclass(frozen=True)
class Target:
    """Where and how to ask."""

    base: str
    key: str
    dialect: str
    custom_headers: tuple[tuple[str, str], ...]
    proxy: str


async def fetch_models(state: State, channel: Row) -> list[str]:
    """Return the names that the upstream of *channel* lists, in its order, filtered by `match_regex`."""
    proxy = _proxy(state, channel)
    wanted = _pattern(channel)
    address = state.profile.addressing
    base, key = address.pick(channel, state.clock.now())
    dialect = address.dialects.get(channel["type"], "openai")
    headers = tuple((each["header_key"], each["header_value"]) for each in channel["custom_header"] or ())
    target = Target(address.at_use(base, channel["type"]), key, dialect, headers, proxy)
    try:
        found = await _ask(state, target)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Refusal(500, f"failed to fetch models: {error}") from None
    return [name for name in found if wanted is None or wanted.search(name)]


async def _ask(state: State, target: Target) -> list[str]:
    match target.dialect:
        case "anthropic":
            found = await _ask_anthropic(state, target)
        case "gemini":
            found = await _ask_gemini(state, target)
        case _:
            return await _ask_openai(state, target)
    return found or await _ask_openai(state, replace(target, dialect="openai"))


async def _ask_openai(state: State, target: Target) -> list[str]:
    """Read one page only."""
    page = await _get(state, target, {"authorization": f"Bearer {target.key}"}, {}, {"data": _IDS})
    return [entry.get("id", "") for entry in page.get("data", ())]


async def _ask_anthropic(state: State, target: Target) -> list[str]:
    headers = {"x-api-key": target.key, "anthropic-version": ANTHROPIC_VERSION}
    fields: Fields = {"data": _IDS, "has_more": "bool", "last_id": "string"}
    found: list[str] = []
    query: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = await _get(state, target, headers, query, fields)
        found += [entry.get("id", "") for entry in page.get("data", ())]
        if not page.get("has_more"):
            break
        query = {"after_id": page.get("last_id", "")}
    return found


async def _ask_gemini(state: State, target: Target) -> list[str]:
    headers = {"x-goog-api-key": target.key}
    fields: Fields = {"models": _NAMES, "nextPageToken": "string"}
    found: list[str] = []
    query: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = await _get(state, target, headers, query, fields)
        found += [entry.get("name", "").removeprefix("models/") for entry in page.get("models", ())]
        if not page.get("nextPageToken"):
            break
        query = {"pageToken": page["nextPageToken"]}
    return found


async def _get(
    state: State, target: Target, headers: Mapping[str, str], query: Mapping[str, str], fields: Fields
) -> dict[str, Any]:
    """Return the *fields* of what the upstream answers, whatever its status."""
    sent = httpx.Headers(headers)
    sent.update({name: value for name, value in target.custom_headers if name})
    url = f"{target.base}/models"
    if not is_parsable(url) or urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f'parse "{url}": unsupported protocol scheme')
    request = httpx.Request("GET", httpx.URL(url, params=query) if query else url, headers=sent)
    body = await _follow(state, _through(target.proxy, request) if target.proxy else request)
    return gojson.decode_object(gojson.parse(body), fields)


async def _follow(state: State, request: httpx.Request) -> bytes:
    for _ in range(MOST_REDIRECTS):
        response = await state.outside.call(request)
        if not response.has_redirect_location:
            return await response.aread()
        request = httpx.Request("GET", request.url.join(response.headers["location"]), headers=request.headers)
    raise ValueError(f"stopped after {MOST_REDIRECTS} redirects")


def _through(proxy: str, request: httpx.Request) -> httpx.Request:
    """Return *request* as it is sent to a plain HTTP proxy; tunnels are not emulated."""
    if not proxy.startswith("http:") or request.url.scheme != "http":
        raise ValueError(f"the sandbox speaks to plain HTTP proxies only, not from {request.url.scheme} to {proxy}")
    return httpx.Request("GET", proxy, headers=request.headers, extensions={"target": str(request.url).encode()})


def _proxy(state: State, channel: Row) -> str:
    """Return the proxy to use, "" for none (8.2)."""
    if not channel["proxy"]:
        return ""
    url = (channel["channel_proxy"] or "").strip() or state.settings["proxy_url"]
    if not url:
        raise Refusal(500, "proxy url is empty")
    if urlsplit(url).scheme not in ("http", "https", "socks5"):
        raise Refusal(500, f"unsupported proxy: {url}")
    return url


def _pattern(channel: Row) -> re.Pattern[str] | None:
    text = channel["match_regex"]
    return patterns.read(text, 500) if text else None


_IDS = gojson.ListOf(gojson.Struct({"id": "string"}))
_NAMES = gojson.ListOf(gojson.Struct({"name": "string"}))
