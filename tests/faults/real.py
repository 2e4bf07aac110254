"""Real servers: the same story over HTTP, with rows as the gateway's own API shows them to somebody else."""

from __future__ import annotations

import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import httpx

from chanops.domain.vocabulary import SiteKind
from chanops.gateways.pacing import RealTimer
from conformance.wire import NewApiWire, OctopusWire
from faults import story
from faults.emulated import with_plain_mark
from faults.stage import GROUP, NEIGHBOURS, Row, Stage, grow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from conformance.targets import Target
    from conformance.wire import Wire

LONGEST: Final = 30.0  # seconds for one call
VOLATILE: Final = frozenset({"id", "channel_id", "created_time", "delay"})


@dataclass
class RealStage(Stage):
    """A server that runs elsewhere; channels that were there before are foreign, too."""

    @property
    def title(self) -> str:
        return f"{super().title} (real)"

    def line(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=_load_authorities())

    async def foreign_rows(self) -> str:
        async with self.open_client() as client:
            return repr([row for row in await self.open_wire(client).rows() if row["id"] in self.foreign])

    async def own_rows(self) -> list[Row]:
        async with self.open_client() as client:
            wire = self.open_wire(client)
            rows = [row for row in await wire.rows() if row["id"] not in self.foreign]
            keys = await _find_keys(wire, self.kind)
        settled = [_without_volatile(with_plain_mark(row)) | {"keys found": keys.get(str(row["id"]))} for row in rows]
        return sorted(settled, key=lambda row: str(row["name"]))


@cache
def _load_authorities() -> ssl.SSLContext:
    """Load the certificate authorities once: it takes longer than a case."""
    return ssl.create_default_context()


@asynccontextmanager
async def open_real(target: Target) -> AsyncIterator[RealStage]:
    """Yield a server at the moment the story begins, and leave it as it was."""
    assert target.server
    stage = RealStage(target.kind, target.generation, target.server, RealTimer(), pause=0.05)
    try:
        await _clear(stage)
        stage.foreign = await grow(stage)
        yield stage
    finally:
        await _clear(stage)


async def _clear(stage: RealStage) -> None:
    """Delete what the story makes, by name."""
    names = {made.name for made in (*story.earlier(stage.kind), *story.later(stage.kind))}
    names |= {name for name, _ in NEIGHBOURS[stage.kind]} | {f"{story.PREFIX}models copy"}
    async with stage.open_client() as client:
        wire = stage.open_wire(client)
        if isinstance(wire, OctopusWire):
            for group in await wire.call("GET", "/group/list") or ():
                if group["name"] == GROUP:
                    await wire.call("DELETE", f"/group/delete/{group['id']}")
        for row in await wire.rows():
            if row["name"] in names:
                await wire.delete(str(row["id"]))


async def _find_keys(wire: Wire, kind: SiteKind) -> dict[str, list[str]]:
    """Return the keys of each channel of New API, which never shows them, but finds a channel by its key."""
    if not isinstance(wire, NewApiWire):
        return {}
    found: dict[str, list[str]] = {}
    keys = story.secrets_of(kind)
    for key in sorted({*keys, "\n".join(story.key_of("new-3", turn) for turn in (1, 2, 3))}):
        for remote_id in await wire.find_key(key):
            found.setdefault(remote_id, []).append(key)
    return found


def _without_volatile(value: Any) -> Any:
    """Return *value* without what is new at every write, at any depth."""
    if isinstance(value, dict):
        return {key: _without_volatile(item) for key, item in value.items() if key not in VOLATILE}
    return _each(value) if isinstance(value, list) else value


def _each(values: Iterable[Any]) -> list[Any]:
    return [_without_volatile(value) for value in values]
