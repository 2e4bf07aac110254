"""A delete and a create that look like one renamed channel: a hint at `moved_from`, which keeps its usage figures. Pure."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain import finding
from chanops.domain.change import Action
from chanops.domain.value import reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chanops.domain.change import Change
    from chanops.domain.finding import Finding
    from chanops.domain.site import Site
    from chanops.domain.value import Value

UNDECLARED: Final = "it is not in the configuration"
"""Why an orphan is deleted: what is `state: absent` is declared, and nothing can move from there."""

ALIKE: Final = 2 / 3  # of all models of both: two of three, ten of fifteen
MOST: Final = 20  # channels of one upstream on either side; of more only those with just the same models are compared
ADDRESSES: Final = ("base_url", "base_urls")


def hint_at_renames(changes: Sequence[Change], site: Site) -> Iterator[Finding]:
    """Yield a notice for every create of *site* that looks like exactly one of its deletes."""
    places = {channel.address: channel.range for channel in site.channels}
    for create, delete in find_renames(changes):
        yield finding.notice(
            f'looks like "{delete.address.name}" renamed',
            f"write moved_from: {json.dumps(delete.address.name, ensure_ascii=False)} to keep its id and its usage figures",
            address=create.address,
        ).at(places.get(create.address))


def find_renames(changes: Iterable[Change]) -> list[tuple[Change, Change]]:
    """Return the pairs of a create and a delete of one type and address whose models are the same, or nearly.

    Each of the two must fit the other better than anything else: of several that fit equally nobody knows which it was.
    """
    creates: defaultdict[Hashable, list[Change]] = defaultdict(list)
    deletes: defaultdict[Hashable, list[Change]] = defaultdict(list)
    for change in changes:
        if change.action is Action.CREATE:
            creates[_upstream(change.after)].append(change)
        elif change.action is Action.DELETE and change.reason == UNDECLARED:
            deletes[_upstream(change.before)].append(change)
    return [pair for upstream in creates if upstream in deletes for pair in _pair(creates[upstream], deletes[upstream])]


def _pair(creates: Sequence[Change], deletes: Sequence[Change]) -> list[tuple[Change, Change]]:
    if max(len(creates), len(deletes)) > MOST:
        return _pair_exactly(creates, deletes)
    scores = {
        (i, j): score
        for i, create in enumerate(creates)
        for j, delete in enumerate(deletes)
        if (score := _likeness(_models(create.after), _models(delete.before))) >= ALIKE
    }
    return [(creates[i], deletes[j]) for (i, j), score in scores.items() if _is_best(scores, i, j, score)]


def _pair_exactly(creates: Sequence[Change], deletes: Sequence[Change]) -> list[tuple[Change, Change]]:
    """Pair what has just the same models, and nobody else has: no two are held against each other."""
    wanted, lost = Counter(_models(c.after) for c in creates), Counter(_models(c.before) for c in deletes)
    by_models = {_models(change.before): change for change in deletes}
    sure = {models for models in wanted if wanted[models] == lost[models] == 1}
    return [(c, by_models[_models(c.after)]) for c in creates if _models(c.after) in sure]


def _is_best(scores: Mapping[tuple[int, int], float], i: int, j: int, score: float) -> bool:
    return all(other < score for (k, m), other in scores.items() if (k == i) != (m == j))


def _likeness(one: frozenset[Hashable], other: frozenset[Hashable]) -> float:
    """Return which share of all models both have."""
    return len(one & other) / len(one | other) if one | other else 1.0


def _upstream(fields: Mapping[str, Value] | None) -> Hashable:
    held = fields or {}
    return (_plain(held.get("type")), next((_plain(held[path]) for path in ADDRESSES if held.get(path)), ""))


def _models(fields: Mapping[str, Value] | None) -> frozenset[Hashable]:
    models = (fields or {}).get("models")
    return frozenset(map(_plain, models)) if isinstance(models, Sequence) and not isinstance(models, str) else frozenset()


def _plain(value: Value) -> Hashable:
    shown = reveal(value)
    if isinstance(shown, Sequence) and not isinstance(shown, str):
        return tuple(map(str, shown))
    return str(shown)
