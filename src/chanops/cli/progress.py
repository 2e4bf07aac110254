"""What the operator sees while an apply or a test runs: plain lines in a pipe, a live bar on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import Progress, TaskID

    from chanops.domain.change import Change
    from chanops.domain.report import Listener, Outcome
    from chanops.domain.trial import Trial, TrialRequest


def choose_listener(*, is_quiet: bool, is_terminal: bool, no_color: bool = False) -> Listener:
    """Return the listener that fits where the output goes."""
    if is_quiet:
        from chanops.domain.report import Silence  # noqa: PLC0415 - one listener a run

        return Silence()
    return Bar(no_color=no_color) if is_terminal else Lines()


class Lines:
    """One line for each thing that happens, on stderr."""

    def planned(self, changes: Sequence[Change]) -> None:
        """Say nothing: the plan was shown."""

    def started(self, change: Change) -> None:
        """Say what is being done."""
        from chanops.render.report_text import started_line  # noqa: PLC0415 - keeps --help fast

        self.say(started_line(change))

    def finished(self, change: Change, outcome: Outcome) -> None:
        """Say how it ended."""
        from chanops.render.report_text import finished_line  # noqa: PLC0415 - keeps --help fast

        self.say(finished_line(change, outcome))

    def waiting(self, site: str, seconds: float, reason: str) -> None:
        """Say why nothing happens."""
        from chanops.render.report_text import waiting_line  # noqa: PLC0415 - keeps --help fast

        self.say(waiting_line(site, seconds, reason))

    def trying(self, request: TrialRequest) -> None:
        """Say what is being tested."""
        from chanops.render.trials import trying_line  # noqa: PLC0415 - keeps --help fast

        self.say(trying_line(request))

    def tried(self, trial: Trial) -> None:
        """Say how the test ended."""
        from chanops.render.trials import tried_line  # noqa: PLC0415 - keeps --help fast

        self.say(tried_line(trial))

    def say(self, line: str) -> None:
        """Print *line* on stderr."""
        click.echo(line, err=True)


class Bar(Lines):
    """The same lines above a bar that shows how much is left, how fast it goes, and what is waited for."""

    def __init__(self, *, no_color: bool = False) -> None:
        self._no_color = no_color or None  # None: rich looks at NO_COLOR
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._ended: set[str] = set()

    def planned(self, changes: Sequence[Change]) -> None:
        """Put up the bar."""
        from rich.console import Console  # noqa: PLC0415 - rich is slow to import
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True, markup=False, highlight=False, no_color=self._no_color),
            transient=True,
        )
        self._task = self._progress.add_task("", total=len(changes))
        self._progress.start()

    def finished(self, change: Change, outcome: Outcome) -> None:
        """Move the bar on; take it down after the last change."""
        super().finished(change, outcome)
        if self._progress is None or self._task is None:
            return
        if str(change.address) not in self._ended:
            self._ended.add(str(change.address))
            self._progress.update(self._task, advance=1, description="")

    def waiting(self, site: str, seconds: float, reason: str) -> None:
        """Show the reason beside the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=f"{site}: {reason}: {seconds:.0f} s")

    def close(self) -> None:
        """Take the bar down."""
        if self._progress is not None:
            self._progress.stop()

    def say(self, line: str) -> None:
        """Print *line* above the bar."""
        if self._progress is None:
            super().say(line)
        else:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
