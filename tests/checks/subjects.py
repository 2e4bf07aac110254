"""Subjects for checks: one declared channel, with what a test says is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.checks.neighbours import Neighbours
from chanops.checks.subject import Subject
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from chanops.checks.subject import Check
    from chanops.domain.finding import Finding
    from chanops.domain.resources import DesiredChannel


def site(kind: SiteKind = SiteKind.NEWAPI, **guards: Any) -> Site:
    return Site("main", kind, "u", Auth(), Manage(ManageMode.MARKED), Guards(**guards), owner="team")


def subject(desired: DesiredChannel, *others: DesiredChannel, **known: Any) -> Subject:
    whole: dict[str, Any] = {"site": site(), "desired": desired, "others": Neighbours([desired, *others])} | known
    return Subject(**whole)


def found(check: Check, of: Subject) -> list[Finding]:
    return list(check(of))


def told(check: Check, of: Subject) -> list[tuple[str, str, str]]:
    """Return severity, rule and field of each finding."""
    return [(finding.severity.value, finding.rule, finding.field) for finding in check(of)]
