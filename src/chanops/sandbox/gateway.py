"""What every emulated gateway shows to the outside: an ASGI app, the way in, a clock and its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from starlette.types import ASGIApp

    from chanops.sandbox.clock import Clock
    from chanops.sandbox.faults import Faults

    Outbound: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Credentials:
    """How to get in: a token and a user id (New API), or a name and a password."""

    access_token: str | None = field(repr=False)
    user_id: int | None
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SandboxUser:
    """One more user of an emulated New API: role 10 is an admin, 1 a common user (contracts/new-api.md 1.2)."""

    name: str
    role: int
    access_token: str = field(repr=False)
    permissions: tuple[str, ...] = ()


class Sandbox(Protocol):
    """One emulated gateway."""

    @property
    def app(self) -> ASGIApp:
        """The admin API, faults included."""

    @property
    def credentials(self) -> Credentials:
        """The way in."""

    @property
    def clock(self) -> Clock:
        """The time it sees."""

    @property
    def faults(self) -> Faults:
        """What it does wrong on purpose."""

    def close(self) -> None:
        """Close its database."""


async def call_out(request: httpx.Request) -> httpx.Response:
    """Send *request* to a real upstream: what a gateway does unless something else is plugged in."""
    import httpx  # noqa: PLC0415 - loaded only when a gateway really calls out

    async with httpx.AsyncClient(timeout=30) as client:
        return await client.send(request)
