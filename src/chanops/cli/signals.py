"""SIGINT and SIGTERM during an apply: the first asks it to stop, a second ends it at once."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from chanops.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.engine.applier import Stop

CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class Signals:
    """Which signal has come, if any."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Return what the process says of the signal."""
        return CODES[self.received] if self.received else ExitCode.OK

    @contextmanager
    def heard_by(self, stop: Stop) -> Iterator[None]:
        """Turn signals into *stop* while the context lasts."""
        loop = asyncio.get_running_loop()
        for number in CODES:
            loop.add_signal_handler(number, self._hear, number, stop)
        try:
            yield
        finally:
            for number in CODES:
                loop.remove_signal_handler(number)

    def _hear(self, number: signal.Signals, stop: Stop) -> None:
        if self.received:
            for task in asyncio.all_tasks():
                task.cancel()
            return
        self.received = number
        click.echo("\nStopping: running writes finish, no new one starts. Once more: stop at once.", err=True)
        stop.ask("interrupted")
