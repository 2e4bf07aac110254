"""One emulated gateway in the middle of its life, and a run of chanops against it over a faulty line."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

from chanops.domain.plan import SiteStatus
from chanops.domain.policy import Lifts, Selection
from chanops.domain.report import Silence
from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, apply
from chanops.engine.planner import Asked
from chanops.engine.reconcile import plan_all
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter
from chanops.sandbox import create
from conformance.targets import Server
from conformance.wire import NewApiWire, open_wire
from faults import story
from faults.transport import FaultyTransport, KilledError, Strike

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chanops.domain.plan import Plan
    from chanops.domain.report import Report
    from chanops.domain.resources import DesiredChannel
    from chanops.sandbox import Clock

URL: Final = "http://gateway.invalid"
_numbers = itertools.count()
LONGEST_WAIT: Final = 24 * 3600.0
EVERYTHING: Final = Asked(Selection())


class Timer:
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


@dataclass(frozen=True)
class Run:
    """What came of one run: a plan and a report, unless it was killed."""

    transport: FaultyTransport
    plan: Plan | None = None
    report: Report | None = None

    @property
    def is_killed(self) -> bool:
        return self.transport.is_dead


@dataclass
class Stage:
    """One emulated gateway. *foreign* are the ids of the channels that chanops must never touch."""

    kind: SiteKind
    generation: str
    sandbox: Any
    foreign: frozenset[int] = frozenset()
    parallelism: int | None = 1
    made: Path | None = None

    def close(self) -> None:
        self.sandbox.close()
        for left in self.made.parent.glob(f"{self.made.name}*") if self.made else ():
            left.unlink()

    @property
    def store(self) -> Any:
        """Return the gateway's database."""
        return self.sandbox.server.store if self.kind is SiteKind.NEWAPI else self.sandbox.state.store

    def site(self, channels: Sequence[DesiredChannel], **options: Any) -> Site:
        way = self.sandbox.credentials
        token = Secret(way.access_token, "env:TOKEN") if way.access_token else None
        auth = Auth(token, way.user_id) if token else Auth(username=way.username, password=Secret(way.password, "env:PASSWORD"))
        whole: dict[str, Any] = {
            "manage": story.MANAGE[self.kind], "guards": story.FREE, "owner": story.OWNER, "channels": tuple(channels)
        } | options  # fmt: skip
        return Site(story.SITE, self.kind, URL, auth, **whole)

    async def run(self, channels: Sequence[DesiredChannel], *strikes: Strike, **options: Any) -> Run:
        """Plan and apply *channels* as one process would."""
        return await run(self.site(channels), self.transport(*strikes), Timer(self.sandbox.clock), self.parallelism, **options)

    def transport(self, *strikes: Strike) -> FaultyTransport:
        return FaultyTransport(httpx.ASGITransport(self.sandbox.app), strikes)

    def secrets(self) -> set[str]:
        way = self.sandbox.credentials
        return story.secrets_of(self.kind) | {way.access_token or way.password}

    def foreign_rows(self) -> str:
        """Return every byte that the database holds of foreign channels."""
        return repr([self._where(table, column, self.foreign) for table, column in TABLES[self.kind]])

    def own_rows(self) -> list[dict[str, Any]]:
        """Return our channels with what routes them, as they are stored, volatile figures left out, by name."""
        rows = [row for row in self.store.rows("SELECT * FROM channels") if row["id"] not in self.foreign]
        return sorted((self._settled(row) for row in rows), key=lambda row: str(row["name"]))

    def _settled(self, row: dict[str, Any]) -> dict[str, Any]:
        extras = [
            [
                {key: value for key, value in extra.items() if key not in VOLATILE}
                for extra in self._where(table, column, [row["id"]])
            ]
            for table, column in TABLES[self.kind][1:]
        ]
        kept = _without_volatile(row)
        if self.kind is SiteKind.NEWAPI:
            mark = json.loads(row["other_info"] or "{}").get("chanops", {})
            kept["other_info"] = {key: mark.get(key) for key in ("owner", "name")}
            kept["has_own_id"] = mark.get("id") in (None, str(row["id"]))
        return kept | {"extras": extras}

    def _where(self, table: str, column: str, ids: Any) -> list[dict[str, Any]]:
        marks = ", ".join("?" * len(ids))
        rows: list[dict[str, Any]] = self.store.rows(
            f"SELECT * FROM {table} WHERE {column} IN ({marks}) ORDER BY rowid",  # noqa: S608 - our own tables
            sorted(ids),
        )
        return rows


TABLES: Final = {
    SiteKind.NEWAPI: (("channels", "id"), ("abilities", "channel_id")),
    SiteKind.OCTOPUS: (("channels", "id"), ("channel_keys", "channel_id"), ("group_items", "channel_id")),
}
VOLATILE: Final = frozenset({"id", "channel_id", "created_time"})


def _without_volatile(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in VOLATILE}


async def run(
    site: Site,
    transport: FaultyTransport,
    timer: Timer,
    parallelism: int | None,
    *,
    asked: Asked = EVERYTHING,
    lifts: Lifts | None = None,
) -> Run:
    """Plan and apply; a kill ends everything that runs for it, and nothing else."""
    ledger = Ledger()
    ledger.remember(*story.secrets_of(site.kind))  # the loader does, for every reference it resolves
    gateway = find_adapter(site.kind)(site, ledger=ledger, pacer=Pacer(timer), transport=transport, url=URL)
    gateways = {site.name: gateway}
    conduct = Conduct(Silence(), parallelism=parallelism, settle_seconds=0)
    plan, report = None, None
    others = asyncio.all_tasks()
    try:
        plan = await plan_all(Desired((site,)), gateways, asked, lifts or Lifts())
        if not plan.guards and plan.sites[0].status is SiteStatus.OK:
            report = await apply(plan, {site.name: site}, gateways, asked, conduct, run_id="run")
        await gateway.close()
    except KilledError:
        await transport.land()
        await _end(asyncio.all_tasks() - others)
    return Run(transport, plan, report)


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True)
class Template:
    """A gateway as every case finds it, kept in a file, and what a run without faults makes of it."""

    kind: SiteKind
    generation: str
    path: Path
    foreign: frozenset[int]
    end: list[dict[str, Any]] = field(default_factory=list)
    log: tuple[str, ...] = ()
    actions: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Return what the gateway is called at the end of a session."""
        return f"{self.kind.value} {self.generation}"

    def open(self, folder: Path, seed: int = 0, **options: Any) -> Stage:
        """Return a stage of its own; *options* are the emulator's."""
        path = folder / f"{self.generation}-{next(_numbers)}.db"  # a log left beside a file must not meet another file
        shutil.copy(self.path, path)
        sandbox = create(self.kind.value, self.generation, db=path, seed=seed, **options)
        stage = Stage(self.kind, self.generation, sandbox, self.foreign, made=path)
        stage.store.execute("PRAGMA synchronous = OFF")  # the machine does not die, only the run does
        return stage


async def build(kind: SiteKind, generation: str, folder: Path) -> Template:
    """Let a gateway live up to the moment the story begins, then try the story on a copy."""
    path = folder / f"{kind.value}-{generation}.db"
    stage = Stage(kind, generation, create(kind.value, generation, db=path, seed=1))
    await _apply(stage, story.earlier(kind))
    await _apply(stage, story.marked_again(kind))
    foreign = await _settle_neighbours(stage)
    stage.sandbox.close()
    template = Template(kind, generation, path, foreign)
    tried = template.open(folder, 0)
    done = await tried.run(story.later(kind))
    assert done.plan
    assert done.report
    actions = plan_actions(done.plan)
    end = tried.own_rows()
    tried.close()
    return Template(kind, generation, path, foreign, end, tuple(done.transport.log), actions)


def plan_actions(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return what a plan does, in its order."""
    return tuple((change.address.name, change.action.value) for change in plan.pending)


async def _apply(stage: Stage, channels: Sequence[DesiredChannel]) -> None:
    done = await stage.run(channels)
    assert done.report
    assert [outcome for outcome in done.report.outcomes if outcome.error] == []


async def _settle_neighbours(stage: Stage) -> frozenset[int]:
    """Put neighbours beside our channels by hand: copies, namesakes, another owner's, and one that becomes ours."""
    way = stage.sandbox.credentials
    server = Server(URL, way.username, way.password, way.access_token, way.user_id)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(stage.sandbox.app), base_url=URL) as client:
        wire = open_wire(stage.kind, stage.generation, client, server)
        ours = {row["name"]: row["id"] for row in await wire.rows()}
        for name, columns in NEIGHBOURS[stage.kind]:
            await wire.create(name, **columns)
        if isinstance(wire, NewApiWire):
            for name, suffix in (("kept", ""), ("models", " copy")):
                await wire.call("POST", f"/api/channel/copy/{ours[story.PREFIX + name]}", params={"suffix": suffix})
        foreign = {row["id"] for row in await wire.rows() if row["id"] not in ours.values()}
        await wire.create(story.PREFIX + story.HAND_MADE)
        if stage.kind is SiteKind.OCTOPUS:
            items = [{"channel_id": channel_id, "model_name": "gpt-4o"} for channel_id in foreign]
            await wire.call("POST", "/group/create", json={"name": "gpt-4o", "items": items})  # type: ignore[attr-defined]
    return frozenset(foreign)


NEIGHBOURS: Final[dict[SiteKind, tuple[tuple[str, dict[str, Any]], ...]]] = {
    SiteKind.NEWAPI: (
        ("neighbour", {"models": "gpt-4o, a model ,,twice,twice", "other_info": '{"status_reason": "by hand"}', "tag": "fast"}),
        ("team-off", {"weight": 5, "setting": '{ "force_format" : true }'}),
        ("theirs", {"other_info": json.dumps({"chanops": {"owner": "other-team", "name": "theirs"}})}),
    ),
    SiteKind.OCTOPUS: (
        ("neighbour", {"model": "gpt-4o,one more", "param_override": "no json", "match_regex": "^gpt"}),
        (" team-new-1", {}),
        ("Team-old-1", {"proxy": True}),
    ),
}
