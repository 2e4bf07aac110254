"""Where things stand in a file that people wrote, and lines put in there; every other character stays what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from chanops.authoring.yaml_text import scalar
from chanops.config import nodes
from chanops.config.compose import compose
from chanops.config.faults import Faults
from chanops.config.source import Source
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yaml.nodes import Node

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml counts as the end of a line
STEP: Final = 2  # columns
BEHIND: Final = {"providers": ("defaults", "sites", "channels")}
"""What a new key of the top level is put above."""

BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Layout:
    """One file: its text, the tree of it, and where each line begins."""

    text: str
    root: MappingNode
    _starts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Layout:
        """Return the layout of *text*. Raises UsageError when it is no mapping."""
        root = compose(Source("", text.removeprefix(BOM), Path()), Faults())
        if not isinstance(root, MappingNode):
            raise UsageError("the file is no YAML mapping")
        base = len(text) - len(text.removeprefix(BOM))
        return cls(text, root, [base, *(match.end() for match in _BREAK.finditer(text))])

    def offset(self, line: int, column: int) -> int:
        """Return which character stands at *line* and *column*, both from 0; a block may end in a line behind the last."""
        return self._starts[line] + column if line < len(self._starts) else len(self.text)

    def line(self, number: int) -> str:
        """Return a line without its end."""
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        return _BREAK.sub("", self.text[self._starts[number] : end])

    def after(self, number: int) -> int:
        """Return where the line behind the line *number* begins."""
        return self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)

    def last_line(self, node: Node, column: int) -> int:
        """Return the last line of *node*, comments below that are indented deeper than *column* among them."""
        last = self._last_line(node)
        while last + 1 < len(self._starts) and self._is_comment_below(last + 1, column):
            last += 1
        return last

    def _last_line(self, node: Node) -> int:
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return max(map(self._last_line, last)) if isinstance(last, tuple) else self._last_line(last)
        mark = node.end_mark
        number: int = mark.line - (mark.column == 0 and mark.line > node.start_mark.line)
        while number > node.start_mark.line and not self.line(number).strip():
            number -= 1
        return number

    def _is_comment_below(self, number: int, column: int) -> bool:
        line = self.line(number)
        return line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) > column


def put_in(text: str, path: Sequence[str], render: Callable[[int], Sequence[str]]) -> str:
    """Return *text* with the lines that *render* makes for a column at the end of the list or mapping at *path*.

    What is missing on the way there is made. Raises UsageError where braces or brackets are in the way.
    """
    layout = Layout.of(text)
    node: Node = layout.root
    column = 0
    for depth, key in enumerate(path):
        if not isinstance(node, MappingNode) or node.flow_style:
            raise UsageError(f"{'.'.join(path[:depth]) or 'the whole file'} stands in braces")
        found = next((pair for pair in node.value if pair[0].value == key), None)
        if found is None and depth == 0 and (behind := _first_of(node, BEHIND.get(key, ()))):
            return _put_above(layout, behind, _nest(path, render)(0))
        if found is None:
            return _append(layout, node, max(column, node.start_mark.column), _nest(path[depth:], render))
        if _is_nothing(found[1]):
            return _fill(layout, found, _nest(path[depth + 1 :], render))
        column, node = found[0].start_mark.column, found[1]
    if getattr(node, "flow_style", False):
        raise UsageError(f"{'.'.join(path)} stands in {'brackets' if isinstance(node, SequenceNode) else 'braces'}")
    return _append(layout, node, column, render)


def _first_of(node: MappingNode, keys: Sequence[str]) -> ScalarNode | None:
    """Return the first key of *node* that is one of *keys*."""
    return next((key for key, _ in node.value if key.value in keys), None)


def _put_above(layout: Layout, key: ScalarNode, lines: Sequence[str]) -> str:
    """Return the text with *lines* and a blank one above *key* and the comments that belong to it."""
    line = key.start_mark.line
    while line > 0 and layout.line(line - 1).startswith("#") and line - 1 > 0:
        line -= 1
    start = layout.offset(line, 0)
    return replace_span(layout, start, start, [*lines, "", ""])


def replace_span(layout: Layout, start: int, end: int, lines: Sequence[str]) -> str:
    """Return the text with *lines* in place of what stands from *start* to *end*."""
    return layout.text[:start] + line_end(layout.text).join(lines) + layout.text[end:]


def line_end(text: str) -> str:
    """Return how the lines of *text* end."""
    return "\r\n" if "\r\n" in text else "\n"


def _nest(keys: Sequence[str], render: Callable[[int], Sequence[str]]) -> Callable[[int], Sequence[str]]:
    """Return what makes *keys*, one in the other, round the lines of *render*."""

    def made(column: int) -> Sequence[str]:
        heads = [f"{' ' * (column + STEP * number)}{scalar(key)}:" for number, key in enumerate(keys)]
        return [*heads, *render(column + STEP * len(keys))]

    return made


def _is_nothing(node: Node) -> bool:
    is_empty = isinstance(node, MappingNode | SequenceNode) and not node.value
    return is_empty or nodes.is_null(node)


def _append(layout: Layout, node: Node, column: int, render: Callable[[int], Sequence[str]]) -> str:
    """Put lines behind *node* and the comments below it that are indented deeper than *column*."""
    last = layout.last_line(node, column)
    return _put_behind(layout, last, layout.text[: layout.after(last)], render(node.start_mark.column))


def _fill(layout: Layout, pair: tuple[ScalarNode, Node], render: Callable[[int], Sequence[str]]) -> str:
    """Put lines under a key whose value is nothing: `channels:`, `channels: []`, `channels: null`."""
    key, value = pair
    start = layout.offset(value.start_mark.line, value.start_mark.column)
    end = layout.offset(value.end_mark.line, value.end_mark.column)
    head = layout.text[:start].rstrip(" ") if end > start else layout.text[:start]
    head += layout.text[end : layout.after(value.end_mark.line)]
    return _put_behind(layout, value.end_mark.line, head, render(key.start_mark.column + STEP))


def _put_behind(layout: Layout, line: int, head: str, lines: Sequence[str]) -> str:
    end = line_end(layout.text)
    gap = "" if _BREAK.search(head[-1:]) else end
    return head + gap + "".join(f"{one}{end}" for one in lines) + layout.text[layout.after(line) :]
