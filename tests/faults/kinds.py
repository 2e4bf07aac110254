"""Every way a request can go wrong, by name: what the gateway still does, and what the caller sees of it.

"before": the request never arrives. "after": it is done, and only the answer is bad. Bodies of faults repeat what was sent,
keys and tokens included, as a proxy's error page may.
"""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import httpx

from chanops.domain.vocabulary import SiteKind
from faults.transport import FOR_GOOD, Act, Fault, Heals, KilledError, Send

if TYPE_CHECKING:
    from chanops.engine.applier import Stop
    from faults.emulated import EmulatedStage

Show: TypeAlias = Callable[[httpx.Request, httpx.Response], httpx.Response]
Body: TypeAlias = Callable[[str], Any]

NOT_SENT: Final = httpx.Response(599)
LOCKED: Final = "database is locked (5) (SQLITE_BUSY)"


def before(show: Show) -> Act:
    """Return a fault that keeps the request from arriving."""

    async def act(_send: Send, request: httpx.Request) -> httpx.Response:
        return show(request, NOT_SENT)

    return act


def after(show: Show) -> Act:
    """Return a fault that lets the gateway do the request, and spoils its answer."""

    async def act(send: Send, request: httpx.Request) -> httpx.Response:
        return show(request, await send(request))

    return act


def breaking(fault: type[httpx.TransportError]) -> Show:
    """Return what a caller sees of a line that breaks; the text of such faults may hold anything."""

    def show(request: httpx.Request, _reply: httpx.Response) -> NoReturn:
        raise fault(f"{request.url} {_echo(request)}", request=request)

    return show


def death(_request: httpx.Request, _reply: httpx.Response) -> NoReturn:
    """Die."""
    raise KilledError


def page(status: int, **headers: str) -> Show:
    """Return a web page in place of the gateway's answer."""

    def show(request: httpx.Request, _reply: httpx.Response) -> httpx.Response:
        text = f"<!doctype html><title>{status}</title><pre>{html.escape(_echo(request))}</pre>"
        return httpx.Response(status, headers={"content-type": "text/html", **headers}, text=text)

    return show


def empty(status: int, **headers: str) -> Show:
    """Return an answer without a body."""
    return lambda _request, _reply: httpx.Response(status, headers=headers)


def saying(status: int, body: Body, words: str = "") -> Show:
    """Return an answer in the gateway's own envelope, its message repeating what was sent unless it has *words*."""
    return lambda request, _reply: httpx.Response(status, json=body(words or _echo(request)))


def asking(stop: Stop) -> Fault:
    """Return no fault: the operator asks for the end while a request is on its way."""

    async def act(send: Send, request: httpx.Request) -> httpx.Response:
        stop.ask("interrupted")
        return await send(request)

    return Fault("stopped", act)


def cut(_request: httpx.Request, reply: httpx.Response) -> httpx.Response:
    """Return the first half of the gateway's answer."""
    return httpx.Response(reply.status_code, headers=_plain(reply), content=reply.content[: len(reply.content) // 2])


def garbled(_request: httpx.Request, reply: httpx.Response) -> httpx.Response:
    """Return an answer that says it is compressed, and is not."""
    headers = {**_plain(reply), "content-encoding": "gzip"}
    return httpx.Response(reply.status_code, headers=headers, stream=_Bytes(reply.content))


def unheard(_request: httpx.Request, _reply: httpx.Response) -> httpx.Response:
    """Return what New API says of a status that it did not set, whatever the reason (contracts/new-api.md 6.2)."""
    return httpx.Response(200, json={"success": True, "message": "", "data": False})


def emptied(_request: httpx.Request, reply: httpx.Response) -> httpx.Response:
    """Return a list without its channels, its count as it was."""
    if not reply.content:  # a throttle
        return reply
    answer = reply.json()
    if answer["success"]:
        answer["data"]["items"] = []
    return httpx.Response(reply.status_code, headers=_plain(reply), json=answer)


def elsewhere(path: str) -> Act:
    """Return a fault that does the request, and answers with what *path* holds: answers that a proxy mixed up."""

    async def act(send: Send, request: httpx.Request) -> httpx.Response:
        reply = await send(request)
        kept = {name: value for name, value in request.headers.items() if not name.startswith("content-")}
        other = await send(httpx.Request("GET", request.url.copy_with(raw_path=path.encode()), headers=kept))
        is_throttle = other.status_code == 429  # which would say that nothing was done
        return page(200)(request, reply) if is_throttle else other

    return act


def is_write(request: httpx.Request) -> bool:
    """Tell whether *request* asks for a change; logins and probes pass for writes too."""
    return request.method != "GET"


def lists_channels(request: httpx.Request) -> bool:
    """Tell whether *request* reads New API's channels."""
    return request.method == "GET" and request.url.path in ("/api/channel/", "/api/channel/search")


def sets_status(request: httpx.Request) -> bool:
    """Tell whether *request* enables or disables a channel of New API's HEAD."""
    return request.method == "POST" and request.url.path.endswith("/status")


def say_panic(words: str) -> Any:
    """Return the body of New API's HTTP 500 (contracts/new-api.md 2.1)."""
    return {"error": {"message": words, "type": "new_api_panic"}}


def say_no(words: str) -> Any:
    """Return New API's refusal, which comes with HTTP 200."""
    return {"success": False, "message": words}


def say_code(words: str) -> Any:
    """Return Octopus's error (contracts/octopus.md 3)."""
    return {"code": 500, "message": words}


LINE: Final = (
    Fault("refused before", before(breaking(httpx.ConnectError)), Heals.EVERYWHERE),
    Fault("broken before", before(breaking(httpx.ReadError)), Heals.EVERYWHERE),
    Fault("hung up before", before(breaking(httpx.RemoteProtocolError)), Heals.EVERYWHERE),
    Fault("broken after", after(breaking(httpx.ReadError)), Heals.EVERYWHERE),
    Fault("timed out after", after(breaking(httpx.ReadTimeout)), Heals.EVERYWHERE),
    Fault("two requests late", before(breaking(httpx.ReadTimeout)), Heals.EVERYWHERE, late=2),
    Fault("five requests late", before(breaking(httpx.ReadTimeout)), Heals.EVERYWHERE, late=5),
    Fault("cut after", after(cut), Heals.WRITES),
    Fault("garbled after", after(garbled), Heals.WRITES),
    Fault("page 500 before", before(page(500)), Heals.EVERYWHERE),
    Fault("page 502 after", after(page(502)), Heals.EVERYWHERE),
    Fault("page 200 before", before(page(200)), Heals.WRITES),
    Fault("page 200 after", after(page(200)), Heals.WRITES),
    Fault("elsewhere before", before(page(302, Location="http://elsewhere.invalid/"))),
    Fault("429 before", before(empty(429)), Heals.EVERYWHERE),
    Fault("429 with Retry-After before", before(empty(429, **{"Retry-After": "20"})), Heals.EVERYWHERE, strikes=3),
)
"""What any line to any gateway may do, once."""

GONE: Final = (
    Fault("gone for good", before(breaking(httpx.ConnectError)), strikes=FOR_GOOD),
    Fault("silent for good", after(breaking(httpx.ReadTimeout)), strikes=FOR_GOOD),
    Fault("cut for good", after(cut), strikes=FOR_GOOD),
    Fault("page 503 for good", before(page(503)), strikes=FOR_GOOD),
    Fault("page 200 for good", before(page(200)), strikes=FOR_GOOD),
    Fault("429 for good", before(empty(429)), strikes=FOR_GOOD),
)
"""The same without an end: every read fails in the end, whatever it tries."""

DEATHS: Final = (
    Fault("killed before", before(death), kills=True),
    Fault("killed after", after(death), kills=True),
)

BREAKS: Final = (
    *DEATHS,
    *(fault for fault in LINE + GONE if fault.name.startswith(("broken", "timed out", "cut", "gone"))),
)
"""Deaths, lost answers and the end of the line: where a command goes its own way, these are tried at each of its requests."""

OWN: Final[Mapping[SiteKind, tuple[Fault, ...]]] = {
    SiteKind.NEWAPI: (
        Fault("panic before", before(saying(500, say_panic)), Heals.EVERYWHERE),
        Fault("panic after", after(saying(500, say_panic)), Heals.EVERYWHERE),
        Fault("panic for good", before(saying(500, say_panic)), strikes=FOR_GOOD),
        Fault("no before", before(saying(200, say_no))),
        Fault("no after", after(saying(200, say_no)), Heals.EVERYWHERE, hits=is_write),
        Fault("locked before", before(saying(200, say_no, LOCKED)), Heals.WRITES),
        Fault("unheard status", before(unheard), Heals.EVERYWHERE, hits=sets_status),
        Fault("denied before", before(saying(401, say_no))),
        Fault("empty list", after(emptied), Heals.EVERYWHERE, hits=lists_channels),
        Fault("empty list for good", after(emptied), strikes=FOR_GOOD, hits=lists_channels),
        Fault("wrong page after", elsewhere("/api/group/"), Heals.WRITES),
        Fault("wrong page for good", elsewhere("/api/group/"), strikes=FOR_GOOD),
    ),
    SiteKind.OCTOPUS: (
        Fault("500 before", before(saying(500, say_code)), Heals.EVERYWHERE),
        Fault("500 after", after(saying(500, say_code)), Heals.EVERYWHERE),
        Fault("500 for good", before(saying(500, say_code)), strikes=FOR_GOOD),
        Fault("locked before", before(saying(500, say_code, LOCKED)), Heals.EVERYWHERE),
        Fault("locked for good", before(saying(500, say_code, LOCKED)), strikes=FOR_GOOD),
        Fault("denied before", before(saying(401, say_code)), Heals.WRITES),
        Fault("wrong page after", elsewhere("/api/v1/setting/list"), Heals.WRITES),
        Fault("wrong page for good", elsewhere("/api/v1/setting/list"), strikes=FOR_GOOD),
    ),
}
"""What one gateway's own words add."""


def kinds_of(kind: SiteKind) -> tuple[Fault, ...]:
    """Return every fault of a gateway."""
    return LINE + GONE + DEATHS + OWN[kind]


ALWAYS: Final = frozenset({"timed out after", "cut after", "killed after"})
"""What is tried on every generation even when time is short."""

OFTEN: Final = frozenset(
    {
        "broken before",
        "no after",
        "500 after",
        "gone for good",
        "five requests late",
        "page 500 before",
        "page 200 after",
        "429 before",
        "garbled after",
        "wrong page after",
        "panic after",
        "500 before",
    }
)
"""What is tried besides on the youngest generations when time is short: one of each sort."""


def half_written(stage: EmulatedStage) -> Fault:
    """Return New API's failure between the row and its routes: no read of channels shows it (contracts/new-api.md 4.4)."""

    async def act(send: Send, request: httpx.Request) -> httpx.Response:
        routes = stage.store.rows("SELECT * FROM abilities")
        await send(request)
        stage.store.execute("DELETE FROM abilities")
        for row in routes:
            stage.store.execute(f"INSERT INTO abilities VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608 - marks
        return httpx.Response(200, json=say_no(LOCKED))

    return Fault("half written", act, Heals.EVERYWHERE, hits=lambda request: request.method == "PUT")


class _Bytes(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


def _echo(request: httpx.Request) -> str:
    """Return everything that was sent: what must never be seen again."""
    headers = [request.headers.get(name, "") for name in ("authorization", "cookie")]
    return json.dumps([*headers, request.content.decode(errors="replace")], ensure_ascii=False)


def _plain(reply: httpx.Response) -> dict[str, str]:
    """Return the headers but for those that speak of the body's bytes."""
    spoken_for = ("content-encoding", "content-length", "transfer-encoding")
    return {name: value for name, value in reply.headers.items() if name not in spoken_for}
