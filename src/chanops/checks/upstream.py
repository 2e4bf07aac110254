"""Checks against what the upstream lists: the U rows of contracts/upstreams.md 5. A list never costs tokens.

A list is no proof: it may be limited to the key's group, or to what is priced over there. `chanops test` proves by a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from chanops.checks.naming import names_in, some
from chanops.domain.discovery import Failure, Models, State
from chanops.domain.finding import notice, warning
from chanops.domain.model_filter import check_removed, select_models
from chanops.domain.models import ModelRule
from chanops.domain.value import reveal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.checks.subject import Check, Subject
    from chanops.domain.finding import Finding

PROOF: Final = "the list may be limited to the key; `chanops test` proves it by a call, which costs tokens"


def check_listing(subject: Subject) -> Iterator[Finding]:
    """Yield why there is no list: one warning for the channel; of a rule left without models it was said before."""
    failure = subject.listing
    if not isinstance(failure, Failure) or failure.is_empty or subject.desired.is_absent:
        return
    if subject.desired.rule and "models" not in subject.desired.fields:
        return
    summary = f"its models cannot be listed: {failure.reason}{_asked(failure)}"
    if failure.state is State.UNSUPPORTED:
        yield notice(summary, field="models", rule="models-unknown")
    else:
        yield warning(summary, failure.way_on, field="models", rule="models-unknown")


def check_missing(subject: Subject) -> Iterator[Finding]:
    """Yield the models and mapping targets that the upstream does not list; a mapped name is never asked for there (#5804).

    Extra models of a rule are there because no list holds them.
    """
    listing = subject.listing
    if not isinstance(listing, Models) or subject.desired.is_absent:
        return
    listed, mapping = frozenset(listing.names), _mapping(subject)
    extra = subject.desired.rule.extra if subject.desired.rule else ()
    known = listed.union(mapping, extra)
    missing = [shown for name, shown in _declared(subject).items() if name not in known]
    if missing:
        summary = f"the upstream does not list {some(missing)}{_asked(listing)}"
        yield warning(summary, PROOF, field="models", rule="model-missing")
    lost = [f"{key} → {shown}" for key, (target, shown) in mapping.items() if target not in listed]
    if lost:
        summary = f"the mapping leads to what the upstream does not list: {some(lost)}{_asked(listing)}"
        yield warning(summary, PROOF, field="model_mapping", rule="model-missing")


def check_shrunk(subject: Subject) -> Iterator[Finding]:
    """Yield that the list is empty, or lacks more of what the channel serves than may go at once."""
    listing = subject.listing
    if subject.desired.is_absent:
        return
    if isinstance(listing, Failure) and listing.is_empty:
        detail = "an empty list hides a refusal more often than it is true: nothing is taken from the channel for it"
        yield warning(
            f"the upstream's list is empty: {listing.reason}{_asked(listing)}", detail, field="models", rule="list-shrunk"
        )
    if not isinstance(listing, Models):
        return
    rule, mapping = subject.desired.rule, _mapping(subject)
    held = _served(subject) if rule else frozenset(_declared(subject))
    wanted = set(select_models(rule, listing.names) if rule else listing.names)
    wanted |= {key for key, (target, _) in mapping.items() if target in wanted}
    removal = check_removed(rule or ModelRule(), held, wanted)
    if removal.is_refused:
        summary = f"the upstream lists {removal.of - len(removal.gone)} of the channel's {removal.of} models{_asked(listing)}"
        detail = f"more than {removal.limit} are gone: look there before anything is removed"
        yield warning(summary, detail, field="models", rule="list-shrunk")


def check_protocol(subject: Subject) -> Iterator[Finding]:
    """Yield that the list itself betrays another protocol than the channel's type (lingyuins/octopus#40)."""
    listing = subject.listing
    if isinstance(listing, Models) and listing.betrayed and not subject.desired.is_absent:
        kind = subject.desired.fields.get("type") or (subject.live and subject.live.fields.get("type"))
        summary = f"the upstream may not speak {kind}: {listing.betrayed}{_asked(listing)}"
        yield warning(summary, "`chanops test` proves it by a call, which costs tokens", field="type", rule="protocol")


UPSTREAM: Final[tuple[Check, ...]] = (check_listing, check_missing, check_shrunk, check_protocol)
"""The checks that need the upstream, in the order of the table."""


def _asked(listing: Models | Failure) -> str:
    return f" ({listing.source})" if listing.source else ""


def _declared(subject: Subject) -> dict[str, str]:
    fields = subject.desired.fields
    return names_in(fields.get("models")) | names_in(fields.get("octopus.custom_models"))


def _served(subject: Subject) -> frozenset[str]:
    return frozenset(names_in(subject.live.fields.get("models"))) if subject.live else frozenset()


def _mapping(subject: Subject) -> dict[str, tuple[str, str]]:
    """Return what the upstream is asked for in place of each mapped name, and how that is shown.

    The gateway follows a chain to its end (contracts/upstreams.md 5, map-cycle).
    """
    value = subject.desired.fields.get("model_mapping")
    given = {key: (str(reveal(target)), str(target)) for key, target in value.items()} if isinstance(value, Mapping) else {}
    return {key: _follow(key, given) for key in given}


def _follow(key: str, mapping: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    seen = {key}
    end = mapping[key]
    while end[0] in mapping and end[0] not in seen:
        seen.add(end[0])
        end = mapping[end[0]]
    return end
