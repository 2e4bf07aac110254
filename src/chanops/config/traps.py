"""What YAML 1.1 or 1.2 makes of a plain scalar that a person may have meant as text: the traps.

Refused wherever text is wanted: `on`, `no`, `010`, `12:30`, `1e3`, `1.10`, `2024-01-01`, `~`.
"""

from __future__ import annotations

import re
from typing import Final

TRUE: Final = frozenset({"true", "True", "TRUE"})
FALSE: Final = frozenset({"false", "False", "FALSE"})
NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})

WORDS: Final = (
    dict.fromkeys(NOTHING, "nothing")
    | dict.fromkeys(TRUE | {"yes", "Yes", "YES", "on", "On", "ON"}, "true")
    | dict.fromkeys(FALSE | {"no", "No", "NO", "off", "Off", "OFF"}, "false")
)
"""Words that YAML 1.1 reads as something else than text."""

_DIGITS: Final = frozenset("+-.0123456789")
WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
"""A whole number in the one way of writing that every reader agrees on."""

DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")
"""A decimal number in the one way of writing that every reader agrees on."""

_WHOLE: Final = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|[0-9][0-9_]*)")
_CLOCK: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DECIMAL: Final = re.compile(
    r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?", re.DOTALL)


def reads_as(text: str) -> str | None:
    """Return what YAML takes the plain scalar *text* for, in a word or two; None: it is text for everybody."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _DIGITS:
        return None
    for pattern, word in _NUMBERS:
        if pattern.fullmatch(text):
            return word
    return None


_NUMBERS: Final = (
    (_WHOLE, "a whole number"),
    (_CLOCK, "a number to the base of 60"),
    (_DECIMAL, "a decimal number"),
    (_DATE, "a date"),
)
