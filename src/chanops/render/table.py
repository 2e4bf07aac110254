"""Rows of cells as an aligned table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.render.escape import width

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP: Final = "  "


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return each of *rows*, whose cells are safe to show, as one line; columns stand below each other."""
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        GAP.join(cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
