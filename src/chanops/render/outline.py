"""What every form of a plan says besides its changes: whose each finding is, why it is refused, and the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.domain.finding import by_severity_and_place, warning
from chanops.domain.plan import SiteStatus
from chanops.render.escape import escape, shorten
from chanops.render.words import ALWAYS_COUNTED, COUNTED_IF_ANY, WORDS, count_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.change import Action
    from chanops.domain.finding import Finding
    from chanops.domain.plan import GuardHit, Plan

PARTIAL: Final = warning(
    "the plan is partial: it holds what was asked for, and nothing else",
    "once this is done, plan without --target, --exclude and --adopt-only to see what remains",
    rule="partial",
)
NAMED_SITES: Final = 10


class Note(NamedTuple):
    """A finding and the site it came from, empty for the configuration."""

    site: str
    finding: Finding

    @property
    def whose(self) -> str:
        """Return its address or site, empty where the summary already begins with the site."""
        if self.finding.address:
            return str(self.finding.address)
        says_it = self.finding.summary.startswith((f"{self.site} ", f"{self.site}:"))
        return "" if says_it or self.finding.range else self.site


def notes_of(plan: Plan) -> list[Note]:
    """Return all findings of *plan*, notices first and errors last, next to the summary; a partial plan warns."""
    return sorted_notes(plan, errors_first=False)


def sorted_notes(plan: Plan, *, errors_first: bool = True) -> list[Note]:
    """Return all findings of *plan* by severity, each by place."""
    notes = [Note("", found) for found in plan.findings]
    notes += [Note(site.site, found) for site in plan.sites for found in site.findings]
    notes += [Note("", PARTIAL)] if plan.is_partial else []
    ordered = sorted(notes, key=lambda note: by_severity_and_place(note.finding))
    if errors_first:
        return ordered
    return sorted(ordered, key=lambda note: -_rank(note))


def refusal_lines(hit: GuardHit) -> list[str]:
    """Return why a guard refuses, and how to go on: on the command line, or in the file."""
    lines = [f"Refused: {_shown(hit.message)}"]
    if hit.lift:
        lines.append(f"  To go on: {_shown(hit.lift)}{', or in the file' if hit.lift_yaml else ''}")
    elif hit.lift_yaml:
        lines.append("  To go on, in the file:")
    return [*lines, f"  {_shown(hit.lift_yaml)}"] if hit.lift_yaml else lines


def summary_line(plan: Plan) -> str:
    """Return the last line: what is to do, or that nothing is; never that a site without a plan is in sync."""
    if plan.pending:
        return f"Plan: {count_actions(plan.summary())}."
    failed = unplanned_sites(plan)
    if not failed and plan.is_forgetting:
        return "Nothing to forget."
    if not failed and plan.is_errored:
        return "No changes, apart from what the errors hold back."
    if not failed:
        scope = "The selected channels" if plan.is_partial else "Your channels"
        return f"No changes. {scope} match the configuration."
    if len(failed) == len(plan.sites):
        return f"No plan: {_named(failed)} could not be planned."
    return f"No changes on {count_of(len(plan.sites) - len(failed), 'site')}; no plan for {_named(failed)}."


def unplanned_line(plan: Plan) -> str:
    """Return what is said of the sites without a plan beside those that have one."""
    return f"No plan for {_named(unplanned_sites(plan))}: nothing is written there."


def count_actions(counts: Mapping[Action, int]) -> str:
    """Return `1 to add, 0 to change, 0 to delete`, the rarer actions only when there are any."""
    shown = [*ALWAYS_COUNTED, *(action for action in COUNTED_IF_ANY if counts.get(action))]
    return ", ".join(f"{counts.get(action, 0):,} to {WORDS[action].to}" for action in shown)


def unplanned_sites(plan: Plan) -> list[str]:
    """Return the names of the sites that have no plan."""
    return sorted(site.site for site in plan.sites if site.status is not SiteStatus.OK)


def _named(sites: Sequence[str]) -> str:
    names = ", ".join(escape(name) for name in sites[:NAMED_SITES])
    return names if len(sites) <= NAMED_SITES else f"{names} and {len(sites) - NAMED_SITES} more"


def _rank(note: Note) -> int:
    rank = by_severity_and_place(note.finding)[0]
    return rank if isinstance(rank, int) else 0


def _shown(text: str) -> str:
    return escape(shorten(text, 2_000))
