"""An ASGI application on a port of this machine, in a thread, with a hand on every call: what a real gateway's line does."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import uvicorn

from chanops.sandbox import Credentials, create
from cli.stage import PASSWORD, TOKEN

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from chanops.sandbox.gateway import Sandbox

WRITES = ("POST", "PUT", "DELETE")
LOGINS = ("/api/v1/user/login", "/api/v1/user/logout", "/api/user/login", "/api/user/auth/logout")

Hand: TypeAlias = Callable[["Seen"], Awaitable["Answer | None"]]


@dataclass(frozen=True)
class Answer:
    """What is sent in place of the gateway's own answer; *missing* bytes are promised and never sent."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    missing: int = 0


@dataclass(frozen=True)
class Seen:
    """One call as it comes in; *number* counts the calls of its sort, writes or reads, from 1."""

    method: str
    path: str
    number: int

    @property
    def is_write(self) -> bool:
        """Tell whether the call changes a channel."""
        return self.method in WRITES and self.path not in LOGINS


@dataclass
class Port:
    """Serves *app* while the context lasts; *hand* may answer a call itself, or hold it for a while."""

    app: ASGIApp | None
    hand: Hand | None = None
    calls: list[Seen] = field(default_factory=list)
    url: str = ""

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        config = uvicorn.Config(self._serve, interface="asgi3", log_level="critical", lifespan="off", date_header=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            self._thread.join(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self.hand, Gate):
            self.hand.open()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._listener.close()

    @property
    def writes(self) -> list[Seen]:
        """Return the calls that changed channels."""
        return [call for call in self.calls if call.is_write]

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = self._note(scope["method"], scope["path"])
        answer = await self.hand(seen) if self.hand else None
        if answer is None:
            assert self.app, "nobody answers"
            await self.app(scope, receive, send)
        else:
            await _send(answer, send)

    def _note(self, method: str, path: str) -> Seen:
        draft = Seen(method, path, 0)
        seen = Seen(method, path, 1 + sum(call.is_write == draft.is_write for call in self.calls))
        self.calls.append(seen)
        return seen


class Gate:
    """Holds the write of one number, and those after it, until it is opened; tells when that one has come."""

    def __init__(self, number: int = 1, *, reads: bool = False) -> None:
        self._number = number
        self._reads = reads
        self._came = threading.Event()
        self._open = threading.Event()

    async def __call__(self, seen: Seen) -> Answer | None:
        if seen.is_write != self._reads and seen.number >= self._number:
            self._came.set()
            await asyncio.to_thread(self._open.wait, 60)
        return None

    def wait(self) -> None:
        """Wait until the call has come."""
        assert self._came.wait(60), "the call never came"

    def open(self) -> None:
        """Let everything pass from now on."""
        self._open.set()


def emulate(kind: str, generation: str, **options: Any) -> Sandbox:
    """Return an emulated gateway that takes the credentials of `stage`."""
    is_newapi = kind == "newapi"
    token, user_id = (TOKEN, 1) if is_newapi else (None, None)
    known = Credentials(token, user_id, "root" if is_newapi else "admin", PASSWORD)
    return create(kind, generation, credentials=known, **options)


def unused_port() -> int:
    """Return a port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _send(answer: Answer, send: Callable[[Message], Awaitable[None]]) -> None:
    length = str(len(answer.body) + answer.missing).encode()
    headers = [(b"content-type", answer.content_type.encode()), (b"content-length", length)]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": bool(answer.missing)})
