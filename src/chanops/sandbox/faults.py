"""Switches that make an emulated gateway misbehave, for tests: an ASGI middleware with a list of rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _lose_connection() -> Exception:
    """Return what a client in the same process sees when the line breaks."""
    import httpx  # noqa: PLC0415 - only tests with faults need it

    return httpx.ReadError("the connection was lost (a fault of the sandbox)")


@dataclass(frozen=True)
class Answer:
    """What is sent in place of the gateway's own answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json; charset=utf-8"),)


@dataclass
class _Rule:
    """One fault: whom it hits, how often, whether the call still takes effect, and what the client sees."""

    method: str
    path_glob: str
    left: int
    applied: bool
    answer: Answer | None

    def hits(self, method: str, path: str) -> bool:
        return self.left > 0 and self.method in (method, "*") and fnmatchcase(path, self.path_glob)


@dataclass
class Faults:
    """The faults that are switched on; each hits a number of times, the oldest first."""

    connection_lost: Callable[[], Exception] = _lose_connection
    _rules: list[_Rule] = field(default_factory=list)

    def drop_before(self, method: str, path_glob: str, times: int = 1) -> None:
        """Lose the connection before the call takes effect."""
        self._rules.append(_Rule(method, path_glob, times, applied=False, answer=None))

    def drop_after(self, method: str, path_glob: str, times: int = 1) -> None:
        """Lose the connection when the call has taken effect."""
        self._rules.append(_Rule(method, path_glob, times, applied=True, answer=None))

    def answer_before(self, method: str, path_glob: str, answer: Answer, times: int = 1) -> None:
        """Send *answer*; the call takes no effect."""
        self._rules.append(_Rule(method, path_glob, times, applied=False, answer=answer))

    def answer_after(self, method: str, path_glob: str, answer: Answer, times: int = 1) -> None:
        """Let the call take effect, then send *answer* in place of its own."""
        self._rules.append(_Rule(method, path_glob, times, applied=True, answer=answer))

    def clear(self) -> None:
        """Switch all faults off."""
        self._rules.clear()

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return *app* with these faults in front of it."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            rule = self._take(scope)
            if rule is None:
                await app(scope, receive, send)
                return
            if rule.applied:
                await app(scope, receive, _swallow)
            if rule.answer is None:
                raise self.connection_lost()
            await _send(rule.answer, send)

        return faulty

    def _take(self, scope: Scope) -> _Rule | None:
        if scope["type"] != "http" or not self._rules:
            return None
        rule = next((rule for rule in self._rules if rule.hits(scope["method"], scope["path"])), None)
        if rule is not None:
            rule.left -= 1
        return rule


async def _swallow(message: Message) -> None:
    """Take an answer that nobody shall see."""


async def _send(answer: Answer, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
