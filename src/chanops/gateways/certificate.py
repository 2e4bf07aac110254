"""How long a site's certificate lasts: one TLS handshake, and nothing is sent through it."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from chanops.domain.value import reveal
from chanops.domain.wording import fit_to_show

if TYPE_CHECKING:
    from chanops.domain.secret import Ledger
    from chanops.domain.site import Site, Tls

PATIENCE: Final = 10.0  # seconds
DAY: Final = 86_400
HTTPS: Final = 443


class NoCertificateError(Exception):
    """There was no certificate to look at; *is_refused*: there was one, and it is not accepted."""

    def __init__(self, reason: str, *, is_refused: bool = False) -> None:
        self.is_refused = is_refused
        super().__init__(reason)


async def days_left(site: Site, ledger: Ledger) -> int:
    """Return for how many more days the certificate of *site* is good. Raises NoCertificateError."""
    parts = urlsplit(str(reveal(site.url)))
    try:
        context = _context(site.tls)
    except OSError:  # an SSLError is one, too
        raise NoCertificateError("its TLS files cannot be used") from None
    try:
        async with asyncio.timeout(min(site.timeout, PATIENCE)):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or HTTPS, ssl=context)
    except ssl.SSLCertVerificationError as fault:
        words = fit_to_show(ledger, fault.verify_message.rstrip("."))
        raise NoCertificateError(f"the certificate is not accepted: {words}", is_refused=True) from None
    except (OSError, ValueError):  # a time-out is one, too
        raise NoCertificateError("no connection of its own could be made to look at the certificate") from None
    try:
        ends = writer.get_extra_info("ssl_object").getpeercert()["notAfter"]
    finally:
        writer.close()
    return int((ssl.cert_time_to_seconds(ends) - time.time()) // DAY)


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_file) if tls.ca_file else httpx.create_ssl_context()
    if tls.client_cert:
        context.load_cert_chain(tls.client_cert, tls.client_key)
    return context
