"""New API behind the `Gateway` protocol: login, generation, one whole read, and writes that report instead of raising."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain.change import Action
from chanops.domain.gateway import Calls, LiveSite, Pace, Route
from chanops.domain.report import Outcome, Result
from chanops.domain.resources import Status
from chanops.domain.secret import Secret
from chanops.domain.wording import fit_to_show
from chanops.errors import (
    ChanopsError,
    GatewayError,
    NotUnderstoodError,
    RefusedError,
    StoppedError,
    UnclearError,
    UnreachableError,
)
from chanops.gateways.course import whole_change
from chanops.gateways.http import Link
from chanops.gateways.newapi.api import Api
from chanops.gateways.newapi.codec import decode_channel
from chanops.gateways.newapi.dialect import NewApiDialect
from chanops.gateways.newapi.discovery import fetch_models
from chanops.gateways.newapi.envelope import is_lock, is_throttle
from chanops.gateways.newapi.examination import Examiner
from chanops.gateways.newapi.facts import fetch_facts
from chanops.gateways.newapi.generations import WINDOW, recognise
from chanops.gateways.newapi.login import Session
from chanops.gateways.newapi.poison import poison_alive
from chanops.gateways.newapi.reading import read_whole
from chanops.gateways.newapi.trial import try_channel
from chanops.gateways.newapi.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from chanops.domain.change import Change
    from chanops.domain.discovery import Listing
    from chanops.domain.examination import Examination
    from chanops.domain.facts import SiteFacts
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.secret import Ledger
    from chanops.domain.site import Site
    from chanops.domain.trial import Trial, TrialRequest
    from chanops.gateways.pacing import Pacer

DELETES_AT_ONCE: Final = 100
LONGEST_VERSION: Final = 40


class NewApiGateway:
    """One running New API."""

    def __init__(
        self,
        site: Site,
        link: Link,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.site = site.name
        self.pace = Pace(start=2)
        self._site = site
        self._link = link
        self._session = Session(link, site.auth)
        self._api = Api(link, self._session)
        self._random_bytes = random_bytes
        self._now = now
        self._dialect: NewApiDialect | None = None

    @property
    def calls(self) -> Calls:
        """Return the requests made so far."""
        return self._link.calls

    async def fetch(self) -> LiveSite:
        """Read the whole site; on the first call log in and find out the generation."""
        dialect = await self._get_dialect()
        reads = await read_whole(self._api)
        channels = tuple(decode_channel(self.site, read, self._link.ledger) for read in reads)
        findings = tuple(finding for channel in channels for finding in poison_alive(channel, dialect.profile))
        return LiveSite(self.site, dialect, self._version(), channels, findings)

    async def fetch_routes(self, live: LiveSite) -> Mapping[Route, frozenset[str]]:
        """Return every live route with the ids of the enabled channels that serve it: no call is needed."""
        routes: defaultdict[Route, set[str]] = defaultdict(set)
        for channel in live.channels:
            if channel.status is Status.ENABLED:
                for route in live.dialect.routes(channel.fields):
                    routes[route].add(channel.remote_id)
        return {route: frozenset(ids) for route, ids in routes.items()}

    async def fetch_models(self, desired: DesiredChannel, live: LiveChannel | None) -> Listing:
        """Return the models that the provider of *desired* lists."""
        dialect = await self._get_dialect()
        return await fetch_models(self._api, dialect.profile, desired, live)

    async def fetch_facts(self, live: LiveSite) -> SiteFacts:
        """Return what the gateway tells of its site beside the channels."""
        dialect = await self._get_dialect()
        return await fetch_facts(self._api, dialect.profile, live, await self.fetch_routes(live))

    @property
    def only_lists(self) -> bool:
        """Tell that it makes real calls."""
        return False

    async def try_channel(self, request: TrialRequest) -> Trial:
        """Test one channel of the site, which was read before."""
        return await try_channel(self._api, request)

    async def examine(self) -> Examination:
        """Return what the site is like; nothing is written."""
        return await Examiner(self._site, self._api, self.fetch).examine()

    async def execute(self, change: Change) -> Outcome:
        """Carry out one create, update, adopt, replace or forget. The outcome says what is known of it."""
        began = self._now()
        try:
            dialect = await self._get_dialect()
            with whole_change():
                await Writer(self._api, dialect.profile, self._random_bytes).write(change)
        except ChanopsError as error:
            return _failure(change, error, self._now() - began)
        return _done(change, self._now() - began)

    async def delete(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Delete the channels of *changes* by the hundred; one outcome each, in order."""
        chunks = (changes[start : start + DELETES_AT_ONCE] for start in range(0, len(changes), DELETES_AT_ONCE))
        return [outcome for chunk in chunks for outcome in await self._delete_chunk(chunk)]

    async def close(self) -> None:
        """End the session politely; never fails."""
        await self._session.close()
        await self._link.close()

    async def _delete_chunk(self, chunk: Sequence[Change]) -> list[Outcome]:
        began = self._now()
        try:
            await self._get_dialect()
            await self._api.delete_channels([int(change.remote_id or 0) for change in chunk])
        except ChanopsError as error:
            return [_failure(change, error, self._now() - began) for change in chunk]
        return [_done(change, self._now() - began) for change in chunk]

    async def _get_dialect(self) -> NewApiDialect:
        """Log in and find out the generation, once a run."""
        if self._dialect is None:
            await self._session.open()
            account = self._session.account or await self._api.get_account()
            self._dialect = NewApiDialect(*recognise(self.site, account))
            self.pace = replace(self.pace, usual_limit=self._dialect.profile.usual_limit, usual_window=WINDOW)
        return self._dialect

    def _version(self) -> str:
        return fit_to_show(self._link.ledger, self._api.version, LONGEST_VERSION)


def open_gateway(
    site: Site,
    *,
    ledger: Ledger,
    pacer: Pacer,
    transport: httpx.AsyncBaseTransport | None = None,
    url: str | None = None,
) -> NewApiGateway:
    """Return the adapter for *site*, reached at *url* (default: the site's own) through *transport*."""
    address = url or (site.url.reveal() if isinstance(site.url, Secret) else site.url)
    link = Link(
        site.name,
        address.rstrip("/"),
        ledger=ledger,
        pacer=pacer,
        timeout=site.timeout,
        tls=site.tls,
        transport=transport,
        is_throttle=is_throttle,
    )
    return NewApiGateway(site, link)


def _done(change: Change, seconds: float) -> Outcome:
    return Outcome(change.address, change.action, Result.DONE, change.remote_id, seconds=seconds)


def _failure(change: Change, error: ChanopsError, seconds: float) -> Outcome:
    """Say what is known of a change that brought *error*, and whether sending it again can do harm (DESIGN 6)."""
    is_safe_twice = change.action is not Action.CREATE  # a create without an id would make a second channel
    match error:
        case StoppedError():
            result, may_repeat = Result.SKIPPED, False
        case UnclearError():
            result, may_repeat = Result.UNKNOWN, is_safe_twice
        case UnreachableError():
            result, may_repeat = Result.FAILED, True
        case RefusedError():
            result, may_repeat = Result.FAILED, is_safe_twice or is_lock(error)
        case NotUnderstoodError():
            result, may_repeat = Result.FAILED, is_safe_twice
        case _:
            result, may_repeat = Result.FAILED, False
    reason = error.reason if isinstance(error, GatewayError) else str(error)
    return Outcome(change.address, change.action, result, change.remote_id, reason, seconds, may_repeat)
