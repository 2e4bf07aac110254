"""A site that answers by script: for what an emulator should not do, such as lost answers and HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.gateways.octopus.gateway import OctopusGateway, open_gateway
from chanops.gateways.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "correct-horse-battery"
LOGIN, LIST, EXPORT = "POST user/login", "GET channel/list", "GET setting/export"
CREATE, UPDATE = "POST channel/create", "POST channel/update"
REBUILD, VERSION = "POST model/rebuild-price", "GET update/now-version"


class HandTimer:
    """A clock that jumps: waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def ok(data: Any = None, **headers: str) -> httpx.Response:
    """Return an answer in the gateway's envelope."""
    return httpx.Response(200, json={"code": 200, "message": "success", "data": data}, headers=headers)


def no(status: int, message: str = "no") -> httpx.Response:
    """Return a refusal in the gateway's envelope."""
    return httpx.Response(status, json={"code": status, "message": message})


def html(status: int = 200) -> httpx.Response:
    """Return what a proxy in front would say."""
    return httpx.Response(status, text="<html>busy</html>")


def token_login(number: int = 1) -> httpx.Response:
    return ok({"token": f"header.claims-{number}.signature", "expire_at": "2026-01-01T00:00:00Z"})


def cookie_login(number: int = 1) -> httpx.Response:
    return ok("login successfully", **{"set-cookie": f"auth=header.claims-{number}.signature; Path=/; Max-Age=900"})


G2_ROW: dict[str, Any] = {
    "id": 1, "name": "a", "type": 0, "enabled": True, "base_urls": [{"url": "https://one.invalid/v1", "delay": 7}],
    "keys": [{"id": 5, "channel_id": 1, "enabled": True, "channel_key": "sk-first-key", "status_code": 0,
              "last_use_time_stamp": 0, "total_cost": 0.5, "remark": "mine"}],
    "model": "m-a,m-b", "custom_model": "", "proxy": False, "auto_sync": False, "auto_group": 0, "custom_header": None,
    "param_override": None, "channel_proxy": None, "match_regex": None, "stats": {"channel_id": 1},
}  # fmt: skip
G4_ROW: dict[str, Any] = {
    "id": 1, "name": "a", "type": "openai", "enabled": True, "base_url": "https://one.invalid/v1", "key": "sk-first-key",
    "model": "m-a,m-b", "custom_model": "", "proxy": False, "auto_sync": False, "custom_header": None,
    "param_override": None, "channel_proxy": None, "match_regex": None, "stats": {"channel_id": 1},
}  # fmt: skip


def g2_row(**given: Any) -> dict[str, Any]:
    return G2_ROW | given


def g4_row(**given: Any) -> dict[str, Any]:
    return G4_ROW | given


def export_of(*rows: dict[str, Any]) -> httpx.Response:
    """Return the export of a database that holds *rows*."""
    keys = [key for row in rows for key in row["keys"] or ()]
    return httpx.Response(200, json={"version": 1, "channels": [row | {"keys": None} for row in rows], "channel_keys": keys})


@dataclass
class Script:
    """Answers by route, in order; the last one stays. An exception is raised, a function is asked with the request."""

    answers: dict[str, Any]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        route = f"{request.method} {request.url.path.removeprefix('/api/v1/')}"
        answers = self.answers.get(route, httpx.Response(404, text="404 page not found"))
        queue = answers if isinstance(answers, list) else [answers]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        return self._play(answer, request)

    def _play(self, answer: Any, request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            asked: Callable[[httpx.Request], httpx.Response] = answer
            return asked(request)
        assert isinstance(answer, httpx.Response)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def sent(self, route: str) -> list[Any]:
        """Return the JSON bodies that *route* was asked with."""
        method, _, path = route.partition(" ")
        asked = [r for r in self.requests if r.method == method and r.url.path == f"/api/v1/{path}"]
        return [json.loads(request.content) if request.content else None for request in asked]


def site(name: str = "edge", username: str = "admin", password: str = PASSWORD, url: str = "http://edge.invalid") -> Site:
    auth = Auth(username=username, password=Secret(password))
    return Site(name, SiteKind.OCTOPUS, url, auth, Manage(ManageMode.DECLARED), Guards())


def g2_script(*rows: dict[str, Any], **given: Any) -> Script:
    return Script({LOGIN: token_login(), LIST: ok(list(rows)), EXPORT: export_of(*rows), UPDATE: no(400), **given})


def g4_script(*rows: dict[str, Any], **given: Any) -> Script:
    return Script({LOGIN: cookie_login(), LIST: ok(list(rows)), REBUILD: no(415), VERSION: ok("v0.11.0"), **given})


def open_script(script: Script, ledger: Ledger | None = None) -> OctopusGateway:
    """Return the adapter in front of *script*; its waits take no time."""
    transport = httpx.MockTransport(script)
    return open_gateway(site(), ledger=ledger or Ledger(), pacer=Pacer(HandTimer()), transport=transport)
