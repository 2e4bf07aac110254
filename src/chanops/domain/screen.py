"""A text as its reader may decode it: what was written as JSON, URL, HTML or base64 is looked through, and that twice."""

from __future__ import annotations

import binascii
import html
import re
import urllib.parse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAYERS: Final = 2  # encodings one inside of the other: an upstream's JSON in a gateway's URL

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SHORT: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_NUMBER: Final = re.compile(r"&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_LAST: Final = 0x10FFFF
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{4,}")
_STANDARD: Final = str.maketrans("-_", "+/")


def readings(text: str) -> set[str]:
    """Return *text* and everything it may be decoded to."""
    found = {text}
    fresh = [text]
    for _ in range(LAYERS):
        fresh = list({reading for known in fresh for decode in _DECODERS for reading in decode(known)} - found)
        found.update(fresh)
    return found


def _json(text: str) -> Iterator[str]:
    r"""Yield *text* with its escapes undone: `\u003c` as Go writes it, `\n`, `\"`, and `\x1b` of other languages."""
    if "\\" in text:
        plain = _ESCAPE.sub(_unescape, text)
        yield plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two halves make one character


def _unescape(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    return chr(int(number, 16)) if number else _SHORT.get(found[3], found[3])


def _url(text: str) -> Iterator[str]:
    if "%" in text:
        yield urllib.parse.unquote(text)
    if "%" in text or "+" in text:
        yield urllib.parse.unquote_plus(text)


def _html(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(_NUMBER.sub(_character, text))  # HTML itself drops controls, and some readers do not


def _character(found: re.Match[str]) -> str:
    number = int(found[1]) if found[1] else int(found[2], 16)
    return chr(number) if number <= _LAST and number != ord("&") else found[0]


def _base64(text: str) -> Iterator[str]:
    """Yield what each run of base64 stands for, from wherever the encoded text may begin in it."""
    for run in _RUN.findall(text):
        standard = run.translate(_STANDARD)
        for start in range(4):
            part = standard[start:]
            whole = part[: len(part) - (len(part) % 4 == 1)]
            yield binascii.a2b_base64(whole + "=" * (-len(whole) % 4)).decode("utf-8", "replace")


_DECODERS: Final[tuple[Callable[[str], Iterator[str]], ...]] = (_json, _url, _html, _base64)
