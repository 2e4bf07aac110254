"""An answer is bounded in size, compression, nesting, numbers and time, over a real connection."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chanops.domain.discovery import Failure
from chanops.domain.secret import Ledger
from chanops.domain.site import Tls
from chanops.errors import GatewayError, NotUnderstoodError, UnclearError, UnreachableError
from chanops.gateways import answer
from chanops.gateways.answer import Answer, parse_json
from chanops.gateways.http import MAX_BYTES, Link
from chanops.gateways.pacing import Pacer
from chanops.upstreams.line import Line
from security.server import Reply, serve

MB = 2**20
SECRET = "canary-4711-canary"


class NoTime:
    """A clock that jumps: waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def link_to(url: str, **options: Any) -> Link:
    return Link("main", url, ledger=Ledger(), pacer=Pacer(NoTime()), **options)


async def call(link: Link, method: str = "GET") -> Answer:
    try:
        return await (link.read if method == "GET" else link.write)(method, "/x")
    finally:
        await link.close()


def gzip_bomb(size: int) -> bytes:
    """Return *size* zeros, compressed a thousandfold."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(MB)
    return b"".join(packer.compress(zeros) for _ in range(size // MB)) + packer.flush()


def peak_of(link: Link) -> tuple[str, int]:
    """Return what *link* says of its answer, and the most memory it took meanwhile."""
    tracemalloc.start()
    try:
        with pytest.raises(GatewayError) as caught:
            asyncio.run(call(link))
        return caught.value.reason, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_compressed_bomb_is_refused_before_it_unfolds() -> None:
    piece = gzip_bomb(1024 * MB)
    bomb = Reply(200, itertools.repeat(piece, 10), {"Content-Encoding": "gzip"})  # 10 MB that stand for 10 GB

    with serve(lambda _: bomb) as server:
        reason, peak = peak_of(link_to(server.url))

    assert reason == "the answer is larger than 64 MB"
    assert peak < 4 * MAX_BYTES


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate", "gzip, deflate, br", "x"])
def test_a_compression_that_nobody_asked_for_is_refused(encoding: str) -> None:
    with serve(lambda _: Reply(200, gzip_bomb(MB), {"Content-Encoding": encoding})) as server:
        reason, peak = peak_of(link_to(server.url))

    assert reason == "the answer is compressed in a way that was not asked for"
    assert server.calls[0].headers["accept-encoding"] == "gzip"
    assert peak < 8 * MB


@pytest.mark.parametrize("body", [b"no gzip at all", gzip_bomb(MB)[:-9] + b"123456789"])
def test_what_cannot_be_decompressed_is_said(body: bytes) -> None:
    with serve(lambda _: Reply(200, body, {"Content-Encoding": "gzip"})) as server, pytest.raises(UnreachableError) as caught:
        asyncio.run(call(link_to(server.url)))

    assert caught.value.reason == "the answer could not be decompressed"


def test_an_endless_answer_is_cut_off() -> None:
    with serve(lambda _: Reply(200, itertools.repeat(b"x" * MB))) as server:
        reason, peak = peak_of(link_to(server.url))

    assert reason == "the answer is larger than 64 MB"
    assert peak < 3 * MAX_BYTES


def test_a_write_whose_answer_was_beyond_the_bounds_may_have_been_done() -> None:
    with serve(lambda _: Reply(200, b"{}", {"Content-Encoding": "br"})) as server, pytest.raises(UnclearError):
        asyncio.run(call(link_to(server.url), "POST"))


def trickle() -> Iterator[bytes]:
    while True:
        yield b" "
        time.sleep(0.02)


@pytest.mark.parametrize(("method", "error"), [("GET", UnreachableError), ("POST", UnclearError)])
def test_an_answer_that_trickles_ends_with_the_time_out(method: str, error: type[GatewayError]) -> None:
    with serve(lambda _: Reply(200, trickle())) as server, pytest.raises(error) as caught:
        asyncio.run(call(link_to(server.url, timeout=0.05), method))

    assert caught.value.reason == "no answer within the time-out"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000])
def test_a_number_that_json_or_go_cannot_hold_is_refused(number: str) -> None:
    with pytest.raises(NotUnderstoodError, match="GET /x: JSON was expected"):
        parse_json("main", Answer(200, {}, f'{{"data": [{number}]}}'.encode()), "GET /x")


def test_an_answer_of_too_many_values_is_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_VALUES", 1000)

    with pytest.raises(NotUnderstoodError, match="more than 1,000 values"):
        parse_json("main", Answer(200, {}, b"[" + b"[]," * 1001 + b"[]]"), "GET /x")


def test_a_body_holds_half_characters_as_json_does() -> None:
    async def write(url: str) -> None:
        link = link_to(url)
        await link.write("POST", "/x", json={"name": "a\ud800鍵"})
        await link.close()

    with serve(lambda _: Reply(200, b"{}")) as server:
        asyncio.run(write(server.url))

    assert json.loads(server.calls[0].body) == {"name": "a\ud800鍵"}
    assert server.calls[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "url", [f"https://xn--{SECRET}\u00e4.example", f"http://h:{SECRET}", f"http://{SECRET}\x07", "http://\ud800"]
)
def test_a_url_that_cannot_be_used_is_this_sites_trouble_and_never_shown(url: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        asyncio.run(call(link_to(url)))

    assert caught.value.reason == "no address can be made of its url"
    assert SECRET not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("content", [None, "no certificate"])
@pytest.mark.parametrize("name", ["ca_file", "client_cert"])
def test_tls_files_that_cannot_be_used_are_this_sites_trouble(tmp_path: Path, name: str, content: str | None) -> None:
    file = tmp_path / "file.pem"
    if content:
        file.write_text(content)
    tls = Tls(ca_file=str(file)) if name == "ca_file" else Tls(client_cert=str(file))

    with pytest.raises(UnreachableError, match="its TLS files cannot be used"):
        asyncio.run(call(link_to("https://127.0.0.1:1", tls=tls)))


@pytest.mark.parametrize("proxy", [f"ftp://user:{SECRET}@proxy.example", f"http://user:{SECRET}@h:p", f"socks5://u:{SECRET}@p"])
def test_a_proxy_of_the_environment_that_cannot_be_used_is_said_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(UnreachableError) as caught:
        asyncio.run(call(link_to("https://gateway.invalid")))

    assert caught.value.reason == "the proxy that the environment names cannot be used"
    assert SECRET not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "br", "deflate"])
def test_a_bomb_of_an_upstream_is_refused_too(encoding: str) -> None:
    async def ask(url: str) -> object:
        line = Line(Ledger())
        try:
            return await line.get(url, {})
        finally:
            await line.close()

    bomb = Reply(200, itertools.repeat(gzip_bomb(16 * MB), 10), {"Content-Encoding": encoding})
    with serve(lambda _: bomb) as server:
        tracemalloc.start()
        try:
            answer = asyncio.run(ask(server.url))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert isinstance(answer, Failure)
    assert answer.reason in ("the answer is larger than 10 MB", "the answer could not be decompressed")
    assert peak < 128 * MB
