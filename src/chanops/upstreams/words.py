"""What a provider says about a failure, fit to be shown: screened for secrets, on one line, and short."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.wording import fit_to_show

if TYPE_CHECKING:
    from chanops.domain.secret import Ledger

LONGEST: Final = 200  # characters that are shown
LOOKED_AT: Final = 65_536  # bytes of an answer that are searched for words


def words_of(ledger: Ledger, body: bytes) -> str:
    """Return the message in *body*, or an empty text where it has none."""
    try:
        text = _find(json.loads(body[:LOOKED_AT]))
    except (ValueError, RecursionError):
        return ""
    return fit_to_show(ledger, text, LONGEST)


def _find(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return the text that people are meant to read: `error.message`, `message`, `detail`, or all of a bare text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    for name in ("error", "message", "detail", "msg"):
        if found := _find(value.get(name)):
            return found
    return ""
