"""Reads all channels of a site: the list, and on G2 the database behind it, which the list is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.domain.address import Address
from chanops.domain.finding import warning
from chanops.domain.gateway import LiveSite
from chanops.errors import NotUnderstoodError
from chanops.gateways.octopus import wire
from chanops.gateways.octopus.codec import decode_channel, secrets_of
from chanops.gateways.octopus.dialect import OctopusDialect
from chanops.gateways.octopus.generations import find_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.resources import LiveChannel
    from chanops.domain.secret import Ledger
    from chanops.gateways.octopus.api import OctopusApi
    from chanops.gateways.octopus.generations import Profile, Recognise

LIST = "GET /channel/list"


class Reader:
    """Reads one site; the first read finds out its generation. *rotated*: channels whose keys this run changed in place."""

    def __init__(self, api: OctopusApi, ledger: Ledger, recognise: Recognise = find_profile) -> None:
        self.version = ""
        self.rotated: set[int] = set()
        self._api = api
        self._ledger = ledger
        self._recognise = recognise
        self._profile: Profile | None = None

    @property
    def profile(self) -> Profile:
        """Return what the site's generation is like; known after the first read."""
        assert self._profile is not None, "nothing was read yet"
        return self._profile

    async def read(self) -> tuple[list[LiveChannel], list[Finding]]:
        """Return every channel, and what is odd about the gateway's own view of them."""
        raw = await self._api.list_channels()
        if self._profile is None:
            self._profile, self.version = await self._recognise(self._api, raw)
        if raw is None:
            raise NotUnderstoodError(self._api.site, f"{LIST}: the route is gone: was the gateway updated meanwhile?")
        rows: Sequence[wire.AnyChannel] = wire.parse_rows(self._profile.row, raw, self._api.site, LIST)
        findings: list[Finding] = []
        if self._profile.hides_storage and rows:
            rows, findings = await self._with_storage(row for row in rows if isinstance(row, wire.ChannelG2))
        for row in rows:
            self._ledger.remember(*secrets_of(row))
        return [decode_channel(self._api.site, row, self._profile) for row in rows], findings

    async def read_site(self) -> LiveSite:
        """Return the whole site."""
        channels, findings = await self.read()
        return LiveSite(
            site=self._api.site,
            dialect=OctopusDialect(self.profile),
            version=self.version,
            channels=tuple(sorted(channels, key=lambda channel: channel.address)),
            findings=tuple(findings),
        )

    async def find(self, *, name: str | None = None, remote_id: str | None = None) -> LiveChannel | None:
        """Read once more, and return the channel with that name or id."""
        channels, _ = await self.read()
        return next((channel for channel in channels if name == channel.name or remote_id == channel.remote_id), None)

    async def _with_storage(self, listed: Iterable[wire.ChannelG2]) -> tuple[list[wire.ChannelG2], list[Finding]]:
        """Return the rows with addresses and keys as stored.

        A probe drops addresses from the list, and the relay puts old keys back into it (contracts/octopus.md 5.5).
        """
        stored = {row.id: row for row in with_keys(await self._api.export())}
        findings, rows = [], []
        for row in listed:
            truth = stored.pop(row.id, None)
            if truth is None:
                findings.append(self._odd(row, "the gateway lists it, but its database does not hold it"))
            elif not same_keys(row, truth) and not await self._reload(row):
                findings.append(self._odd(row, "the gateway uses other keys than it has stored"))
            rows.append(row.model_copy(update={"base_urls": truth.base_urls, "keys": truth.keys}) if truth else row)
        findings.extend(self._odd(row, "it is stored, but the gateway does not list it") for row in stored.values())
        return rows + list(stored.values()), findings

    async def _reload(self, row: wire.ChannelG2) -> bool:
        """Make the gateway read a channel again whose keys this run changed; tell whether it did."""
        if row.id not in self.rotated:
            return False
        return (await self._api.update_channel({"id": row.id})).is_done

    def _odd(self, row: wire.ChannelG2, summary: str) -> Finding:
        detail = "an update of the channel, or a restart, makes it read its database again"
        return warning(summary, detail, address=Address.channel(self._api.site, row.name))


def with_keys(export: wire.Export) -> list[wire.ChannelG2]:
    """Return the stored channels with their keys, which stand apart in an export."""
    keys: dict[int, list[wire.Key]] = {}
    for key in sorted(export.channel_keys, key=lambda key: key.id):
        keys.setdefault(key.channel_id, []).append(key)
    return [row.model_copy(update={"keys": keys.get(row.id, [])}) for row in export.channels]


def same_keys(one: wire.ChannelG2, other: wire.ChannelG2) -> bool:
    """Tell whether both rows hold the same keys in the same state; their order says nothing."""
    first, second = ({key.id: (key.channel_key, key.enabled) for key in row.keys or ()} for row in (one, other))
    return first == second
