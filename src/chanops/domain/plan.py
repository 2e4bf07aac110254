"""A plan: everything that would happen, as data, sorted and safe to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from chanops.domain.change import Action, Change
from chanops.domain.finding import Severity
from chanops.domain.gateway import Calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.finding import Finding
    from chanops.domain.vocabulary import SiteKind


class SiteStatus(StrEnum):
    """Whether a site has a plan."""

    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site's part: its changes in address order, no-ops included."""

    site: str
    kind: SiteKind
    status: SiteStatus
    generation: str = ""
    version: str = ""
    live: int = 0
    managed: int = 0
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    calls: Calls = field(default_factory=Calls)


@dataclass(frozen=True, slots=True)
class Impact:
    """A (group, model) route whose number of enabled channels changes."""

    site: str
    group: str
    model: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class GuardHit:
    """A guard that refuses the plan: its YAML name, the limit as written, what was found of how many, and what lifts it."""

    site: str
    guard: str
    limit: str
    found: int
    of: int
    lift: str
    message: str
    lift_yaml: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All sites' plans of one run. *findings* are those of the configuration; each site carries its own too."""

    sites: tuple[SitePlan, ...]
    findings: tuple[Finding, ...] = ()
    guards: tuple[GuardHit, ...] = ()
    impact: tuple[Impact, ...] = ()
    files: tuple[str, ...] = ()
    digest: str = ""
    is_partial: bool = False
    is_forgetting: bool = False

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return every site's changes, in address order."""
        return tuple(change for site in self.sites for change in site.changes)

    @property
    def pending(self) -> tuple[Change, ...]:
        """Return the changes that write something."""
        return tuple(change for change in self.changes if change.is_pending)

    @property
    def is_complete(self) -> bool:
        """Tell whether every site has a plan."""
        return all(site.status is SiteStatus.OK for site in self.sites)

    @property
    def is_errored(self) -> bool:
        """Tell whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.all_findings)

    @property
    def is_applyable(self) -> bool:
        """Tell whether there is something to do and nothing that forbids all of it."""
        return bool(self.pending) and not self.guards

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return the findings of the configuration and of every site."""
        return self.findings + tuple(finding for site in self.sites for finding in site.findings)

    def summary(self) -> Mapping[Action, int]:
        """Count the changes by action."""
        return {action: sum(change.action is action for change in self.changes) for action in Action}
