"""Model names: tidied as every gateway does it, and the ones no gateway can hold (contracts/upstreams.md 5, model-name)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST: Final = 255  # bytes that New API stores

_STRANGE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, bidirectional and other invisible signs, half characters


def tidy(names: Iterable[str]) -> tuple[str, ...]:
    """Return *names* trimmed, without blank and repeated ones; the first of a name keeps its place."""
    return tuple(dict.fromkeys(name for name in map(str.strip, names) if name))


def find_name_fault(name: str) -> str | None:
    """Return why no gateway can hold *name* as a model, or None."""
    if not name:
        return "it is empty"
    if name != name.strip():
        return "it has blanks at its ends"
    if "," in name:
        return "it holds a comma, and gateways split there"
    if any(unicodedata.category(sign) in _STRANGE for sign in name):
        return "it holds a control character"
    if len(name.encode("utf-8", "replace")) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    return None


def find_unfit(names: Iterable[str]) -> dict[str, str]:
    """Return those of *names* that no gateway can hold, each with the reason."""
    return {name: fault for name in names if (fault := find_name_fault(name))}
