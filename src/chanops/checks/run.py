"""Checks run over subjects: their findings get address and place, what a channel allows is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chanops.domain.finding import by_severity_and_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.checks.subject import Check, Subject
    from chanops.domain.finding import Finding


def run_checks(subjects: Iterable[Subject], checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Return what *checks* find in *subjects*, errors first, each by place."""
    found = [_placed(subject, finding) for subject in subjects for check in checks for finding in check(subject)]
    return tuple(sorted(found, key=by_severity_and_place))


def _placed(subject: Subject, finding: Finding) -> Finding:
    desired = subject.desired
    place = desired.origins.get(finding.field) or desired.range
    return replace(finding, address=finding.address or desired.address).at(place)
