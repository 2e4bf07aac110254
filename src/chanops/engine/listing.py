"""The lists of models that providers have: through the gateway or past it, once for all channels of a site that ask alike."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from chanops.domain.discovery import State
from chanops.domain.echo import credentials_in, refuse_echo
from chanops.domain.gateway import ModelSource
from chanops.domain.model_source import provider_shown, source_fields, source_identity
from chanops.domain.unreached import Unreached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from chanops.domain.discovery import Listing
    from chanops.domain.gateway import Dialect, Gateway
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Site
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import SiteKind

AT_ONCE: Final = 8  # lists fetched side by side; each provider's line is narrower still


class Direct(Protocol):
    """Providers, asked without a gateway between."""

    async def list_models(self, kind: SiteKind, fields: Mapping[str, Value]) -> Listing:
        """Return what the provider of a channel with *fields* lists."""
        ...


class Turns:
    """Lets few lists be asked for at once, all sites together, and tells how many there are and have come."""

    def __init__(self, on_list: Callable[[int, int], None]) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._on_list = on_list
        self._asked = self._come = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a turn, and keep it while one list is asked for."""
        self._asked += 1
        async with self._free:
            self._on_list(self._asked, self._come)
            try:
                yield
            finally:
                self._come += 1
                self._on_list(self._asked, self._come)


class SiteLists:
    """The lists for the channels of one site."""

    def __init__(self, site: Site, dialect: Dialect, gateway: Gateway | None, direct: Direct, turns: Turns) -> None:
        self._site = site
        self._dialect = dialect
        self._gateway = gateway
        self._direct = direct
        self._turns = turns
        self._asked: dict[str, asyncio.Task[Listing]] = {}
        self._unreached = Unreached()

    async def ask(self, channel: DesiredChannel, live: LiveChannel | None) -> Listing:
        """Return what the provider of *channel* lists; *live* is the channel as it is."""
        canonical, _ = self._dialect.canonical(channel)
        identity = source_identity(canonical, live)
        if identity not in self._asked:
            self._asked[identity] = asyncio.ensure_future(self._fetch(canonical, live))
        return await self._asked[identity]

    async def _fetch(self, channel: DesiredChannel, live: LiveChannel | None) -> Listing:
        async with self._turns.one():
            shown = provider_shown(source_fields(channel, live))
            if lost := self._unreached.refusal(shown):
                return replace(lost, source=f"provider {shown}")
            listing = await self._fetch_from(shown, channel, live)
            self._unreached.note(shown, listing.state)
            return listing

    async def _fetch_from(self, shown: str, channel: DesiredChannel, live: LiveChannel | None) -> Listing:
        if isinstance(self._gateway, ModelSource):
            listing = await self._gateway.fetch_models(channel, live)
            if listing.state is not State.UNSUPPORTED:
                listing = replace(listing, source=f"provider {shown}, asked by {listing.source}")
                return refuse_echo(listing, self._credentials(source_fields(channel, live)))
        fields = {**(live.fields if live else {}), **channel.fields}
        return await self._direct.list_models(self._site.kind, fields)

    def _credentials(self, fields: Mapping[str, Value]) -> Iterator[str]:
        """Yield what gateway and provider were shown when they were asked."""
        yield from credentials_in(fields)
        yield from (held.reveal() for held in (self._site.auth.access_token, self._site.auth.password) if held)
