"""What a command that is not a plan prints as JSON: an apply (INTERFACE 4), a validation, an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.domain.change import Action
from chanops.domain.finding import Finding, Severity, error
from chanops.domain.report import Result
from chanops.render.finding_json import FORMAT_VERSION, diagnostics
from chanops.render.plan_json import plan_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.domain.report import Outcome, Report, SiteReport

SUMMARY: Final = {
    "created": Action.CREATE,
    "updated": Action.UPDATE,
    "replaced": Action.REPLACE,
    "deleted": Action.DELETE,
    "adopted": Action.ADOPT,
    "forgotten": Action.FORGET,
}


def report_to_json(report: Report, *, timestamp: str) -> dict[str, Any]:
    """Return *report* as JSON-able values, its plan included."""
    done = {key: report.count(Result.DONE, action) for key, action in SUMMARY.items()}
    others = {result.value: report.count(result) for result in (Result.FAILED, Result.SKIPPED, Result.UNKNOWN)}
    return {
        "format_version": FORMAT_VERSION,
        "run_id": report.run_id,
        "complete": report.is_complete,
        "interrupted": report.was_interrupted,
        "results": [_result(outcome) for outcome in report.outcomes],
        "summary": done | others,
        "sites": {name: _site(report.sites[name]) for name in sorted(report.sites)},
        "plan": plan_to_json(report.plan, timestamp=timestamp),
        "diagnostics": diagnostics(report.findings),
    }


def validate_to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what `validate --json` prints."""
    severities = [found.severity for found in findings]
    return {
        "format_version": FORMAT_VERSION,
        "valid": Severity.ERROR not in severities,
        "error_count": severities.count(Severity.ERROR),
        "warning_count": severities.count(Severity.WARNING),
        "diagnostics": diagnostics(findings),
    }


def error_to_json(problems: Iterable[Finding | str]) -> dict[str, Any]:
    """Return what any command prints with `--json` when it fails before it has a result."""
    findings = [problem if isinstance(problem, Finding) else error(problem) for problem in problems]
    return {"format_version": FORMAT_VERSION, "errored": True, "diagnostics": diagnostics(findings)}


def _result(outcome: Outcome) -> dict[str, Any]:
    is_skipped = outcome.result is Result.SKIPPED
    data: dict[str, Any] = {
        "address": str(outcome.address),
        "action": outcome.action.value,
        "outcome": outcome.result.value,
        "remote_id": _number(outcome.remote_id),
        "seconds": round(outcome.seconds, 3),
        "error": None if is_skipped else outcome.error or None,
    }
    return data | {"reason": outcome.error} if is_skipped else data


def _number(remote_id: str | None) -> int | str | None:
    """Return an id as the gateway sends it: both gateways count in whole numbers."""
    is_number = remote_id is not None and remote_id.isascii() and remote_id.isdigit()
    return int(remote_id) if remote_id and is_number else remote_id


def _site(site: SiteReport) -> dict[str, Any]:
    return {
        "status": site.status,
        "calls": {"read": site.calls.read, "write": site.calls.write},
        "waited_seconds": round(site.calls.waited_seconds, 3),
    }
