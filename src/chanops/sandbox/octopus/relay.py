"""What the relay does to the keys of G2: a finishing request writes its own copy of the key back (contracts/octopus.md 5.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chanops.sandbox.octopus import keys

if TYPE_CHECKING:
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

COST = 0.25


@dataclass
class Relay:
    """The requests under way: the copy of the key that each of them took along."""

    state: State
    _copies: dict[int, Row] = field(default_factory=dict)

    def begin_request(self, key_id: int) -> None:
        """Start a request with the key as it is now."""
        self._copies[key_id] = dict(self.state.keys[key_id])

    def finish_request(self, key_id: int) -> None:
        """End the request: its copy of the key, with status, time and cost, goes into memory, whatever was edited since."""
        copy = self._copies.pop(key_id, None) or self.state.keys[key_id]
        used = copy | {
            "status_code": 200,
            "last_use_time_stamp": int(self.state.clock.now()),
            "total_cost": copy["total_cost"] + COST,
        }
        self.state.keys[key_id] = used
        self.state.dirty_keys.add(key_id)
        for row in self.state.channels.values():
            if row["keys"]:
                row["keys"] = [used if key["id"] == key_id else key for key in row["keys"]]

    def flush(self) -> None:
        """Save the used keys, as a graceful stop does: also one that was deleted meanwhile."""
        with self.state.store.transaction():
            for key_id in self.state.dirty_keys & self.state.keys.keys():
                keys.save(self.state.store, self.state.keys[key_id])
        self.state.dirty_keys.clear()
