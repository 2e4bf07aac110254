"""What the groups of an Octopus tell: its routes, and which channels none of them uses (contracts/upstreams.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.domain.facts import SiteFacts, find_sole, group_by_target
from chanops.domain.gateway import Route
from chanops.domain.resources import Status
from chanops.errors import GatewayError
from chanops.gateways.octopus.generations import TYPE_NUMBERS
from chanops.gateways.unread import unread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.domain.gateway import LiveSite
    from chanops.gateways.octopus.api import OctopusApi
    from chanops.gateways.octopus.generations import Profile
    from chanops.gateways.octopus.wire import Group


async def fetch_facts(api: OctopusApi, profile: Profile, live: LiveSite) -> SiteFacts:
    """Return the facts of *live*, for one call; there are no user groups, and nothing needs a price."""
    types = frozenset(TYPE_NUMBERS[name] for name in profile.types)
    targets = group_by_target(live.channels)
    try:
        groups = await api.list_groups()
    except GatewayError as error:
        lost = unread(f"{api.site}: groups cannot be read", error, "octopus-unrouted")
        return SiteFacts(types=types, targets=targets, findings=(lost,))
    return SiteFacts(
        types=types,
        routed=frozenset(str(item.channel_id) for group in groups for item in group.items),
        is_waiting_for_unrouted=profile.waits_without_channel,
        sole=find_sole(routes_of(groups, live)),
        targets=targets,
    )


def routes_of(groups: Iterable[Group], live: LiveSite) -> dict[Route, frozenset[str]]:
    """Return every group item's route with the enabled channels behind it."""
    enabled = {channel.remote_id for channel in live.channels if channel.status is Status.ENABLED}
    routes: dict[Route, set[str]] = {}
    for group in groups:
        for item in group.items:
            behind = routes.setdefault(Route(group.name, item.model_name), set())
            behind.update({str(item.channel_id)} & enabled)
    return {route: frozenset(ids) for route, ids in routes.items()}
