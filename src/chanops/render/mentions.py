"""References as a table and as JSON: where each stands and whether it has a value, never the value or its length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.render.escape import clip
from chanops.render.finding_json import FORMAT_VERSION
from chanops.render.style import painter
from chanops.render.table import align
from chanops.render.words import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.domain.mention import Mention

COLUMNS: Final = ("REFERENCE", "RESOLVES", "PLACES", "FIRST", "FIELDS")
CELL: Final = 60
COLOURS: Final = {False: "red", None: "dim"}


def render_mentions(mentions: Sequence[Mention], *, colour: bool = False) -> str:
    """Return *mentions* as an aligned table, what to do about those that do not resolve, and their number."""
    if not mentions:
        return "No references."
    paint = painter(colour=colour)
    rows = align([COLUMNS, *map(_row, mentions)])
    painted = [
        paint(row, COLOURS[mention.resolves]) if mention.resolves in COLOURS else row
        for row, mention in zip(rows[1:], mentions, strict=True)
    ]
    hints = dict.fromkeys(
        f"{clip(mention.reference, CELL)}: {clip(mention.hint, CELL * 2)}" for mention in mentions if mention.hint
    )
    return "\n".join([paint(rows[0], "bold"), *painted, "", *hints, *([""] if hints else []), _count(mentions)])


def mentions_to_json(mentions: Sequence[Mention]) -> dict[str, Any]:
    """Return *mentions* as JSON-able values."""
    return {"format_version": FORMAT_VERSION, "references": [_mention(mention) for mention in mentions], "diagnostics": []}


def _row(mention: Mention) -> tuple[str, ...]:
    first = mention.ranges[0]
    return (
        clip(mention.reference, CELL),
        clip(_answer(mention), CELL),
        str(len(mention.ranges)),
        clip(f"{first.filename}:{first.line}", CELL),
        clip(", ".join(mention.fields), CELL) or "-",
    )


def _answer(mention: Mention) -> str:
    """Return `yes`, or why not; `yes, by its default` where that stands in."""
    if mention.resolves:
        return f"yes, {mention.reason}" if mention.reason else "yes"
    return mention.reason or "-"


def _count(mentions: Sequence[Mention]) -> str:
    total = count_of(len(mentions), "reference")
    answers = [mention.resolves for mention in mentions]
    told = ((True, "with a value"), (False, "without"), (None, "not looked up"))
    return f"{total}: {', '.join(f'{answers.count(answer)} {words}' for answer, words in told if answer in answers)}."


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "reference": mention.reference,
        "resolves": mention.resolves,
        "reason": mention.reason or None,
        "hint": mention.hint or None,
        "places": [{"filename": place.filename, "line": place.line} for place in mention.ranges],
        "fields": list(mention.fields),
    }
