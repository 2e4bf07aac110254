"""The gateways' admin APIs as somebody else uses them: rows as they are sent, changed by hand; no code of the adapters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import anyio

from chanops.domain.vocabulary import SiteKind
from conformance.targets import newapi_headers, octopus_headers, octopus_login

if TYPE_CHECKING:
    import httpx

    from conformance.targets import Server

Row: TypeAlias = dict[str, Any]

CHANNELS: Final = "/api/channel/"
OCTOPUS: Final = "/api/v1"


class Wire(Protocol):
    """One gateway's raw rows."""

    async def rows(self) -> list[Row]:
        """Return every channel as the gateway shows it, by id, volatile figures left out."""
        ...

    async def create(self, name: str, **columns: Any) -> str:
        """Create a channel by hand and return its id."""
        ...

    async def change(self, remote_id: str, **columns: Any) -> None:
        """Write *columns* of a channel by hand."""
        ...

    async def enable(self, remote_id: str, *, enabled: bool) -> None:
        """Switch a channel on or off by hand."""
        ...

    async def delete(self, remote_id: str) -> None:
        """Delete a channel by hand."""
        ...


def open_wire(kind: SiteKind, generation: str, client: httpx.AsyncClient, server: Server) -> Wire:
    """Return the raw line to a gateway."""
    if kind is SiteKind.NEWAPI:
        return NewApiWire(client, server, has_status_calls=generation == "head")
    return OctopusWire(client, server, has_lists=generation == "g2")


class NewApiWire:
    """New API by hand (contracts/new-api.md 3, 4)."""

    def __init__(self, client: httpx.AsyncClient, server: Server, *, has_status_calls: bool) -> None:
        self._client = client
        self._headers = newapi_headers(server)
        self._has_status_calls = has_status_calls

    async def rows(self) -> list[Row]:
        query = {"keyword": "", "p": "1", "page_size": "1000000", "id_sort": "true"}
        data = await self.call("GET", f"{CHANNELS}search", params=query)
        return sorted(data["items"], key=lambda row: row["id"])

    async def create(self, name: str, *, mode: str = "single", multi_key_mode: str = "", **columns: Any) -> str:
        before = {row["id"] for row in await self.rows()}
        channel = {"name": name, "type": 1, "key": "sk-by-hand", "models": "gpt-4o", "group": "default"} | columns
        await self.call("POST", CHANNELS, json={"mode": mode, "multi_key_mode": multi_key_mode, "channel": channel})
        (born,) = [row["id"] for row in await self.rows() if row["id"] not in before and row["name"] == name]
        return str(born)

    async def change(self, remote_id: str, **columns: Any) -> None:
        await self.call("PUT", CHANNELS, json={"id": int(remote_id), **columns})

    async def enable(self, remote_id: str, *, enabled: bool) -> None:
        status = 1 if enabled else 2
        if self._has_status_calls:
            await self.call("POST", f"{CHANNELS}{remote_id}/status", json={"status": status})
        else:
            await self.change(remote_id, status=status)

    async def delete(self, remote_id: str) -> None:
        await self.call("DELETE", f"{CHANNELS}{remote_id}")

    async def copy(self, remote_id: str, suffix: str) -> str:
        """Clone a channel as the web page does; the clone carries the mark too."""
        data = await self.call("POST", f"{CHANNELS}copy/{remote_id}", params={"suffix": suffix})
        return str(data["id"])

    async def find_key(self, key: str) -> list[str]:
        """Return the ids of the channels whose whole key text is *key*: the search compares it exactly (3.2)."""
        data = await self.call("GET", f"{CHANNELS}search", params={"keyword": key, "page_size": "1000"})
        return sorted(str(row["id"]) for row in data["items"])

    async def call(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._client.request(method, path, headers=self._headers, **options)
        envelope = answer.json()
        assert envelope["success"], f"{method} {path}: {envelope['message']}"
        return envelope.get("data")


class OctopusWire:
    """Octopus by hand (contracts/octopus.md 5)."""

    def __init__(self, client: httpx.AsyncClient, server: Server, *, has_lists: bool) -> None:
        self._client = client
        self._server = server
        self._has_lists = has_lists
        self._headers: dict[str, str] = {}

    async def rows(self) -> list[Row]:
        """Return the rows; those of G2 as they are stored, since its list is a probed copy (5.5)."""
        rows = await self._stored() if self._has_lists else await self.call("GET", "/channel/list")
        return sorted(({key: value for key, value in row.items() if key != "stats"} for row in rows), key=lambda row: row["id"])

    async def create(self, name: str, **columns: Any) -> str:
        row = await self.call("POST", "/channel/create", json=self._born(name) | columns)
        return str(row["id"])

    async def change(self, remote_id: str, **columns: Any) -> None:
        await self.call("POST", "/channel/update", json={"id": int(remote_id), **columns})

    async def enable(self, remote_id: str, *, enabled: bool) -> None:
        await self.call("POST", "/channel/enable", json={"id": int(remote_id), "enabled": enabled})

    async def delete(self, remote_id: str) -> None:
        for _ in range(20):
            answer = await self._send("DELETE", f"/channel/delete/{remote_id}")
            if "locked" not in answer.text:
                break
            await anyio.sleep(0.05)
        assert answer.status_code == 200, answer.text

    async def call(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._send(method, path, **options)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json().get("data")

    async def _stored(self) -> list[Row]:
        dump = json.loads((await self._send("GET", "/setting/export")).content)
        keys = dump.get("channel_keys", [])
        return [row | {"keys": [key for key in keys if key["channel_id"] == row["id"]]} for row in dump.get("channels", [])]

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        if not self._headers:
            answer = await self._client.post(f"{OCTOPUS}/user/login", json=octopus_login(self._server))
            self._headers = octopus_headers(answer)
            self._client.cookies.clear()
        return await self._client.request(method, OCTOPUS + path, headers=self._headers, **options)

    def _born(self, name: str) -> Row:
        if self._has_lists:
            urls = [{"url": "http://127.0.0.1:9/v1", "delay": 0}]
            keys = [{"enabled": True, "channel_key": "sk-by-hand", "remark": ""}]
            return {"name": name, "type": 0, "base_urls": urls, "keys": keys, "model": "gpt-4o"}
        return {"name": name, "type": "openai", "base_url": "http://127.0.0.1:9/v1", "key": "sk-by-hand", "model": "gpt-4o"}
