"""Sound YAML as people write it in a hurry, drawn at random: odd indentation, quotes, key order, comments everywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

TEXTS: Final = [
    "gpt-4o",
    "a b",
    "${env:KEY}",
    "x: y",
    "- z",
    "# none",
    "no",
    "010",
    "it's",
    'say "hi"',
    "a\\d",
    "",
    "é🚀",
    "a-*",
]
PLAIN: Final = ["gpt-4o", "a b", "x#y", "https://a.example/v1?b=c", "true", "null", "1.10", "-1", "[]", "a-*", "${env:KEY}"]
LINES: Final = ["one\ntwo\n", "one\n\n  two", "a\n\n\nb # c\n"]
KEYS: Final = ["name", "type", "models", "key", "weight", "headers", "newapi", "auto_ban", "odd", "x-y", "remark"]
TOP: Final = ["sites", "version", "owner", "channels", "defaults", "providers", "odd"]


@st.composite
def ugly(draw: DrawFn) -> str:
    """Return a file."""
    lines = _mapping(draw, 0, 0, TOP)
    head = draw(st.sampled_from([[], ["# yaml-language-server: $schema=x"], ["# title", ""], ["", "# late", ""], ["---"]]))
    tail = draw(st.sampled_from([[], ["# end"], ["", "  # odd end", "", ""]]))
    return draw(st.sampled_from(["\n", "\n", "\r\n"])).join([*head, *lines, *tail, ""])


def _mapping(draw: DrawFn, column: int, depth: int, keys: list[str]) -> list[str]:
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True))
    return [line for key in chosen for line in _entry(draw, f"{_quoted_key(draw, key)}:", column, depth)]


def _sequence(draw: DrawFn, column: int, depth: int) -> list[str]:
    return [line for _ in range(draw(st.integers(1, 3))) for line in _entry(draw, "-", column, depth)]


def _entry(draw: DrawFn, start: str, column: int, depth: int) -> list[str]:
    room = " " * column
    above = draw(st.lists(st.sampled_from(["", "# about", "  # deeper", "# two: words"]), max_size=2))
    tail = draw(st.sampled_from(["", "", " # tail", "   #tail"]))
    kind = draw(st.sampled_from(["leaf", "leaf", "flow", "block", "lines", "list", "map"] if depth < 3 else ["leaf", "flow"]))
    head = [f"{room}{line}" if line else "" for line in above]
    step = draw(st.sampled_from([2, 2, 3, 4]))
    if kind == "leaf":
        return [*head, f"{room}{start} {_leaf(draw)}{tail}"]
    if kind == "flow":
        return [*head, f"{room}{start} {_flow(draw)}{tail}"]
    if kind == "lines":
        items = [f"{room}    {_in_flow(draw)},{draw(st.sampled_from(['', ' # in']))}" for _ in range(2)]
        return [*head, f"{room}{start} [", *items, f"{room}]{tail}"]
    if kind == "block":
        sign = draw(st.sampled_from(["|", "|-", ">", ">-"]))
        body = draw(st.sampled_from(LINES)).rstrip("\n").split("\n")
        return [*head, f"{room}{start} {sign}{tail}", *(f"{room}{' ' * step}{line}".rstrip() for line in body)]
    is_flush = kind == "list" and start != "-" and draw(st.booleans())
    inner_column = column if is_flush else column + step
    inner = _sequence(draw, inner_column, depth + 1) if kind == "list" else _mapping(draw, inner_column, depth + 1, KEYS)
    is_compact = start == "-" and inner[0].strip()[:1] not in ("", "#") and draw(st.booleans())
    if is_compact:
        return [*head, f"{room}-{' ' * (inner_column - column - 1)}{inner[0].lstrip()}", *inner[1:]]
    return [*head, f"{room}{start}{tail}", *inner]


def _leaf(draw: DrawFn) -> str:
    return draw(st.sampled_from([*PLAIN, ""]) | _QUOTED)


def _in_flow(draw: DrawFn) -> str:
    return draw(st.sampled_from(["gpt-4o", "1", "x/y"]) | _QUOTED)


def _flow(draw: DrawFn) -> str:
    items = [_in_flow(draw) for _ in range(draw(st.integers(0, 3)))]
    blank = draw(st.sampled_from(["", " "]))
    if draw(st.booleans()):
        return f"[{blank}{', '.join(items)}{blank}]"
    return f"{{{blank}{', '.join(f'k{number}: {item}' for number, item in enumerate(items))}{blank}}}"


def _quoted_key(draw: DrawFn, key: str) -> str:
    return draw(st.sampled_from([key, key, f'"{key}"', f"'{key}'"]))


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _double(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_QUOTED: Final = st.sampled_from(TEXTS).map(_double) | st.sampled_from(TEXTS).map(_single)
