"""Patterns for model names: globs, and after `re:` regular expressions of an engine that cannot backtrack.

Why that engine: docs/decisions/0007-regular-expressions.md.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

REGULAR: Final = "re:"
MEMORY: Final = 1 << 20  # bytes a compiled expression may take: what needs more is refused, not slow
LONGEST: Final = 1000  # characters
KNOWN: Final = 1024  # 3,000 channels share a few patterns

_REFERENCE: Final = re.compile(r"\\(.?)", re.DOTALL)
_NO_BACKTRACKING: Final = ("(?=", "(?!", "(?<=", "(?<!", "(?>")


class PatternError(ValueError):
    """A pattern that cannot be used; the text says why, for a finding at its place."""


class Pattern(NamedTuple):
    """A pattern ready to match; *find* returns what matched, or None; *groups* is how many parts of it have a number."""

    text: str
    find: Callable[[str], Any]
    groups: int = 0

    def matches(self, name: str) -> bool:
        """Tell whether the pattern covers *name*: a glob all of it, a regular expression any part."""
        return self.find(name) is not None


@lru_cache(maxsize=KNOWN)
def compile_pattern(text: str) -> Pattern:
    """Return *text* ready to match; letters count. Raises PatternError."""
    if not text.strip():
        raise PatternError("the pattern is empty")
    if len(text) > LONGEST:
        raise PatternError(f"the pattern is longer than {LONGEST} characters")
    if text.startswith(REGULAR):
        return _compile_regular(text)
    return Pattern(text, re.compile(fnmatch.translate(text.replace("[", "[[]"))).match)


def find_fault(text: str) -> str | None:
    """Return why *text* cannot be used as a pattern, or None."""
    try:
        compile_pattern(text)
    except PatternError as fault:
        return str(fault)
    return None


def matches_any(patterns: Iterable[Pattern], name: str) -> bool:
    """Tell whether one of *patterns* covers *name*."""
    return any(pattern.matches(name) for pattern in patterns)


def rewrite(pattern: Pattern, template: str, name: str) -> str | None:
    r"""Return *template* with `\0` (all) and `\1` to `\9` filled from what *pattern* found in *name*, or None."""
    found = pattern.find(name)
    if found is None:
        return None
    return _REFERENCE.sub(lambda sign: "\\" if sign[1] == "\\" else found.group(int(sign[1])) or "", template)


def find_template_fault(pattern: Pattern, template: str) -> str | None:
    r"""Return why *template* cannot be filled from *pattern*: `\N` for a group it has, `\\` for a backslash."""
    for sign in _REFERENCE.findall(template):
        if sign != "\\" and not (sign.isascii() and sign.isdigit() and int(sign) <= pattern.groups):
            return f'"\\{sign}" names no group of the pattern, which has {pattern.groups}'
    return None


def _compile_regular(text: str) -> Pattern:
    """Return *text* for RE2, which matches in time linear to the name whatever the expression."""
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; only where a file has such a pattern

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    try:
        compiled = re2.compile(text.removeprefix(REGULAR), options)
    except re2.error as fault:
        raise PatternError(_explain(text, fault)) from None
    except UnicodeError:
        raise PatternError("the expression holds half a character") from None
    return Pattern(text, lambda name: compiled.search(_whole(name)), compiled.groups)


def _whole(name: str) -> str:
    """Return *name* without halves of characters, which have no UTF-8."""
    return name.encode("utf-8", "replace").decode()


def _explain(text: str, fault: Exception) -> str:
    words = fault.args[0] if fault.args else "unknown"
    reason = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    if any(sign in text for sign in _NO_BACKTRACKING) or re.search(r"\\[1-9]", text):
        return f"{reason}: look-around and back-references need an engine that backtracks, and this one does not"
    return f"the expression cannot be compiled: {reason}"
