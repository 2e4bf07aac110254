"""Checks run over subjects: their findings get address and place, what a channel allows is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chanops.domain.allowing import sift
from chanops.domain.finding import by_severity_and_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.checks.subject import Check, Subject
    from chanops.domain.finding import Finding
    from chanops.domain.resources import DesiredChannel


def run_checks(subjects: Iterable[Subject], checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Return what *checks* find in *subjects* and is not allowed there, errors first, each by place."""
    looked_at = tuple(subjects)
    kept = sift(find(looked_at, checks), [subject.desired for subject in looked_at], stops_plan=False).kept
    return tuple(sorted(kept, key=by_severity_and_place))


def find(subjects: Iterable[Subject], checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Return all that *checks* find in *subjects*, also what is allowed there."""
    return tuple(placed(subject.desired, found) for subject in subjects for check in checks for found in check(subject))


def placed(desired: DesiredChannel, found: Finding) -> Finding:
    """Return *found* with the address of *desired* and the place of its field, unless it has others."""
    place = desired.origins.get(found.field) or desired.range
    return replace(found, address=found.address or desired.address).at(place)
