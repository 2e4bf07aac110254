"""One code, one meaning (INTERFACE 5)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends."""

    OK = 0
    ERROR = 1
    PENDING = 2
    REFUSED = 3
    STALE = 4
    PARTLY = 5
    LOCKED = 6
    INTERRUPTED = 130
    TERMINATED = 143


PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.LOCKED,
    ExitCode.STALE,
    ExitCode.REFUSED,
    ExitCode.PARTLY,
    ExitCode.ERROR,
    ExitCode.PENDING,
    ExitCode.OK,
)


def worst(*codes: ExitCode) -> ExitCode:
    """Return the one of *codes* that counts."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.OK)
