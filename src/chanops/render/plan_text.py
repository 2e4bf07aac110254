"""A plan as the terminal shows it, in Terraform's manner: changes, impact, findings, refusals, and the summary last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.render.blocks import block, in_short
from chanops.render.findings_text import render_finding
from chanops.render.impact import impact_lines
from chanops.render.lines import lay_out
from chanops.render.outline import notes_of, refusal_lines, summary_line, unplanned_line
from chanops.render.style import painter
from chanops.render.words import LEGEND, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chanops.domain.change import Change
    from chanops.domain.plan import Plan
    from chanops.render.style import Paint

COLOURS = {word.symbol: word.colour for word in WORDS.values()}


def render_plan(plan: Plan, *, colour: bool = False, concise: bool = False, verbose: bool = False) -> str:
    """Return *plan* as text; *concise*: one line for each change; *verbose*: no-ops, reasons and every route too."""
    paint = painter(colour=colour)
    sections = [*_changes(plan, paint, concise=concise, verbose=verbose), *render_notes(plan, paint, verbose=verbose)]
    return "\n\n".join([*sections, paint(summary_line(plan), "bold")])


def render_notes(plan: Plan, paint: Paint, *, verbose: bool = False) -> Iterator[str]:
    """Yield what stands between the changes and the summary: impact, findings, refusals."""
    impact = impact_lines(plan, verbose=verbose)
    if impact:
        yield "\n".join(["Impact:", *(f"  {paint(line, 'red' if line.startswith('!') else '')}" for line in impact)])
    for note in notes_of(plan):
        yield render_finding(note.finding, paint, prefix=note.whose, heading=note.finding.severity.title())
    for hit in plan.guards:
        first, *rest = refusal_lines(hit)
        yield "\n".join([paint(first, "red"), *rest])
    if plan.pending and not plan.is_complete:
        yield paint(unplanned_line(plan), "red")


def _changes(plan: Plan, paint: Paint, *, concise: bool, verbose: bool) -> Iterator[str]:
    shown = sorted(plan.changes if verbose else plan.pending, key=lambda change: change.address)
    if not shown:
        return
    if plan.pending:
        yield "\n".join(["chanops will perform the following actions:", *_legend(plan.pending, paint)])
    if concise:
        yield "\n".join(lay_out(in_short(change), paint, COLOURS) for change in shown)
    else:
        for change in shown:
            yield "\n".join(lay_out(line, paint, COLOURS) for line in block(change, verbose=verbose))


def _legend(changes: Sequence[Change], paint: Paint) -> Iterator[str]:
    """Explain the symbols that do not speak for themselves, where they occur."""
    actions = {change.action for change in changes}
    for action, meaning in LEGEND.items():
        if action in actions:
            symbol = WORDS[action].symbol
            yield f"{' ' * (3 - len(symbol))}{paint(symbol, WORDS[action].colour)} {meaning}"
