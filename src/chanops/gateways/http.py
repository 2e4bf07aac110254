"""The HTTP line to one site: bounded, counted, paced; repeats what may be repeated and nothing else."""

from __future__ import annotations

import asyncio
import json as jsonlib
import logging
import ssl
from functools import cache, cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httpx
import tenacity

from chanops.domain.gateway import Calls
from chanops.errors import NotUnderstoodError, StoppedError, UnclearError, UnreachableError
from chanops.gateways import course
from chanops.gateways.answer import Answer
from chanops.gateways.pacing import WaitEndedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chanops.domain.secret import Ledger
    from chanops.domain.site import Tls
    from chanops.gateways.pacing import Pacer

LOG: Final = logging.getLogger("chanops.http")  # methods, paths and sizes; never a query, a header or a body
MAX_BYTES: Final = 64 * 1024 * 1024  # 3,000 channels of 50 models are 5 MB; one list of 1,000 models is 30 kB
GRACE: Final = 0.5  # seconds that a whole call has beyond its time-out: a connection that never came is told first, as such
READ_TRIES: Final = 4
TRANSIENT: Final = frozenset({500, 502, 503, 504})
PASSING: Final = (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError)
NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Link:
    """One site's HTTP line. Paths begin with a slash and stand behind the site's URL; redirects are never followed.

    *is_throttle* tells the answers that ask for a pause: any 429, unless the gateway says something else with some of them.
    """

    def __init__(
        self,
        site: str,
        url: str,
        *,
        ledger: Ledger,
        pacer: Pacer,
        timeout: float = 30.0,
        tls: Tls | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        is_throttle: Callable[[Answer], bool] = lambda answer: answer.status == HTTPStatus.TOO_MANY_REQUESTS,
    ) -> None:
        self.site = site
        self.ledger = ledger
        self.pacer = pacer
        self._url = url
        self._timeout = timeout
        self._tls = tls
        self._transport = transport
        self._is_throttle = is_throttle
        self._reads = 0
        self._writes = 0

    @property
    def calls(self) -> Calls:
        """Return the requests made so far, retries included."""
        return Calls(self._reads, self._writes, round(self.pacer.waited, 3))

    async def read(self, method: str, path: str, *, tries: int = READ_TRIES, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        """Send a call that changes nothing; repeat it on connection faults, cut answers and 5xx.

        *options* are `params`, `json`, `headers`, and `patience`: seconds in place of the site's time-out.
        Raises UnreachableError when no answer comes in so many *tries*.
        """
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(tries),
            wait=tenacity.wait_random_exponential(multiplier=0.4, max=5),
            retry=tenacity.retry_if_exception_type(PASSING) | tenacity.retry_if_result(lambda a: a.status in TRANSIENT),
            retry_error_callback=lambda last: last.outcome.result() if last.outcome else None,  # the last answer, or its fault
            sleep=self.pacer.sleep,
        )
        try:
            answer: Answer = await retrying(self._read_once, method, path, **options)
        except httpx.RequestError as fault:
            raise UnreachableError(self.site, describe(fault)) from None
        return answer

    async def write(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        """Send a call that changes something, once.

        Raises UnreachableError when it was never sent, UnclearError when its answer was lost.
        """
        try:
            return await self._send(method, path, **options)
        except NEVER_SENT as fault:
            raise UnreachableError(self.site, describe(fault)) from None
        except httpx.RequestError as fault:
            raise UnclearError(self.site, describe(fault)) from None
        except NotUnderstoodError as fault:  # an answer beyond the bounds: what it says of the write was not read
            raise UnclearError(self.site, fault.reason, hint=fault.hint) from None
        finally:
            self._writes += 1
            course.note_write()

    def forget_cookies(self) -> None:
        """Drop every cookie the site has set."""
        self._client.cookies.clear()

    async def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            await self._client.aclose()

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        """Return the client, made at the first call: what it cannot be made of is this site's trouble alone."""
        try:
            url = httpx.URL(self._url)
        except httpx.InvalidURL:
            raise UnreachableError(self.site, "no address can be made of its url", hint="check its host and port") from None
        try:
            return httpx.AsyncClient(
                base_url=url,
                timeout=self._timeout,
                transport=self._transport,
                verify=True if self._transport else _ssl_context(self._tls),
                follow_redirects=False,
                limits=httpx.Limits(max_connections=32, max_keepalive_connections=32),
                headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "chanops"},
            )
        except OSError as fault:  # an SSLError is one, too
            reason = "they are not PEM" if isinstance(fault, ssl.SSLError) else fault.strerror or type(fault).__name__
            raise UnreachableError(self.site, f"its TLS files cannot be used: {reason}", hint="see tls: in the file") from None
        except (httpx.InvalidURL, ValueError, ImportError):
            hint = "look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
            raise UnreachableError(self.site, "the proxy that the environment names cannot be used", hint=hint) from None

    async def _read_once(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        self._reads += 1
        return await self._send(method, path, **options)

    async def _send(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        """Send at the pace the site allows: a 429 did nothing there, so it is sent again when the wait is over."""
        try:
            return await self._send_paced(method, path, **options)
        except WaitEndedError:
            raise StoppedError(self.site) from None

    async def _send_paced(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        while True:
            is_patient = course.has_written()
            await self.pacer.before_call(is_patient=is_patient)
            answer = await self._exchange(method, path, **options)
            LOG.debug("%s %s %s: %d, %d bytes", self.site, method, path, answer.status, len(answer.body))
            if not self._is_throttle(answer):
                self.pacer.after_answer()
                return answer
            await self.pacer.after_refusal(answer.headers.get("retry-after"), is_patient=is_patient)
            if self.pacer.is_hopeless:
                hint = "no rate limit lasts that long: does something before the gateway refuse chanops?"
                raise UnreachableError(self.site, "it answers HTTP 429 to every call, however long one waits", hint=hint)

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        patience: float | None = None,
        **options: Any,  # noqa: ANN401 - httpx's own options
    ) -> Answer:
        """Send one request and read its answer whole, both within the time-out: an answer that trickles ends with it."""
        seconds = self._timeout if patience is None else patience
        if json is not None:
            options |= _encoded(json, options.get("headers"))
        try:
            async with (
                asyncio.timeout(seconds + GRACE),
                self._client.stream(method, path, timeout=seconds, **options) as response,
            ):
                return Answer(response.status_code, response.headers, await self._read_bounded(response))
        except TimeoutError:
            raise httpx.ReadTimeout("the whole call") from None

    async def _read_bounded(self, response: httpx.Response) -> bytes:
        """Return the body; httpx decompresses what came at once (64 KB, so 66 MB at most), and it is counted then."""
        if response.headers.get("content-encoding", "identity").lower() not in ("gzip", "identity"):
            raise NotUnderstoodError(self.site, "the answer is compressed in a way that was not asked for")
        chunks, size = [], 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > MAX_BYTES:
                hint = "no list of channels is that large: is the url the gateway's own address?"
                raise NotUnderstoodError(self.site, f"the answer is larger than {MAX_BYTES / 2**20:.0f} MB", hint=hint)
            chunks.append(chunk)
        return b"".join(chunks)


def is_header_text(text: str) -> bool:
    """Tell whether a header can carry *text*."""
    return text.isascii() and text.isprintable()


def describe(fault: Exception) -> str:
    """Say what went wrong on the line, without the URL, headers or body that a library's text may carry."""
    match fault:
        case httpx.ConnectTimeout():
            return "no connection within the time-out"
        case httpx.ConnectError() if "certificate" in str(fault).lower():
            return "the TLS certificate was not accepted"
        case httpx.ConnectError():
            return "no connection: is the gateway running, and is the url right?"
        case httpx.TimeoutException():
            return "no answer within the time-out"
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError():
            return "the connection broke before the answer was whole"
        case httpx.DecodingError():
            return "the answer could not be decompressed"
        case _:
            return f"the call failed ({type(fault).__name__})"


def _encoded(json: object, headers: Mapping[str, str] | None) -> dict[str, Any]:
    """Return *json* as a body in ASCII: httpx would write UTF-8, and half a character has none."""
    text = jsonlib.dumps(json, allow_nan=False, separators=(",", ":"))
    return {"content": text.encode("ascii"), "headers": {**(headers or {}), "Content-Type": "application/json"}}


def _ssl_context(tls: Tls | None) -> ssl.SSLContext | bool:
    if tls and not tls.verify:
        return False
    if not (tls and (tls.ca_file or tls.client_cert)):
        return _default_context()
    context = ssl.create_default_context(cafile=tls.ca_file)
    if tls.client_cert:
        context.load_cert_chain(tls.client_cert, tls.client_key)
    return context


@cache
def _default_context() -> ssl.SSLContext:
    """Return the context that most sites share: loading the authorities takes some 30 ms."""
    return httpx.create_ssl_context()
