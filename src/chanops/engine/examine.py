"""Examine all sites side by side, and count whose their channels are; nothing is written."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from chanops.domain.examination import ChannelCounts, Examinable, Examination, Observation, Topic, Verdict
from chanops.domain.vocabulary import KIND_TITLES
from chanops.engine.ownership import FOREIGN, OURS, pair_channels, whose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.site import Site

AT_ONCE = 10  # sites


async def examine(
    sites: Sequence[Site], gateways: Mapping[str, Gateway], seconds: float | None = None
) -> dict[str, Examination]:
    """Return what every one of *sites* is like; what is not found out within *seconds* of its turn is unknown."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(site: Site) -> Examination:
        async with turn:
            try:
                async with asyncio.timeout(seconds):
                    return await _examine(site, gateways[site.name])
            except TimeoutError:
                return not_examined(f"it was not done within {seconds:g} s", "give --timeout more seconds")

    found = await asyncio.gather(*map(one, sites))
    return {site.name: examination for site, examination in zip(sites, found, strict=True)}


def not_examined(text: str, hint: str = "", topic: Topic = Topic.ADDRESS) -> Examination:
    """Return the examination of a site that could not be asked at all."""
    rest = (Observation(other, Verdict.UNKNOWN, "not looked at") for other in Topic if other is not topic)
    return Examination((Observation(topic, Verdict.FAILED, text, hint), *rest))


def count_channels(site: Site, live: LiveSite) -> ChannelCounts:
    """Count the channels of *live* by whose they are."""
    declared = {pair.live.remote_id for pair in pair_channels(site, live).pairs if pair.live}
    owners = Counter(whose(channel, site, is_declared=channel.remote_id in declared) for channel in live.channels)
    total, ours, foreign = owners.total(), owners[OURS], owners[FOREIGN]
    return ChannelCounts(total, ours, foreign, total - ours - foreign)


async def _examine(site: Site, gateway: Gateway) -> Examination:
    if not isinstance(gateway, Examinable):
        return not_examined(f"a site of {KIND_TITLES[site.kind]} cannot be examined")
    found = await gateway.examine()
    return _with_counts(found, count_channels(site, found.live)) if found.live else found


def _with_counts(found: Examination, counts: ChannelCounts) -> Examination:
    text = f"{counts.live:,} live: {counts.managed:,} ours, {counts.foreign:,} foreign"
    text += f", {counts.marked_by_others:,} marked by others"
    told = Observation(Topic.CHANNELS, Verdict.OK, text)
    others = (o for o in found.observations if not (o.topic is Topic.CHANNELS and o.verdict is Verdict.UNKNOWN))
    order = list(Topic)
    observations = sorted((told, *others), key=lambda observation: order.index(observation.topic))
    return replace(found, observations=tuple(observations), facts=replace(found.facts, channels=counts))
