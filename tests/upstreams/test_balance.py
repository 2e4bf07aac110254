"""Balances: every row of the table in contracts/upstreams.md 4, and that not knowing is never zero."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chanops.domain.discovery import Balance, Balances, Failure, State
from chanops.sandbox.upstream import Account, Fault
from upstreams.stage import KEY, ROOT, asked, balance_from, canned, emulated

if TYPE_CHECKING:
    from chanops.domain.discovery import BalanceAnswer

pytestmark = pytest.mark.anyio

BILLING = ["/v1/dashboard/billing/subscription", "/v1/dashboard/billing/usage"]
ROWS = [
    pytest.param("openai", ROOT, BILLING, "units of the site", id="New API family"),
    pytest.param("siliconflow", "https://api.siliconflow.cn", ["/v1/user/info"], "CNY", id="SiliconFlow"),
    pytest.param("deepseek", "https://api.deepseek.com", ["/user/balance"], "USD", id="DeepSeek"),
    pytest.param("openrouter", "https://openrouter.ai/api", ["/api/v1/credits"], "USD", id="OpenRouter"),
    pytest.param("moonshot", "https://api.moonshot.cn", ["/v1/users/me/balance"], "CNY", id="Moonshot"),
]


@pytest.mark.parametrize(("type_name", "base_url", "paths", "unit"), ROWS)
async def test_each_provider_is_asked_in_its_own_way(type_name: str, base_url: str, paths: list[str], unit: str) -> None:
    provider = emulated(account=Account(granted=50, used=12.5))

    (entry,) = known(await balance_from(provider, asked(type_name, base_url)))

    assert (entry.amount, entry.unit, entry.is_unlimited) == (Decimal("37.5"), unit, False)
    assert [request.url.path for request in provider.requests] == paths
    assert {request.headers["authorization"] for request in provider.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("host", ["api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"])
async def test_who_refuses_api_keys_is_unsupported_and_not_asked(host: str) -> None:
    provider = emulated()

    found = await balance_from(provider, asked("openai", f"https://{host}"))

    assert state_of(found) is State.UNSUPPORTED
    assert provider.requests == []


async def test_a_hundred_million_are_no_limit() -> None:
    (entry,) = known(await balance_from(emulated(account=Account(is_unlimited=True))))

    assert (entry.amount, entry.is_unlimited) == (None, True)


async def test_a_key_that_ends_says_when() -> None:
    (ending,) = known(await balance_from(emulated(account=Account(expires_at=1_800_000_000))))
    (endless,) = known(await balance_from(emulated(account=Account(expires_at=0))))

    assert ending.expires_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert endless.expires_at is None


async def test_a_site_without_billing_is_asked_for_the_tokens_quota() -> None:
    token = {"data": {"total_available": 250_000, "unlimited_quota": False, "expires_at": 0}}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=token) if request.url.path == "/api/usage/token/" else httpx.Response(404)

    assert known(await balance_from(answer)) == (Balance(Decimal(250_000), "quota"),)


async def test_a_token_without_a_limit_has_none() -> None:
    token = {"data": {"total_available": 0, "unlimited_quota": True, "expires_at": 0}}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=token) if request.url.path == "/api/usage/token/" else httpx.Response(404)

    assert known(await balance_from(answer))[0].is_unlimited


async def test_a_provider_without_any_such_endpoint_is_unsupported() -> None:
    assert state_of(await balance_from(canned(404))) is State.UNSUPPORTED


async def test_each_currency_is_an_entry() -> None:
    infos = [{"currency": "CNY", "total_balance": "110.00"}, {"currency": "USD", "total_balance": "-0.50"}]
    found = await balance_from(canned(json={"balance_infos": infos}), asked("deepseek", None))

    assert known(found) == (Balance(Decimal(110), "CNY"), Balance(Decimal("-0.5"), "USD"))


FAULTS = [
    (Fault.UNAUTHORISED, State.AUTH_FAILED),
    (Fault.BARE_UNAUTHORISED, State.AUTH_FAILED),
    (Fault.FORBIDDEN, State.AUTH_FAILED),
    (Fault.NOT_FOUND, State.UNSUPPORTED),
    (Fault.RATE_LIMITED, State.RATE_LIMITED),
    (Fault.BROKEN, State.UPSTREAM_ERROR),
    (Fault.REDIRECT, State.INVALID_RESPONSE),
    (Fault.HTML, State.INVALID_RESPONSE),
    (Fault.CUT, State.INVALID_RESPONSE),
    (Fault.ERROR_UNDER_200, State.UPSTREAM_ERROR),
    (Fault.NO_DATA, State.INVALID_RESPONSE),
    (Fault.UNREACHABLE, State.NETWORK_ERROR),
]


@pytest.mark.parametrize(("type_name", "base_url"), [row.values[:2] for row in ROWS])
@pytest.mark.parametrize(("fault", "state"), FAULTS, ids=[fault.value for fault, _ in FAULTS])
async def test_a_fault_is_a_failure_and_never_zero(type_name: str, base_url: str, fault: Fault, state: State) -> None:
    assert state_of(await balance_from(emulated(fault=fault), asked(type_name, base_url))) is state


@pytest.mark.parametrize(
    "value", [None, "", "much", True, [], {}, "NaN", "Infinity", "1e999999", "-1e30", "1e9999999999999", "1e-99999", "9" * 9999]
)
async def test_an_amount_that_is_none_is_unreadable_and_not_zero(value: Any) -> None:
    for type_name, body in {
        "siliconflow": {"code": 20000, "data": {"totalBalance": value}},
        "deepseek": {"balance_infos": [{"currency": "CNY", "total_balance": value}]},
        "openrouter": {"data": {"total_credits": 5, "total_usage": value}},
        "moonshot": {"code": 0, "data": {"available_balance": value}},
    }.items():
        assert state_of(await balance_from(canned(json=body), asked(type_name, None))) is State.INVALID_RESPONSE


@pytest.mark.parametrize(
    ("type_name", "body"),
    [
        ("siliconflow", {"code": 20012, "data": {"totalBalance": "0"}}),
        ("moonshot", {"code": 5, "data": {"available_balance": 0}}),
        ("deepseek", {"balance_infos": []}),
        ("openrouter", {"data": []}),
    ],
)
async def test_an_envelope_that_says_no_is_a_failure(type_name: str, body: dict[str, Any]) -> None:
    assert state_of(await balance_from(canned(json=body), asked(type_name, None))) is State.INVALID_RESPONSE


async def test_a_flood_of_currencies_is_no_answer() -> None:
    infos = [{"currency": f"C{number}", "total_balance": "1"} for number in range(1000)]

    found = await balance_from(canned(json={"balance_infos": infos}), asked("deepseek", None))

    assert state_of(found) is State.INVALID_RESPONSE


async def test_a_known_zero_is_zero() -> None:
    (entry,) = known(await balance_from(emulated(account=Account(granted=5, used=5))))

    assert (entry.amount, entry.is_unlimited) == (Decimal(0), False)


def known(found: BalanceAnswer) -> tuple[Balance, ...]:
    assert isinstance(found, Balances), found
    assert found.source.startswith("provider ")
    return found.entries


def state_of(found: BalanceAnswer) -> State:
    assert isinstance(found, Failure), found
    return found.state
