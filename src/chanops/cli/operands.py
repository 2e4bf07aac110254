"""What the operands of `diff` name: a site that lives, a file that declares one, or a saved plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from chanops import config
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class What(StrEnum):
    """The prefixes that settle what an operand is."""

    SITE = "site"
    FILE = "file"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Operand:
    """One operand: *name* is a site or a path, *site* the part behind a path's colon, *text* what the user wrote."""

    text: str
    what: What
    name: str
    site: str = ""

    @property
    def path(self) -> Path:
        """Return the file or folder it names."""
        return Path(self.name)


def site_names(files: Sequence[Path]) -> frozenset[str]:
    """Return the names of the sites that *files* declare, as far as they can be read; faults are for whoever needs a site."""
    return frozenset(site.name for site in config.load(list(files) or None).desired.sites)


def read_operand(text: str, sites: Collection[str]) -> Operand:
    """Return what *text* names. Raises UsageError when that is nothing, or more than one thing."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix in tuple(What):
        if not rest:
            raise UsageError(f"{text} names nothing: write {prefix}:{'NAME' if prefix == What.SITE else 'PATH'}")
        return _read_as(What(prefix), rest, text)
    is_site, found = text in sites, _find_path(text)
    if is_site and found:
        raise UsageError(f"{text} is a site and a path: write site:{text} or file:{text}")
    if is_site:
        return Operand(text, What.SITE, text)
    if found is None:
        known = f"the files declare {', '.join(sorted(sites))}" if sites else "no file that is read declares a site"
        raise UsageError(f"{text} is neither a site nor a path: {known}")
    return _read_as(What.PLAN if _is_plan(found) else What.FILE, text, text)


def _read_as(what: What, rest: str, text: str) -> Operand:
    if what is not What.FILE:
        return Operand(text, what, rest)
    found = _find_path(rest)
    if found is None:
        raise UsageError(f"{rest} does not exist")
    return Operand(text, what, str(found), "" if Path(rest).exists() else rest.rpartition(":")[2])


def _find_path(text: str) -> Path | None:
    """Return the path that *text* names, with or without a colon and a site behind it."""
    whole, part = Path(text), Path(text.rpartition(":")[0] or text)
    return next((path for path in (whole, part) if path.exists()), None)


def _is_plan(path: Path) -> bool:
    """Tell a saved plan from YAML that is JSON: no configuration has these two keys."""
    if path.is_dir() or path.suffix in (".yaml", ".yml"):
        return False
    try:
        head = path.read_bytes()
    except OSError:
        return False
    return head.lstrip().startswith(b"{") and b'"resource_changes"' in head
