"""One emulated provider: an ASGI application, and a way out for an emulated gateway."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from chanops.sandbox.upstream import replies
from chanops.sandbox.upstream.account import BALANCES, Account
from chanops.sandbox.upstream.faults import CANNED, Fault
from chanops.sandbox.upstream.lists import STYLES, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

LISTS = {"/api/tags": "ollama", "/v1beta/models": "gemini"}
LIST_ENDING = "/models"
KEYLESS = "/api/tags"
FOREVER = 3600.0


@dataclass
class Provider:
    """What it lists, whose keys it knows (None: any), what each of them is up to, and every request it got.

    *most_on_page* is the longest page it gives. An *is_old* New API site answers 401 to x-api-key on `/v1/models`. A fault of
    a key in *faults* goes before the *fault* that meets everybody.
    """

    models: Sequence[str]
    keys: frozenset[str] | None = None
    account: Account = field(default_factory=Account)
    most_on_page: int = 1000
    is_old: bool = False
    fault: Fault | None = None
    faults: Mapping[str, Fault] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    @property
    def app(self) -> ASGIApp:
        """The provider as an ASGI application."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                response = await self._answer(Request(scope, receive))
                await response(scope, receive, send)

        return app

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a call of an emulated gateway: the provider as its `outbound`."""
        if self._fault_of(_key_of(request.headers, request.url.params)) is Fault.UNREACHABLE:
            raise httpx.ConnectError("connection refused", request=request)
        transport = httpx.ASGITransport(self.app)
        response = await transport.handle_async_request(request)
        await response.aread()
        response.request = request
        return response

    def asked(self, ending: str) -> list[httpx.Request]:
        """Return the requests whose path has this *ending*."""
        return [request for request in self.requests if request.url.path.endswith(ending)]

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        self.requests.append(httpx.Request(request.method, str(request.url), headers=headers, content=content))
        key = _key_of(request.headers, request.query_params)
        fault = self._fault_of(key)
        if fault is Fault.SILENT:
            await anyio.sleep(FOREVER)
        if fault is Fault.REDIRECT:
            return RedirectResponse("/elsewhere")
        if fault in CANNED:
            return _canned(fault)
        if not self._knows(key, request):
            return _canned(Fault.UNAUTHORISED)
        if request.method == "GET":
            return self._look_up(request, fault)
        return self._converse(request.url.path, content)

    def _fault_of(self, key: str) -> Fault | None:
        return self.faults.get(key, self.fault)

    def _knows(self, key: str, request: Request) -> bool:
        path = request.url.path
        if path.endswith(KEYLESS):
            return True
        if self.is_old and "x-api-key" in request.headers and path.endswith(LIST_ENDING):
            return False
        return key in self.keys if self.keys is not None else bool(key)

    def _look_up(self, request: Request, fault: Fault | None) -> Response:
        path = request.url.path
        balance = next((tell for ending, tell in BALANCES.items() if path.endswith(ending)), None)
        if balance is not None:
            return JSONResponse(balance(self.account))
        style = next((style for ending, style in LISTS.items() if path.endswith(ending)), None)
        if style is None and path.endswith(LIST_ENDING):
            style = "anthropic" if "x-api-key" in request.headers else "openai"
        if style is None:
            return _canned(Fault.NOT_FOUND)
        names = listed(self.models, fault)
        return JSONResponse(STYLES[style](names, request.query_params, fault, self.most_on_page))

    def _converse(self, path: str, content: bytes) -> Response:
        body = _parse(content)
        model = replies.model_of(path, body)
        found = replies.reply(path, model, is_stream=isinstance(body, dict) and body.get("stream") is True)
        if found is None:
            return _canned(Fault.NOT_FOUND)
        if model not in self.models:
            error = {
                "message": f"the model {model!r} does not exist",
                "type": "invalid_request_error",
                "code": "model_not_found",
            }
            return JSONResponse({"error": error}, status_code=404)
        return found


def _key_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
    return bearer or headers.get("x-api-key", "") or headers.get("x-goog-api-key", "") or query.get("key", "")


def _canned(fault: Fault) -> Response:
    status, body, content_type = CANNED[fault]
    headers = {"retry-after": "20"} if fault is Fault.RATE_LIMITED else None
    return Response(body, status_code=status, media_type=content_type, headers=headers)


def _parse(content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(content)
    except ValueError:
        return None
