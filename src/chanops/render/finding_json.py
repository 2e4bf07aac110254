"""Findings as JSON diagnostics, the same shape in every command (INTERFACE 3, UX)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.domain.finding import by_severity_and_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.domain.finding import Finding, Range

FORMAT_VERSION: Final = "1.0"


def diagnostic(found: Finding, *, site: str = "") -> dict[str, Any]:
    """Return one finding as a diagnostic; *site*: whose plan it came with."""
    return {
        "severity": found.severity.value,
        "summary": found.summary,
        "detail": found.detail,
        "address": str(found.address) if found.address else None,
        "site": (found.address.site if found.address else site) or None,
        "field": found.field or None,
        "rule": found.rule or None,
        "range": _range(found.range),
    }


def diagnostics(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return all *findings*: errors, warnings, notices, each by place."""
    return [diagnostic(found) for found in sorted(findings, key=by_severity_and_place)]


def _range(place: Range | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "filename": place.filename,
        "start": {"line": place.line, "column": place.column},
        "end": {"line": place.end_line, "column": place.end_column},
    }
