"""The comments of a YAML file: a # at the start of a line or behind a blank, outside of quotes and blocks of text."""

from __future__ import annotations

from collections import defaultdict
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
