"""A program that prints a secret: without a shell, without anything to read from, bounded in time and in what it prints."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Final

from chanops.config.sources.contents import LARGEST
from chanops.config.spelling import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.config.surroundings import Surroundings

SECONDS: Final = 30.0  # that a program may take
_PIECE: Final = 64 * 1024
_RUNNING: Final[set[subprocess.Popen[bytes]]] = set()


def run(words: Sequence[str], around: Surroundings, what: str) -> bytes:
    """Return what the program *words* prints, run in the folder of the file; *what* names it. Raises LookupError.

    Its stderr goes nowhere, since it may repeat a secret. It has a session of its own: a question on the terminal would wait
    for ever, and so it fails at once, and what it started can be ended with it.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the file that names it allows it, and no shell reads it
            words, cwd=around.folder, env=dict(around.environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise LookupError(f"cannot be read: there is no program {shown(words[0])}", "install it, or write its path") from None
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", None) or "it is no program").lower()
        raise LookupError(f"cannot be read: {what} does not start: {reason}") from None
    _RUNNING.add(process)
    with process:
        try:
            deadline = time.monotonic() + SECONDS
            data = _drain(process, deadline, what)
            code = process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            _end(process)
            raise _late(what) from None
        except BaseException:
            _end(process)
            raise
        finally:
            _RUNNING.discard(process)
    if code:
        ended = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
        raise LookupError(f"cannot be read: {what} {ended}", "run it by hand to see what it says; that is not shown here")
    return data


def end_running() -> None:
    """End every program that is running: other threads wait for them, and nobody wants what they print any more."""
    for process in list(_RUNNING):
        _end(process)


def _drain(process: subprocess.Popen[bytes], deadline: float, what: str) -> bytes:
    """Return all that *process* prints."""
    assert process.stdout
    data = b""
    while select.select([process.stdout], [], [], max(deadline - time.monotonic(), 0))[0]:
        piece = os.read(process.stdout.fileno(), _PIECE)
        data += piece
        if not piece:
            return data
        if len(data) > LARGEST:
            raise LookupError(f"cannot be read: {what} printed more than 1 MB")
    raise _late(what)


def _late(what: str) -> LookupError:
    return LookupError(f"cannot be read: {what} took longer than {SECONDS:.0f} seconds", "it must not ask for anything")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End *process* with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
