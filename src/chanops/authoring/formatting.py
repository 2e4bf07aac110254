"""`chanops fmt`: one order of keys and one style of YAML, as `import` writes it; what a file says, and its comments, stay.

A result is only given out when it was read back: the same digest, the same comments, and the same text when formatted again.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chanops.authoring.comments import BLOCK, PLAIN
from chanops.authoring.key_order import inside, rank
from chanops.authoring.layout import BOM, STEP, line_end
from chanops.authoring.tree import Branch, Leaf, read_tree
from chanops.authoring.yaml_text import scalar
from chanops.config.compose import compose
from chanops.config.digest import digest_of
from chanops.config.faults import Faults
from chanops.config.load import without_collector
from chanops.config.source import Source
from chanops.errors import UsageError

if TYPE_CHECKING:
    from chanops.authoring.tree import Entry, Tree

REFERENCE: Final = re.compile(r"\$\{[\w:/.-]+\}")
"""A lone reference that is plain outside of braces and brackets."""

_KEEPS_BREAKS: Final = re.compile(r"[|>][0-9]?\+|[|>]\+")
_INDICATED: Final = re.compile(r"[|>][+-]?[0-9]")


def format_text(text: str) -> str:
    """Return *text*, which is sound YAML, in the one style. Raises UsageError that says why it is better left as it is."""
    with without_collector():
        try:
            return _proved(text, sorts=True)
        except _MeansOtherwiseError as first:
            if "&" not in text:
                raise UsageError(str(first)) from None
        try:
            return _proved(text, sorts=False)  # an alias may have come to stand above its anchor
        except _MeansOtherwiseError as second:
            raise UsageError(str(second)) from None


class _MeansOtherwiseError(Exception):
    """A formatted text does not say what its source says."""


def _proved(text: str, *, sorts: bool) -> str:
    plain = text.removeprefix(BOM)
    tree = read_tree(plain)
    made = _print(tree, sorts=sorts)
    whole = text[: len(text) - len(plain)] + made.replace("\n", line_end(text))
    if whole == text:
        return text
    if _digest(made) != _digest(plain):
        raise _MeansOtherwiseError("formatted it would not say the same")
    again = read_tree(made)
    if Counter(again.comments) != Counter(tree.comments):
        raise _MeansOtherwiseError("formatted it would lose a comment")
    if _print(again, sorts=sorts) != made:
        raise _MeansOtherwiseError("formatted twice it would not stay the same")
    return whole


def _print(tree: Tree, *, sorts: bool) -> str:
    marker = [tree.marker] if tree.marker else []
    lines = [*tree.above, *marker, *tree.header, *_Printer(tree, sorts=sorts).root()]
    return "\n".join(lines).strip("\n") + "\n"


def _digest(text: str) -> str:
    root = compose(Source("", text, Path()), Faults())
    return digest_of([root]) if root is not None else ""


class _Printer:
    """Prints a tree from the root down; a branch is a list of lines that begin at its own column."""

    def __init__(self, tree: Tree, *, sorts: bool) -> None:
        self._tree = tree
        self._sorts = sorts

    def root(self) -> list[str]:
        """Return the lines of the file below its header."""
        root = self._tree.root
        if root.is_flow:
            return [*self._flow_lines(root, "top", 0, 0), *root.foot]
        head, lines = self._branch(root, "top", 0)
        is_close = bool(head) and bool(self._tree.header) and bool(self._tree.header[-1])
        return [*([""] if is_close else []), *head, *lines]

    def _branch(self, branch: Branch, place: str, column: int) -> tuple[list[str], list[str]]:
        """Return the comments above the first entry, which may have to stand above a dash, and the lines from there on."""
        entries = branch.entries
        if branch.is_mapping and self._sorts:
            entries = sorted(entries, key=lambda entry: rank(place, entry.name))
        parts = [self._entry(entry, inside(place, entry.name), column) for entry in entries]
        first = _without_first_blank(parts[0][0])
        lines = list(parts[0][1])
        for head, body in parts[1:]:
            lines += [*_indented(head, column), *body]
        return first, [*lines, *_indented(branch.foot, column)]

    def _entry(self, entry: Entry, place: str, column: int) -> tuple[list[str], list[str]]:
        """Return what stands above *entry*, and its lines at *column*."""
        room, tail = " " * column, f" {entry.tail}" if entry.tail else ""
        value = entry.value
        start = f"{room}{self._key(entry.key)}:" if entry.key else f"{room}-"
        foot = _indented(entry.foot, column + STEP)
        if isinstance(value, Leaf):
            text, *more = self._leaf(value, column, entry.spot.column)
            return entry.head, [f"{start} {text}{tail}" if text else f"{start}{tail}", *more, *foot]
        if value.is_flow:
            first, *more = self._flow_lines(value, place, column, entry.spot.column)
            lines = [f"{start} {first}", *more]
            return entry.head, [*lines[:-1], f"{lines[-1]}{tail}", *foot]
        head, lines = self._branch(value, place, column + STEP)
        anchor = f" &{value.anchor}" if value.anchor else ""
        if entry.key or anchor:
            return entry.head, [f"{start}{anchor}{tail}", *_indented(head, column + STEP), *lines]
        above = [*entry.head, *([entry.tail] if entry.tail else []), *head]
        return above, [f"{start} {lines[0].lstrip()}", *lines[1:]]

    def _key(self, key: Leaf) -> str:
        return self._leaf(key, 0, 0)[0]

    def _leaf(self, leaf: Leaf, column: int, was: int) -> list[str]:
        """Return the lines of a scalar or an alias: one, but for a block."""
        if leaf.style == "*":
            return [f"*{leaf.value}"]
        anchor = f"&{leaf.anchor} " if leaf.anchor else ""
        if leaf.style in BLOCK:
            first, *more = self._block_lines(leaf, column, was)
            return [anchor + first, *more]
        return [(anchor + _scalar(leaf, in_flow=False)).rstrip(" ")]

    def _block_lines(self, leaf: Leaf, column: int, was: int) -> list[str]:
        """Return a block of text as it stands, moved to its new column."""
        head, *body = self._span(leaf)
        head = head[re.search(r"[|>]", head).start() :] if leaf.anchor else head  # type: ignore[union-attr]  # it is there
        if _KEEPS_BREAKS.match(head):
            raise UsageError("it has a block that keeps the blank lines below it")
        while body and not body[-1].strip():
            body.pop()
        least = min((len(line) - len(line.lstrip(" ")) for line in body if line.strip()), default=0)
        moved = column - was if _INDICATED.match(head) else column + STEP - least
        return [head, *(_moved(line, moved) if line.strip() else "" for line in body)]

    def _flow_lines(self, branch: Branch, place: str, column: int, was: int) -> list[str]:
        """Return what stands in braces or brackets: on one line in the one style, on several as it stands, moved."""
        if branch.start.line == branch.end.line:
            return [self._flow(branch, place)]
        first, *more = self._span(branch)
        moved = [_moved(line, column - was) if line else "" for line in more]
        return [first, *(" " * max(0, column - _depth(line)) + line if line else "" for line in moved)]

    def _flow(self, node: Leaf | Branch, place: str) -> str:
        if isinstance(node, Leaf):
            if node.style == "*":
                return f"*{node.value}"
            return (f"&{node.anchor} " if node.anchor else "") + _scalar(node, in_flow=True)
        entries = node.entries
        if node.is_mapping and self._sorts:
            entries = sorted(entries, key=lambda entry: rank(place, entry.name))
        items = [self._flow_item(entry, inside(place, entry.name)) for entry in entries]
        anchor = f"&{node.anchor} " if node.anchor else ""
        return f"{anchor}{{{', '.join(items)}}}" if node.is_mapping else f"{anchor}[{', '.join(items)}]"

    def _flow_item(self, entry: Entry, place: str) -> str:
        value = self._flow(entry.value, place)
        return f"{self._flow(entry.key, '')}: {value}" if entry.key else value

    def _span(self, node: Leaf | Branch) -> list[str]:
        """Return the text of *node* as it stands, its first line from where it begins."""
        lines = self._tree.lines[node.start.line : node.end.line + 1]
        if not lines:
            return [""]
        lines[-1] = lines[-1][: node.end.column]
        lines[0] = lines[0][node.start.column :]
        return [line.rstrip() for line in lines]


def _scalar(leaf: Leaf, *, in_flow: bool) -> str:
    """Return a text plain if that is certain, and as it was if its quotes save backslashes."""
    value = leaf.value
    if leaf.style == PLAIN:
        return scalar(value, in_flow=in_flow) if "\n" in value else value
    if not in_flow and REFERENCE.fullmatch(value):
        return value
    if leaf.style == "'" and ("\\" in value or '"' in value) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return scalar(value, in_flow=in_flow)


def _without_first_blank(lines: list[str]) -> list[str]:
    return lines[1:] if lines and not lines[0] else lines


def _indented(lines: list[str], column: int) -> list[str]:
    return [" " * column + line if line else "" for line in lines]


def _moved(line: str, by: int) -> str:
    """Return *line* with so many blanks more in front, or fewer."""
    return " " * by + line if by > 0 else line[min(-by, _depth(line)) :]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
