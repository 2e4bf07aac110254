"""Calls of an emulated New API in one line each."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol, cast

import httpx

from chanops.sandbox import create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.sandbox.newapi import NewApi


class Start(Protocol):
    """Starts an emulator that ends with the test."""

    def __call__(self, generation: str = "head", **options: Any) -> NewApi: ...


def starter() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(generation: str = "head", **options: Any) -> NewApi:
            sandbox = create("newapi", generation, **options)
            stack.callback(sandbox.close)
            return cast("NewApi", sandbox)

        yield start


async def send(
    sandbox: NewApi,
    method: str,
    path: str,
    body: object = None,
    *,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> httpx.Response:
    credentials = sandbox.credentials
    if headers is None:
        headers = {"Authorization": f"Bearer {credentials.access_token}", "New-Api-User": str(credentials.user_id)}
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.invalid") as client:
        return await client.request(method, path, params=query, headers=headers, content=content)


async def call(sandbox: NewApi, method: str, path: str, body: object = None, **query: str) -> Any:
    """Return the answer's body."""
    return (await send(sandbox, method, path, body, query=query or None)).json()


async def add(sandbox: NewApi, name: str = "A", **fields: Any) -> None:
    channel = {"name": name, "key": "sk-a", "type": 1, "models": "m", "base_url": "http://127.0.0.1:9"} | fields
    answer = await call(sandbox, "POST", "/api/channel/", {"mode": "single", "channel": channel})
    assert answer == {"message": "", "success": True}


async def ids(sandbox: NewApi, path: str = "/api/channel/", **query: str) -> list[int]:
    data = (await call(sandbox, "GET", path, **query))["data"]
    return [item["id"] for item in data["items"]]
