"""Findings as compilers show them: what, where, the line with a caret, and how to mend it. Cheap to import: `validate` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain.finding import Severity, by_severity_and_place
from chanops.render.escape import escape, shorten, width
from chanops.render.style import painter
from chanops.render.words import count_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chanops.domain.finding import Finding, Range
    from chanops.domain.site import Desired
    from chanops.render.style import Paint

COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "blue"}
BESIDE: Final = 72
"""Characters of a detail that fit beside its caret."""
SOURCE: Final = 110
"""Characters of a quoted line that are shown around its caret."""
CONTEXT: Final = 30
PRONOUNS: Final = ("it ", "its ")
"""How a summary begins that leaves open whose it is, though its place shows a line."""


def render_findings(findings: Sequence[Finding], *, colour: bool = False) -> str:
    """Return all *findings*, errors first, each with its place, and a last line that counts them."""
    if not findings:
        return ""
    paint = painter(colour=colour)
    blocks = [render_finding(found, paint) for found in sorted(findings, key=by_severity_and_place)]
    return "\n\n".join([*blocks, count_findings(findings)])


def render_valid(desired: Desired, *, colour: bool = False) -> str:
    """Return what a configuration without errors is told."""
    channels = sum(len(site.channels) for site in desired.sites)
    size = f"{count_of(channels, 'channel')} on {count_of(len(desired.sites), 'site')}"
    return f"{painter(colour=colour)('Success!', 'green')} The configuration is valid: {size}."


def render_checked(desired: Desired, *, colour: bool = False) -> str:
    """Return what a configuration is told in which nothing was found."""
    channels = sum(len(site.channels) for site in desired.sites)
    size = f"{count_of(channels, 'channel')} on {count_of(len(desired.sites), 'site')}"
    return f"{painter(colour=colour)('Success!', 'green')} Nothing is wrong: {size}."


def render_finding(found: Finding, paint: Paint, *, prefix: str = "", heading: str = "") -> str:
    """Return one finding; *heading* stands for its severity, *prefix* says whose it is, else its address where nothing does."""
    severity = paint(heading or str(found.severity), COLOURS[found.severity])
    whose = prefix or _whose(found)
    what = f"{escape(shorten(whose))}: {_shown(found.summary)}" if whose else _shown(found.summary)
    return "\n".join([f"{severity}: {paint(what, 'bold')}", *_place_lines(found, paint)])


def _whose(found: Finding) -> str:
    is_told = found.range and not found.summary.startswith(PRONOUNS)
    return str(found.address) if found.address and not is_told else ""


def count_findings(findings: Iterable[Finding]) -> str:
    """Return `2 errors, 1 warning`."""
    severities = [found.severity for found in findings]
    counts = [(severity, severities.count(severity)) for severity in Severity]
    return ", ".join(count_of(number, severity.value) for severity, number in counts if number)


def _place_lines(found: Finding, paint: Paint) -> Iterator[str]:
    place, details = found.range, [_shown(line) for line in found.detail.splitlines() if line.strip()]
    if place is None:
        yield from (f"  {line}" for line in details)
        return
    gutter = " " * len(str(place.line))
    where = f"{escape(place.filename)}:{place.line}:{place.column}"
    yield f"{gutter}{paint('-->', 'blue')} {where}" if place.source else f"  {paint('-->', 'blue')} {where}"
    if not place.source:
        yield from (f"  {line}" for line in details)
        return
    is_beside = len(details) == 1 and len(details[0]) <= BESIDE
    source, carets = _quoted(place)
    bar = paint("|", "blue")
    yield f"{gutter} {bar}"
    yield f"{paint(str(place.line), 'blue')} {bar} {source}"
    marked = f"{gutter} {bar} {paint(carets, COLOURS[found.severity])}"
    yield f"{marked} {details[0]}" if is_beside else marked
    if not is_beside:
        yield from (f"{gutter} {paint('=', 'blue')} {line}" for line in details)


def _quoted(place: Range) -> tuple[str, str]:
    """Return the source line, cut around the place when it is long, and the carets under it."""
    source = place.source.replace("\t", "    ").rstrip()
    moved = 3 * place.source[: place.column - 1].count("\t")
    start = min(place.column - 1 + moved, len(source))
    stop = len(source) if place.end_line > place.line else min(place.end_column - 1 + moved, len(source))
    first = max(start - CONTEXT, 0) if len(source) > SOURCE else 0
    last = first + SOURCE
    head = "…" if first else ""
    shown = head + escape(source[first:last]) + ("…" if last < len(source) else "")
    blank = " " * width(head + escape(source[first:start]))
    return shown, blank + "^" * max(width(escape(source[start : min(stop, last)])), 1)


def _shown(text: str) -> str:
    return escape(shorten(text, 1_000))
