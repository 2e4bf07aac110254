"""Emulated gateways: a file with the state that every case begins with, and stages on copies of it."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from chanops.domain.vocabulary import SiteKind
from chanops.sandbox import create
from conformance.targets import Server
from faults.stage import Expected, Row, Stage, grow, rehearse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from chanops.sandbox import Clock

URL: Final = "http://gateway.invalid"
LONGEST_WAIT: Final = 24 * 3600.0

TABLES: Final = {
    SiteKind.NEWAPI: (("channels", "id"), ("abilities", "channel_id")),
    SiteKind.OCTOPUS: (("channels", "id"), ("channel_keys", "channel_id"), ("group_items", "channel_id")),
}
VOLATILE: Final = frozenset({"id", "channel_id", "created_time", "test_time", "response_time"})

_numbers = itertools.count()


class VirtualTimer:
    """Time that passes only by waiting, and the gateway's clock with it; waiting for ever is a bug."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now = 0.0

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        assert self._now < LONGEST_WAIT, "the run waits without an end"
        self._now += seconds
        self._clock.advance(seconds)
        await asyncio.sleep(0)


@dataclass
class EmulatedStage(Stage):
    """One emulated gateway, its rows read from its database."""

    sandbox: Any = None
    made: Path | None = None

    @property
    def store(self) -> Any:
        """Return the gateway's database."""
        return self.sandbox.server.store if self.kind is SiteKind.NEWAPI else self.sandbox.state.store

    def line(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self.sandbox.app)

    def close(self) -> None:
        """Close the gateway and take its file away."""
        self.sandbox.close()
        for left in self.made.parent.glob(f"{self.made.name}*") if self.made else ():
            left.unlink()

    async def foreign_rows(self) -> str:
        return repr([self._where(table, column, self.foreign) for table, column in TABLES[self.kind]])

    async def own_rows(self) -> list[Row]:
        rows = [row for row in self.store.rows("SELECT * FROM channels") if row["id"] not in self.foreign]
        return sorted((self._settled(row) for row in rows), key=lambda row: str(row["name"]))

    def _settled(self, row: Row) -> Row:
        """Return *row* with what hangs on it, and its mark without what is new at every write."""
        extras = [
            [_without_volatile(extra) for extra in self._where(table, column, [row["id"]])]
            for table, column in TABLES[self.kind][1:]
        ]
        return _without_volatile(with_plain_mark(row)) | {"extras": extras}

    def _where(self, table: str, column: str, ids: Iterable[int]) -> list[Row]:
        known = sorted(ids)
        marks = ", ".join("?" * len(known))
        rows: list[Row] = self.store.rows(f"SELECT * FROM {table} WHERE {column} IN ({marks}) ORDER BY rowid", known)  # noqa: S608 - our own tables
        return rows


def with_plain_mark(row: Row) -> Row:
    """Return *row* with its mark (New API) down to owner and name, and whether it knows its own id."""
    if "other_info" not in row:
        return row
    mark = json.loads(row["other_info"] or "{}").get("chanops", {})
    return row | {"other_info": [mark.get("owner"), mark.get("name"), mark.get("id") in (None, str(row["id"]))]}


def _without_volatile(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in VOLATILE}


def open_stage(kind: SiteKind, generation: str, made: Path | None = None, **options: Any) -> EmulatedStage:
    """Return a stage on the file *made*, or in memory; *options* are the emulator's."""
    sandbox = create(kind.value, generation, db=made, **options)
    way = sandbox.credentials
    server = Server(URL, way.username, way.password, way.access_token, way.user_id)
    return EmulatedStage(kind, generation, server, VirtualTimer(sandbox.clock), sandbox=sandbox, made=made)


@dataclass(frozen=True)
class Template:
    """A gateway as every case finds it, kept in a file, and what a run without faults makes of it."""

    kind: SiteKind
    generation: str
    path: Path
    foreign: frozenset[int]
    expected: Expected

    @property
    def title(self) -> str:
        """Return what the gateway is called at the end of a session."""
        return f"{self.kind.value} {self.generation}"

    def open(self, folder: Path, seed: int = 0, **options: Any) -> EmulatedStage:
        """Return a stage of its own."""
        path = folder / f"{self.generation}-{next(_numbers)}.db"  # a log left beside a file must not meet another file
        shutil.copy(self.path, path)
        stage = open_stage(self.kind, self.generation, path, seed=seed, **options)
        stage.foreign = self.foreign
        stage.store.execute("PRAGMA synchronous = OFF")  # the machine does not die, only the run does
        return stage


async def build(kind: SiteKind, generation: str, folder: Path) -> Template:
    """Let a gateway live up to the moment the story begins, then try the story on a copy."""
    path = folder / f"{kind.value}-{generation}.db"
    stage = open_stage(kind, generation, path, seed=1)
    foreign = await grow(stage)
    stage.sandbox.close()
    tried = Template(kind, generation, path, foreign, Expected((), (), [])).open(folder)
    expected = await rehearse(tried)
    tried.close()
    return Template(kind, generation, path, foreign, expected)
