"""Names in findings: a few of them, and those that came by reference never by value (DESIGN 2, law 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain.value import reveal

if TYPE_CHECKING:
    from collections.abc import Collection

    from chanops.domain.value import Value

SHOWN: Final = 5


def names_in(value: Value) -> dict[str, str]:
    """Return the names in a list, or the keys of a mapping, each with the way it is shown."""
    if isinstance(value, Mapping):
        return {key: key for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {str(reveal(item)): str(item) for item in value}
    return {}


def some(names: Collection[str]) -> str:
    """Return a few of *names*, and how many there are beside them."""
    shown = ", ".join(list(names)[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"
