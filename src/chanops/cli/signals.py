"""SIGINT and SIGTERM: they end a command through every `finally`; during an apply the first only asks it to stop."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from chanops.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from chanops.engine.applier import Stop

Result = TypeVar("Result")

CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class Interruption(KeyboardInterrupt):
    """A signal that ends the command; *code* is the exit code it stands for."""

    def __init__(self, number: int) -> None:
        self.code = CODES[signal.Signals(number)]
        super().__init__()


@contextmanager
def raising_signals() -> Iterator[None]:
    """Let both signals raise while the context lasts, also where asyncio waits or somebody is asked."""
    before = {number: signal.signal(number, _raise) for number in CODES}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_async(main: Coroutine[Any, Any, Result]) -> Result:
    """Run *main* to its end, or until a signal."""
    with raising_signals():
        return asyncio.run(main)


class Signals:
    """Which signal has come during an apply, if any, and whether the apply had begun to write."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self.has_begun = False

    @property
    def exit_code(self) -> ExitCode:
        """Return what the process says of the signal."""
        return CODES[self.received] if self.received else ExitCode.OK

    @contextmanager
    def heard_by(self, stop: Stop) -> Iterator[None]:
        """Turn signals into *stop* while the context lasts; they raise again afterwards."""
        self.has_begun = True
        loop = asyncio.get_running_loop()
        for number in CODES:
            loop.add_signal_handler(number, self._hear, number, stop)
        try:
            yield
        finally:
            for number in CODES:
                loop.remove_signal_handler(number)
                signal.signal(number, _raise)

    def _hear(self, number: signal.Signals, stop: Stop) -> None:
        if self.received:
            for task in asyncio.all_tasks():
                task.cancel()
            return
        self.received = number
        click.echo("\nStopping: running writes finish, no new one starts. Once more: stop at once.", err=True)
        stop.ask("interrupted")


def _raise(number: int, _frame: object) -> NoReturn:
    raise Interruption(number)
