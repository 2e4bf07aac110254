"""Fenced blocks for markdown: closed by nothing inside them, and cut in the middle where they are too long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chanops.render.words import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE: Final = 2_000
REMARK: Final = 50
"""Characters that the remark about the cut may take."""
MARGIN: Final = 20
"""Characters for the language and the line ends of the fence."""


def fenced(lines: Sequence[str], language: str, room: int) -> str:
    """Return *lines* in a fence longer than any run of backticks inside; all of it, or its both ends, in *room* characters."""
    fence = _fence(lines)
    return "\n".join([f"{fence}{language}", *cut_middle(lines, room - 2 * len(fence) - MARGIN), fence])


def size_of(lines: Sequence[str]) -> int:
    """Return how many characters the fenced block of all *lines* takes at most."""
    return _size(lines) + 2 * len(_fence(lines)) + MARGIN


def cut_middle(lines: Sequence[str], room: int) -> list[str]:
    """Return as many of the first and last *lines* as *room* characters hold, and say how many are left out."""
    short = [line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…" for line in lines]
    if _size(short) <= room:
        return short
    head = _first_that_fit(short, (room - REMARK) * 2 // 3)
    tail = _first_that_fit(short[len(head) :][::-1], (room - REMARK) // 3)[::-1]
    hidden = len(short) - len(head) - len(tail)
    return [*head, f"# … {count_of(hidden, 'line')} cut out here …", *tail]


def _fence(lines: Sequence[str]) -> str:
    runs = (len(run) for line in lines for run in re.findall("`+", line))
    return "`" * max(3, max(runs, default=0) + 1)


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)


def _first_that_fit(lines: Sequence[str], room: int) -> list[str]:
    fitting: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        fitting.append(line)
    return fitting
