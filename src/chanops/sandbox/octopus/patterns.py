"""Regular expressions as an Octopus takes them: searched, with case, refused when broken (contracts/octopus.md 8.3, 8.5)."""

from __future__ import annotations

import re
import warnings

from chanops.sandbox.octopus.envelope import Refusal


def read(text: str, status: int) -> re.Pattern[str]:
    """Return *text* as a pattern; a broken one is refused with *status*. Named groups are written the ECMAScript way."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", text))
    except re.error as error:
        raise Refusal(status, f"error parsing regexp: {error}") from None
