"""One file of the configuration: its text, and places in it.

A place knows no line text until somebody asks for it: most places are never shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.config import words
from chanops.domain.finding import Range, error

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from yaml.nodes import Node

    from chanops.domain.finding import Finding

LIMIT: Final = 32 * 1024 * 1024  # bytes of one file
HIDDEN: Final = '"…"'

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml counts as the end of a line
_USERINFO: Final = re.compile(r"//\S*@")
_DEFAULT: Final = re.compile(
    r"(\$\{env:[A-Za-z0-9_]*:-)[^}]+"
)  # what stands in for a variable may be secret wherever it stands
_SECRET_KEY: Final = re.compile(rf"\b(?:{'|'.join(sorted(words.SECRET))})\b")
_COMMENT: Final = re.compile(r"""(?: |(?<=[]}"']))#.*""", re.DOTALL)  # libyaml wants no blank before it there
_SHAPE: Final = re.compile(r"(\s*(?:- +)*)(?:([a-z_]+)(:(?:\s+|$)))?(.*)", re.DOTALL)
_LONGEST: Final = 200  # characters of a quoted line


class Source:
    """One file: *name* as the user gave it, *folder* for paths relative to it.

    *hidden* are the parts of each line that are never shown; None: not known yet, so every value may be a secret.
    """

    __slots__ = ("_lines", "_quoted", "folder", "hidden", "name", "text")

    def __init__(self, name: str, text: str, folder: Path) -> None:
        self.name = name
        self.text = text
        self.folder = folder
        self.hidden: dict[int, set[tuple[int, int | None]]] | None = None
        self._lines: list[str] | None = None
        self._quoted: dict[int, str] = {}

    @property
    def lines(self) -> list[str]:
        """Return the lines of the text, without their ends."""
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    def quote(self, line: int) -> str:
        """Return the *line* (from 0) as it may be shown: every secret in it as `"…"`."""
        if line not in self._quoted:
            text = self.lines[line] if 0 <= line < len(self.lines) else ""
            text = _without_values(text) if self.hidden is None else _without(text, self.hidden.get(line, ()))
            text = _DEFAULT.sub(rf"\1{HIDDEN}", text[: 2 * _LONGEST])
            self._quoted[line] = _USERINFO.sub(f"//{HIDDEN}@", text)[:_LONGEST]
        return self._quoted[line]


class Place(NamedTuple):
    """Where something stands: lines and columns from 0, as the parser counts them."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def range(self) -> Range:
        """Return the place as findings carry it, with its line."""
        source, line, column, end_line, end_column = self
        return Range(source.name, line + 1, column + 1, end_line + 1, end_column + 1, source.quote(line))

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line + 1}"


def place_of(source: Source, node: Node) -> Place:
    """Return where *node* stands."""
    start, end = node.start_mark, node.end_mark
    return Place(source, start.line, start.column, end.line, end.column)


def first_line_of(source: Source, node: Node) -> Place:
    """Return the first line of the mapping *node*: where something that it lacks is missed."""
    place = place_of(source, node)
    if place.end_line == place.line:
        return place
    return place._replace(end_line=place.line, end_column=len(source.lines[place.line].rstrip()))


def split_lines(text: str) -> list[str]:
    """Return the lines of *text* as libyaml counts them."""
    return _BREAK.split(text)


def read(path: Path, name: str) -> Source | Finding:
    """Read the file at *path*, or tell why it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        return error(f"{name}: there is no such file")
    except (OSError, ValueError) as fault:
        return error(f"{name}: cannot be read: {getattr(fault, 'strerror', None) or 'this is no path'}")
    if len(data) > LIMIT:
        return error(f"{name}: is larger than 32 MB", "split it into several files; -f takes a directory")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        return error(f"{name}: is not UTF-8 text", "save it as UTF-8").at(Range(name, line, column, line, column + 1))
    return Source(name, text, path.parent)


def _without(text: str, parts: Collection[tuple[int, int | None]]) -> str:
    """Return *text* without its hidden *parts*, and without a comment that may hold what a part once was."""
    if not parts:
        return _COMMENT.sub("", text) if _SECRET_KEY.search(text) else text
    shown, position = [], 0
    for start, end in sorted(parts):
        shown += [text[position:start], HIDDEN]
        position = len(text) if end is None else end
    return _COMMENT.sub("", "".join([*shown, text[position:]]))


def _without_values(text: str) -> str:
    """Return a line of a file that is no YAML: its shape and its key; the rest may hold a secret."""
    match = _SHAPE.fullmatch(text)
    assert match, "the pattern takes every text"
    indent, key, colon, rest = match.groups()
    if key and key not in words.ALL:
        return indent + HIDDEN
    return indent + (key or "") + (colon or "") + (HIDDEN if rest.strip() else "")
