"""Model rules to model lists: from the lock, or by asking, once for all channels that ask alike (DESIGN 7).

A list that cannot be had is never an empty one: the channel keeps what it has, the others go on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.allowing import sift
from chanops.domain.discovery import Failure, Models, State
from chanops.domain.gateway import LiveSite
from chanops.domain.lock import Lock, LockEntry
from chanops.domain.model_filter import check_removed, select_models
from chanops.domain.model_findings import audit_names, audit_redirection
from chanops.domain.model_redirect import compute_mapping
from chanops.domain.models import ModelsFrom, digest_rule
from chanops.domain.plan import GuardHit
from chanops.domain.resources import Status
from chanops.domain.value import reveal
from chanops.engine.listing import SiteLists, Turns
from chanops.engine.ownership import pair_channels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chanops.domain.address import Address
    from chanops.domain.discovery import Listing
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Gateway
    from chanops.domain.models import ModelRule
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Desired, Site
    from chanops.engine.listing import Direct
    from chanops.errors import GatewayError


@dataclass(frozen=True, slots=True)
class Asking:
    """How rules get their lists: the lock, who is asked beside the gateways, and whether the lock alone may answer.

    *on_list* hears how many lists were asked for and how many of them have come.
    """

    lock: Lock
    direct: Direct
    is_locked_only: bool = False
    ignores_lock: bool = False
    on_list: Callable[[int, int], None] = lambda _asked, _come: None


@dataclass(slots=True)
class Resolved:
    """The desired state with a list for every rule that has one; what was odd, what is refused, which lists were found."""

    desired: Desired
    findings: list[Finding] = field(default_factory=list)
    guards: list[GuardHit] = field(default_factory=list)
    lists: dict[Address, LockEntry] = field(default_factory=dict)
    failed: set[Address] = field(default_factory=set)
    shrunk: set[Address] = field(default_factory=set)


async def resolve_models(
    desired: Desired, live: Mapping[str, LiveSite | GatewayError], gateways: Mapping[str, Gateway], asking: Asking
) -> Resolved:
    """Return *desired* with every model rule worked out. A site that could not be read keeps its rules: it has no plan."""
    resolved = Resolved(desired)
    if not any(channel.rule for site in desired.sites for channel in site.channels):
        return resolved
    await _work_out(_resolvers(live, gateways, asking, resolved), resolved)
    return resolved


@dataclass(frozen=True, slots=True)
class Survey:
    """The desired state with its rules worked out, and what the provider of each channel lists, whatever the channel takes."""

    resolved: Resolved
    listings: Mapping[Address, Listing]


async def survey_models(
    desired: Desired, live: Mapping[str, LiveSite | GatewayError], gateways: Mapping[str, Gateway], asking: Asking
) -> Survey:
    """Return *desired* worked out, and the provider's list for every channel that takes traffic, asked once for all alike."""
    resolved = Resolved(desired)
    resolvers = _resolvers(live, gateways, asking, resolved)
    await _work_out(resolvers, resolved)
    found = await asyncio.gather(*(resolver.survey() for resolver in resolvers))
    return Survey(resolved, {address: listing for listings in found for address, listing in listings.items()})


def _resolvers(
    live: Mapping[str, LiveSite | GatewayError], gateways: Mapping[str, Gateway], asking: Asking, resolved: Resolved
) -> list[_SiteResolver]:
    """Return a resolver for every site that could be read."""
    turns = Turns(asking.on_list)
    return [
        _SiteResolver(
            site, held, SiteLists(site, held.dialect, gateways.get(site.name), asking.direct, turns), asking, resolved
        )
        for site in resolved.desired.sites
        if isinstance(held := live.get(site.name), LiveSite)
    ]


async def _work_out(resolvers: Sequence[_SiteResolver], resolved: Resolved) -> None:
    done = {site.name: site for site in await asyncio.gather(*(resolver.resolve() for resolver in resolvers))}
    resolved.desired = replace(resolved.desired, sites=tuple(done.get(site.name, site) for site in resolved.desired.sites))


class _SiteResolver:
    """Works out the rules of one site that was read."""

    def __init__(self, site: Site, live: LiveSite, lists: SiteLists, asking: Asking, resolved: Resolved) -> None:
        self.site = site
        self.live = live
        self.lists = lists
        self.asking = asking
        self.resolved = resolved

    async def resolve(self) -> Site:
        """Return the site with a list for every rule; a channel that must not be created without one is left out."""
        held = {pair.desired.address: pair.live for pair in pair_channels(self.site, self.live).pairs}
        channels = await asyncio.gather(
            *(self._resolve_channel(channel, held[channel.address]) for channel in self.site.channels)
        )
        return replace(self.site, channels=tuple(channel for channel in channels if channel is not None))

    async def _resolve_channel(self, channel: DesiredChannel, live: LiveChannel | None) -> DesiredChannel | None:
        rule = channel.rule
        if rule is None or channel.is_absent:
            return channel
        if channel.fields.get("enabled") is False and live is not None and self._entry(channel, rule) is None:
            self._note(channel, [finding.notice("its models are not looked up while it is disabled")])
            return _without_models(channel)
        listing = await self._list(channel, live, rule)
        if isinstance(listing, Failure):
            return self._give_up(channel, live, listing)
        return self._settle(channel, live, rule, listing)

    async def survey(self) -> dict[Address, Listing]:
        """Return what the provider of each channel lists; one that is off or goes away is not asked for."""
        pairs = [pair for pair in pair_channels(self.site, self.live).pairs if _takes_traffic(pair.desired, pair.live)]
        found = await asyncio.gather(*(self.lists.ask(pair.desired, pair.live) for pair in pairs))
        return {pair.desired.address: listing for pair, listing in zip(pairs, found, strict=True)}

    def _entry(self, channel: DesiredChannel, rule: ModelRule) -> LockEntry | None:
        return None if self.asking.ignores_lock else self.asking.lock.find(channel.address, digest_rule(rule, channel.redirect))

    async def _list(self, channel: DesiredChannel, live: LiveChannel | None, rule: ModelRule) -> Listing:
        """Return the selected names: what the lock says, else what the rule takes of the provider's list."""
        entry = self._entry(channel, rule)
        if entry:
            return Models(entry.models, f"chanops.lock.yaml ({entry.source})")
        is_locked = rule.source is ModelsFrom.LOCK or self.asking.is_locked_only
        if is_locked and not self.asking.ignores_lock:  # whoever makes the lock asks for those rules, too
            return Failure(State.UNSUPPORTED, "the lock has no entry for this rule; run `chanops lock`")
        listing = await self.lists.ask(channel, live)
        if isinstance(listing, Failure):
            return listing
        names = select_models(rule, listing.names)
        if not names:
            return Failure(
                State.INVALID_RESPONSE,
                f"the rule takes none of the {len(listing.names)} models listed",
                listing.source,
                mend="change include, exclude or allow",
            )
        if not self.asking.ignores_lock:
            self._note(
                channel, [finding.notice(f"its models were asked for just now ({listing.source})", "`chanops lock` keeps them")]
            )
        return Models(names, listing.source)

    def _settle(
        self, channel: DesiredChannel, live: LiveChannel | None, rule: ModelRule, listing: Models
    ) -> DesiredChannel | None:
        names, address = listing.names, channel.address
        faults = list(audit_names(names, address))
        if faults:
            unfit = Failure(State.INVALID_RESPONSE, faults[0].summary, listing.source, mend=faults[0].detail)
            return self._give_up(channel, live, unfit)
        self.resolved.lists[address] = LockEntry(tuple(sorted(names)), listing.source, "", digest_rule(rule, channel.redirect))
        fields = dict(channel.fields)
        if channel.redirect:
            written = reveal(fields.get("model_mapping", {}))
            redirection = compute_mapping(channel.redirect, names, written if isinstance(written, dict) else {}, models=names)
            self._note(channel, audit_redirection(redirection, address))
            if redirection.cycle:
                return self._give_up(
                    channel, live, Failure(State.INVALID_RESPONSE, "its mapping leads in a circle", mend="take one entry out")
                )
            names = redirection.models
            fields["model_mapping"] = dict(redirection.mapping)
        self._guard(channel, live, rule, names)
        return channel.with_fields({**fields, "models": names})

    def _guard(self, channel: DesiredChannel, live: LiveChannel | None, rule: ModelRule, names: Sequence[str]) -> None:
        held = live.fields.get("models") if live else None
        removal = check_removed(rule, map(str, held) if isinstance(held, tuple) else (), names)
        if not removal.is_refused:
            return
        self.resolved.shrunk.add(channel.address)
        self.resolved.guards.append(
            GuardHit(
                site=self.site.name,
                guard="max_removed",
                limit=str(removal.limit),
                found=len(removal.gone),
                of=removal.of,
                lift=f"max_removed: {len(removal.gone)} in the file",
                message=f"{channel.address} would lose {len(removal.gone)} of its {removal.of} models; "
                f"max_removed allows {removal.limit} ({removal.allowed}).",
                lift_yaml=f"models: {{max_removed: {len(removal.gone)}}}",
            )
        )

    def _give_up(self, channel: DesiredChannel, live: LiveChannel | None, failure: Failure) -> DesiredChannel | None:
        """Say why there is no list. What lives keeps its models; what does not is not created."""
        what = "it keeps the models it has" if live else "it is not created"
        asked = f" ({failure.source})" if failure.source else ""
        summary = f"its models have no value: {failure.reason}{asked}; {what}"
        self._note(channel, [finding.error(summary, failure.way_on, rule="models-unknown")])
        self.resolved.failed.add(channel.address)
        return _without_models(channel) if live else None

    def _note(self, channel: DesiredChannel, findings: Iterable[Finding]) -> None:
        place = channel.origins.get("models") or channel.range
        placed = [replace(found, address=channel.address, field="models").at(place) for found in findings]
        self.resolved.findings += sift(placed, [channel]).kept


def _takes_traffic(channel: DesiredChannel, live: LiveChannel | None) -> bool:
    """Tell whether *channel* will be there and on."""
    is_on = channel.fields.get("enabled", live is None or live.status is not Status.DISABLED)
    return not channel.is_absent and reveal(is_on) is not False


def _without_models(channel: DesiredChannel) -> DesiredChannel:
    """Return *channel* with nothing said of its models; of a redirect, nothing of its mapping either."""
    left_out = {"models", "model_mapping"} if channel.redirect else {"models"}
    return channel.with_fields({path: value for path, value in channel.fields.items() if path not in left_out})
