"""What would turn one side into another, as text, Markdown and JSON: the blocks of a plan under headings of their own."""

from __future__ import annotations

from itertools import dropwhile
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.change import Action
from chanops.render.blocks import block
from chanops.render.escape import escape, html_code, shorten
from chanops.render.fence import fenced
from chanops.render.findings_text import render_finding
from chanops.render.lines import Line, lay_out
from chanops.render.outline import notes_of
from chanops.render.plan_json import plan_to_json
from chanops.render.plan_markdown import LIMIT, NAME, NOTES, diff_line
from chanops.render.plan_text import COLOURS
from chanops.render.style import leave, painter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chanops.domain.change import Change
    from chanops.domain.plan import Plan
    from chanops.render.style import Paint

Names = tuple[str, str]
"""What the user called the two sides."""

KEPT: Final = ("format_version", "chanops_version", "timestamp", "resource_changes", "diagnostics", "summary")
ROOM: Final = 40_000
"""Characters of the diff in Markdown."""


def render_text(plan: Plan, names: Names, *, colour: bool = False, verbose: bool = False) -> str:
    """Return the difference as a terminal shows it, its summary last; *verbose*: what is the same too."""
    paint = painter(colour=colour)
    blocks = [
        "\n".join(lay_out(line, paint, COLOURS) for line in _lines(change, names, verbose=verbose))
        for change in _shown(plan, verbose)
    ]
    return "\n\n".join([*blocks, *_notes(plan, paint), paint(summary_of(plan, names), "bold")])


def render_markdown(plan: Plan, names: Names) -> str:
    """Return the difference as a comment: nothing in a name or a value can become markup."""
    one, two = (html_code(name, NAME) for name in names)
    parts = [f"### chanops diff {one} {two}", f"**{_sentence(plan, (one, two))}**"]
    lines: list[str] = []
    for change in plan.pending:
        lines += [*([""] if lines else []), *map(diff_line, _lines(change, names))]
    if lines:
        parts.append(fenced(lines, "diff", ROOM))
    notes = [line for note in _notes(plan, leave) for line in note.split("\n")]
    if notes:
        parts.append(f"**Findings**\n\n{fenced(notes, 'text', NOTES)}")
    text = "\n\n".join(parts)
    assert len(text) <= LIMIT, "each part has its room"
    return text


def difference_to_json(plan: Plan, names: Names, *, timestamp: str, verbose: bool = False) -> dict[str, Any]:
    """Return the difference as JSON, in the shape of a plan as far as that fits."""
    whole = plan_to_json(plan, timestamp=timestamp, verbose=verbose)
    return {key: whole[key] for key in KEPT} | {"before": names[0], "after": names[1]}


def summary_of(plan: Plan, names: Names) -> str:
    """Return the last line: how many channels only one side has, and how many differ."""
    return _sentence(plan, (escape(shorten(names[0])), escape(shorten(names[1]))))


def _sentence(plan: Plan, names: Names) -> str:
    one, two = names
    counts = plan.summary()
    if not plan.pending:
        return f"No difference between {one} and {two}."
    created, updated, deleted = (counts[action] for action in (Action.CREATE, Action.UPDATE, Action.DELETE))
    return f"Difference: {created:,} only in {two}, {updated:,} differ{'s' if updated == 1 else ''}, {deleted:,} only in {one}."


def _shown(plan: Plan, verbose: bool) -> Sequence[Change]:  # noqa: FBT001 - the caller's own flag
    return sorted(plan.changes if verbose else plan.pending, key=lambda change: change.address)


def _lines(change: Change, names: Names, *, verbose: bool = False) -> Iterator[Line]:
    """Yield the block of *change* under a heading that promises nothing."""
    address = escape(shorten(str(change.address)))
    yield Line(0, "#", f"{address} {_how(change, names)}", "bold")
    yield from dropwhile(lambda line: line.symbol == "#", block(change, verbose=verbose))


def _how(change: Change, names: Names) -> str:
    match change.action:
        case Action.CREATE:
            return f"is only in {escape(shorten(names[1]))}"
        case Action.DELETE:
            return f"is only in {escape(shorten(names[0]))}"
        case Action.UPDATE:
            return "differs"
        case _:
            return "is the same"


def _notes(plan: Plan, paint: Paint) -> Iterator[str]:
    for note in notes_of(plan):
        yield render_finding(note.finding, paint, prefix=note.whose, heading=note.finding.severity.title())
