"""A bench for one test: one gateway, the adapter under test, a raw line beside it, and names that nobody else uses."""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import secrets
import ssl
import tempfile
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
from filelock import FileLock

from builders import channel
from chanops.domain.change import Action, Change
from chanops.domain.finding import Finding, Severity
from chanops.domain.plan import Plan, SitePlan
from chanops.domain.policy import Guards, LastRoute, Lifts, Limit, Manage, ManageMode, Selection
from chanops.domain.report import Report, Result, Silence
from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, apply
from chanops.engine.planner import Asked
from chanops.engine.reconcile import plan_all
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter
from chanops.sandbox import create
from conformance.targets import TIMEOUT, Server, Target
from conformance.wire import NewApiWire, Row, Wire, open_wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chanops.domain.gateway import Calls, Gateway
    from chanops.domain.resources import DesiredChannel
    from chanops.sandbox.gateway import Outbound

SITE: Final = "main"
URL: Final = "http://gateway.invalid"
UPSTREAM: Final = "http://127.0.0.1:9/v1"  # refuses every connection: Octopus 0.9 probes what it is given
RUN: Final = "cf" + os.environ.get("PYTEST_XDIST_TESTRUNUID", secrets.token_hex(4))[:8]
"""What every name of this run begins with, on all workers; rows without it belong to others."""

FREE: Final = Guards(max_deletes=Limit(100_000), last_route=LastRoute.OFF, allow_empty=True)
"""Guards out of the way: they are the engine's matter, except the one before a replace."""

MARKED: Final = Manage(ManageMode.MARKED)
DECLARED: Final = Manage(ManageMode.DECLARED)
EVERYTHING: Final = Asked(Selection())

_numbers = itertools.count(1)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")


@dataclass
class Bench:
    """What a test works with. *wire* is somebody else's hand; the adapter is opened anew for every plan."""

    target: Target
    server: Server
    wire: Wire
    prefix: str
    app: Any = None
    calls: list[Calls] = field(default_factory=list)

    @property
    def kind(self) -> SiteKind:
        """Return which program it is."""
        return self.target.kind

    @property
    def generation(self) -> str:
        """Return which of its generations."""
        return self.target.generation

    @property
    def newapi(self) -> NewApiWire:
        """Return the raw line of a New API, with the calls that only it has."""
        assert isinstance(self.wire, NewApiWire)
        return self.wire

    @property
    def ours(self) -> Manage:
        """Return a `manage` under which whatever this test made is ours to delete."""
        return Manage(ManageMode.NAMES, self.prefix + "*")

    def name(self, short: str) -> str:
        """Return a channel's name that only this test uses."""
        return self.prefix + short

    def channel(self, short: str = "one", *, state: dict[str, Any] | None = None, **fields: Any) -> DesiredChannel:
        """Return a desired channel that can be created; None takes a field out."""
        address = {"base_url": UPSTREAM} if self.kind is SiteKind.OCTOPUS else {}
        given = {path.replace("__", "."): value for path, value in fields.items()}
        made = channel(self.name(short), SITE, state=state, **(address | given))
        dropped = {path for path, value in given.items() if value is None}
        dropped |= {
            one for one, several in (("key", "keys"), ("base_url", "base_urls")) if several in given and one not in given
        }
        return made.with_fields({path: value for path, value in made.fields.items() if path not in dropped})

    def site(self, *channels: DesiredChannel, **options: Any) -> Site:
        """Return the site with *channels*; everything undeclared with this test's mark is its own to delete."""
        server = self.server
        token = Secret(server.access_token) if server.access_token else None
        auth = Auth(token, server.user_id, server.username, Secret(server.password))
        if token:
            auth = Auth(token, server.user_id)
        whole: dict[str, Any] = {
            "manage": MARKED if self.kind is SiteKind.NEWAPI else DECLARED,
            "guards": FREE,
            "owner": self.prefix,
        } | options
        return Site(SITE, self.kind, server.url, auth, channels=channels, **whole)

    async def plan(
        self, *channels: DesiredChannel, asked: Asked = EVERYTHING, lifts: Lifts | None = None, **options: Any
    ) -> Plan:
        """Read the site anew and return the plan for *channels*."""
        return (await self._run(self.site(*channels, **options), asked, lifts or Lifts(), is_dry=True))[0]

    async def try_apply(
        self, *channels: DesiredChannel, asked: Asked = EVERYTHING, lifts: Lifts | None = None, **options: Any
    ) -> Report:
        """Plan and apply *channels*, whatever comes of it."""
        _, report = await self._run(self.site(*channels, **options), asked, lifts or Lifts(), is_dry=False)
        assert report is not None
        return report

    async def settle(self, *channels: DesiredChannel, **options: Any) -> Plan:
        """Plan, apply, and plan again: that one is empty. Return the plan that was applied."""
        report = await self.try_apply(*channels, **options)
        assert_no_errors(report.plan)
        assert [(o.address.name, o.result, o.error) for o in report.outcomes if o.result is not Result.DONE] == []
        assert_in_sync(await self.plan(*channels, **options))
        return report.plan

    async def row(self, short: str = "one") -> Row:
        """Return the one raw row of this name."""
        (found,) = [row for row in await self.wire.rows() if row["name"] == self.name(short)]
        return found

    async def remote_id(self, short: str = "one") -> str:
        """Return the gateway's id of the one channel of this name."""
        return str((await self.row(short))["id"])

    async def names(self) -> list[str]:
        """Return the short names of this test's live channels."""
        rows = await self.wire.rows()
        return sorted(row["name"].removeprefix(self.prefix) for row in rows if row["name"].startswith(self.prefix))

    def open(self, site: Site, ledger: Ledger) -> Gateway:
        """Open the adapter under test for *site*."""
        transport = open_transport(self.app)
        return find_adapter(self.kind)(site, ledger=ledger, pacer=Pacer(), transport=transport, url=self.server.url)

    async def _run(self, site: Site, asked: Asked, lifts: Lifts, *, is_dry: bool) -> tuple[Plan, Report | None]:
        gateway = self.open(site, Ledger())
        gateways = {SITE: gateway}
        try:
            plan = await plan_all(Desired((site,)), gateways, asked, lifts)
            if is_dry:
                return plan, None
            assert plan.guards == (), [hit.message for hit in plan.guards]
            conduct = Conduct(Silence(), settle_seconds=0.01)
            return plan, await apply(plan, {SITE: site}, gateways, asked, conduct, run_id=self.prefix)
        finally:
            self.calls.append(gateway.calls)
            await gateway.close()


def part(plan: Plan) -> SitePlan:
    """Return the plan of the one site."""
    return plan.sites[0]


def errors(plan: Plan) -> list[Finding]:
    """Return what stands against the plan."""
    return [found for found in plan.all_findings if found.severity is Severity.ERROR]


def warnings(plan: Plan) -> list[Finding]:
    """Return what the plan warns of."""
    return [found for found in plan.all_findings if found.severity is Severity.WARNING]


def actions(plan: Plan) -> dict[str, Action]:
    """Return the pending actions by full name."""
    return {change.address.name: change.action for change in plan.pending}


def only_change(plan: Plan) -> Change:
    """Return the one pending change of a plan without errors."""
    assert_no_errors(plan)
    (change,) = plan.pending
    return change


def changed_paths(change: Change) -> list[str]:
    """Return the paths of the fields that differ."""
    return [changed.path for changed in change.fields]


def assert_no_errors(plan: Plan) -> None:
    """The plan stands."""
    assert [f"{found.summary} ({found.field})" for found in errors(plan)] == []


def assert_in_sync(plan: Plan) -> None:
    """Nothing to do, and nothing against it."""
    assert_no_errors(plan)
    assert [(change.address.name, change.action.value, describe(change)) for change in plan.pending] == []


def describe(change: Change) -> list[tuple[str, object, object]]:
    """Return what differs, for the message of a failed test: all of it is invented."""
    return [(changed.path, changed.before, changed.after) for changed in change.fields]


@asynccontextmanager
async def open_bench(target: Target, outbound: Outbound | None = None) -> AsyncIterator[Bench]:
    """Yield a bench with a neighbour on it; in the end nothing foreign has changed, and what the test made is gone.

    *outbound* is the way out of an emulated gateway.
    """
    prefix = f"{RUN}{_worker}-{next(_numbers)}-"
    sandbox = None if target.server else create(target.kind.value, target.generation, outbound=outbound)
    server = target.server
    if sandbox:
        way = sandbox.credentials
        server = Server(URL, way.username, way.password, way.access_token, way.user_id)
    assert server is not None
    app = sandbox.app if sandbox else None
    alone = FileLock(lock_file(server)) if target.server else nullcontext()
    with alone:
        async with httpx.AsyncClient(transport=open_transport(app), base_url=server.url, timeout=TIMEOUT) as client:
            wire = open_wire(target.kind, target.generation, client, server)
            await wire.create(f"{RUN}{_worker} neighbour {prefix}", **NEIGHBOUR[target.kind])
            before = await _foreign(wire, prefix)
            try:
                yield Bench(target, server, wire, prefix, app)
                assert await _foreign(wire, prefix) == before, "nothing foreign is touched"
            finally:
                if sandbox:
                    sandbox.close()
                else:
                    await _clear(wire, prefix)


def lock_file(server: Server) -> Path:
    """Return what keeps two tests of several workers, or of two runs, from one real server."""
    return Path(tempfile.gettempdir()) / f"chanops-conformance-{hashlib.sha256(server.url.encode()).hexdigest()[:12]}.lock"


async def _clear(wire: Wire, prefix: str) -> None:
    for row in await wire.rows():
        if prefix in row["name"]:
            await wire.delete(str(row["id"]))


def open_transport(app: Any) -> httpx.AsyncBaseTransport:
    """Return a line to the emulator *app*, or to the network; certificates are loaded once for all of them."""
    return httpx.ASGITransport(app) if app else httpx.AsyncHTTPTransport(verify=certificates())


@functools.cache
def certificates() -> ssl.SSLContext:
    """Return what servers' certificates are checked against."""
    return ssl.create_default_context()


async def _foreign(wire: Wire, prefix: str) -> list[Row]:
    """Return every row but this test's own and those of other workers."""
    neighbour = f" neighbour {prefix}"
    return [row for row in await wire.rows() if RUN not in row["name"] or row["name"].endswith(neighbour)]


NEIGHBOUR: Final[dict[SiteKind, dict[str, Any]]] = {
    SiteKind.NEWAPI: {
        "models": "gpt-4o, a model ,,twice,twice",
        "group": "vip,default",
        "setting": '{ "force_format" : true }',
        "other_info": '{"status_reason": "by hand"}',
        "param_override": "no json",
        "tag": "foreign",
    },
    SiteKind.OCTOPUS: {"model": "gpt-4o,one more", "param_override": "no json", "match_regex": "^gpt", "proxy": True},
}
