"""The ASGI application: routing, limits, authentication, and the envelope round every answer."""

from __future__ import annotations

import secrets
import sqlite3
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chanops.sandbox.gojson import GoJsonError
from chanops.sandbox.newapi.answers import JsonResponse, PanicError, RefusedError, not_found_body, panic_body
from chanops.sandbox.newapi.auth import authenticate
from chanops.sandbox.newapi.limiter import Limiter
from chanops.sandbox.newapi.routes import OPEN, ROUTES
from chanops.sandbox.newapi.routing import Router
from chanops.sandbox.newapi.server import Call
from chanops.sandbox.newapi.site import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from chanops.sandbox.newapi.accounts import User
    from chanops.sandbox.newapi.routes import Route
    from chanops.sandbox.newapi.server import Server

CRITICAL_LIMIT, CRITICAL_WINDOW_S = 20, 1200
PAGE = "<!doctype html><title>New API (sandbox)</title><p>An emulator of New API's admin API: see /api/status."


class Application:
    """Answers the calls of one emulated gateway."""

    def __init__(self, server: Server, rate_limit: tuple[int, float] | None) -> None:
        self._server = server
        self._router = Router(ROUTES, server.profile.generation)
        self._limiter = Limiter(server.clock, *rate_limit) if rate_limit else None
        self._critical = Limiter(server.clock, CRITICAL_LIMIT, CRITICAL_WINDOW_S) if rate_limit else None

    def as_asgi(self) -> ASGIApp:
        """Return the application with compression."""
        return GZipMiddleware(self._answer, minimum_size=1, compresslevel=1)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        method, path = request.method, request.url.path
        found = self._router.find(method, path)
        if found is None and (target := self._router.find_redirect(method, path)):
            return _redirect(request, target)
        await self._server.do_due_jobs()
        response = await self._handle(request, *found) if found else _not_found(method, path)
        if self._server.profile.says_version:
            response.headers["X-New-Api-Version"] = VERSION
        response.headers["X-Oneapi-Request-Id"] = secrets.token_hex(12)
        return response

    async def _handle(self, request: Request, route: Route, params: Mapping[str, str]) -> Response:
        if limiter := self._exceeded(request, route):
            return self._too_many(limiter)
        try:
            user = self._authenticate(request, route)
            call = Call(self._server, request, params, await request.body(), user)
            answer = await route.handler(call)
        except (RefusedError, PanicError, GoJsonError, sqlite3.Error, OverflowError) as error:
            return _refusal(error)
        response = answer if isinstance(answer, Response) else JsonResponse(answer)
        if user is not None and self._server.profile.says_version:
            response.headers["Auth-Version"] = "sandbox"
        return response

    def _exceeded(self, request: Request, route: Route) -> Limiter | None:
        """Return the limiter that turns the call away; the critical one comes second."""
        client = request.client.host if request.client else ""
        limiters = (self._limiter, self._critical if route.is_critical else None)
        return next((limiter for limiter in limiters if limiter and not limiter.admits(client)), None)

    def _too_many(self, limiter: Limiter) -> Response:
        wait = {"Retry-After": f"{limiter.seconds:g}"} if self._server.profile.says_retry_after else {}
        return Response(status_code=429, headers=wait)

    def _authenticate(self, request: Request, route: Route) -> User | None:
        if route.role == OPEN:
            return None
        accounts, profile = self._server.accounts, self._server.profile
        return authenticate(request.headers, request.cookies, accounts, profile, role=route.role, action=route.action)


def _refusal(error: Exception) -> Response:
    match error:
        case PanicError():
            return JsonResponse(panic_body(str(error)), 500)
        case RefusedError():
            return JsonResponse(error.body, error.status)
        case _:
            return JsonResponse(RefusedError(str(error)).body)


def _redirect(request: Request, target: str) -> Response:
    """Send to the other spelling of the path; nothing of the gateway's own runs."""
    query = request.url.query
    location = f"{target}?{query}" if query else target
    if request.method != "GET":
        return Response(status_code=307, headers={"Location": location})
    return HTMLResponse(f'<a href="{location}">Moved Permanently</a>.\n\n', 301, {"Location": location})


def _not_found(method: str, path: str) -> Response:
    """Return the API's 404; any other path gets the web page, whatever it is."""
    if path.startswith(("/api", "/v1")) or method not in ("GET", "HEAD"):
        return JsonResponse(not_found_body(method, path), 404)
    return HTMLResponse(PAGE)
