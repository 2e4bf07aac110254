"""Collects what is wrong with the files: every fault once, in the order of its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain.finding import Finding, error

if TYPE_CHECKING:
    from chanops.config.source import Place
    from chanops.domain.address import Address
    from chanops.domain.finding import Range, Severity


MOST: Final = 5000  # findings; what has more is no configuration


class Faults:
    """The findings of one load. An inherited fault meets every channel that inherits it and is still told once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Finding] = {}
        self.silenced: set[Range] = set()  # where the `allow` lines stand that silenced something

    def add(self, finding: Finding, place: Place | None) -> None:
        """Note *finding* at *place*, unless the same stands there already."""
        key = (finding.summary, place and (place.source.name, *place[1:]), finding.address if place is None else None)
        if key not in self._found and not self.is_full:
            self._found[key] = finding.at(place.range() if place else None)

    @property
    def is_full(self) -> bool:
        """Tell whether no more are taken."""
        return len(self._found) >= MOST

    def sorted(self) -> tuple[Finding, ...]:
        """Return all findings by place; those of no file come first."""
        found = sorted(self._found.values(), key=_by_place)
        rest = [error(f"there are more than {MOST} findings; the rest is not told")] if self.is_full else []
        return (*rest, *found)


def note(
    faults: Faults,
    severity: Severity,
    place: Place | None,
    texts: tuple[str, str],
    *,
    address: Address | None = None,
    field: str = "",
    rule: str = "",
) -> None:
    """Add a finding made of its parts; *texts* are summary and detail."""
    faults.add(Finding(severity, *texts, address=address, field=field, rule=rule), place)


def _by_place(finding: Finding) -> tuple[object, ...]:
    place = finding.range
    where = (place.filename, place.line, place.column) if place else ("", 0, 0)
    return (*where, finding.severity, finding.summary)
