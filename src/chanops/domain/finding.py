"""A finding: a fault in what the user wrote or in what lives, with its place and the way to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from chanops.domain.address import Address


class Severity(StrEnum):
    """How bad it is: an error stops the site's plan, the others travel in it."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Range(NamedTuple):
    """A place in a file; lines and columns from 1, the end exclusive. *source* is its line, secrets shown as `"…"`."""

    filename: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. *summary* says what, *detail* how to mend it; *field* is a path of the vocabulary."""

    severity: Severity
    summary: str
    detail: str = ""
    address: Address | None = None
    field: str = ""
    range: Range | None = None
    rule: str = ""

    def at(self, place: Range | None) -> Finding:
        """Return the finding with *place*, unless it has one."""
        return self if self.range or place is None else replace(self, range=place)


def error(summary: str, detail: str = "", *, address: Address | None = None, field: str = "", rule: str = "") -> Finding:
    """Return a finding that stops the plan of its site."""
    return Finding(Severity.ERROR, summary, detail, address, field, rule=rule)


def warning(summary: str, detail: str = "", *, address: Address | None = None, field: str = "", rule: str = "") -> Finding:
    """Return a finding the operator should look at; the plan goes on."""
    return Finding(Severity.WARNING, summary, detail, address, field, rule=rule)


def notice(summary: str, detail: str = "", *, address: Address | None = None, field: str = "", rule: str = "") -> Finding:
    """Return a finding that only tells what chanops did with what was written."""
    return Finding(Severity.NOTICE, summary, detail, address, field, rule=rule)


ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


def by_severity_and_place(finding: Finding) -> tuple[object, ...]:
    """Sort key: errors, warnings, notices, each by place, then by address and text."""
    place = finding.range or Range("", 0, 0, 0, 0)
    return (ORDER[finding.severity], place[:3], str(finding.address or ""), finding.summary, finding.detail)
