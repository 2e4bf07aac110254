"""The time an emulated gateway sees: the real one plus an offset that tests may move."""

from __future__ import annotations

import time


class Clock:
    """Real time plus an offset."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Return the moment as Unix seconds."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock *seconds* ahead, as if somebody had slept that long."""
        self._offset += seconds
