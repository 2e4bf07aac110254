"""What came of asking a provider, directly or through a gateway: models or a balance, or why there is no answer.

An answer that is no answer is never an empty list and never a zero (contracts/models.md 2, contracts/upstreams.md 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

MOST_MODELS: Final = 2000
"""A longer list is a fault of the provider, not a list: nobody offers that many."""


class State(StrEnum):
    """How asking a provider ended."""

    OK = "ok"
    UNSUPPORTED = "unsupported"  # it cannot be asked this way: says nothing about the key
    AUTH_FAILED = "auth_failed"
    RATE_LIMITED = "rate_limited"
    NETWORK_ERROR = "network_error"
    UPSTREAM_ERROR = "upstream_error"
    INVALID_RESPONSE = "invalid_response"


_WAYS_ON: Final = {
    State.AUTH_FAILED: "check the channel's key at the provider",
    State.RATE_LIMITED: "run again later",
    State.NETWORK_ERROR: "check base_url and the way there, or run again later",
    State.UPSTREAM_ERROR: "run again later; when it stays so, check base_url and type",
    State.INVALID_RESPONSE: "check base_url and type: that is no list of models as this type has it",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer: *reason* is a sentence fit to be shown, *source* says who was asked.

    *is_empty*: the list came, and held no model. *mend*: how to go on, where that is known better than by the state.
    """

    state: State
    reason: str
    source: str = ""
    is_empty: bool = False
    mend: str = ""

    def __post_init__(self) -> None:
        assert self.state is not State.OK, "a failure has no success"

    @property
    def way_on(self) -> str:
        """Return how to go on."""
        return self.mend or _WAYS_ON.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Models:
    """Every model the provider lists, tidy, in its order: at least one. *source* says who was asked, and how.

    *betrayed*: what tells that the provider speaks another protocol than it was asked in; empty where nothing does.
    """

    names: tuple[str, ...]
    source: str = ""
    betrayed: str = ""

    def __post_init__(self) -> None:
        assert self.names, "an empty list is a failure"

    @property
    def state(self) -> State:
        """Return that it went well."""
        return State.OK


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left, in *unit* (an ISO currency, or what the provider counts in); *amount* None: there is no limit."""

    amount: Decimal | None
    unit: str
    expires_at: datetime | None = None
    source: str = ""

    @property
    def state(self) -> State:
        """Return that it went well."""
        return State.OK

    @property
    def is_unlimited(self) -> bool:
        """Tell whether the provider sets no limit."""
        return self.amount is None


@dataclass(frozen=True, slots=True)
class Balances:
    """What a provider says is left, one entry for each currency: at least one."""

    entries: tuple[Balance, ...]
    source: str = ""

    def __post_init__(self) -> None:
        assert self.entries, "no balance is a failure"

    @property
    def state(self) -> State:
        """Return that it went well."""
        return State.OK


Listing: TypeAlias = Models | Failure
BalanceAnswer: TypeAlias = Balances | Failure
