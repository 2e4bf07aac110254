"""Strategies that damage what is whole: bytes of a file, values of a JSON tree."""

from __future__ import annotations

import copy
from typing import Any, Final

from hypothesis import strategies as st

PIECES: Final = [
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1b[2J", b"\t", b"\r", b"\n", b"\n\n", b" ", b":", b": ",
    b"- ", b"-", b"?", b"? ", b"&a ", b"*a", b"<<: *a", b"!!binary ", b"!x ", b"|", b">", b"%", b"@", b"`", b"---", b"...",
    b"#", b" #", b"{", b"}", b"[", b"]", b",", b"'", b'"', b"\\", b"${env:X}", b"${", b"$${", b"~", b"null", b"on", b"0x1f",
    b"1e3", b".inf", b"010", b"12:30", b"2024-01-01", b"\xe2\x80\xae", b"\xc2\x85", b"\xe2\x80\xa8", b"[" * 70, b"9" * 50,
    b"x" * 300,
]  # fmt: skip

ODD: Final[list[Any]] = [
    None, True, False, 0, -1, 1.5, 10**30, "", "x", "1", "null", "\x00", "\ud800", "\x1b[2J", "x" * 5000, "{",
    '{"chanops": {}}', "[" * 900 + "]" * 900, '{"a": NaN}', [], {}, [[]], [None], {"": None}, {"a": {"b": []}}, "v1:00:00",
    "2026-01-01T00:00:00Z",
]  # fmt: skip


@st.composite
def damaged_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """Return *whole* with a few pieces put in, taken out, doubled or exchanged."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES))
        match draw(st.integers(0, 4)):
            case 0:
                data[start:start] = piece
            case 1:
                del data[start:stop]
            case 2:
                data[start:stop] = piece
            case 3:
                data[start:start] = data[start:stop]
            case _:
                del data[start:]
    return bytes(data)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container and key in *value*."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inside for place in ((value, key), *places(item))]


@st.composite
def damaged_json(draw: st.DrawFn, whole: Any) -> Any:
    """Return *whole* with a few values exchanged, taken out, renamed or doubled."""
    value = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        known = places(value)
        if not known:
            return draw(st.sampled_from(ODD))
        where, key = known[draw(st.integers(0, len(known) - 1))]
        match draw(st.integers(0, 3)):
            case 0 | 1:
                where[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case 2:
                del where[key]
            case _ if isinstance(where, list):
                where.append(copy.deepcopy(where[key]))
            case _:
                where[draw(st.sampled_from(["", "x", "id", "name", "data", "\ud800"]))] = where.pop(key)
    return value
