"""The HTTP line to providers: one bounded GET at a time, and what its answer means when it is not what was asked for.

It is a line of its own beside the gateways': a provider is nobody's site, is never written to, and its faults are values.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx

from chanops.domain.discovery import Failure, State
from chanops.upstreams.turns import Turns
from chanops.upstreams.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.secret import Ledger

LOG: Final = logging.getLogger("chanops.upstreams")  # hosts, statuses and sizes; never a path, a query, a header or a body
MAX_BYTES: Final = 10 * 1024 * 1024  # a list of 2,000 models is 300 KB
SECONDS: Final = 20.0  # for one page, from the first byte sent to the last one read
TRIES: Final = 2
PAUSE: Final = 1.0
TRANSIENT: Final = frozenset({500, 502, 503, 504})

STATES: Final[Mapping[int, State]] = {
    HTTPStatus.UNAUTHORIZED: State.AUTH_FAILED,
    HTTPStatus.FORBIDDEN: State.AUTH_FAILED,
    HTTPStatus.TOO_MANY_REQUESTS: State.RATE_LIMITED,
}
REJECTED_KEY: Final = b"API_KEY_INVALID"  # Gemini says so under 400


class Page(NamedTuple):
    """One answer with status 200: a JSON object without an `error`."""

    body: Mapping[str, Any]


class Refusal(NamedTuple):
    """One answer with another status, and the failure that it means."""

    status: int
    failure: Failure


class Line:
    """The way out to all providers of one run; *transport* stands in for the network."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        turns: Turns | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.ledger = ledger
        self._turns = turns or Turns()
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def get(
        self, url: str, headers: Mapping[str, str], params: Mapping[str, str] | None = None
    ) -> Page | Refusal | Failure:
        """Return the JSON object at *url*; a Refusal is its no, a Failure anything that is no answer at all."""
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            return Failure(State.AUTH_FAILED, "the key holds characters that no header can carry")
        for attempt in range(1, TRIES + 1):
            answer = await self._try(url, headers, params or {})
            if attempt == TRIES or not _is_transient(answer):
                return answer
            await self._turns.sleep(PAUSE)
        raise AssertionError

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _try(self, url: str, headers: Mapping[str, str], params: Mapping[str, str]) -> Page | Refusal | Failure:
        try:
            async with self._turns.take(httpx.URL(url).netloc.decode()):
                status, body = await self._exchange(url, headers, params)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError, ImportError) as fault:
            return Failure(State.NETWORK_ERROR, describe(fault))
        if body is None:
            return Failure(State.INVALID_RESPONSE, f"the answer is larger than {MAX_BYTES // 2**20} MB")
        return self._read(status, body)

    async def _exchange(self, url: str, headers: Mapping[str, str], params: Mapping[str, str]) -> tuple[int, bytes | None]:
        """Return status and body, None for one that is too large; all of it within the time there is."""
        async with (
            asyncio.timeout(self._seconds),
            self._open().stream("GET", url, headers=dict(headers), params=dict(params) or None) as response,
        ):
            if response.headers.get("content-encoding", "identity").lower() not in ("gzip", "identity"):
                raise httpx.DecodingError("not asked for")  # one layer of gzip unfolds a thousandfold, two a millionfold
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > MAX_BYTES:
                    return response.status_code, None
                chunks.append(chunk)
            LOG.debug("%s: %d, %d bytes", response.url.host, response.status_code, size)
            return response.status_code, b"".join(chunks)

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=self._seconds,
                transport=self._transport,
                follow_redirects=False,  # the key goes where the file says, and nowhere else
                headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "chanops"},
            )
        return self._client

    def _read(self, status: int, body: bytes) -> Page | Refusal | Failure:
        if status != HTTPStatus.OK:
            return Refusal(status, Failure(_state_of(status, body), self._with_words(f"HTTP {status}", body)))
        try:
            value = json.loads(body, parse_float=Decimal)
        except (ValueError, RecursionError):
            kind = "a web page" if body.lstrip()[:1] == b"<" else "something else"
            return Failure(State.INVALID_RESPONSE, f"JSON was expected, and {kind} came")
        if not isinstance(value, dict):
            return Failure(State.INVALID_RESPONSE, f"a JSON object was expected, not {type(value).__name__}")
        if value.get("error") not in (None, "", False) or value.get("success") is False:
            return Failure(State.UPSTREAM_ERROR, self._with_words("an error under HTTP 200", body))
        return Page(value)

    def _with_words(self, what: str, body: bytes) -> str:
        words = words_of(self.ledger, body)
        return f"{what}: {words}" if words else what


def describe(fault: Exception) -> str:
    """Say what went wrong on the way, without the URL or headers that a library's text may carry."""
    match fault:
        case httpx.ConnectTimeout():
            return "no connection within the time-out"
        case httpx.ConnectError() if isinstance(fault.__cause__, ssl.SSLError) or "certificate" in str(fault).lower():
            return "the TLS certificate was not accepted"
        case httpx.ConnectError():
            return "no connection"
        case httpx.TimeoutException() | TimeoutError():
            return "no answer within the time-out"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            return "the connection broke before the answer was whole"
        case httpx.DecodingError():
            return "the answer could not be decompressed"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return "the address is not one that can be called"
        case _:
            return f"the call failed ({type(fault).__name__})"


def _state_of(status: int, body: bytes) -> State:
    if status == HTTPStatus.BAD_REQUEST and REJECTED_KEY in body:
        return State.AUTH_FAILED
    if 300 <= status < 400:
        return State.INVALID_RESPONSE
    return STATES.get(status, State.UPSTREAM_ERROR)


def _is_transient(answer: Page | Refusal | Failure) -> bool:
    if isinstance(answer, Refusal):
        return answer.status in TRANSIENT
    return isinstance(answer, Failure) and answer.state is State.NETWORK_ERROR
