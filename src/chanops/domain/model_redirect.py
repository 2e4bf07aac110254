"""Redirects: a `model_mapping` computed from the names clients ask for, and the models that go with it.

contracts/models.md 3. The direction is that of the gateway: key = what clients ask for, value = what the upstream calls it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from chanops.domain.model_identity import identify
from chanops.domain.model_names import tidy
from chanops.domain.patterns import compile_pattern, rewrite

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from chanops.domain.model_identity import Identity


class RedirectRule(NamedTuple):
    r"""An upstream name that *pattern* covers is offered as *to*, in which `\1` is a group of the pattern."""

    pattern: str
    to: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """`redirect: {…}` of a channel; a preset is written out in *standards* by the loader.

    *dated* and *latest* let names with a date or with `-latest` stand in; with *shared* one upstream model may serve several
    standard names; *prune* drops hand-written entries whose target the upstream lacks.
    """

    standards: tuple[str, ...] = ()
    dated: bool = False
    latest: bool = False
    shared: bool = False
    rules: tuple[RedirectRule, ...] = ()
    prune: bool = False

    @property
    def content(self) -> dict[str, object]:
        """Return everything it says as JSON, for digests."""
        return {
            "standards": list(self.standards),
            "dated": self.dated,
            "latest": self.latest,
            "shared": self.shared,
            "rules": [[rule.pattern, rule.to] for rule in self.rules],
            "prune": self.prune,
        }


@dataclass(frozen=True, slots=True)
class Redirection:
    """`model_mapping` and `models` as one desired state: every key of *mapping* is in *models*.

    *lost*: hand-written entries whose target the upstream lacks, dropped already when the redirect prunes. *cycle*: the names
    of a mapping that leads back to itself, which no gateway can follow; then nothing else here counts.
    """

    mapping: Mapping[str, str]
    models: tuple[str, ...]
    lost: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cycle: tuple[str, ...] = ()


def compute_mapping(
    redirect: Redirect,
    upstream: Sequence[str],
    hand_written: Mapping[str, str],
    *,
    models: Sequence[str] | None = None,
) -> Redirection:
    """Return what *redirect* makes of the names in *upstream*; entries of *hand_written* win over computed ones.

    *models* are those of *upstream* that the channel serves under their own names, by default all: only they are mapped to.
    """
    listed = tidy(upstream)
    served = listed if models is None else tidy(models)
    lost = {key: target for key, target in hand_written.items() if _leads_nowhere(target, hand_written, listed)}
    kept = {key: target for key, target in hand_written.items() if not (redirect.prune and key in lost)}
    candidates = [name for name in served if name in listed and kept.get(name, name) == name]  # not mapped away by hand
    mapping = kept | dict(_compute(redirect, listed, candidates, kept))
    aliases = [key for key in mapping if key not in served]
    stays = [name for name in served if name in listed or name in mapping or name not in lost]
    return Redirection(MappingProxyType(mapping), (*stays, *aliases), MappingProxyType(lost), find_cycle(mapping))


def find_cycle(mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of a cycle in *mapping*, the first again at its end; a name mapped to itself is none."""
    for start in sorted(mapping):
        path = [start]
        while (target := mapping.get(path[-1])) is not None and target != path[-1]:
            if target in path:
                return (*path[path.index(target) :], target)
            path.append(target)
    return ()


def _leads_nowhere(target: str, mapping: Mapping[str, str], upstream: Collection[str]) -> bool:
    """Tell whether the chain from *target* ends at a name that the upstream lacks; a gateway follows chains to their end."""
    seen = set()
    while target in mapping and target not in seen:
        seen.add(target)
        target = mapping[target]
    return target not in upstream


def _compute(
    redirect: Redirect, upstream: Collection[str], candidates: Sequence[str], hand_written: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the entries that the rules, then the standard names make; a name the upstream has letter for letter needs none."""
    standards = dict.fromkeys(redirect.standards)
    served = {target for key, target in hand_written.items() if key in standards}
    served.update(name for name in standards if name in upstream)
    taken = set(hand_written) | set(upstream)
    for key, target in _apply_rules(redirect, candidates):
        if key not in taken and (redirect.shared or target not in served):
            taken.add(key)
            served.add(target)
            yield key, target
    for standard in standards:
        free = candidates if redirect.shared else [name for name in candidates if name not in served]
        found = None if standard in taken else _find_target(redirect, standard, free)
        if found is not None:
            served.add(found)
            yield standard, found


def _apply_rules(redirect: Redirect, candidates: Iterable[str]) -> Iterator[tuple[str, str]]:
    rules = [(compile_pattern(rule.pattern), rule.to) for rule in redirect.rules]
    for name in candidates:
        made = (rewrite(pattern, to, name) for pattern, to in rules)
        alias = next((text.strip() for text in made if text is not None), "")
        if alias:
            yield alias, name


def _find_target(redirect: Redirect, standard: str, names: Iterable[str]) -> str | None:
    """Return the first of *names* that means *standard*: the same letters, then the same but for case, then the same words."""
    wanted = identify(standard)
    fitting = [(name, identify(name)) for name in names if _may_serve(redirect, wanted, identify(name))]
    return min(fitting, key=lambda pair: _distance(wanted, pair[1]), default=(None,))[0]


def _may_serve(redirect: Redirect, wanted: Identity, candidate: Identity) -> bool:
    if wanted.is_empty or candidate.meaning != wanted.meaning:
        return False
    if (candidate.date and not redirect.dated) or (candidate.is_latest and not redirect.latest):
        return False
    return wanted.date in ("", candidate.date) and (candidate.is_latest or not wanted.is_latest)


def _distance(wanted: Identity, candidate: Identity) -> int:
    if candidate.text == wanted.text:
        return 0
    return 1 if candidate.text.lower() == wanted.text.lower() else 2
