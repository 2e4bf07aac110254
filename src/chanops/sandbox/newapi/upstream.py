"""Calls of the gateway to its upstreams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, parse
from chanops.sandbox.newapi.answers import RefusedError
from chanops.sandbox.newapi.keys import split_keys, usable_keys
from chanops.sandbox.newapi.types import ANTHROPIC, GEMINI, address

if TYPE_CHECKING:
    import httpx

    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Server

PASS_THROUGH = ("*", "re:", "regex:")


class UnreachableError(RefusedError):
    """The upstream could not be called at all."""


async def call_upstream(
    server: Server, method: str, url: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> httpx.Response:
    """Call an upstream, or refuse when it cannot be reached."""
    import httpx  # noqa: PLC0415 - loaded only when a gateway really calls out

    if any(ord(sign) < ord(" ") for value in headers.values() for sign in value):
        raise UnreachableError("net/http: invalid header field value")
    try:
        request = httpx.Request(method, url, headers=headers, json=body)
        return await server.outbound(request)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise UnreachableError(f'{method} "{url}": {error}') from None


def credentials(kind: int, key: str, header_override: str | None = None) -> dict[str, str]:
    """Return the headers that carry *key*, with the channel's own headers over them."""
    if kind == ANTHROPIC:
        headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    elif kind == GEMINI:
        headers = {"x-goog-api-key": key}
    else:
        headers = {"Authorization": f"Bearer {key}"}
    return headers | _overrides(header_override, key)


def _overrides(text: str | None, key: str) -> dict[str, str]:
    try:
        given = parse((text or "{}").encode("utf-8", "replace"))
    except GoJsonError:
        return {}
    if not isinstance(given, dict):
        return {}
    return {
        name: value.replace("{api_key}", key)
        for name, value in given.items()
        if isinstance(value, str) and not name.startswith(PASS_THROUGH)
    }


def next_key(server: Server, row: Row) -> str:
    """Return the key that the next call uses; a polling channel moves on (5.3)."""
    keys = usable_keys(row)
    if not keys:
        raise RefusedError("no key of the channel is enabled")
    info = row["channel_info"]
    if not info["is_multi_key"] or info["multi_key_mode"] not in ("polling", "random"):
        return str(keys[0])
    if info["multi_key_mode"] == "random":
        return str(server.random.choice(keys))
    return _poll(server, row, keys)


def _poll(server: Server, row: Row, usable: list[str]) -> str:
    keys, info = split_keys(row["key"]), row["channel_info"]
    start = info["multi_key_polling_index"] % len(keys)
    at = next(index % len(keys) for index in range(start, start + len(keys)) if keys[index % len(keys)] in usable)
    info["multi_key_polling_index"] = (at + 1) % len(keys)
    if not server.channels.has_cache:
        server.channels.write(row["id"], {"channel_info": info})
    return keys[at]


def address_of(server: Server, row: Row) -> str:
    """Return where a channel points."""
    return address(server.profile, row["type"], row["base_url"])
