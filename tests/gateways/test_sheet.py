"""The steps of an examination that all gateways share: clock, TLS, limits, and what is not known."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from contextlib import asynccontextmanager
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from chanops.domain.examination import Observation, RateLimit, Topic, Verdict
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.secret import Ledger
from chanops.domain.site import Auth, Site, Tls
from chanops.domain.vocabulary import SiteKind
from chanops.gateways.pacing import Pacer
from chanops.gateways.sheet import Sheet, note_clock, note_rate_limit, note_tls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

NOW = 1_800_000_000.0
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")


def site(url: str, tls: Tls | None = None) -> Site:
    return Site("main", SiteKind.NEWAPI, url, Auth(), Manage(ManageMode.MARKED), Guards(), tls=tls or Tls(), timeout=5)


def told(sheet: Sheet, topic: Topic) -> Observation:
    (found,) = sheet.finish().about(topic)
    return found


@pytest.mark.parametrize(
    ("ahead", "verdict", "text"),
    [
        (0, Verdict.OK, "the same as this machine's, to a second"),
        (5, Verdict.OK, "5 s ahead of this machine's"),
        (-5, Verdict.OK, "5 s behind this machine's"),
        (3600, Verdict.WARNING, "3,600 s ahead of this machine's"),
        (-3600, Verdict.WARNING, "3,600 s behind this machine's"),
    ],
)
async def test_a_clock_is_compared_by_the_date_of_an_answer(ahead: float, verdict: Verdict, text: str) -> None:
    sheet = Sheet()

    note_clock(sheet, {"date": formatdate(NOW + ahead, usegmt=True)}, NOW + 0.5)

    clock = told(sheet, Topic.CLOCK)
    assert (clock.verdict, clock.text, sheet.facts.clock_skew_seconds) == (verdict, text, ahead)


@pytest.mark.parametrize("headers", [{}, {"date": ""}, {"date": "yesterday"}, {"date": "Sat, 99 Nov 2026 99:99:99 GMT"}])
async def test_a_clock_without_a_readable_date_is_unknown(headers: dict[str, str]) -> None:
    sheet = Sheet()

    note_clock(sheet, headers, NOW)

    assert (told(sheet, Topic.CLOCK).verdict, sheet.facts.clock_skew_seconds) == (Verdict.UNKNOWN, None)


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("sandbox:newapi", Verdict.OK),
        ("http://127.0.0.1:3000", Verdict.OK),
        ("http://localhost", Verdict.OK),
        ("http://[::1]:80", Verdict.OK),
        ("http://gateway.example.com", Verdict.WARNING),
        ("http://192.0.2.7:3000", Verdict.WARNING),
    ],
)
async def test_a_line_without_tls_is_a_warning_unless_it_stays_on_this_machine(url: str, verdict: Verdict) -> None:
    sheet = Sheet()

    await note_tls(sheet, site(url), Ledger())

    assert told(sheet, Topic.TLS).verdict is verdict


async def test_a_certificate_that_is_not_checked_is_a_warning() -> None:
    sheet = Sheet()

    await note_tls(sheet, site("https://gateway.example.com", Tls(verify=False)), Ledger())

    assert told(sheet, Topic.TLS).verdict is Verdict.WARNING


@needs_openssl
@pytest.mark.parametrize(("days", "verdict"), [(90, Verdict.OK), (5, Verdict.WARNING)])
async def test_the_days_of_a_certificate_are_told(tmp_path: Path, days: int, verdict: Verdict) -> None:
    sheet = Sheet()

    async with secured(tmp_path, days) as url:
        await note_tls(sheet, site(url, Tls(ca_file=str(tmp_path / "cert.pem"))), Ledger())

    assert told(sheet, Topic.TLS).verdict is verdict
    assert sheet.facts.certificate_days in (days - 1, days)


@needs_openssl
async def test_a_certificate_of_an_unknown_authority_failed_with_the_reason(tmp_path: Path) -> None:
    sheet = Sheet()

    async with secured(tmp_path, 90) as url:
        await note_tls(sheet, site(url), Ledger())

    tls = told(sheet, Topic.TLS)
    assert tls.verdict is Verdict.FAILED
    assert tls.text.startswith("the certificate is not accepted: self")
    assert "ca_file" in tls.hint


async def test_a_certificate_that_cannot_be_looked_at_is_unknown() -> None:
    sheet = Sheet()

    await note_tls(sheet, site("https://127.0.0.1:9"), Ledger())

    assert told(sheet, Topic.TLS).verdict is Verdict.UNKNOWN


async def test_tls_files_that_cannot_be_used_leave_the_certificate_unknown(tmp_path: Path) -> None:
    sheet = Sheet()
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")

    await note_tls(sheet, site("https://127.0.0.1:9", Tls(ca_file=str(tmp_path / "ca.pem"))), Ledger())

    assert told(sheet, Topic.TLS) == Observation(Topic.TLS, Verdict.UNKNOWN, "its TLS files cannot be used")


@asynccontextmanager
async def secured(folder: Path, days: int) -> AsyncIterator[str]:
    """Listen with TLS on this machine, with a certificate of its own that lasts for *days*."""
    cert, key = make_certificate(folder, days)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server = await asyncio.start_server(_hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def make_certificate(folder: Path, days: int) -> tuple[Path, Path]:
    cert, key = folder / "cert.pem", folder / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    about = ["-days", str(days), "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*make, *about, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


async def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


class NoTime:
    """A timer whose waits are over at once."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


async def test_a_limit_that_was_not_met_is_the_usual_one() -> None:
    sheet = Sheet()

    note_rate_limit(sheet, Pacer(NoTime()), RateLimit(360, 180.0, "usual"))

    assert sheet.facts.rate_limit == RateLimit(360, 180.0, "usual")
    assert told(sheet, Topic.RATE_LIMIT).verdict is Verdict.OK


async def test_a_limit_that_was_met_is_told_as_it_was_seen() -> None:
    pacer, sheet = Pacer(NoTime()), Sheet()
    for _ in range(4):
        await pacer.before_call()
    await pacer.after_refusal("20")

    note_rate_limit(sheet, pacer, RateLimit(360, 180.0, "usual"))

    assert sheet.facts.rate_limit == RateLimit(3, 20.0, "seen")
    assert told(sheet, Topic.RATE_LIMIT).verdict is Verdict.WARNING


async def test_what_nobody_looked_at_is_unknown_and_says_why() -> None:
    sheet = Sheet()
    sheet.ok(Topic.ADDRESS, "answers")
    sheet.fail(Topic.LOGIN, "no")

    found = sheet.finish().observations

    assert [seen.topic for seen in found] == list(Topic)
    unknown = Observation(Topic.CHANNELS, Verdict.UNKNOWN, "not looked at: login failed")
    assert unknown in found
    assert replace(unknown, topic=Topic.TLS) in found
