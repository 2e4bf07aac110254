"""How far a change has come: a stop gives up what only waits to begin, and lets go on what has written once."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class _Course:
    """Whether the change of this task has written."""

    has_written: bool = False


_COURSE: Final[ContextVar[_Course | None]] = ContextVar("course", default=None)


@contextmanager
def whole_change() -> Iterator[None]:
    """Make the calls of this context one change."""
    token = _COURSE.set(_Course())
    try:
        yield
    finally:
        _COURSE.reset(token)


def note_write() -> None:
    """Note that a write of the change may have been done."""
    if course := _COURSE.get():
        course.has_written = True


def has_written() -> bool:
    """Tell whether the calls belong to a change that has written: it must go on to its end."""
    course = _COURSE.get()
    return course is not None and course.has_written
