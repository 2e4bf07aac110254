"""A New API made of canned answers, for what an emulator should not do: broken JSON, lost answers, odd shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from chanops.domain.secret import Ledger, Secret
from chanops.domain.site import Auth
from chanops.gateways.newapi.gateway import open_gateway
from chanops.gateways.pacing import Pacer
from gateways.newapi.stage import make_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.gateways.newapi.gateway import NewApiGateway

TOKEN = "invented-access-token-0001"
ROOT = {"id": 1, "role": 100, "permissions": {"sidebar_settings": False}}
ALL = {"read": True, "operate": True, "write": True, "sensitive_write": True}


class NoTime:
    """A timer whose waits are over at once."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class Fake:
    """Answers by "METHOD path"; what is not canned is a 404 of New API. Every request is kept."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "GET /api/user/self": ok(ROOT),
            "GET /api/channel/": ok({"items": [], "total": 0}),
        }
        self.requests: list[httpx.Request] = []
        self.ledger = Ledger()

    def on(self, call: str, *answers: Any) -> Fake:
        """Answer *call* with *answers* one after the other, then with the last for ever."""
        self.answers[call] = list(answers)
        return self

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        canned = self.answers.get(f"{request.method} {request.url.path}")
        if isinstance(canned, list):
            canned = canned.pop(0) if len(canned) > 1 else canned[0]
        if callable(canned):
            canned = canned(request)
        if isinstance(canned, Exception):
            raise canned
        return canned or httpx.Response(404, json={"error": {"message": "no such path", "type": "invalid_request_error"}})

    def gateway(self, auth: Auth | None = None) -> NewApiGateway:
        return open_gateway(
            make_site(auth=auth or Auth(Secret(TOKEN, "env:TOKEN"), 1)),
            ledger=self.ledger,
            pacer=Pacer(NoTime()),
            transport=httpx.MockTransport(self.answer),
        )

    def sent(self, call: str) -> list[Any]:
        """Return the bodies that were sent with *call*."""
        found = [r for r in self.requests if f"{r.method} {r.url.path}" == call]
        return [json.loads(request.content) if request.content else None for request in found]


def ok(data: object = None, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    body = {"success": True, "message": ""} | ({} if data is None else {"data": data})
    return lambda _request: httpx.Response(200, json=body, headers=headers)


def no(message: str = "no", status: int = 200, **more: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, json={"success": False, "message": message, **more})


def raw(status: int, content: bytes = b"", **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, content=content, headers=headers)


def head_root(**permissions: bool) -> dict[str, Any]:
    """Return the account of HEAD's root, or of an administrator with other *permissions*."""
    return {"id": 1, "role": 100, "permissions": {"admin_permissions": {"channel": ALL | permissions}}}


def row(remote_id: int = 12, **given: Any) -> dict[str, Any]:
    """Return a channel's row as a list shows it."""
    info = {"is_multi_key": False, "multi_key_size": 0, "multi_key_status_list": None, "multi_key_mode": ""}
    whole: dict[str, Any] = {
        "id": remote_id, "type": 1, "key": "", "openai_organization": None, "test_model": None, "status": 1, "name": "A",
        "weight": 0, "created_time": 1, "test_time": 0, "response_time": 0, "base_url": "", "other": "", "balance": 0,
        "balance_updated_time": 0, "models": "gpt-4o", "group": "default", "used_quota": 0, "model_mapping": None,
        "status_code_mapping": "", "priority": 0, "auto_ban": 1, "other_info": "", "tag": None, "setting": None,
        "param_override": None, "header_override": None, "remark": None, "channel_info": info, "settings": "",
    } | given  # fmt: skip
    return whole


def listed(*rows: dict[str, Any], total: int | None = None) -> Callable[[httpx.Request], httpx.Response]:
    return ok({"items": list(rows), "total": len(rows) if total is None else total, "type_counts": {}})
