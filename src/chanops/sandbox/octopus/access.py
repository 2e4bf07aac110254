"""The two ways into an Octopus: a Bearer header up to v0.9, a cookie from v0.10 on (contracts/octopus.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chanops.sandbox.octopus import tokens
from chanops.sandbox.octopus.envelope import PANIC, Refusal, success
from chanops.sandbox.octopus.times import rfc3339

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

DEFAULT_SECONDS = 15 * 60
LONG_SECONDS = 30 * 24 * 3600
NO_ENTRY = "Authentication failed"
CLEARED = {"set-cookie": "auth=; Path=/; Max-Age=0"}


class Access(Protocol):
    """How a generation hands out tokens and asks for them."""

    def seconds(self, expire: int) -> float:
        """Return how long a token lives that was asked for with *expire*."""

    def hand_out(self, token: str, expires: float, expire: int) -> Response:
        """Answer a login."""

    def token(self, request: Request) -> str:
        """Return the token of a call; raise when there is none."""

    def turn_away(self) -> Refusal:
        """Return the answer to a token that is not good."""


@dataclass(frozen=True)
class BearerAccess:
    """G1 and G2: the token in the body, minutes, 400 without a header."""

    def seconds(self, expire: int) -> float:
        """Return how long a token lives; below -1 the real one panics."""
        if expire < -1:
            raise Refusal(500, PANIC)
        named = {0: float(DEFAULT_SECONDS), -1: float(LONG_SECONDS)}
        return named[expire] if expire in named else tokens.lifetime(expire, 60)

    def hand_out(self, token: str, expires: float, expire: int) -> Response:  # noqa: ARG002 - the cookie needs it
        """Answer with the token and its end."""
        return success({"token": token, "expire_at": rfc3339(expires)})

    def token(self, request: Request) -> str:
        """Return what stands in the header; a cookie is not looked at."""
        header = request.headers.get("authorization", "")
        if not header:
            raise Refusal(400, "Invalid request parameters")
        return header.removeprefix("Bearer ")

    def turn_away(self) -> Refusal:
        """Answer 401."""
        return Refusal(401, NO_ENTRY)


@dataclass(frozen=True)
class CookieAccess:
    """G3 and G4: the token in a cookie, seconds, 401 without it, and a bad one is cleared."""

    def seconds(self, expire: int) -> float:
        """Return how long a token lives."""
        if expire > 0:
            return tokens.lifetime(expire, 1)
        return float(LONG_SECONDS if expire == -1 else DEFAULT_SECONDS)

    def hand_out(self, token: str, expires: float, expire: int) -> Response:  # noqa: ARG002 - the body needs it
        """Answer with the cookie."""
        age = expire if expire > 0 else int(self.seconds(expire))
        response = success("login successfully")
        response.headers["set-cookie"] = f"auth={token}; Path=/; Max-Age={age}"
        return response

    def token(self, request: Request) -> str:
        """Return the cookie; an Authorization header is not looked at."""
        token = request.cookies.get("auth", "")
        if not token:
            raise Refusal(401, NO_ENTRY)
        return token

    def turn_away(self) -> Refusal:
        """Answer 401 and clear the cookie."""
        return Refusal(401, NO_ENTRY, CLEARED)
