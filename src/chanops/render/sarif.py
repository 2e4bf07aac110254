"""Findings as SARIF 2.1.0, which code scanning reads: rules with what they mean, results with file, line and column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chanops.domain.digest import digest_json
from chanops.domain.finding import Severity, by_severity_and_place
from chanops.domain.rules import RULES
from chanops.render.escape import escape, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.domain.finding import Finding, Range
    from chanops.domain.rules import Rule

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
UNNAMED: Final = "files"
"""The rule of what has no rule: the files are not what chanops reads."""

_NUMBERS: Final = {rule: number for number, rule in enumerate([*RULES, UNNAMED])}


def findings_to_sarif(findings: Iterable[Finding], *, version: str, files: Iterable[str] = ()) -> dict[str, Any]:
    """Return *findings* as one run; what has no place is put into the first line of the first of *files*."""
    first = next(iter(files), "channels.yaml")
    results = [_result(found, first) for found in sorted(findings, key=by_severity_and_place)]
    rules = [*map(_rule, RULES.values()), _unnamed()]
    driver = {"name": "chanops", "semanticVersion": version, "rules": rules}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    text = rule.sentence[0].upper() + rule.sentence[1:] + "."
    needs = f"Needs: {rule.needs.value}." + (" `chanops check --fix` mends it." if rule.is_fixable else "")
    return {
        "id": rule.id,
        "shortDescription": {"text": text},
        "help": {"text": f"{text} {needs}"},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _unnamed() -> dict[str, Any]:
    text = "The files are not what chanops reads."
    return {
        "id": UNNAMED,
        "shortDescription": {"text": text},
        "help": {"text": f"{text} `chanops validate` says the same."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(found: Finding, first: str) -> dict[str, Any]:
    rule = found.rule if found.rule in RULES else UNNAMED
    whose = f"{found.address}: " if found.address else ""
    text = ". ".join(_shown(part) for part in (f"{whose}{found.summary}", found.detail) if part)
    identity = digest_json([rule, str(found.address or ""), found.field, found.summary])
    return {
        "ruleId": rule,
        "ruleIndex": _NUMBERS[rule],
        "level": LEVELS[found.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _place(found.range, first)}],
        "partialFingerprints": {"chanops/v1": identity},
    }


def _shown(text: str) -> str:
    """Return *text* as a viewer may show it: also in plain text, `[text](address)` is a link in SARIF (its section 3.11.6)."""
    return escape(shorten(" ".join(text.splitlines()), 1_000)).replace("](", "] (")


def _place(place: Range | None, first: str) -> dict[str, Any]:
    if place is None:
        return {"artifactLocation": {"uri": _uri(first)}, "region": {"startLine": 1}}
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column}
    if (place.end_line, place.end_column) <= (place.line, place.column):
        region = {"startLine": place.line, "startColumn": place.column}
    return {"artifactLocation": {"uri": _uri(place.filename)}, "region": region}


def _uri(name: str) -> str:
    """Return *name* relative to the working directory where it lies in it: code scanning looks from the repository's root."""
    path = Path(name)
    if path.is_absolute():
        here = Path.cwd()
        if not path.is_relative_to(here):
            return path.as_uri()
        path = path.relative_to(here)
    return quote(path.as_posix())
