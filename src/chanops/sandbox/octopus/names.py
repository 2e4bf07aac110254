"""Lists of model names as an Octopus keeps them: one text with commas (contracts/octopus.md 5.1, 5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def split(text: str) -> list[str]:
    """Return the names in *text*, trimmed, blanks dropped, doubles kept."""
    return [name for part in text.split(",") if (name := part.strip())]


def unique(names: Iterable[str]) -> list[str]:
    """Return *names* without doubles, the first of each kept in its place."""
    return list(dict.fromkeys(names))


def listed(row: Mapping[str, Any]) -> list[str]:
    """Return the names that the channel *row* lists, `model` before `custom_model`, doubles kept."""
    return [*split(row["model"]), *split(row["custom_model"])]


def priced(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the price rows that belong to the channel *row*."""
    return unique(name.lower() for name in listed(row))


def keep(row: dict[str, Any]) -> None:
    """Leave both lists as they are (up to v0.10)."""


def normalise(row: dict[str, Any]) -> None:
    """Trim both lists, drop blanks and doubles, and keep custom names out of `model` (v0.11)."""
    custom = unique(split(row["custom_model"]))
    row["custom_model"] = ",".join(custom)
    row["model"] = ",".join(name for name in unique(split(row["model"])) if name not in custom)
