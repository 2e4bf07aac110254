"""Channels that follow a provider, the whole way: YAML, asked, planned, applied, and planned again."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anyio.lowlevel
import httpx

from chanops.cli.asking import Providers
from chanops.cli.loading import load_configuration
from chanops.cli.lock import renew
from chanops.cli.plan import exit_code
from chanops.config.lock_file import lock_path, read_lock, write_lock
from chanops.domain.policy import Lifts, Selection
from chanops.domain.report import Result, Silence
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct, apply
from chanops.engine.models import Asking, resolve_models
from chanops.engine.reconcile import prepare
from chanops.engine.refresh import refresh
from chanops.upstreams.line import Line
from chanops.upstreams.turns import Turns
from conformance.bench import EVERYTHING, SITE, assert_in_sync, assert_no_errors, describe
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from chanops.cli.exit_codes import ExitCode
    from chanops.cli.loading import Configuration
    from chanops.domain.gateway import Gateway
    from chanops.domain.plan import Plan
    from chanops.domain.report import Report
    from chanops.engine.models import Resolved
    from chanops.engine.reconcile import Prepared
    from chanops.sandbox.upstream import Provider
    from conformance.bench import Bench

HOST: Final = "provider.invalid"
OURS: Final = "chanops"  # how chanops names itself to whom it asks


@dataclass
class Follower:
    """A folder with the YAML of one site, and the provider that its channels follow."""

    bench: Bench
    provider: Provider
    url: str
    folder: Path

    def key(self, which: str = "good") -> str:
        """Return an invented key that only this test uses."""
        return f"sk-{self.bench.prefix}{which}"

    def entry(self, short: str = "one", *, key: str = "good", rule: dict[str, Any] | None = None, **fields: Any) -> Any:
        """Return a declared channel that follows the provider, whole unless a *rule* says more."""
        whole = {
            "name": self.bench.name(short),
            "type": "openai",
            "base_url": self.url,
            "key": self.key(key),
            "models": {"from": "upstream"} | (rule or {}),
        }
        return whole | fields

    def declare(self, *channels: dict[str, Any]) -> None:
        """Write the file: a site with *channels*."""
        server = self.bench.server
        auth: dict[str, Any] = {"username": server.username, "password": server.password}
        if server.access_token:
            auth = {"access_token": server.access_token, "user_id": server.user_id}
        site = {
            "kind": self.bench.kind.value,
            "url": server.url,
            "auth": auth,
            "manage": "marked" if self.bench.kind is SiteKind.NEWAPI else "declared",
            "guards": {"last_route": "off"},
            "channels": channels,
        }
        top = {"version": 1, "owner": self.bench.prefix, "allow_plaintext_secrets": True, "sites": {SITE: site}}
        self._file.write_text(json.dumps(top), encoding="utf-8")

    async def plan(self) -> Plan:
        """Read file, lock, provider and site anew, and return the plan."""
        async with self._open() as (configuration, gateways, asking):
            return (await self._prepare(configuration, gateways, asking)).plan

    async def try_apply(self) -> Report:
        """Plan and apply, whatever comes of it."""
        async with self._open() as (configuration, gateways, asking):
            prepared = await self._prepare(configuration, gateways, asking)
            assert prepared.plan.guards == (), [hit.message for hit in prepared.plan.guards]
            sites = {site.name: site for site in prepared.desired.sites}
            conduct = Conduct(Silence(), settle_seconds=0.01)
            return await apply(prepared.plan, sites, gateways, EVERYTHING, conduct, run_id=self.bench.prefix)

    async def settle(self) -> Plan:
        """Plan, apply, and plan again: that one is empty. Return the plan that was applied."""
        report = await self.try_apply()
        assert_no_errors(report.plan)
        assert [(o.address.name, o.result, o.error) for o in report.outcomes if o.result is not Result.DONE] == []
        assert_in_sync(await self.plan())
        return report.plan

    async def lock(self) -> Resolved:
        """Ask for all lists and keep them, as `chanops lock` does."""
        async with self._open(ignores_lock=True) as (configuration, gateways, asking):
            resolved = await resolve_models(configuration.desired, await refresh(gateways), gateways, asking)
        path = lock_path([str(self._file)])
        path.write_text(write_lock(renew(read_lock(path), resolved, Selection(), configuration)), encoding="utf-8")
        return resolved

    async def models(self, short: str = "one") -> list[str]:
        """Return the models that the gateway holds for a channel, sorted."""
        row = await self.bench.row(short)
        return sorted(row["models" if self.bench.kind is SiteKind.NEWAPI else "model"].split(","))

    def asked(self, *, by_gateway: bool | None = None) -> list[httpx.Request]:
        """Return the requests for lists that the provider saw, all of them or one side's."""
        lists = self.provider.asked("/models")
        sides = [request.headers.get("user-agent") != OURS for request in lists]
        return [request for request, side in zip(lists, sides, strict=True) if by_gateway in (None, side)]

    @property
    def _file(self) -> Path:
        return self.folder / "channels.yaml"

    @asynccontextmanager
    async def _open(self, *, ignores_lock: bool = False) -> AsyncIterator[tuple[Configuration, dict[str, Gateway], Asking]]:
        configuration = load_configuration([self._file])
        (site,) = configuration.desired.sites
        transport = httpx.ASGITransport(self.provider.app) if self.bench.app else None
        line = Line(configuration.ledger, transport=transport, turns=Turns(sleep=at_once))
        lock = read_lock(lock_path([str(self._file)]))
        gateway = self.bench.open(site, configuration.ledger)
        try:
            yield configuration, {SITE: gateway}, Asking(lock, Providers(line), ignores_lock=ignores_lock)
        finally:
            await gateway.close()
            await line.close()

    async def _prepare(self, configuration: Configuration, gateways: dict[str, Gateway], asking: Asking) -> Prepared:
        return await prepare(configuration.desired, gateways, EVERYTHING, Lifts(), asking=asking)


async def at_once(_seconds: float) -> None:
    """Pass over a pause before something is repeated."""
    await anyio.lowlevel.checkpoint()


def where(bench: Bench, provider: Provider) -> AbstractContextManager[str]:
    """Put *provider* where the gateway reaches it: on a port for a real one, plugged in for an emulated one."""
    return nullcontext(f"http://{HOST}") if bench.app else served(provider)


def ended(plan: Plan) -> ExitCode:
    """Return what the process says of *plan*."""
    return exit_code(plan)


def told(plan: Plan, name: str) -> list[str]:
    """Return what the findings say of the channel of this *name*."""
    return [found.summary for found in plan.all_findings if found.address and found.address.name == name]


def differences(plan: Plan) -> dict[str, list[tuple[str, object, object]]]:
    """Return what pending changes differ in, by full name."""
    return {change.address.name: describe(change) for change in plan.pending}
