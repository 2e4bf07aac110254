"""A logged-in client of an emulated Octopus, for its own tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx

from chanops.sandbox import create
from chanops.sandbox.octopus import OctopusSandbox

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

API = "http://gateway.invalid/api/v1"


class Site:
    """One emulated Octopus and a client with a token of thirty days."""

    def __init__(self, generation: str, db: Path | None = None, **options: Any) -> None:
        sandbox = create("octopus", generation, db=db, **options)
        assert isinstance(sandbox, OctopusSandbox)
        self.sandbox = sandbox
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app))

    async def __aenter__(self) -> Self:
        await self.log_in()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.aclose()
        self.sandbox.close()

    async def log_in(self, **body: Any) -> httpx.Response:
        """Log in with the way that the generation answers."""
        credentials = {"username": "admin", "password": "admin", "expire": -1}
        response = await self.send("POST", "user/login", credentials | body)
        data = response.json().get("data")
        if isinstance(data, dict):
            self.client.headers["authorization"] = f"Bearer {data['token']}"
        return response

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Send one call and return the answer as it is."""
        if body is not None:
            options["json"] = body
        return await self.client.request(method, f"{API}/{path}", **options)

    async def get(self, path: str, **options: Any) -> Any:
        """Return the data of a read."""
        return _data(await self.send("GET", path, **options))

    async def post(self, path: str, body: Any = None) -> Any:
        """Return the data of a write."""
        return _data(await self.send("POST", path, body))

    async def delete(self, path: str) -> Any:
        """Return the data of a delete."""
        return _data(await self.send("DELETE", path))

    async def channel(self, name: str) -> Any:
        """Return the channel *name* as it is listed."""
        return next(row for row in await self.get("channel/list") if row["name"] == name)


def _data(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json().get("data")
