"""`--journal FILE`: what an apply did, one JSON object a line, on disk before the next thing happens."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Self

import click

from chanops.cli.showing import timestamp
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chanops.domain.change import Change
    from chanops.domain.report import Listener, Outcome, Report
    from chanops.domain.trial import Trial, TrialRequest

COMMIT_VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION")


class Journal:
    """A listener that writes every event down and passes it on to *inner*. It holds no value of any field."""

    def __init__(self, path: Path, inner: Listener, *, run_id: str, files: Sequence[str]) -> None:
        self._inner = inner
        self._run_id = run_id
        self._path = path
        self._is_broken = False
        try:
            # without a buffer: what cannot be written now is not written later either
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)
        except OSError as fault:
            raise UsageError(self._why(fault)) from None
        try:
            self._put("run", files=list(files), commit=find_commit())
        except OSError as fault:
            self._file.close()
            raise UsageError(self._why(fault)) from None

    def planned(self, changes: Sequence[Change]) -> None:
        """Note how much there is to do."""
        self._write("planned", changes=len(changes))
        self._inner.planned(changes)

    def started(self, change: Change) -> None:
        """Note what is about to be sent."""
        self._write("started", **_about(change), fields=[field.path for field in change.fields])
        self._inner.started(change)

    def finished(self, change: Change, outcome: Outcome) -> None:
        """Note how it ended."""
        self._write(
            "finished",
            **_about(change),
            outcome=outcome.result.value,
            remote_id=outcome.remote_id or change.remote_id,
            seconds=round(outcome.seconds, 3),
            error=outcome.error or None,
        )
        self._inner.finished(change, outcome)

    def waiting(self, site: str, seconds: float, reason: str) -> None:
        """Note why nothing happens."""
        self._write("waiting", site=site, seconds=round(seconds, 3), reason=reason)
        self._inner.waiting(site, seconds, reason)

    def trying(self, request: TrialRequest) -> None:
        """Note that a test is on its way: it spends tokens."""
        self._write("testing", address=str(request.channel.address))
        self._inner.trying(request)

    def tried(self, trial: Trial) -> None:
        """Note how a test ended."""
        self._write(
            "tested",
            address=str(trial.address),
            state=trial.state.name.lower(),
            seconds=round(trial.seconds, 3),
            reason=trial.reason or None,
        )
        self._inner.tried(trial)

    def ended(self, report: Report) -> None:
        """Note every change's final outcome, proved by the last read, and the end of the run."""
        for outcome in report.outcomes:
            self._write(
                "outcome",
                address=str(outcome.address),
                action=outcome.action.value,
                outcome=outcome.result.value,
                remote_id=outcome.remote_id,
                error=outcome.error or None,
            )
        self._write("end", complete=report.is_complete)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, event: str, **facts: object) -> None:
        """Write one line; a disk that fills up in the middle does not stop an apply."""
        if self._is_broken:
            return
        try:
            self._put(event, **facts)
        except OSError as fault:
            self._is_broken = True
            click.echo(f"{self._why(fault)}; the apply goes on without it", err=True)

    def _put(self, event: str, **facts: object) -> None:
        line = {"time": timestamp(), "run_id": self._run_id, "event": event, **facts}
        self._file.write(f"{json.dumps(line, ensure_ascii=True)}\n".encode())
        if self._file.seekable():  # a pipe has no disk
            os.fsync(self._file.fileno())

    def _why(self, fault: OSError) -> str:
        return f"the journal {self._path} cannot be written: {fault.strerror}"


def find_commit() -> str | None:
    """Return the git commit of the working directory: as the CI platform says, else as git does; None without one."""
    for name in COMMIT_VARIABLES:
        if os.environ.get(name):
            return os.environ[name]
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - the operator's own git
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() if found.returncode == 0 else None


def _about(change: Change) -> dict[str, object]:
    return {"address": str(change.address), "action": change.action.value}
