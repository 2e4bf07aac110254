"""One New API to test against: emulated by default, real when CHANOPS_CONFORMANCE_NEWAPI_BASE or _HEAD say where it is."""

from __future__ import annotations

import json
import os
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

import builders
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.policy import Guards, Manage, ManageMode, Selection
from chanops.domain.report import Result
from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.planner import Asked, plan_site
from chanops.gateways.newapi.gateway import NewApiGateway, open_gateway
from chanops.gateways.pacing import Pacer
from chanops.sandbox import create

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chanops.domain.plan import SitePlan
    from chanops.domain.report import Outcome
    from chanops.domain.resources import DesiredChannel

OWNER = "platform-team"


@dataclass
class Stage:
    """A gateway, the adapter to it, and a plain line beside the adapter."""

    generation: str
    gateway: NewApiGateway
    direct: httpx.AsyncClient
    credentials: dict[str, Any]
    ledger: Ledger
    is_real: bool
    sandbox: Any = None
    opened: list[NewApiGateway] = field(default_factory=list)

    def site(self, *channels: DesiredChannel, auth: Auth | None = None) -> Site:
        return make_site(*channels, auth=auth or token_auth(self.credentials))

    def open_with(self, auth: Auth) -> NewApiGateway:
        gateway = open_gateway(
            make_site(auth=auth),
            ledger=self.ledger,
            pacer=Pacer(),
            transport=None if self.is_real else httpx.ASGITransport(self.sandbox.app),
            url=str(self.direct.base_url),
        )
        self.opened.append(gateway)
        return gateway

    async def plan(self, *channels: DesiredChannel) -> SitePlan:
        return plan_site(self.site(*channels), await self.gateway.fetch(), Asked(Selection()))

    async def apply(self, *channels: DesiredChannel) -> list[Outcome]:
        """Plan, carry out and return the outcomes, all of which must be done."""
        outcomes = await self.attempt(*channels)
        assert [o for o in outcomes if o.result is not Result.DONE] == []
        return outcomes

    async def attempt(self, *channels: DesiredChannel) -> list[Outcome]:
        plan = await self.plan(*channels)
        assert [f for f in plan.findings if f.severity is Severity.ERROR] == []
        writes = [change for change in plan.changes if change.is_pending and change.action is not Action.DELETE]
        deletes = [change for change in plan.changes if change.action is Action.DELETE]
        done = [await self.gateway.execute(change) for change in writes]
        return [*done, *(await self.gateway.delete(deletes))]

    async def pending(self, *channels: DesiredChannel) -> list[tuple[Action, list[str]]]:
        plan = await self.plan(*channels)
        assert [f for f in plan.findings if f.severity is Severity.ERROR] == []
        return [(change.action, [f.path for f in change.fields]) for change in plan.changes if change.is_pending]

    async def call(self, method: str, path: str, body: object = None, **params: str) -> Any:
        """Send a plain call as another client would, and return its `data`."""
        headers = {"Authorization": self.credentials["access_token"], "New-Api-User": str(self.credentials["user_id"])}
        answer = await self.direct.request(method, path, json=body, params=params, headers=headers)
        assert answer.json()["success"], answer.text
        return answer.json().get("data")

    async def row(self, name: str) -> dict[str, Any]:
        """Return the stored row of the one channel called *name*."""
        found = (await self.call("GET", "/api/channel/", page_size="100"))["items"]
        (row,) = [row for row in found if row["name"] == name]
        return dict(row)


def make_site(*channels: DesiredChannel, auth: Auth) -> Site:
    manage = Manage(ManageMode.MARKED)
    return Site("main", SiteKind.NEWAPI, "http://gateway.invalid", auth, manage, Guards(), OWNER, channels=channels)


def token_auth(credentials: dict[str, Any]) -> Auth:
    return Auth(Secret(credentials["access_token"], "env:TOKEN"), credentials["user_id"])


def password_auth(credentials: dict[str, Any]) -> Auth:
    return Auth(username=credentials["username"], password=Secret(credentials["password"], "env:PASSWORD"))


@asynccontextmanager
async def open_stage(generation: str, **options: Any) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        real = os.environ.get(f"CHANOPS_CONFORMANCE_NEWAPI_{generation.upper()}")
        sandbox = None if real else create("newapi", generation, **options)
        if sandbox is not None:
            stack.callback(sandbox.close)
        credentials = json.loads(real) if real else vars(sandbox.credentials)  # type: ignore[union-attr]  # one of the two
        transport = None if sandbox is None else httpx.ASGITransport(sandbox.app)
        url = credentials.get("url", "http://gateway.invalid")
        direct = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=url))
        ledger = Ledger()
        gateway = open_gateway(
            make_site(auth=token_auth(credentials)),
            ledger=ledger,
            pacer=Pacer(),
            transport=None if sandbox is None else httpx.ASGITransport(sandbox.app),
            url=url,
        )
        stage = Stage(generation, gateway, direct, dict(credentials), ledger, sandbox is None, sandbox, [gateway])
        if real:
            await empty(stage)
        yield stage
        for opened in stage.opened:
            await opened.close()


async def empty(stage: Stage) -> None:
    found = (await stage.call("GET", "/api/channel/search", page_size="100000"))["items"]
    if found:
        await stage.call("POST", "/api/channel/batch", {"ids": [row["id"] for row in found]})


channel = builders.channel
