"""The time an emulated gateway sees: the real one plus an offset that tests may move."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Clock:
    """Real time plus an offset."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Return the moment as Unix seconds."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock *seconds* ahead, as if somebody had slept that long."""
        self._offset += seconds


def dated(app: ASGIApp, clock: Clock) -> ASGIApp:
    """Return *app* with the Date on every answer that Go's servers put there, read off *clock*."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def stamp(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", formatdate(clock.now(), usegmt=True).encode())
                message = {**message, "headers": [*message.get("headers", ()), date]}
            await send(message)

        await app(scope, receive, stamp)

    return answer
