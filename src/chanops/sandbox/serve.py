"""Put an emulated gateway or provider on a port of this machine, for curl and a browser."""

from __future__ import annotations

import json
import signal
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from chanops.sandbox import create
from chanops.sandbox.upstream import SHOWN, Fault, Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from starlette.types import ASGIApp

    from chanops.sandbox.gateway import Credentials

HOST = "127.0.0.1"


def serve(
    kind: str,
    generation: str,
    *,
    port: int = 0,
    db: Path | None = None,
    rate_limit: tuple[int, float] | None = None,
    memory_cache: bool = False,
    as_json: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM; say where and with which credentials as soon as it answers."""
    sandbox = create(kind, generation, db=db, rate_limit=rate_limit, memory_cache=memory_cache)
    try:
        _run(sandbox.app, port, lambda url: _describe({"url": url, **_ways_in(sandbox.credentials)}, as_json=as_json))
    finally:
        sandbox.close()


def serve_provider(*, port: int = 0, models: Sequence[str] = (), fault: str | None = None, as_json: bool = False) -> None:
    """Serve a provider that lists *models* and takes any key, until SIGINT or SIGTERM."""
    provider = Provider(models or SHOWN, fault=Fault(fault) if fault else None)
    _run(provider.app, port, lambda url: _describe({"url": url}, as_json=as_json))


def _run(app: ASGIApp, port: int, describe: Callable[[str], str]) -> None:
    # uvicorn raises the signal again once it has shut down: both shall end here, not the process
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
            url = f"http://{HOST}:{listener.getsockname()[1]}"
            config = uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False, date_header=False)
            _Server(config, describe(url)).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


class _Server(uvicorn.Server):
    """A server that says its *greeting* once it listens."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then greet."""
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(self._greeting + "\n")
            sys.stdout.flush()


def _ways_in(credentials: Credentials) -> dict[str, str | int | None]:
    return {
        "access_token": credentials.access_token,
        "user_id": credentials.user_id,
        "username": credentials.username,
        "password": credentials.password,
    }


def _describe(facts: Mapping[str, str | int | None], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(facts)
    return "\n".join(f"{name.replace('_', ' '):>13}  {value}" for name, value in facts.items() if value is not None)
