"""One gateway in the middle of its life, and a run of chanops against it over a faulty line."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from chanops.domain.plan import SiteStatus
from chanops.domain.policy import Lifts, Selection
from chanops.domain.report import Silence
from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, Stop, apply
from chanops.engine.planner import Asked
from chanops.engine.reconcile import prepare
from chanops.engine.tested_apply import apply_tested
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter
from conformance.wire import NewApiWire, OctopusWire, Wire, open_wire
from faults import story
from faults.transport import FaultyTransport, KilledError, Strike, Watch, unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chanops.domain.plan import Plan
    from chanops.domain.report import Report
    from chanops.domain.resources import DesiredChannel
    from chanops.gateways.pacing import Timer
    from conformance.targets import Server

EVERYTHING: Final = Asked(Selection())
Row = dict[str, Any]


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
class Stage(ABC):
    """One gateway. *foreign* are the ids of the channels that chanops must never touch; *pause* is before a look.

    *wanted* is what the files declare from the moment the story begins; with *is_tested* it is applied as `apply --test` does.
    *asked* is what the run is for; *watch* is told of every answer as chanops gets it.
    """

    kind: SiteKind
    generation: str
    server: Server
    timer: Timer
    foreign: frozenset[int] = frozenset()
    parallelism: int | None = 1
    pause: float = 0.0
    is_tested: bool = False
    wanted: Callable[[SiteKind], list[DesiredChannel]] = story.later
    asked: Asked = EVERYTHING
    watch: Watch = unwatched

    @property
    def title(self) -> str:
        """Return what the gateway is called at the end of a session."""
        return f"{self.kind.value} {self.generation}"

    @abstractmethod
    def line(self) -> httpx.AsyncBaseTransport:
        """Return a working line to it."""

    @abstractmethod
    async def foreign_rows(self) -> str:
        """Return every byte that it holds of foreign channels."""

    @abstractmethod
    async def own_rows(self) -> list[Row]:
        """Return our channels as it holds them, volatile figures left out, by name."""

    def site(self, channels: Sequence[DesiredChannel], **options: Any) -> Site:
        """Return the site that declares *channels*."""
        way = self.server
        token = Secret(way.access_token, "env:TOKEN") if way.access_token else None
        auth = Auth(token, way.user_id) if token else Auth(username=way.username, password=Secret(way.password, "env:PASSWORD"))
        whole: dict[str, Any] = {
            "manage": story.MANAGE[self.kind], "guards": story.FREE, "owner": story.OWNER, "channels": tuple(channels)
        } | options  # fmt: skip
        return Site(story.SITE, self.kind, way.url, auth, **whole)

    async def run(self, channels: Sequence[DesiredChannel], *strikes: Strike, stop: Stop | None = None) -> Run:
        """Plan and apply *channels* as one process would."""
        conduct = Conduct(Silence(), Stop() if stop is None else stop, self.parallelism, self.pause)
        transport = FaultyTransport(self.line(), strikes, self.watch)
        return await run(self.site(channels), transport, self.timer, conduct, asked=self.asked, is_tested=self.is_tested)

    def secrets(self) -> set[str]:
        """Return everything that must never be shown."""
        return story.secrets_of(self.kind) | {self.server.access_token or self.server.password}

    def open_wire(self, client: httpx.AsyncClient) -> Wire:
        """Return somebody else's hand on the gateway."""
        return open_wire(self.kind, self.generation, client, self.server)

    def open_client(self) -> httpx.AsyncClient:
        """Return the client that hand needs."""
        return httpx.AsyncClient(transport=self.line(), base_url=self.server.url)


async def run(
    site: Site,
    transport: FaultyTransport,
    timer: Timer,
    conduct: Conduct,
    *,
    asked: Asked = EVERYTHING,
    lifts: Lifts | None = None,
    is_tested: bool = False,
) -> Run:
    """Plan and apply; a kill ends everything that runs for it, and nothing else."""
    ledger = Ledger()
    ledger.remember(*story.secrets_of(site.kind))  # the loader does, for every reference it resolves
    gateway = find_adapter(site.kind)(site, ledger=ledger, pacer=Pacer(timer), transport=transport)
    gateways = {site.name: gateway}
    plan, report = None, None
    others = asyncio.all_tasks()
    try:
        prepared = await prepare(Desired((site,)), gateways, asked, lifts or Lifts())
        plan = prepared.plan
        if not plan.guards and plan.sites[0].status is SiteStatus.OK:
            if is_tested:
                report = await apply_tested(prepared, gateways, asked, conduct, run_id="run")
            else:
                report = await apply(plan, {site.name: site}, gateways, asked, conduct, run_id="run")
        await gateway.close()
        await transport.deliver()
    except KilledError:
        await transport.land()
        await _end(asyncio.all_tasks() - others)
        await transport.aclose()
    return Run(transport, plan, report)


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True)
class Expected:
    """What a run without faults sends and does, and what it leaves."""

    log: tuple[str, ...]
    actions: tuple[tuple[str, str], ...]
    end: list[Row]


async def rehearse(stage: Stage) -> Expected:
    """Run the story without faults."""
    done = await stage.run(stage.wanted(stage.kind))
    assert done.plan
    return Expected(tuple(done.transport.log), plan_actions(done.plan), await stage.own_rows())


def plan_actions(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return what a plan does, in its order."""
    return tuple((change.address.name, change.action.value) for change in plan.pending)


async def grow(stage: Stage) -> frozenset[int]:
    """Let a gateway live up to the moment the story begins; return the ids of its neighbours."""
    for channels in (story.earlier(stage.kind), story.marked_again(stage.kind)):
        done = await stage.run(channels)
        assert done.report
        assert [outcome for outcome in done.report.outcomes if outcome.error] == []
    async with stage.open_client() as client:
        return await _settle_neighbours(stage.kind, stage.open_wire(client))


async def _settle_neighbours(kind: SiteKind, wire: Wire) -> frozenset[int]:
    """Put neighbours beside our channels by hand: copies, namesakes, another owner's, and one that becomes ours."""
    declared = {made.name for made in story.earlier(kind)}
    ours = {row["name"]: row["id"] for row in await wire.rows() if row["name"] in declared}
    for name, columns in NEIGHBOURS[kind]:
        await wire.create(name, **columns)
    if isinstance(wire, NewApiWire):
        await wire.copy(str(ours[story.PREFIX + "kept"]), "")
        await wire.copy(str(ours[story.PREFIX + "models"]), " copy")
    foreign = frozenset(row["id"] for row in await wire.rows() if row["id"] not in ours.values())
    await wire.create(story.PREFIX + story.HAND_MADE)
    if isinstance(wire, OctopusWire):
        items = [{"channel_id": channel_id, "model_name": "gpt-4o"} for channel_id in sorted(foreign)]
        await wire.call("POST", "/group/create", json={"name": GROUP, "items": items})
    return foreign


GROUP: Final = "gpt-4o"
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
