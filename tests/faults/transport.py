"""A transport that breaks a run at chosen requests, and the death that ends one as SIGKILL would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

import httpx

FOR_GOOD: Final = 10**9
"""How often a fault strikes that never ends."""

Send: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]
Act: TypeAlias = Callable[[Send, httpx.Request], Awaitable[httpx.Response]]
Watch: TypeAlias = Callable[[httpx.Request, httpx.Response], None]


def unwatched(_request: httpx.Request, _response: httpx.Response) -> None:
    """Look at no answer."""


class Heals(StrEnum):
    """Where a run gets over a fault by itself, so that all its changes are done in the end."""

    NOWHERE = "nowhere"
    WRITES = "at writes"
    EVERYWHERE = "everywhere"


class KilledError(BaseException):
    """The run is dead: no line of it runs any more, so nothing in the program may catch this."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break a request. *act* gets the working line; *strikes*: how many requests in a row it hits.

    *late*: the request itself arrives that many requests later, when the caller has long been told that it is lost.
    """

    name: str
    act: Act
    heals: Heals = Heals.NOWHERE
    strikes: int = 1
    hits: Callable[[httpx.Request], bool] = lambda _request: True
    kills: bool = False
    late: int = 0


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault and the index of the first request it hits."""

    fault: Fault
    at: int

    def covers(self, number: int, request: httpx.Request) -> bool:
        """Tell whether request *number* is hit."""
        return self.at <= number < self.at + self.fault.strikes and self.fault.hits(request)


@dataclass
class FaultyTransport(httpx.AsyncBaseTransport):
    """Passes requests to *inner*, but for those that a strike covers. *credentials* are all it saw in headers.

    *watch* is told of every answer that comes back, spoilt ones too.
    """

    inner: httpx.AsyncBaseTransport
    strikes: tuple[Strike, ...] = ()
    watch: Watch = unwatched
    log: list[str] = field(default_factory=list)
    struck: int = 0
    is_dead: bool = False
    credentials: set[str] = field(default_factory=set)
    _late: list[tuple[int, httpx.Request]] = field(default_factory=list)
    _flying: set[asyncio.Task[httpx.Response]] = field(default_factory=set)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._handle(request)
        self.watch(request, response)
        return response

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        if self.is_dead:
            raise KilledError
        number = len(self.log)
        self.log.append(f"{request.method} {request.url.path}")
        self._note_credentials(request)
        await self.deliver(number)
        strike = next((strike for strike in self.strikes if strike.covers(number, request)), None)
        if strike is None:
            return await self._send(request)
        self.struck += 1
        self.is_dead = strike.fault.kills
        if strike.fault.late:
            self._late.append((number + strike.fault.late, request))
        return await strike.fault.act(self._send, request)

    async def deliver(self, number: int = FOR_GOOD) -> None:
        """Let those late requests arrive that are due before request *number*."""
        due = [request for at, request in self._late if at <= number]
        self._late = [(at, request) for at, request in self._late if at > number]
        for request in due:
            await self._send(request)

    async def land(self) -> None:
        """Let the requests end that were on their way when the run died: the gateway knows nothing of its death."""
        await asyncio.gather(*self._flying, return_exceptions=True)

    async def aclose(self) -> None:
        await self.inner.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send in a task of its own, so that the death of the run does not end what the gateway does."""
        task = asyncio.ensure_future(self._pass(request))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)
        return await asyncio.shield(task)

    async def _pass(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        await response.aread()
        return response

    def _note_credentials(self, request: httpx.Request) -> None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        cookie = request.headers.get("cookie", "").partition("auth=")[2].partition(";")[0]
        self.credentials.update(filter(None, (bearer, cookie)))
