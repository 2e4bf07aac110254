"""Colour for terminals: a tiny table of ANSI codes, and painters that use it or leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Paint: TypeAlias = Callable[[str, str], str]

CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def painter(*, colour: bool) -> Paint:
    """Return what paints a text in a style of `CODES`, in `both` (a replace), or, without *colour*, leaves it."""
    return paint if colour else leave


def paint(text: str, style: str) -> str:
    """Return *text* in *style*."""
    if style == "both":
        return paint("-", "red") + "/" + paint("+", "green") if text == "-/+" else text
    return f"\x1b[{CODES[style]}m{text}\x1b[0m" if style and text else text


def leave(text: str, style: str) -> str:  # noqa: ARG001 - the same shape as paint
    """Return *text* as it is."""
    return text
