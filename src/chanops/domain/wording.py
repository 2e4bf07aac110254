"""What others say in words, a gateway or a provider, fit to be shown: screened for secrets, on one line, and short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chanops.domain.secret import Ledger

LONGEST: Final = 300  # characters that are shown: a message may hold SQL and whole answers of an upstream
SCREENED: Final = 8_192  # characters that are looked at; nothing behind them is shown


def fit_to_show(ledger: Ledger, text: str, longest: int = LONGEST) -> str:
    """Return *text* as it may be shown; screened before and after signs are dropped that may part a secret."""
    line = " ".join(ledger.screen(text[:SCREENED]).split())
    shown = ledger.screen("".join(filter(str.isprintable, line)))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
