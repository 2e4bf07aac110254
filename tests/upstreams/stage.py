"""Emulated providers and a line to them whose waits take no time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from builders import fields, secret
from chanops.domain.discovery import Failure
from chanops.domain.secret import Ledger
from chanops.domain.vocabulary import SiteKind
from chanops.sandbox.upstream import Provider
from chanops.upstreams.balance import ask_balance
from chanops.upstreams.line import Line
from chanops.upstreams.models import list_models
from chanops.upstreams.provider import Provider as Asked
from chanops.upstreams.provider import find_provider
from chanops.upstreams.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.domain.discovery import BalanceAnswer, Listing

KEY = "sk-invented-0123456789"
ROOT = "https://one.invalid"
NAMES = ("gpt-4o", "o3", "claude-opus-4-1")


class NoTime:
    """A clock that jumps: waiting takes no time."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def emulated(*names: str, **given: Any) -> Provider:
    return Provider(names or NAMES, keys=frozenset({KEY}), **given)


def asked(type_name: str = "openai", base_url: str | None = ROOT, *, kind: SiteKind = SiteKind.NEWAPI, **more: Any) -> Asked:
    """Return who is asked for a channel of that type."""
    whole: dict[str, Any] = {"type": type_name, "key": secret(value=KEY)} | more
    found = find_provider(kind, fields(**whole, **({} if base_url is None else {"base_url": base_url})))
    assert not isinstance(found, Failure), found
    return found


def line_to(answer: Any, *, ledger: Ledger | None = None, seconds: float = 5.0, clock: NoTime | None = None) -> Line:
    """Return a line on which *answer* (a provider, or a function of the request) is everybody."""
    clock = clock or NoTime()
    turns = Turns(now=clock.now, sleep=clock.sleep)
    return Line(ledger or Ledger(), transport=httpx.MockTransport(answer), turns=turns, seconds=seconds)


async def list_from(answer: Any, provider: Asked | None = None, **options: Any) -> Listing:
    line = line_to(answer, **options)
    try:
        return await list_models(line, provider or asked())
    finally:
        await line.close()


async def balance_from(answer: Any, provider: Asked | None = None) -> BalanceAnswer:
    line = line_to(answer)
    try:
        return await ask_balance(line, provider or asked())
    finally:
        await line.close()


def canned(status: int = 200, **options: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, **options)
