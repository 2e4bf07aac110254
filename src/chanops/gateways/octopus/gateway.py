"""One Octopus site, as the engine sees it: read whole, written change by change."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from chanops.domain.change import Action
from chanops.domain.gateway import LiveSite, Pace, Route
from chanops.domain.report import Outcome, Result
from chanops.domain.value import reveal
from chanops.gateways.http import Link
from chanops.gateways.octopus.api import OctopusApi
from chanops.gateways.octopus.discovery import fetch_models
from chanops.gateways.octopus.examination import Examiner
from chanops.gateways.octopus.facts import fetch_facts, routes_of
from chanops.gateways.octopus.login import Session
from chanops.gateways.octopus.reader import Reader
from chanops.gateways.octopus.trial import try_channel
from chanops.gateways.octopus.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from chanops.domain.change import Change
    from chanops.domain.discovery import Listing
    from chanops.domain.examination import Examination
    from chanops.domain.facts import SiteFacts
    from chanops.domain.gateway import Calls
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.secret import Ledger
    from chanops.domain.site import Site
    from chanops.domain.trial import Trial, TrialRequest
    from chanops.gateways.pacing import Pacer


def open_gateway(
    site: Site, *, ledger: Ledger, pacer: Pacer, transport: httpx.AsyncBaseTransport | None = None, url: str | None = None
) -> OctopusGateway:
    """Return the adapter of *site*; *transport* and *url* stand in for the network and the site's own address."""
    link = Link(
        site.name,
        url or str(reveal(site.url)),
        ledger=ledger,
        pacer=pacer,
        timeout=site.timeout,
        tls=site.tls,
        transport=transport,
    )
    return OctopusGateway(site, link)


class OctopusGateway:
    """The adapter of one Octopus site; the first `fetch` logs in and finds out the generation."""

    def __init__(self, site: Site, link: Link) -> None:
        self.site = site.name
        self.pace = Pace(start=4, deletes_alone=True)  # a delete beside another write fails: contracts/octopus.md 5.6
        self._site = site
        self._link = link
        self._session = Session(link, site.auth)
        self._api = OctopusApi(link, self._session)
        self._reader = Reader(self._api, link.ledger)
        self._writer = Writer(self._api, link, self._reader)

    @property
    def calls(self) -> Calls:
        """Return the requests made so far."""
        return self._link.calls

    async def fetch(self) -> LiveSite:
        """Read every channel."""
        return await self._reader.read_site()

    async def fetch_routes(self, live: LiveSite) -> Mapping[Route, frozenset[str]]:
        """Return every group item's route with the enabled channels behind it."""
        return routes_of(await self._api.list_groups(), live)

    async def fetch_facts(self, live: LiveSite) -> SiteFacts:
        """Return what the groups tell; the site was read before."""
        return await fetch_facts(self._api, self._reader.profile, live)

    async def fetch_models(self, desired: DesiredChannel, live: LiveChannel | None) -> Listing:
        """Return the models that the provider of *desired* lists; the site was read before."""
        return await fetch_models(self._api, self._reader.profile, desired, live)

    @property
    def only_lists(self) -> bool:
        """Tell that it has no test, and lists models in its place."""
        return True

    async def try_channel(self, request: TrialRequest) -> Trial:
        """Try one channel of the site, which was read before."""
        return await try_channel(self._api, self._reader.profile, request)

    async def examine(self) -> Examination:
        """Return what the site is like; nothing is written."""
        return await Examiner(self._site, self._link, self._session, self._api).examine()

    async def execute(self, change: Change) -> Outcome:
        """Carry out one change."""
        match change.action:
            case Action.CREATE:
                return await self._writer.create(change)
            case Action.UPDATE | Action.ADOPT | Action.REPLACE:  # every field changes in place: nothing is replaced
                return await self._writer.update(change)
            case Action.DELETE:
                return await self._writer.delete(change)
            case _:
                return Outcome(change.address, change.action, Result.DONE, change.remote_id)

    async def delete(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Delete one by one: the gateway has no bulk call, and two at once fail (contracts/octopus.md 5.6)."""
        return [await self._writer.delete(change) for change in changes]

    async def close(self) -> None:
        """Close the connections; the gateway has no log-out."""
        with suppress(Exception):
            await self._link.close()
