"""Checks against what the gateway tells of its site: the G rows of contracts/upstreams.md 5. What is not told is no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.checks.naming import names_in, some
from chanops.checks.neighbours import CREATED
from chanops.domain.address import matches_glob
from chanops.domain.facts import addresses_of
from chanops.domain.finding import error, warning
from chanops.domain.policy import LastRoute
from chanops.domain.value import reveal, same_keys
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chanops.checks.subject import Check, Subject
    from chanops.domain.facts import SiteFacts
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Route
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

FORKS_FROM: Final = 100
"""Type numbers that only forks of New API have; nothing that a site tells says whether it is one."""


def check_prices(subject: Subject) -> Iterator[Finding]:
    """Yield the names that clients may ask for and the site has no price for; a mapping lends no price (#801, #941)."""
    prices = subject.facts.prices if subject.facts else None
    if prices is None or not _is_on(subject):
        return
    fields = _fields(subject)
    asked = names_in(fields.get("models")) | names_in(fields.get("model_mapping"))
    missing = [shown for name, shown in asked.items() if prices.covers(name) is False]
    if not missing:
        return
    summary = f"the site has no price for {some(missing)}"
    if prices.is_certain:
        detail = "clients get model_price_error: give each name a ratio or price on the site; a mapping lends none"
        yield error(summary, detail, field="models", rule="price-missing")
        return
    detail = "it shows 37.5, which is what a model without a price shows: a root account can tell for sure"
    yield warning(f"it seems that {summary}", detail, field="models", rule="price-missing")


def check_groups(subject: Subject) -> Iterator[Finding]:
    """Yield the groups that no user can be in (OA#2223)."""
    if subject.facts is None or subject.facts.groups is None or subject.desired.is_absent:
        return
    known = subject.facts.groups
    unknown = [shown for name, shown in names_in(subject.desired.fields.get("groups")).items() if name not in known]
    if unknown:
        detail = f"nobody is in them: the site has {some(subject.facts.groups_shown)}" if known else "the site has none"
        yield warning(f"the site does not know these groups: {some(unknown)}", detail, field="groups", rule="group-unknown")


def check_last_route(subject: Subject) -> Iterator[Finding]:
    """Yield the routes that end with this channel: it alone serves them, the file takes it away, and nobody takes over."""
    guards = subject.site.guards
    if guards.last_route is LastRoute.OFF:
        return
    lost = [
        f"{route.group}/{route.model}"
        for route in _sole_routes(subject)
        if not _goes_on(subject, route) and not _is_taken_over(subject, route)
    ]
    held = [route for route in lost if not any(matches_glob(route, glob) for glob in guards.retire)]
    if held:
        summary = f"no other enabled channel serves {some(held)}"
        field = "" if subject.desired.is_absent else "models" if _is_on(subject) else "enabled"
        detail = "declare another channel for them first, or list them under guards: {retire: [...]}"
        yield warning(summary, detail, field=field, rule="last-route")


def check_type(subject: Subject) -> Iterator[Finding]:
    """Yield a type that this version of the gateway does not know; one that lives there is nobody's mistake."""
    known = subject.facts.types if subject.facts else None
    declared = subject.desired.fields.get("type")
    if known is None or declared is None or subject.desired.is_absent:
        return
    if subject.live is not None and subject.live.fields.get("type") == declared:
        return
    number = CHANNEL_TYPES[subject.site.kind].get(declared) if isinstance(declared, str) else declared
    if number in known:
        return
    if isinstance(number, int) and number >= FORKS_FROM:
        detail = "take another, unless the site is a fork that has it: then allow this finding"
        yield warning(f"only forks of New API have a channel type {number}", detail, field="type", rule="type-unknown")
        return
    summary = f"this version of the gateway has no channel type {declared}"
    yield error(summary, "update the gateway, or take another", field="type", rule="type-unknown")


def check_unrouted(subject: Subject) -> Iterator[Finding]:
    """Yield that no group's item uses the channel: no client's request ever reaches it (contracts/octopus.md 9.5)."""
    facts = subject.facts
    if subject.live is None or facts is None or facts.routed is None or not _is_on(subject):
        return
    if subject.live.remote_id in facts.routed:
        return
    waiting = ", and clients of a group without a channel wait instead of being refused"
    detail = f"add it to a group{waiting if facts.is_waiting_for_unrouted else ''}"
    yield warning("no group uses the channel", detail, rule="octopus-unrouted")


def check_foreign_target(subject: Subject) -> Iterator[Finding]:
    """Yield a living channel that nobody declares and that calls the same with the same key (all-api-hub#1138).

    Where its key cannot be read, it counts when it serves one of the same models.
    """
    if subject.facts is None or subject.facts.targets is None or subject.desired.is_absent:
        return
    strange = (twin for twin in _same_target(subject, subject.facts) if not _is_declared(subject, twin))
    twins = [twin for twin in strange if _is_unmarked(subject, twin) and _is_twin(subject, twin)]
    if twins:
        named = some([f'"{twin.name}" (id {twin.remote_id})' for twin in twins])
        detail = "its traffic and its costs are split between them: delete one, or declare both"
        yield warning(f"{named} has the same type and address, and nobody declares it", detail, rule="target-dup")


LIVING: Final[tuple[Check, ...]] = (
    check_foreign_target,
    check_prices,
    check_groups,
    check_last_route,
    check_type,
    check_unrouted,
)
"""The checks that need the gateway, in the order of the table."""


def _fields(subject: Subject) -> Mapping[str, Value]:
    """Return what the channel will be: the declared fields over the living ones, or over what a new one has."""
    return {**(subject.live.fields if subject.live else CREATED), **subject.desired.fields}


def _is_on(subject: Subject) -> bool:
    return not subject.desired.is_absent and reveal(_fields(subject).get("enabled")) is not False


def _sole_routes(subject: Subject) -> tuple[Route, ...]:
    if subject.live is None or subject.facts is None or subject.facts.sole is None:
        return ()
    return subject.facts.sole.get(subject.live.remote_id, ())


def _goes_on(subject: Subject, route: Route) -> bool:
    return not subject.desired.is_absent and route.is_served_by(_fields(subject))


def _is_taken_over(subject: Subject, route: Route) -> bool:
    """Tell whether another channel will serve *route*; what an Octopus routes is said by its groups, not by channels."""
    return subject.site.kind is SiteKind.NEWAPI and subject.others.serve(route, besides=subject.desired.address)


def _same_target(subject: Subject, facts: SiteFacts) -> tuple[LiveChannel, ...]:
    fields, targets = _fields(subject), facts.targets or {}
    found = [twin for address in addresses_of(fields) for twin in targets.get((reveal(fields.get("type")), address), ())]
    return tuple({twin.remote_id: twin for twin in found}.values())


def _is_unmarked(subject: Subject, twin: LiveChannel) -> bool:
    """Tell whether *twin* does not carry our mark; a copy carries that of another id (DESIGN 4)."""
    mark = twin.mark
    return not (mark and mark.owner == subject.site.owner and mark.remote_id in (None, twin.remote_id))


def _is_declared(subject: Subject, twin: LiveChannel) -> bool:
    """Tell whether the files know *twin*, by its name, its former name or its id."""
    is_own = subject.live is not None and subject.live.remote_id == twin.remote_id
    return is_own or twin.name == subject.desired.name or subject.others.know(twin)


def _is_twin(subject: Subject, twin: LiveChannel) -> bool:
    held = twin.fields.get("keys") or twin.fields.get("key")
    declared = subject.desired.fields.get("keys") or subject.desired.fields.get("key")
    if held is not None and declared is not None:
        return same_keys(declared, held)
    return bool(names_in(_fields(subject).get("models")).keys() & names_in(twin.fields.get("models")).keys())
