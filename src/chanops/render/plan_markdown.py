"""A plan as a comment for a pull request: a table first, a folded diff for each site, then what needs a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.render.blocks import block, in_short
from chanops.render.escape import html_code
from chanops.render.fence import fenced, size_of
from chanops.render.findings_text import render_finding
from chanops.render.impact import impact_lines
from chanops.render.outline import count_actions, notes_of, refusal_lines, summary_line
from chanops.render.style import leave
from chanops.render.words import ALWAYS_COUNTED, COUNTED_IF_ANY, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chanops.domain.plan import Plan, SitePlan
    from chanops.render.lines import Line
    from chanops.render.outline import Note

PLAN_MARKER: Final = "<!-- chanops:plan -->"
"""Where a platform's client finds the comment of an earlier run, to replace it."""

LIMIT: Final = 65_536
"""Characters that GitHub takes in one comment."""
NOTES: Final = 12_000
"""Characters for each of findings, refusals and impact."""
DIFF: Final = 300
"""Characters below which a site's diff says nothing."""
ROWS: Final = 50
"""Sites that the table lists one by one; the others are counted."""
NAME: Final = 40
"""Characters of a site's name that are shown."""

SIGNS: Final = {"+": "+", "-": "-", "#": "#", "": " "}
"""First characters by which GitHub colours a line of a diff; every other symbol is a change, `!`."""


def render_markdown(plan: Plan) -> str:
    """Return *plan* as markdown of at most `LIMIT` characters: nothing in a name or a value can become markup."""
    head = "\n\n".join([PLAN_MARKER, f"### chanops plan\n\n{_headline(plan)}", *_table(plan)])
    tail = "\n\n".join(_notes(plan))
    diffs = _diffs(plan, LIMIT - len(head) - len(tail) - 10)
    return "\n\n".join(part for part in (head, *diffs, tail) if part)


def _headline(plan: Plan) -> str:
    """Return the summary in bold; names in it are those of sites, and code."""
    if plan.pending:
        return f"**Plan: {count_actions(plan.summary())}.**"
    return f"**{summary_line(plan)}**" if plan.is_complete else f"**No changes, but no plan for {_unplanned(plan)}.**"


def _unplanned(plan: Plan) -> str:
    names = [html_code(site.site, NAME) for site in plan.sites if site.status is not SiteStatus.OK]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _table(plan: Plan) -> Iterator[str]:
    """Yield the table of all sites: a column for each action that occurs."""
    counts = plan.summary()
    columns = [*ALWAYS_COUNTED, *(action for action in COUNTED_IF_ANY if counts.get(action))]
    rows = [_row(site, columns) for site in sorted(plan.sites, key=lambda site: site.site)]
    header = ["site", *(WORDS[action].to for action in columns), "in sync", "status"]
    more = [f"| {len(rows) - ROWS} more sites{' |' * len(header)}"] if len(rows) > ROWS else []
    yield "\n".join([_cells(header), _cells(["---", *["--:"] * (len(header) - 2), "---"]), *rows[:ROWS], *more])


def _row(site: SitePlan, columns: Sequence[Action]) -> str:
    counts = _counts(site)
    numbers = [f"{counts.get(action, 0):,}" for action in (*columns, Action.NO_OP)]
    is_ok = site.status is SiteStatus.OK
    return _cells(
        [html_code(site.site, NAME), *(numbers if is_ok else ["-"] * len(numbers)), "planned" if is_ok else "**no plan**"]
    )


def _cells(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _counts(site: SitePlan) -> Mapping[Action, int]:
    return {action: sum(change.action is action for change in site.changes) for action in Action}


def _diffs(plan: Plan, room: int) -> list[str]:
    """Return a folded diff for each site with changes, long ones cut; where even that does not fit, one list in short."""
    parts = [site for site in sorted(plan.sites, key=lambda site: site.site) if any(c.is_pending for c in site.changes)]
    bodies = [_site_lines(site) for site in parts]
    frames = sum(len(_details(site, "")) + 2 for site in parts)
    sizes = [size_of(body) for body in bodies]
    share = _share(sizes, room - frames)
    if share < min(DIFF, max(sizes, default=share)):
        return [fenced([diff_line(in_short(change)) for change in plan.pending], "diff", room)]
    return [_details(site, fenced(body, "diff", share)) for site, body in zip(parts, bodies, strict=True)]


def _share(sizes: Sequence[int], room: int) -> int:
    """Return the most that one of *sizes* may take so that all fit in *room*: small ones leave theirs to the others."""
    for count, size in zip(range(len(sizes), 0, -1), sorted(sizes), strict=True):
        if size * count > room:
            return room // count
        room -= size
    return max(sizes, default=0)


def _site_lines(site: SitePlan) -> list[str]:
    lines: list[str] = []
    pending = [change for change in site.changes if change.is_pending]
    for change in sorted(pending, key=lambda change: change.address):
        lines += [""] if lines else []
        lines += [diff_line(line) for line in block(change)]
    return lines


def _details(site: SitePlan, body: str) -> str:
    summary = f"{html_code(site.site, NAME)}: {count_actions(_counts(site))}"
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def diff_line(line: Line) -> str:
    """Return *line* with its sign in the first column, where GitHub looks for it."""
    sign = SIGNS.get(line.symbol, "!")
    if line.symbol == "#":
        return f"# {line.text}"
    return f"{sign}{'    ' * line.depth} {line.text}".rstrip()


def _notes(plan: Plan) -> Iterator[str]:
    findings = [line for note in notes_of(plan) for line in _note_lines(note)]
    if findings:
        yield f"**Findings**\n\n{fenced(findings, 'text', NOTES)}"
    refusals = [line for hit in plan.guards for line in refusal_lines(hit)]
    if refusals:
        yield f"**Refused**: nothing is written until this is resolved.\n\n{fenced(refusals, 'text', NOTES)}"
    impact = impact_lines(plan)
    if impact:
        signed = [f"- {line.removeprefix('! ')}" if line.startswith("!") else f"! {line}" for line in impact]
        yield f"**Impact**\n\n{fenced(signed, 'diff', NOTES)}"


def _note_lines(note: Note) -> list[str]:
    return render_finding(note.finding, leave, prefix=note.whose, heading=note.finding.severity.title()).split("\n")
