"""Words for messages: how a text is shown, and which known word was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 60


def shown(text: str) -> str:
    """Return *text* in quotes, on one line, without signs that a terminal would obey, cut when long."""
    plain = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[: _LONGEST + 1])
    return f'"{plain}"' if len(plain) <= _LONGEST else f'"{plain[:_LONGEST]}…"'


def meant(word: str, known: Iterable[str]) -> str:
    """Return `did you mean "…"?`, or nothing when no *known* word is near."""
    import difflib  # noqa: PLC0415 - needed only when something is wrong

    words = list(known)
    lower = {other.lower(): other for other in words}
    if word.lower() in lower:
        return f'did you mean "{lower[word.lower()]}"?'
    near = difflib.get_close_matches(word[:_LONGEST], words, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def meant_or_list(word: str, known: Iterable[str]) -> str:
    """Return the word that was probably meant, else all *known* ones."""
    words = list(known)
    return meant(word, words) or f"one of: {', '.join(words)}"
