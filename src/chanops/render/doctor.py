"""What `chanops doctor` found, as text and as JSON: a block for each site, and a table of what providers say is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chanops.domain.discovery import Balances
from chanops.domain.examination import Topic, Verdict
from chanops.domain.vocabulary import KIND_TITLES
from chanops.render.escape import clip, escape, shorten, width
from chanops.render.finding_json import FORMAT_VERSION, diagnostics
from chanops.render.style import painter
from chanops.render.words import count_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chanops.domain.discovery import Balance
    from chanops.domain.examination import Examination, Facts, Holding, Observation
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Calls
    from chanops.domain.vocabulary import SiteKind
    from chanops.render.style import Paint

COLOURS: Final = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red", Verdict.UNKNOWN: "dim"}
TOPIC_ROOM: Final = max(map(len, Topic))
VERDICT_ROOM: Final = max(map(len, Verdict))
CELL: Final = 40
COLUMNS: Final = ("PROVIDER", "KEY", "STATE", "LEFT", "CHANNELS")


class Examined(NamedTuple):
    """One site with what was found out about it, and the calls that it took."""

    name: str
    kind: SiteKind
    found: Examination
    calls: Calls


def render_doctor(sites: Sequence[Examined], holdings: Sequence[Holding] | None, *, colour: bool = False) -> str:
    """Return a block for each of *sites*, the table of *holdings* if they were asked for, and a line that counts."""
    paint = painter(colour=colour)
    blocks = ["\n".join(_site_lines(site, paint)) for site in sites]
    if holdings is not None:
        blocks.append("\n".join(_holding_lines(holdings, paint)))
    return "\n\n".join([*blocks, _summary(sites, holdings)])


def doctor_to_json(
    sites: Sequence[Examined], holdings: Sequence[Holding] | None, findings: Sequence[Finding] = ()
) -> dict[str, Any]:
    """Return everything as JSON-able values; `balances` is null unless they were asked for."""
    return {
        "format_version": FORMAT_VERSION,
        "complete": all(site.found.verdict is not Verdict.FAILED for site in sites),
        "sites": {site.name: _site_to_json(site) for site in sites},
        "balances": None if holdings is None else [_holding_to_json(holding) for holding in holdings],
        "summary": _counts(sites),
        "diagnostics": diagnostics(findings),
    }


def _site_lines(site: Examined, paint: Paint) -> Iterator[str]:
    yield f"{paint(escape(site.name), 'bold')} ({KIND_TITLES[site.kind]})"
    for observation in site.found.observations:
        if observation.topic is not Topic.LIMITS or observation.verdict is not Verdict.OK:
            yield from _observation_lines(observation, paint)
    sentences = _sentences(site.found)
    if sentences:
        yield "  what it cannot do"
        yield from (f"    - {escape(sentence)}" for sentence in sentences)


def _observation_lines(observation: Observation, paint: Paint) -> Iterator[str]:
    topic = f"{observation.topic.value.replace('_', ' '):<{TOPIC_ROOM}}"
    verdict = paint(f"{observation.verdict:<{VERDICT_ROOM}}", COLOURS[observation.verdict])
    yield f"  {topic}  {verdict}  {_shown(observation.text)}"
    if observation.hint:
        yield f"{' ' * (TOPIC_ROOM + VERDICT_ROOM + 6)}{_shown(observation.hint)}"


def _holding_lines(holdings: Sequence[Holding], paint: Paint) -> Iterator[str]:
    yield paint("Balances", "bold")
    if not holdings:
        yield "  No channel is declared."
        return
    rows = [COLUMNS, *(_row(holding) for holding in holdings)]
    room = [max(width(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row, holding in zip(rows, (None, *holdings), strict=True):
        cells = [cell + " " * (space - width(cell)) for cell, space in zip(row, room, strict=True)]
        if holding:
            cells[2] = paint(cells[2], COLOURS[holding.verdict])
        yield "  " + "  ".join(cells).rstrip()
        if holding and holding.reason:
            yield f"    {_shown(holding.reason)}"


def _row(holding: Holding) -> tuple[str, ...]:
    left = ", ".join(map(_amount, holding.answer.entries)) if isinstance(holding.answer, Balances) else "-"
    names = ", ".join(str(address) for address in holding.channels)
    return (clip(holding.provider, CELL), clip(holding.key, CELL), holding.state, escape(left), clip(names, 2 * CELL))


def _amount(balance: Balance) -> str:
    """Return what is left with its unit, and when it ends."""
    if balance.amount is None:
        return "unlimited"
    ending = f" until {balance.expires_at:%Y-%m-%d}" if balance.expires_at else ""
    return f"{balance.amount:,f} {balance.unit}{ending}"


def _summary(sites: Sequence[Examined], holdings: Sequence[Holding] | None) -> str:
    counts = _counts(sites)
    words = [f"{counts['ok']} ok", f"{counts['warning']} with warnings", f"{counts['failed']} failed"]
    text = f"{count_of(len(sites), 'site')}: {', '.join(words)}."
    if holdings is None:
        return text
    known = sum(holding.verdict is Verdict.OK for holding in holdings)
    return f"{text} {count_of(known, 'balance')} known of {len(holdings):,}."


def _counts(sites: Sequence[Examined]) -> dict[str, int]:
    verdicts = [site.found.verdict for site in sites]
    return {verdict.value: verdicts.count(verdict) for verdict in (Verdict.OK, Verdict.WARNING, Verdict.FAILED)}


def _site_to_json(site: Examined) -> dict[str, Any]:
    return {
        "kind": site.kind.value,
        "status": site.found.verdict.value,
        **_facts_to_json(site.found.facts),
        "cannot": _sentences(site.found),
        "observations": [
            {"topic": o.topic.value, "verdict": o.verdict.value, "text": o.text, "hint": o.hint or None}
            for o in site.found.observations
            if o.topic is not Topic.LIMITS or o.verdict is not Verdict.OK
        ],
        "calls": {"read": site.calls.read, "write": site.calls.write},
    }


def _facts_to_json(facts: Facts) -> dict[str, Any]:
    return {
        "generation": facts.generation or None,
        "version": facts.version or None,
        "permissions": dict(facts.permissions) if facts.permissions is not None else None,
        "rate_limit": facts.rate_limit._asdict() if facts.rate_limit else None,
        "page_size": facts.page_size,
        "clock_skew_seconds": facts.clock_skew_seconds,
        "certificate_days": facts.certificate_days,
        "channels": facts.channels._asdict() if facts.channels else None,
    }


def _holding_to_json(holding: Holding) -> dict[str, Any]:
    entries = holding.answer.entries if isinstance(holding.answer, Balances) else ()
    return {
        "provider": holding.provider,
        "key": holding.key,
        "style": holding.style or None,
        "state": holding.state,
        "reason": holding.reason or None,
        "left": [_balance_to_json(entry) for entry in entries],
        "channels": [str(address) for address in holding.channels],
    }


def _balance_to_json(balance: Balance) -> dict[str, Any]:
    """Return one balance; without a limit there is no amount, and that is not zero."""
    return {
        "amount": None if balance.amount is None else float(balance.amount),
        "unit": balance.unit,
        "unlimited": balance.is_unlimited,
        "expires_at": f"{balance.expires_at:%Y-%m-%dT%H:%M:%SZ}" if balance.expires_at else None,
    }


def _sentences(found: Examination) -> list[str]:
    return [observation.text for observation in found.about(Topic.LIMITS) if observation.verdict is Verdict.OK]


def _shown(text: str) -> str:
    return escape(shorten(text, 1_000))
