"""Read sites without planning: every live channel and whose it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.address import matches_glob
from chanops.domain.vocabulary import CHANNEL_TYPES
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from chanops.cli.loading import Configuration
    from chanops.domain.finding import Finding
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value


@dataclass(frozen=True, slots=True)
class Seen:
    """Every live channel with whose it is, in address order, and the sites that could not be read."""

    channels: tuple[tuple[LiveChannel, str], ...]
    faults: tuple[GatewayError, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the faults as findings."""
        return tuple(finding.error(f"{fault.site}: {fault.reason}", fault.hint) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which live channels to keep; None and empty mean any."""

    search: str = ""
    status: str | None = None
    type_name: str | None = None
    group: str | None = None
    model: str | None = None
    is_managed: bool = False
    is_foreign: bool = False

    def keeps(self, channel: LiveChannel, whose: str) -> bool:
        """Tell whether *channel* is wanted."""
        from chanops.engine.ownership import OURS  # noqa: PLC0415 - keeps --help fast

        fields = channel.fields
        texts = [channel.name, *(_plain(fields.get(path)) for path in ("tag", "remark", "base_url"))]
        return (
            (not self.search or any(self.search.lower() in text.lower() for text in texts))
            and self.status in (None, channel.status.value)
            and (self.type_name is None or self.type_name in _type_names(fields.get("type")))
            and (self.group is None or self.group in _plain_list(fields.get("groups")))
            and (self.model is None or any(matches_glob(name, self.model) for name in _plain_list(fields.get("models"))))
            and not (self.is_managed and whose != OURS)
            and not (self.is_foreign and whose == OURS)
        )


async def look(configuration: Configuration) -> Seen:
    """Read every site of *configuration*; a live value whose place is declared by a reference is hidden from here on."""
    from chanops.cli.session import open_gateways  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.ownership import pair_channels, whose  # noqa: PLC0415
    from chanops.engine.refresh import refresh  # noqa: PLC0415
    from chanops.render.conceal import conceal_beside  # noqa: PLC0415

    async with open_gateways(configuration) as gateways:
        live = await refresh(gateways)
    channels, faults = [], []
    for site in configuration.desired.sites:
        held = live[site.name]
        if isinstance(held, GatewayError):
            faults.append(held)
            continue
        declared = {pair.live.remote_id: pair.desired for pair in pair_channels(site, held).pairs if pair.live}
        for channel in held.channels:
            owner = whose(channel, site, is_declared=channel.remote_id in declared)
            if desired := declared.get(channel.remote_id):
                channel = replace(channel, fields=conceal_beside(channel.fields, desired.fields))  # noqa: PLW2901
            channels.append((channel, owner))
    channels.sort(key=lambda row: (row[0].address, row[0].remote_id))
    return Seen(tuple(channels), tuple(faults))


def _type_names(value: Value) -> set[str]:
    numbers = {str(number) for types in CHANNEL_TYPES.values() for name, number in types.items() if name == value}
    return {_plain(value), *numbers}


def _plain(value: Value) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _plain_list(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()
