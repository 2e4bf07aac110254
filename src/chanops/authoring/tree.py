"""A YAML file with what its writer said beside the values: comments, blank lines, quotes, anchors, braces.

Each comment belongs to one entry of a mapping or a list. One above an entry, or at its column, is its head; one behind it is
its tail; one that is indented deeper than what follows is the foot of what stands above.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import yaml
from yaml import events, tokens

from chanops.authoring.comments import BLOCK, MOST, PLAIN, Comments, Spot
from chanops.config.source import split_lines
from chanops.errors import UsageError

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENDS: Final = (events.MappingEndEvent, events.SequenceEndEvent)


@dataclass(slots=True)
class Leaf:
    """A scalar with its *style* (plain, a quote, or the sign of a block), or an alias, whose style is `*`."""

    start: Spot
    end: Spot
    anchor: str
    value: str
    style: str


@dataclass(slots=True)
class Branch:
    """A mapping or a list; *foot* are the comments at its end. In braces or brackets its entries have no comments."""

    start: Spot
    end: Spot
    anchor: str
    is_mapping: bool
    is_flow: bool
    entries: list[Entry] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """One entry: a *key* (None in a list) and a value. In *head* and *foot* an empty text stands for a blank line."""

    spot: Spot
    key: Leaf | None
    value: Leaf | Branch
    head: list[str] = field(default_factory=list)
    tail: str = ""
    foot: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the key as a text; empty in a list."""
        return self.key.value if self.key else ""


class Tree(NamedTuple):
    """A whole file: the lines *above* its document *marker*, what heads the file, its root, its lines and all its comments."""

    above: list[str]
    marker: str
    header: list[str]
    root: Branch
    lines: list[str]
    comments: tuple[str, ...]


def read_tree(text: str) -> Tree:
    """Return the tree of *text*, which is sound YAML. Raises UsageError for what a tree cannot say."""
    return _Reader(text).read()


class _Reader:
    """Goes through the events once, and hands out comments in their order."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self._events: deque[Any] = deque(yaml.parse(text, Loader=LOADER))
        self._dashes: deque[Spot] = deque()
        self._marker: Spot | None = None
        for token in yaml.scan(text, Loader=LOADER):
            self._take_token(token)
        self._comments = Comments(self._lines, self._events)

    def read(self) -> Tree:
        """Return the whole file."""
        comments = self._comments.texts()
        while not isinstance(self._events.popleft(), events.DocumentStartEvent):
            pass
        above = self._above_marker()
        marker = " ".join(["---", *self._comments.take_behind(self._marker.line + 1)]) if self._marker else ""
        first = self._events[0].start_mark
        header = self._comments.take(first.line) if getattr(self._events[0], "flow_style", False) else []
        root = self._node()
        if not isinstance(root, Branch):
            raise UsageError("it is no mapping")
        if root.is_flow:
            self._comments.drop(root.start, root.end)
        else:
            header = _cut_header(root.entries[0])
        root.foot += self._comments.take(MOST)
        return Tree(above, marker, header, root, self._lines, comments)

    def _take_token(self, token: Any) -> None:  # noqa: ANN401 - yaml's own types
        spot = Spot.of(token.start_mark)
        match token:
            case tokens.BlockEntryToken():
                self._dashes.append(spot)
            case tokens.DocumentStartToken():
                self._marker = spot
            case tokens.TagToken():
                raise UsageError("it has a tag")
            case tokens.DirectiveToken() | tokens.DocumentEndToken():
                raise UsageError("it has a directive or an end marker")
            case tokens.KeyToken() if self._lines[spot.line][spot.column :][:2] in ("?", "? "):
                raise UsageError("it has a key behind a question mark")

    def _above_marker(self) -> list[str]:
        """Return the comments above the document marker; what follows it on its line is a comment or nothing."""
        if self._marker is None:
            return []
        following = self._events[0].start_mark
        if following.line == self._marker.line:
            raise UsageError("something stands behind the document marker")
        return self._comments.take(self._marker.line)

    def _node(self, above: int = -1) -> Leaf | Branch:
        """Return the node that comes next; *above* is the column of the entry that holds it."""
        event = self._events.popleft()
        start = Spot.of(event.start_mark)
        end = Spot.of(event.end_mark)
        match event:
            case events.ScalarEvent():
                return Leaf(start, end, event.anchor or "", str(event.value), event.style or PLAIN)
            case events.AliasEvent():
                return Leaf(start, end, "", event.anchor or "", "*")
        is_mapping = isinstance(event, events.MappingStartEvent)
        branch = Branch(start, end, event.anchor or "", is_mapping, event.flow_style)
        return self._flow(branch) if branch.is_flow else self._block(branch, above)

    def _flow(self, branch: Branch) -> Branch:
        while not isinstance(self._events[0], _ENDS):
            key = self._node() if branch.is_mapping else None
            assert not isinstance(key, Branch), "composing it told"
            value = self._node()
            branch.entries.append(Entry(value.start, key, value))
        last = self._events.popleft()
        branch.end = Spot.of(last.end_mark)
        return branch

    def _block(self, branch: Branch, above: int) -> Branch:
        while not isinstance(self._events[0], _ENDS):
            branch.entries.append(self._entry(branch))
        self._events.popleft()
        branch.foot = self._foot(min(branch.entries[0].spot.column, above + 1))
        return branch

    def _entry(self, branch: Branch) -> Entry:
        spot = self._next_spot() if branch.is_mapping else self._dashes.popleft()
        head = self._comments.take(spot.line)
        if self._comments.is_blank(spot.line - 1):
            head.append("")
        key = self._node() if branch.is_mapping else None
        if isinstance(key, Branch):
            raise UsageError("a key of it is a list or a mapping")
        entry = Entry(spot, key, _NOTHING, head)
        if self._opens_block():
            self._take_line_end(entry, self._next_spot().line)
            entry.value = self._node(spot.column)
            return entry
        entry.value = self._node()
        if isinstance(entry.value, Branch):
            self._comments.drop(entry.value.start, entry.value.end)
        end = entry.value.end
        self._take_tail(entry, end.line if end.column else end.line - 1)  # a block ends where the line below it begins
        if not (isinstance(entry.value, Leaf) and entry.value.style in BLOCK):  # deeper than its key it would become text
            entry.foot = self._foot(spot.column + 1)
        return entry

    def _opens_block(self) -> bool:
        event = self._events[0]
        return isinstance(event, events.CollectionStartEvent) and not event.flow_style

    def _next_spot(self) -> Spot:
        """Return where the next entry or value begins, beyond the ends of what stands here."""
        event = next(event for event in self._events if not isinstance(event, _ENDS))
        if isinstance(event, events.DocumentEndEvent):
            return Spot(MOST, -1)
        found = Spot.of(event.start_mark)
        if isinstance(event, events.CollectionStartEvent) and event.anchor and not event.flow_style:
            inner = self._events[self._events.index(event) + 1]
            found = Spot.of(inner.start_mark)
        return min(found, self._dashes[0]) if self._dashes else found

    def _foot(self, column: int) -> list[str]:
        """Return the comments that are indented at least to *column*, and deeper than what follows."""
        following = self._next_spot()
        return self._comments.take_deeper(max(column, following.column + 1), following.line)

    def _take_line_end(self, entry: Entry, line: int) -> None:
        """Give *entry* the comment behind its key, or its dash; those above *line* belong to what stands inside."""
        for text in self._comments.take_behind(line):
            entry.head += [entry.tail] if entry.tail else []
            entry.tail = text

    def _take_tail(self, entry: Entry, line: int) -> None:
        """Give *entry* the comments up to *line*, where it ends: the last behind it is its tail, others stand above it."""
        taken = self._comments.take_all(line)
        if taken and not taken[-1].is_alone:
            entry.tail = taken.pop().text
        entry.head += [comment.text for comment in taken]


def _cut_header(top: Entry) -> list[str]:
    """Take what heads the file from the comments of its first entry: all above the last blank line, or all."""
    while top.head and not top.head[0]:
        del top.head[0]
    cut = max((number for number, line in enumerate(top.head) if not line), default=len(top.head))
    header, top.head = top.head[: cut + 1], top.head[cut:]
    return header


_NOTHING: Final = Leaf(Spot(0, 0), Spot(0, 0), "", "", PLAIN)
