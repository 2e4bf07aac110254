"""What most channels of a site have in common, said once in the `defaults:` of the site, where that makes the file shorter."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from chanops.authoring.draft import ADDRESSES, KEYS, in_order
from chanops.authoring.references import holds_secret
from chanops.authoring.yaml_text import entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.authoring.draft import Draft
    from chanops.domain.value import Value

OF_ONE: Final = frozenset({*KEYS, *ADDRESSES, "name", "type", "remark", "headers", "proxy"})
"""What belongs to one channel, whoever else has the same."""

FEWEST: Final = 3


def factor(drafts: Sequence[Draft]) -> dict[str, Value]:
    """Take the values that most *drafts* state out of them, and return them; the others then state their own."""
    active = [draft for draft in drafts if not draft.silent]
    found: dict[str, Value] = {}
    for path in in_order({path for draft in active for path in draft.fields} - OF_ONE):
        common, holders = _most_common(path, active)
        if len(holders) < FEWEST or len(holders) * 2 <= len(active) or not _shortens(path, common, holders, active):
            continue
        found[path] = common
        others = [draft for draft in active if path not in draft.fields and path not in draft.ignored]
        for draft in holders:
            del draft.fields[path]
        for draft in others:
            if not draft.state(path):
                draft.taken_back.add(path)
    return found


def put_back(path: str, drafts: Sequence[Draft]) -> None:
    """State *path* again in every draft that would take it from the defaults, and take it back nowhere."""
    for draft in drafts:
        if path in draft.taken_back:
            draft.taken_back.discard(path)
        elif path not in draft.fields and path in draft.known:
            draft.fields[path] = draft.known[path]


def _most_common(path: str, drafts: Sequence[Draft]) -> tuple[Value, list[Draft]]:
    """Return the value that most drafts state, and those; of equals the one met first."""
    groups: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if path in draft.fields and not holds_secret(draft.fields[path]):
            groups[repr(draft.fields[path])].append(draft)
    if not groups:
        return None, []
    holders = max(groups.values(), key=len)
    return holders[0].fields[path], holders


def _shortens(path: str, common: Value, holders: Sequence[Draft], active: Sequence[Draft]) -> bool:
    """Tell whether stating *common* once takes fewer letters than it saves."""
    saved = _cost(path, common) * (len(holders) - 1)
    silent = [draft for draft in active if path not in draft.fields]
    return saved > sum(_cost(path, draft.known.get(path)) for draft in silent)


def _cost(path: str, value: Value) -> int:
    return sum(map(len, entry(path.rpartition(".")[2], value, 0)))
