"""What a provider knows of the account behind a key, told by each of the balance endpoints (contracts/upstreams.md 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

UNLIMITED = 100_000_000
QUOTA_PER_USD = 500_000


@dataclass(frozen=True)
class Account:
    """Money granted and used; a New API family key may have no limit, and end at a moment (Unix seconds, 0: never)."""

    granted: float = 50.0
    used: float = 12.5
    currency: str = "USD"
    is_unlimited: bool = False
    expires_at: int = 0

    @property
    def left(self) -> float:
        """Return what may still be spent."""
        return self.granted - self.used


def _subscription(account: Account) -> dict[str, Any]:
    limit = UNLIMITED if account.is_unlimited else account.granted
    return {
        "object": "billing_subscription",
        "has_payment_method": True,
        "soft_limit_usd": limit,
        "hard_limit_usd": limit,
        "system_hard_limit_usd": limit,
        "access_until": account.expires_at,
    }


def _usage(account: Account) -> dict[str, Any]:
    return {"object": "list", "total_usage": account.used * 100}


def _token(account: Account) -> dict[str, Any]:
    data = {
        "object": "token_usage",
        "name": "sandbox",
        "total_granted": int(account.granted * QUOTA_PER_USD),
        "total_used": int(account.used * QUOTA_PER_USD),
        "total_available": int(account.left * QUOTA_PER_USD),
        "unlimited_quota": account.is_unlimited,
        "expires_at": account.expires_at,
    }
    return {"code": True, "message": "ok", "data": data}


def _siliconflow(account: Account) -> dict[str, Any]:
    data = {"id": "sandbox", "balance": f"{account.left:.2f}", "totalBalance": f"{account.left:.2f}"}
    return {"code": 20000, "message": "OK", "status": True, "data": data}


def _deepseek(account: Account) -> dict[str, Any]:
    entry = {"currency": account.currency, "total_balance": f"{account.left:.2f}", "granted_balance": "0.00"}
    return {"is_available": account.left > 0, "balance_infos": [entry]}


def _openrouter(account: Account) -> dict[str, Any]:
    return {"data": {"total_credits": account.granted, "total_usage": account.used}}


def _moonshot(account: Account) -> dict[str, Any]:
    data = {"available_balance": account.left, "voucher_balance": 0, "cash_balance": account.left}
    return {"code": 0, "data": data, "scode": "0x0", "status": True}


BALANCES: dict[str, Callable[[Account], dict[str, Any]]] = {
    "/v1/dashboard/billing/subscription": _subscription,
    "/v1/dashboard/billing/usage": _usage,
    "/api/usage/token/": _token,
    "/v1/user/info": _siliconflow,
    "/user/balance": _deepseek,
    "/api/v1/credits": _openrouter,
    "/v1/users/me/balance": _moonshot,
}
"""The balance endpoints by the end of their path."""
