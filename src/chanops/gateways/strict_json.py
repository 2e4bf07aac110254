"""JSON as others wrote it, read strictly: every number finite, and nothing nested deeper than anybody needs."""

from __future__ import annotations

import json
import math
from typing import Any, Final

MAX_DEPTH: Final = 64


class TooDeepError(ValueError):
    """The value is nested deeper than allowed: what walks through it could not bear it."""


def loads(text: str | bytes, *, deepest: int = MAX_DEPTH) -> Any:  # noqa: ANN401 - JSON
    """Return the value of *text*; raises TooDeepError, or ValueError when it is no JSON."""
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise TooDeepError from None
    if _is_deeper(value, deepest):
        raise TooDeepError
    return value


def _finite(text: str) -> float:
    """Return the number that *text* stands for; ValueError for NaN, for infinity, and for what Python rounds to it."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _is_deeper(value: Any, deepest: int) -> bool:  # noqa: ANN401 - JSON
    """Tell whether *value* has more levels than *deepest*, without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(deepest):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, dict | list)
        ]
    return bool(level)
