"""New API's envelope: success is HTTP 2xx and a JSON object and `success` is true, whatever else it says (2.1)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.wording import fit_to_show
from chanops.errors import NotUnderstoodError, RefusedError, UnauthorisedError, UnclearError
from chanops.gateways.answer import parse_object

if TYPE_CHECKING:
    from chanops.domain.secret import Ledger
    from chanops.gateways.answer import Answer
    from chanops.gateways.http import Link

CODE: Final = re.compile("[A-Z][A-Z_]{2,60}")
DENIALS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
IS_IT_ONE: Final = "is the url the address of a New API, without a path or a login page before it?"
LOCKS: Final = ("database is locked", "database table is locked", "sqlite_busy", "deadlock", "lock wait timeout")


def unwrap(link: Link, answer: Answer, what: str) -> dict[str, Any]:
    """Return the envelope of a success; raise what any other answer to *what* (`GET /api/channel/`) means."""
    if 300 <= answer.status < 400:
        raise NotUnderstoodError(
            link.site,
            f"{what}: HTTP {answer.status} points to another address",
            hint="give the url the gateway itself answers at (https, host, no path)",
        )
    if answer.status in DENIALS:
        raise UnauthorisedError(link.site, f"{what}: {_denial(link, answer)}")
    if answer.status >= 500:
        raise NotUnderstoodError(link.site, f"{what}: HTTP {answer.status}")
    body = parse_object(link.site, answer, what)
    if answer.is_success and body.get("success") is True:
        return body
    if "success" not in body:
        raise NotUnderstoodError(link.site, f"{what}: HTTP {answer.status} without New API's envelope", hint=IS_IT_ONE)
    raise RefusedError(link.site, f"{what}: {_words(link, body) or 'refused without a reason'}")


def unwrap_write(link: Link, answer: Answer, what: str) -> dict[str, Any]:
    """Return the envelope of a successful write; raises UnclearError when the answer leaves open whether it was done."""
    if answer.status >= 500:
        raise UnclearError(link.site, f"{what}: HTTP {answer.status}")
    try:
        return unwrap(link, answer, what)
    except NotUnderstoodError as error:
        if answer.is_success:
            raise UnclearError(link.site, error.reason) from None
        raise


def is_throttle(answer: Answer) -> bool:
    """Tell whether a 429 is the rate limiter's, which is empty; HEAD has one for accounts that log in too often (1.4)."""
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS and b'"AUTH_' not in answer.body


def is_lock(error: RefusedError) -> bool:
    """Tell whether the gateway's database was busy, so that nothing was written (contracts/new-api.md 2.5)."""
    return any(lock in error.reason.lower() for lock in LOCKS)


def message(ledger: Ledger, body: dict[str, Any]) -> str:
    """Return the envelope's `message`, fit to be shown: it may hold SQL and whole upstream answers (2.1)."""
    text = body.get("message")
    return fit_to_show(ledger, text) if isinstance(text, str) else ""


def _denial(link: Link, answer: Answer) -> str:
    try:
        body = parse_object(link.site, answer, "")
    except NotUnderstoodError:
        return f"HTTP {answer.status}"
    return f"HTTP {answer.status} {_words(link, body)}".rstrip()


def _words(link: Link, body: dict[str, Any]) -> str:
    """Return code and message: HEAD's codes stay the same in every language (AUTH_USER_DISABLED, 1.3)."""
    code = body.get("code")
    shown = code if isinstance(code, str) and CODE.fullmatch(code) else ""
    return " ".join(filter(None, (shown, message(link.ledger, body))))
