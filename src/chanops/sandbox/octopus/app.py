"""The emulated Octopus as an ASGI app: what happens to a call before and after its handler (contracts/octopus.md 3)."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import anyio.lowlevel
import httpx
from starlette.requests import Request
from starlette.responses import Response

from chanops.sandbox.octopus import account, envelope
from chanops.sandbox.octopus.envelope import INVALID_JSON, Refusal
from chanops.sandbox.octopus.routes import Call

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from chanops.sandbox.octopus.routes import Route
    from chanops.sandbox.octopus.state import State


def make_app(state: State) -> ASGIApp:
    """Return the app over *state*."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = await answer(state, Request(scope, receive))
        await response(scope, receive, send)
        await state.background.catch_up()

    return app


async def answer(state: State, request: Request) -> Response:
    """Answer one call, after everything that is due in the background by now."""
    await state.background.catch_up()
    if state.is_dead:
        raise httpx.ConnectError("the emulated gateway has crashed: it was given a URL that Go cannot parse")
    method, path = request.method, request.url.path
    other = state.profile.routes.other_slash(method, path)
    if other is not None:
        return envelope.redirect(method, other + (f"?{request.url.query}" if request.url.query else ""))
    if not _is_welcome(state, request):
        return envelope.forbidden()
    found = state.profile.routes.find(method, path)
    if found is None:
        return envelope.not_found(with_body=method != "HEAD")
    try:
        return _wrap(await _handle(state, request, *found))
    except Refusal as refusal:
        return envelope.failure(refusal)


async def _handle(state: State, request: Request, route: Route, segment: str) -> Any:  # noqa: ANN401 - any answer
    if not route.is_open:
        account.check(state, request)
    if route.wants_json and "application/json" not in request.headers.get("content-type", ""):
        raise Refusal(415, INVALID_JSON)
    call = Call(await request.body(), request.query_params, request.headers, segment, route.says_raw_errors)
    return await (_run(state, route, call) if route.effect == "read" else _run_write(state, route, call))


async def _run(state: State, route: Route, call: Call) -> Any:  # noqa: ANN401 - any answer
    result = route.handler(state, call)
    return await result if inspect.isawaitable(result) else result


async def _run_write(state: State, route: Route, call: Call) -> Any:  # noqa: ANN401 - any answer
    """Do a write; a fragile delete is refused while any other write is under way (5.6)."""
    state.writes_under_way += 1
    try:
        await anyio.lowlevel.checkpoint()
        if route.path in state.profile.lockable and state.writes_under_way > 1 and state.faults.is_contended:
            raise Refusal(500, "database is locked (517)")
        return await _run(state, route, call)
    finally:
        state.writes_under_way -= 1


def _wrap(result: Any) -> Response:  # noqa: ANN401 - any answer
    return result if isinstance(result, Response) else envelope.success(result)


def _is_welcome(state: State, request: Request) -> bool:
    """Return whether the origin of *request* is none, this host, or one that the settings allow."""
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    allowed = [entry.strip() for entry in state.settings["cors_allow_origins"].split(",")]
    return not origin or origin in (f"http://{host}", f"https://{host}") or "*" in allowed or origin in allowed
