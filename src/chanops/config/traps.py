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

WHOLE: Final = r"-?(?:0|[1-9][0-9]*)"
"""A whole number in the one way of writing that every reader agrees on."""

DECIMAL: Final = r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?"
"""A decimal number in the one way of writing that every reader agrees on."""

# Patterns stay texts until they are needed: `re` keeps what it has compiled, and a small file needs one of them.
_NUMBERS: Final = (
    (r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|[0-9][0-9_]*)", "a whole number"),
    (r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", "a number to the base of 60"),
    (r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?", "a decimal number"),
    (r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "a decimal number"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][\s\S]*)?", "a date"),
)


def reads_as(text: str) -> str | None:
    """Return what YAML takes the plain scalar *text* for, in a word or two; None: it is text for everybody."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _DIGITS:
        return None
    for pattern, word in _NUMBERS:
        if re.fullmatch(pattern, text):
            return word
    return None
