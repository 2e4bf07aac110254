"""Faults that need to sit inside the emulated Octopus; those at its door are the sandbox's own (contracts/octopus.md 13.2)."""

from __future__ import annotations

from dataclasses import dataclass

from chanops.sandbox.faults import Faults
from chanops.sandbox.octopus.envelope import Refusal


@dataclass
class OctopusFaults(Faults):
    """How often each fault still hits."""

    locked_deletes: int = 0
    failures_after_commit: int = 0
    lost_price_writes: int = 0
    is_contended: bool = True
    """Whether a channel delete beside any other write is refused as locked, as SQLite makes it (5.6)."""

    def clear(self) -> None:
        """Switch all faults off."""
        super().clear()
        self.locked_deletes = self.failures_after_commit = self.lost_price_writes = 0

    def lock_delete(self) -> None:
        """Refuse the next delete as locked, with nothing deleted."""
        if self.locked_deletes > 0:
            self.locked_deletes -= 1
            raise Refusal(500, "database is locked (5) (SQLITE_BUSY)")

    def fail_after_commit(self) -> None:
        """Answer 500 although the channel is already written (5.4)."""
        if self.failures_after_commit > 0:
            self.failures_after_commit -= 1
            raise Refusal(500, "failed to update model prices: database is locked (5) (SQLITE_BUSY)")

    def loses_prices(self) -> bool:
        """Return whether the next write of price rows is lost (10)."""
        if self.lost_price_writes <= 0:
            return False
        self.lost_price_writes -= 1
        return True
