"""Values as YAML: plain where that is certain, on one line where it fits, and always read back as the same value."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.config import traps
from chanops.domain.secret import Fingerprint, Secret

if TYPE_CHECKING:
    from chanops.domain.value import Value

INDENT: Final = "  "
WIDTH: Final = 110
"""Columns that a list or a mapping on one line may take."""

DEEPEST: Final = 40  # levels of one value; the loader takes 64 for a whole file
FEW: Final = 3  # entries of a mapping on one line

_OPEN: Final = "${"
_PLAIN: Final = re.compile(r"\w(?:[\w./@+()=~%-]|:(?=[^\s:])| (?=[\w.(@]))*")
_PLAIN_IN_FLOW: Final = re.compile(r"\w(?:[\w./@+-]| (?=\w))*")
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_AMBIGUOUS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def entry(key: str, value: Value, depth: int) -> list[str]:
    """Return the lines of `key: value` at *depth*; references stand for the secrets that have one."""
    room, name = INDENT * depth, scalar(key)
    line = "" if _is_long(value) else f"{room}{name}: {_on_one_line(value)}"
    if line and _is_short(value, line):
        return [line]
    if isinstance(value, str) and _is_block(value):
        return [f"{room}{name}: {_block_head(value)}", *_block_lines(value, depth + 1)]
    if isinstance(value, Mapping):
        return [f"{room}{name}:", *(part for inner, item in value.items() for part in entry(inner, item, depth + 1))]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [f"{room}{name}:", *(part for item in value for part in _item(item, depth + 1))]
    return [line]


def flow(value: Value) -> str:
    """Return *value* on one line, as it stands inside of brackets."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Secret():
            return f'"{_quoted(_reference(value))}"'
        case str():
            return scalar(_escaped(value), in_flow=True)
        case Mapping():
            return "{" + ", ".join(f"{scalar(key, in_flow=True)}: {flow(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(flow, value)) + "]"
        case Fingerprint():
            raise TypeError("a fingerprint is never written")
        case _:
            return _number(value)


@functools.lru_cache(maxsize=50_000)  # names of models come again and again
def scalar(text: str, *, in_flow: bool = False) -> str:
    """Return *text* as it stands, plain or in double quotes."""
    pattern = _PLAIN_IN_FLOW if in_flow else _PLAIN
    if pattern.fullmatch(text) and text.isprintable() and text.lower() not in _AMBIGUOUS and not traps.reads_as(text):
        return text
    return f'"{_quoted(text)}"'


def comment(text: str) -> str:
    """Return *text* as a comment that ends where its line does, whatever others wrote into it."""
    return "# " + (text if text.isprintable() else "".join(map(_visible_character, text)))


def fault_of(value: Value, depth: int = 0) -> str:
    """Return why YAML, or the loader, cannot carry *value*; empty when it can."""
    if depth > DEEPEST:
        return "it is nested too deeply"
    match value:
        case str():
            return "" if value.isascii() or _is_unicode(value) else "it holds half a character"
        case float():
            return "" if math.isfinite(value) else "it holds a number that is not finite"
        case Mapping():
            parts = (fault_of(part, depth + 1) for pair in value.items() for part in pair)
            return next(filter(None, parts), "")
        case Sequence():
            return next(filter(None, (fault_of(item, depth + 1) for item in value)), "")
        case _:
            return ""


def _on_one_line(value: Value) -> str:
    """Return *value* as it stands behind a key."""
    if isinstance(value, Secret):
        text = _reference(value)
        return text if re.fullmatch(r"\$\{[\w:/.-]+\}", text) else f'"{_quoted(text)}"'
    return scalar(_escaped(value)) if isinstance(value, str) else flow(value)


def _is_long(value: Value) -> bool:
    """Tell whether *value* has too many parts for one line, however short they are."""
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and len(value) > WIDTH // 3


def _is_short(value: Value, line: str) -> bool:
    """Tell whether a person would write *value* on its *line*."""
    if isinstance(value, str):
        return not _is_block(value)
    if isinstance(value, Mapping):
        return not value or (len(value) <= FEW and len(line) <= WIDTH and not any(map(_holds_more, value.values())))
    if isinstance(value, Sequence):
        return not value or (len(line) <= WIDTH and not any(map(_holds_more, value)))
    return True


def _holds_more(value: Value) -> bool:
    """Tell whether *value* takes lines of its own."""
    if isinstance(value, str):
        return _is_block(value)
    return isinstance(value, Mapping | Sequence) and bool(value)


def _item(value: Value, depth: int) -> list[str]:
    """Return the lines of one item of a list."""
    room = INDENT * depth
    if isinstance(value, Mapping) and value:
        lines = [part for key, item in value.items() for part in entry(key, item, depth + 1)]
        return [f"{room}- {lines[0].lstrip()}", *lines[1:]]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [f"{room}- {flow(value)}"]
    return [f"{room}- {_on_one_line(value)}"]


def _is_block(text: str) -> bool:
    """Tell whether *text* can stand as a block of lines: visible signs only, nothing that indentation would eat."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 2 or not lines[0] or lines[0][0].isspace() or not lines[-1]:
        return False
    return all(line.isprintable() and (not line or not line.isspace()) for line in lines)


def _block_head(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"


def _block_lines(text: str, depth: int) -> list[str]:
    room = INDENT * depth
    return [room + line if line else "" for line in _escaped(text).removesuffix("\n").split("\n")]


def _reference(secret: Secret) -> str:
    """Return how a file names *secret*: `${env:NAME}`, or a text with such references in it."""
    assert secret.reference, "a secret is written by its reference"
    return secret.reference if _OPEN in secret.reference else f"{_OPEN}{secret.reference}}}"


def _escaped(text: str) -> str:
    """Return *text* with what would start a reference written as a plain text."""
    return text.replace(_OPEN, "$${") if _OPEN in text else text


def _number(value: object) -> str:
    """Return a number with the dot without which YAML 1.1 takes `1e-07` for a text."""
    text = str(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _quoted(text: str) -> str:
    return "".join(map(_quoted_character, text))


def _quoted_character(character: str) -> str:
    return _SHORT.get(character) or _visible_character(character)


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
