"""How one declared channel differs from the live one, field by field. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from chanops.domain import finding
from chanops.domain.change import FieldChange
from chanops.domain.gateway import IN_PLACE, Transition, Way
from chanops.domain.value import covers, same, same_keys, same_set
from chanops.domain.vocabulary import FIELDS, Compare

if TYPE_CHECKING:
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

TWINS = {"key": "keys", "keys": "key", "base_url": "base_urls", "base_urls": "base_url"}
"""Two ways to say one thing: a live channel has one of the two."""

HIDDEN_KEY = "the gateway never shows keys, so it is written once"
REWRITTEN = "asked for with --rewrite-keys"

SAME = {Compare.EXACT: same, Compare.SET: same_set, Compare.COVERED: covers, Compare.KEYS: same_keys}


class Difference(NamedTuple):
    """What differs, whether it needs a replace, and what cannot be done at all."""

    fields: tuple[FieldChange, ...]
    is_replace: bool
    findings: tuple[Finding, ...]


def compare(desired: DesiredChannel, live: LiveChannel, dialect: Dialect, *, rewrite_keys: bool = False) -> Difference:
    """Compare the managed fields of *desired* (canonical) with *live*; a field in `ignore` is not looked at."""
    changes, ways = [], []
    for path, after in in_order(desired):
        change = _compare_field(path, after, live, rewrite_keys=rewrite_keys)
        way = dialect.transition(path, live, after) if change or _is_twin(path, live) else IN_PLACE
        if change is None and way.way is Way.REPLACE:
            change = FieldChange(path, _before(path, live), after)
        if change:
            is_replace = way.way is Way.REPLACE
            changes.append(replace(change, reason=change.reason or way.reason, forces_replacement=is_replace))
            ways.append((path, way))
    refused = tuple(_refusal(desired, path, way) for path, way in ways if way.way is Way.NOT_AT_ALL)
    return Difference(tuple(changes), any(way.way is Way.REPLACE for _, way in ways), refused)


def in_order(desired: DesiredChannel) -> list[tuple[str, Value]]:
    """Return the managed fields in the order of the vocabulary, without the ignored ones."""
    return [(path, desired.fields[path]) for path in FIELDS if path in desired.fields and not is_ignored(path, desired)]


def is_ignored(path: str, desired: DesiredChannel) -> bool:
    """Tell whether `ignore` names *path*; `key` and `keys` mean the same there."""
    return path in desired.ignore or (path in ("key", "keys") and TWINS[path] in desired.ignore)


def _compare_field(path: str, after: Value, live: LiveChannel, *, rewrite_keys: bool) -> FieldChange | None:
    before = _before(path, live)
    is_key = FIELDS[path].compare is Compare.KEYS
    if is_key and before is None:
        return FieldChange(path, None, after, HIDDEN_KEY)
    if is_key and rewrite_keys:
        return FieldChange(path, before, after, REWRITTEN)
    if before is not None and SAME[FIELDS[path].compare](after, before):
        return None
    return FieldChange(path, before, after)


def _before(path: str, live: LiveChannel) -> Value:
    return live.fields.get(path, live.fields.get(TWINS.get(path, path)))


def _is_twin(path: str, live: LiveChannel) -> bool:
    return path in TWINS and path not in live.fields


def _refusal(desired: DesiredChannel, path: str, way: Transition) -> Finding:
    place = desired.origins.get(path) or desired.range
    return finding.error(f"{path} cannot be changed so: {way.reason}", address=desired.address, field=path).at(place)
