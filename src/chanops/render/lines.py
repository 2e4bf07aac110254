"""A shown plan as lines before they are laid out: how deep, with which symbol, in which style."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


STEP = 4
MARGIN = 2


class Line(NamedTuple):
    """One line; *symbol* stands in front of *text* (`+`, `-`, `~`, `-/+`, `@`, `.`, or none)."""

    depth: int
    symbol: str
    text: str
    style: str = ""


class Label(NamedTuple):
    """What stands before a value (`models   = `) and behind its first line (` # forces replacement`)."""

    head: str
    note: str = ""
    tail: str = ""

    def line(self, depth: int, symbol: str, text: str) -> Line:
        """Return the line of a value that needs only one."""
        return Line(depth, symbol, f"{self.head}{text}{self.tail}{self.note}")

    def opening(self, depth: int, symbol: str, bracket: str) -> Line:
        """Return the first line of a value that goes on below."""
        return Line(depth, symbol, f"{self.head}{bracket}{self.note}")


def comment(depth: int, text: str) -> Line:
    """Return a remark inside a block."""
    return Line(depth, "", f"# {text}", "dim")


def lay_out(line: Line, paint: Callable[[str, str], str], colours: dict[str, str]) -> str:
    """Return *line* as Terraform sets it: symbols right-aligned in front of the text."""
    if not line.text:
        return ""
    left = MARGIN + STEP * line.depth
    room = " " * (left + 1 - len(line.symbol))
    symbol = paint(line.symbol, colours.get(line.symbol, "")) if line.symbol else ""
    return f"{room}{symbol} {paint(line.text, line.style)}"
