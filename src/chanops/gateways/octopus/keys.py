"""The keys of a G2 channel: edited by sub-lists within an update, never as a whole (contracts/octopus.md 5.4)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def edits(stored: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> dict[str, Any]:
    """Return the sub-lists that turn the *stored* keys into *wanted*; a key that stays keeps its row.

    One key for another is rotated in place: a deleted row would come back at a graceful restart (contracts/octopus.md 5.5).
    """
    missing = Counter(wanted)
    spare = []
    for key in sorted(stored, key=lambda key: (not key["enabled"], key["id"])):
        if missing[key["channel_key"]]:
            missing[key["channel_key"]] -= 1
        else:
            spare.append(key)
    added = [key for key in dict.fromkeys(wanted) for _ in range(missing[key])]
    if len(spare) == len(added) == 1:
        return {"keys_to_update": [{"id": spare[0]["id"], "channel_key": added[0], "enabled": True}]}
    lists = {
        "keys_to_delete": sorted(key["id"] for key in spare),
        "keys_to_add": [new_key(key) for key in added],
    }
    return {name: edit for name, edit in lists.items() if edit}


def new_key(key: str) -> dict[str, Any]:
    """Return the row of a key that is new: it is born enabled whatever is sent (contracts/octopus.md 5.3)."""
    return {"enabled": True, "channel_key": key, "remark": ""}
