"""The comments of a YAML file: a # at the start of a line or behind a blank, outside of quotes and blocks of text."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yaml.events import ScalarEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST: Final = 1 << 60  # a line or a column that no file has
PLAIN: Final = ""
QUOTED: Final = ("'", '"')
BLOCK: Final = ("|", ">")


class Spot(NamedTuple):
    """A line and a column, both from 0."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: Any) -> Spot:  # noqa: ANN401 - yaml's own types
        """Return where the parser's *mark* is."""
        return cls(mark.line, mark.column)


class Comment(NamedTuple):
    """A comment: where it is, what it says, and whether it has a line of its own."""

    spot: Spot
    text: str
    is_alone: bool


class Comments:
    """The comments of a file in their order; whoever takes one has it."""

    def __init__(self, lines: Sequence[str], events: Iterable[Any]) -> None:
        self._lines = lines
        self._rest = deque(find_comments(lines, events))

    def texts(self) -> tuple[str, ...]:
        """Return those that nobody has taken, as they are."""
        return tuple(comment.text for comment in self._rest)

    def is_blank(self, line: int) -> bool:
        """Tell whether nothing stands on *line*."""
        return line >= 0 and not self._lines[line].strip()

    def take(self, line: int) -> list[str]:
        """Take those above *line*, with a blank line where one stands above them."""
        taken: list[str] = []
        while self._rest and self._rest[0].spot.line < line:
            taken += self._take_first()
        return taken

    def take_deeper(self, column: int, line: int) -> list[str]:
        """Take those above *line* that have a line of their own and stand at *column* or behind it."""
        taken: list[str] = []
        while self._rest and self._rest[0].is_alone and self._rest[0].spot.line < line and self._rest[0].spot.column >= column:
            taken += self._take_first()
        return taken

    def take_behind(self, line: int) -> list[str]:
        """Take those above *line* that stand behind something."""
        taken = []
        while self._rest and not self._rest[0].is_alone and self._rest[0].spot.line < line:
            taken.append(self._rest.popleft().text)
        return taken

    def take_all(self, line: int) -> list[Comment]:
        """Take those up to the end of *line*."""
        taken = []
        while self._rest and self._rest[0].spot.line <= line:
            taken.append(self._rest.popleft())
        return taken

    def drop(self, start: Spot, end: Spot) -> None:
        """Leave out those between *start* and *end*: in braces or brackets they are kept with their lines."""
        while self._rest and start < self._rest[0].spot < end:
            self._rest.popleft()

    def _take_first(self) -> list[str]:
        comment = self._rest.popleft()
        return [*([""] if comment.is_alone and self.is_blank(comment.spot.line - 1) else []), comment.text]


def find_comments(lines: Sequence[str], events: Iterable[Any]) -> Iterator[Comment]:
    """Yield every comment of a file by its *lines* and the *events* of the parser."""
    covered = _covered(events)
    for number, line in enumerate(lines):
        column = line.find("#")
        while column >= 0:
            is_free = column == 0 or line[column - 1] in " \t"
            if is_free and not any(first <= column < last for first, last in covered.get(number, ())):
                yield Comment(Spot(number, column), line[column:].rstrip(), not line[:column].strip())
                break
            column = line.find("#", column + 1)


def _covered(events: Iterable[Any]) -> dict[int, list[tuple[int, int]]]:
    """Return which columns of which lines belong to a text that may hold the sign."""
    covered: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for event in events:
        if isinstance(event, ScalarEvent) and event.style in (*QUOTED, *BLOCK):
            start, end = Spot.of(event.start_mark), Spot.of(event.end_mark)
            for line in range(start.line, end.line + 1):
                covered[line].append((start.column if line == start.line else 0, end.column if line == end.line else MOST))
    return covered
