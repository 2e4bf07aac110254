"""Foreign text made safe to show: nothing in it can move a cursor, end a line, turn the reading direction or build markup."""

from __future__ import annotations

from typing import Final

LONG: Final = 400
"""Characters of one text that are shown whole."""

PAIR_CONTEXT: Final = 40
SIGNS_A_COLUMN: Final = 4
"""A letter with its marks; more than that is no writing."""


def escape(text: str) -> str:
    r"""Return *text* on one line with everything invisible as `\u....`: controls, bidi, separators, odd blanks, surrogates."""
    return text if text.isprintable() else "".join(map(_escape_character, text))


def quote(text: str) -> str:
    """Return *text* as a JSON string that is safe to show."""
    return '"' + "".join(map(_quote_character, text)) + '"' if _needs_quoting(text) else f'"{text}"'


def shorten(text: str, limit: int = LONG) -> str:
    """Return *text*, its middle cut out and its length said when it is longer than *limit*."""
    if len(text) <= limit:
        return text
    note = f"… ({len(text):,} characters) …"
    room = max(limit - len(note), 2)
    return text[: room - room // 3] + note + text[len(text) - room // 3 :]


def clip(text: str, limit: int) -> str:
    """Return *text* safe to show, its end cut off when it takes more than *limit* columns; marks that take none count too."""
    most = SIGNS_A_COLUMN * limit
    safe = escape(text[: most + 1])[: most + 1]
    if len(safe) <= most and width(safe) <= limit:
        return safe
    while width(safe) > limit - 1:
        safe = safe[:-1]
    return safe + "…"


def shorten_pair(before: str, after: str, limit: int = LONG) -> tuple[str, str]:
    """Return two long texts cut to the part in which they differ."""
    if max(len(before), len(after)) <= limit:
        return before, after
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return _window(before, start, end, limit), _window(after, start, end, limit)


def html_code(text: str, limit: int = LONG) -> str:
    """Return *text* as a `<code>` element for markdown and HTML alike: no table, link, mention or tag comes out of it."""
    return "<code>" + "".join(map(_entity, shorten(escape(text), limit))) + "</code>"


def width(text: str) -> int:
    """Return how many columns a terminal gives *text*; CJK letters and emoji take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - most texts are ASCII

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _escape_character(character: str) -> str:
    if character.isprintable():
        return character
    data = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{data[i : i + 4]}" for i in range(0, len(data), 4))


def _needs_quoting(text: str) -> bool:
    return '"' in text or "\\" in text or not text.isprintable()


def _quote_character(character: str) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return short.get(character) or _escape_character(character)


def _entity(character: str) -> str:
    if character == "@":
        return "<span>&#64;</span>"  # alone in its element it is part of no mail address
    is_plain = character.isalnum() or character in " -/" or not character.isascii()
    return character if is_plain else f"&#{ord(character)};"


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _window(text: str, start: int, end: int, limit: int) -> str:
    left, right = max(start - PAIR_CONTEXT, 0), min(len(text) - end + PAIR_CONTEXT, len(text))
    cut = shorten(text[left:right], limit)
    head = f"({left:,} same) …" if left else ""
    tail = f"… ({len(text) - right:,} same)" if right < len(text) else ""
    return head + cut + tail
