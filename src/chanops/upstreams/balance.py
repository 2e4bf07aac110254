"""Ask a provider what is left (contracts/upstreams.md 4). Not known is never zero, and no answer disables anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from chanops.domain.discovery import Balance, BalanceAnswer, Balances, Failure, State
from chanops.upstreams.line import Page, Refusal
from chanops.upstreams.models import NOT_THERE
from chanops.upstreams.styles import OLLAMA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chanops.upstreams.line import Line
    from chanops.upstreams.provider import Provider

SITE_UNIT: Final = "units of the site"
"""A New API site counts in USD, CNY or tokens, as its owner chose, and does not say in which."""
ACCOUNT_UNIT: Final = "units of the account"
QUOTA: Final = "quota"  # 500,000 are a US dollar unless the site says otherwise
UNLIMITED: Final = Decimal(100_000_000)
SILICONFLOW_OK: Final = 20000
LARGEST: Final = Decimal(10) ** 19  # what 64 bits can count
FINEST: Final = -18  # decimal places; beyond both, a number is there to fill screens and to break sums
MOST_CURRENCIES: Final = 20


class UnreadableError(Exception):
    """An answer that is not what the endpoint promises; the text names the member."""


class Query(NamedTuple):
    """What to ask, and how to read all answers together; a vendor's own paths stand behind its host, not behind the root."""

    paths: tuple[str, ...]
    read: Callable[[Sequence[Mapping[str, Any]]], tuple[Balance, ...]]
    is_vendors: bool = False


async def ask_balance(line: Line, provider: Provider) -> BalanceAnswer:
    """Return what *provider* says is left of the account behind its key."""
    line.ledger.remember(provider.key.reveal())
    queries = find_queries(provider)
    answer: BalanceAnswer = queries if isinstance(queries, Failure) else await _ask_all(line, provider, queries)
    return replace(answer, source=provider.source)


def find_queries(provider: Provider) -> tuple[Query, ...] | Failure:
    """Return how *provider* is asked, the next way for when one is not there: by its host, else as a New API site."""
    host = (urlsplit(provider.root).hostname or "").lower()
    if host in REFUSING or provider.style is OLLAMA:
        return Failure(State.UNSUPPORTED, f"{host} tells no balance to an API key")
    vendor = next((query for domain, query in VENDORS.items() if host == domain or host.endswith(f".{domain}")), None)
    return (vendor,) if vendor else (BILLING, TOKEN)


async def _ask_all(line: Line, provider: Provider, queries: tuple[Query, ...]) -> BalanceAnswer:
    for query in queries:
        answer = await _ask(line, provider, query)
        if not isinstance(answer, Refusal):
            return answer
        if answer.status not in NOT_THERE:
            return answer.failure
    return Failure(State.UNSUPPORTED, "the provider has no such endpoint")


async def _ask(line: Line, provider: Provider, query: Query) -> Balances | Failure | Refusal:
    headers = {"Authorization": f"Bearer {provider.key.reveal()}"}
    root = provider.origin if query.is_vendors else provider.root
    bodies = []
    for path in query.paths:
        page = await line.get(root + path, headers)
        if not isinstance(page, Page):
            return page
        bodies.append(page.body)
    try:
        return Balances(query.read(bodies))
    except UnreadableError as fault:
        return Failure(State.INVALID_RESPONSE, str(fault))


def _read_billing(bodies: Sequence[Mapping[str, Any]]) -> tuple[Balance, ...]:
    subscription, usage = bodies
    limit = _number(subscription, "hard_limit_usd")
    left = None if limit == UNLIMITED else limit - _number(usage, "total_usage") / 100
    return (Balance(left, SITE_UNIT, _moment(subscription, "access_until")),)


def _read_token(bodies: Sequence[Mapping[str, Any]]) -> tuple[Balance, ...]:
    data = _member(bodies[0], "data")
    left = None if data.get("unlimited_quota") is True else _number(data, "total_available")
    return (Balance(left, QUOTA, _moment(data, "expires_at")),)


def _read_siliconflow(bodies: Sequence[Mapping[str, Any]], unit: str) -> tuple[Balance, ...]:
    if bodies[0].get("code") != SILICONFLOW_OK:
        raise UnreadableError(f"`code` is not {SILICONFLOW_OK}")
    return (Balance(_number(_member(bodies[0], "data"), "totalBalance"), unit),)


def _read_deepseek(bodies: Sequence[Mapping[str, Any]]) -> tuple[Balance, ...]:
    entries = bodies[0].get("balance_infos")
    if not (isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)):
        raise UnreadableError("`balance_infos` is no list of objects")
    if len(entries) > MOST_CURRENCIES:
        raise UnreadableError(f"`balance_infos` has more than {MOST_CURRENCIES} entries")
    return tuple(Balance(_number(entry, "total_balance"), _text(entry, "currency")) for entry in entries)


def _read_openrouter(bodies: Sequence[Mapping[str, Any]]) -> tuple[Balance, ...]:
    data = _member(bodies[0], "data")
    return (Balance(_number(data, "total_credits") - _number(data, "total_usage"), "USD"),)


def _read_moonshot(bodies: Sequence[Mapping[str, Any]], unit: str) -> tuple[Balance, ...]:
    if bodies[0].get("code") not in (0, None):
        raise UnreadableError("`code` is not 0")
    return (Balance(_number(_member(bodies[0], "data"), "available_balance"), unit),)


BILLING: Final = Query(("/v1/dashboard/billing/subscription", "/v1/dashboard/billing/usage"), _read_billing)
TOKEN: Final = Query(("/api/usage/token/",), _read_token)  # 20 calls in 20 minutes: asked only where there is no billing
DEEPSEEK: Final = Query(("/user/balance",), _read_deepseek, is_vendors=True)
OPENROUTER: Final = Query(("/api/v1/credits",), _read_openrouter, is_vendors=True)


def _siliconflow(unit: str) -> Query:
    return Query(("/v1/user/info",), partial(_read_siliconflow, unit=unit), is_vendors=True)


def _moonshot(unit: str) -> Query:
    return Query(("/v1/users/me/balance",), partial(_read_moonshot, unit=unit), is_vendors=True)


VENDORS: Final[Mapping[str, Query]] = {
    "siliconflow.cn": _siliconflow("CNY"),
    "siliconflow.com": _siliconflow(ACCOUNT_UNIT),
    "deepseek.com": DEEPSEEK,
    "openrouter.ai": OPENROUTER,
    "moonshot.cn": _moonshot("CNY"),
    "moonshot.ai": _moonshot(ACCOUNT_UNIT),
}
"""Vendors with an endpoint of their own, by domain; anyone else is asked as a New API site."""

REFUSING: Final = frozenset({"api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"})
"""Their billing pages want a person's session: a refusal says nothing about the key."""


def _member(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise UnreadableError(f"`{name}` is no object")
    return value


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not (isinstance(value, str) and value.isprintable() and 0 < len(value) <= 16):
        raise UnreadableError(f"`{name}` is no short text")
    return value


def _number(body: Mapping[str, Any], name: str) -> Decimal:
    """Return a number, given as one or as text; anything else is unreadable, and not zero."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise UnreadableError(f"`{name}` is no number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise UnreadableError(f"`{name}` is no number") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < FINEST or not -LARGEST < number < LARGEST:
        raise UnreadableError(f"`{name}` is no number that an account can have")
    return number


def _moment(body: Mapping[str, Any], name: str) -> datetime | None:
    """Return the moment in Unix seconds; 0, -1 and nothing mean never."""
    seconds = body.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
