"""Faults mended where they stand: single values and items of lists, every other byte stays what it is.

Only plain literals are touched: what is a reference, has an anchor, a tag or escapes, is left to its author.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from chanops.authoring.layout import Layout, line_end
from chanops.authoring.yaml_text import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yaml.nodes import Node

    from chanops.domain.finding import Range

_ITEM: Final = re.compile(r"\s*- [^\s#].*")
_REST: Final = re.compile(r"\s*(?:#.*)?")
_OPEN: Final = "${"
_ANCHOR: Final = re.compile(r"(?:^|[\s\[{,])&\S")  # another place of the file may name it
_COMMA: Final = re.compile(r"\s*,[ \t]*")
_LINE_AFTER: Final = re.compile(r"[ \t]*,?[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?\r?\n")


class Way(Enum):
    """How a fault is mended."""

    WRITE = auto()  # the value becomes another text
    TRIM = auto()  # it loses the blanks at its ends
    TAKE_OUT = auto()  # the item of a list goes, and with the last one the list's key
    PUT_IN = auto()  # a list gets one more item


class Repair(NamedTuple):
    """One repair at *place*: of the value, the item, or the list; *text*: what is written."""

    place: Range
    way: Way
    text: str = ""


class Repaired(NamedTuple):
    """A text after its repairs, and what each of those that could be made changed: line, before, after."""

    text: str
    changes: tuple[tuple[int, str, str], ...]


class _Span(NamedTuple):
    start: int
    end: int
    text: str
    change: tuple[int, str, str]


def repair(text: str, repairs: Iterable[Repair]) -> Repaired:
    """Return *text* with all *repairs* that are safe; of two that touch each other, the first one. Raises UsageError."""
    layout = Layout.of(text)
    places = {
        (node.start_mark.line, node.start_mark.column, type(node)): path for path in _walk(layout.root) for node in path[-1:]
    }
    spans = sorted({span for one in repairs if (span := _span(layout, places, one))})
    kept: list[_Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    for span in reversed(kept):
        text = text[: span.start] + span.text + text[span.end :]
    return Repaired(text, tuple(span.change for span in kept))


_Path = tuple["Node", ...]
"""A node behind all that hold it, the root first."""


def _walk(node: Node, above: _Path = ()) -> Iterator[_Path]:
    path = (*above, node)
    yield path
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield (*path, key)
            yield from _walk(value, path)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _walk(item, path)


def _span(layout: Layout, places: dict[tuple[int, int, type], _Path], one: Repair) -> _Span | None:
    line, column = one.place.line - 1, one.place.column - 1
    if one.way is Way.PUT_IN:
        path = places.get((line, column, SequenceNode))
        return _put_in(layout, path[-1], one.text) if path else None
    path = places.get((line, column, ScalarNode))
    if path is None:
        return None
    if one.way is Way.TAKE_OUT:
        return _take_out(layout, path)
    node = path[-1]
    return _rewrite(layout, node, node.value.strip() if one.way is Way.TRIM else one.text)


def _rewrite(layout: Layout, node: Node, wanted: str) -> _Span | None:
    """Return the change of a literal in its own quotes."""
    start, end = _ends(layout, node)
    written, value = layout.text[start:end], node.value
    if written not in (value, f'"{value}"', f"'{value}'") or _OPEN in value or wanted in ("", value) or "\n" in written:
        return None
    quotes = written[0] if written != value else ""
    made = f"{quotes}{wanted}{quotes}" if not quotes or not {quotes, "\\"} & set(wanted) else scalar(wanted)
    if not quotes and scalar(wanted) != wanted:
        made = scalar(wanted)
    return _Span(start, end, made, (node.start_mark.line + 1, written, made))


def _take_out(layout: Layout, path: _Path) -> _Span | None:
    """Return the change that takes the item which holds the last node of *path* out of its list."""
    depth = next((number for number in range(len(path) - 2, -1, -1) if isinstance(path[number], SequenceNode)), None)
    if depth is None or len(path) - depth > 3:
        return None
    holder, item = path[depth], path[depth + 1]
    assert isinstance(holder, SequenceNode)
    number = next((number for number, held in enumerate(holder.value) if held is item), None)
    if number is None:
        return None
    whole = holder if len(holder.value) == 1 else item
    if _has_anchor(layout, whole) or _has_anchor(layout, item):  # an alias stands for an item that is written elsewhere
        return None
    written = ": ".join(layout.text[slice(*_ends(layout, leaf))] for leaf in _leaves(item))
    told = (item.start_mark.line + 1, " ".join(written.split()), "")
    if whole is holder:
        return _take_out_key(layout, path[: depth + 1], told)
    if holder.flow_style:
        return _take_out_flow(layout, [_ends(layout, held) for held in holder.value], number, told)
    return _take_out_lines(layout, item.start_mark.line, layout.last_line(item, item.start_mark.column), told)


def _has_anchor(layout: Layout, node: Node) -> bool:
    return _ANCHOR.search(layout.text[_ends(layout, node)[0] : _ends(layout, _leaves(node)[-1])[1]]) is not None


def _leaves(node: Node) -> list[ScalarNode]:
    """Return the scalars in *node*: with them ends what is written, a block itself ends where the next one begins."""
    return [path[-1] for path in _walk(node) if isinstance(path[-1], ScalarNode)]


def _take_out_flow(layout: Layout, spans: Sequence[tuple[int, int]], number: int, told: tuple[int, str, str]) -> _Span | None:
    """Return the change that takes one of *spans* out of brackets or braces, with one comma and no comment of another."""
    start, end = spans[number]
    text, before = layout.text, spans[number - 1][1] if number else start
    head = text.rfind("\n", 0, start) + 1
    if not text[head:start].strip() and (rest := _LINE_AFTER.match(text, end)):
        return _Span(head, rest.end(), "", told)
    if number and "#" not in text[before:start]:
        return _Span(before, end, "", told)
    if comma := _COMMA.match(text, end):
        return _Span(start, comma.end(), "", told)
    return _Span(start, end, "", told) if number == len(spans) - 1 else None


def _take_out_lines(layout: Layout, first: int, last: int, told: tuple[int, str, str]) -> _Span | None:
    if not _ITEM.fullmatch(layout.line(first)) or layout.line(first).lstrip().startswith("- - "):
        return None
    return _Span(layout.offset(first, 0), layout.after(last), "", told)


def _take_out_key(layout: Layout, path: _Path, told: tuple[int, str, str]) -> _Span | None:
    """Return the change that takes a list out, with its key."""
    if len(path) < 2 or not isinstance(path[-2], MappingNode) or len(path[-2].value) < 2:
        return None
    mapping, holder = path[-2], path[-1]
    number = next((number for number, (_, value) in enumerate(mapping.value) if value is holder), None)
    if number is None:
        return None
    key = mapping.value[number][0]
    if mapping.flow_style:
        spans = [(_ends(layout, name)[0], _ends(layout, value)[1]) for name, value in mapping.value]
        return _take_out_flow(layout, spans, number, told)
    first = key.start_mark.line
    last = layout.last_line(holder, key.start_mark.column)
    if layout.line(first)[: key.start_mark.column].strip():
        return None  # it stands behind the dash of its channel
    return _Span(layout.offset(first, 0), layout.after(last), "", told)


def _put_in(layout: Layout, node: Node, name: str) -> _Span | None:
    """Return the change that puts *name* at the end of a list."""
    if not isinstance(node, SequenceNode) or not node.value:
        return None
    last = node.value[-1]
    told = (last.start_mark.line + 1, "", name)
    if node.flow_style:
        end = _ends(layout, last)[1]
        return _Span(end, end, f", {scalar(name, in_flow=True)}", told)
    at = layout.after(layout.last_line(last, node.start_mark.column))
    gap = "" if layout.text[:at].endswith(("\n", "\r")) else line_end(layout.text)
    return _Span(at, at, f"{gap}{' ' * node.start_mark.column}- {scalar(name)}{line_end(layout.text)}", told)


def _ends(layout: Layout, node: Node) -> tuple[int, int]:
    start, end = node.start_mark, node.end_mark
    return layout.offset(start.line, start.column), layout.offset(end.line, end.column)
