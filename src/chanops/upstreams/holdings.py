"""What is left at the providers of declared channels: each is asked once for each key, however many channels use it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from chanops.domain.discovery import Failure
from chanops.domain.examination import Holding
from chanops.domain.secret import Secret
from chanops.domain.unreached import Unreached
from chanops.errors import ConfigError
from chanops.upstreams.balance import ask_balance
from chanops.upstreams.provider import find_provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chanops.domain.address import Address
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Site
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import SiteKind
    from chanops.upstreams.line import Line
    from chanops.upstreams.provider import Provider

AT_ONCE: Final = 3
NO_KEY: Final = "-"


@dataclass(slots=True)
class _Purse:
    """One key at one provider, with the channels that use it."""

    name: str
    key: str
    asked: Provider | Failure | ConfigError
    channels: list[Address] = field(default_factory=list)


async def ask_holdings(line: Line, sites: Sequence[Site]) -> tuple[Holding, ...]:
    """Return what is left behind every key that the channels of *sites* use, by provider and key."""
    purses: dict[tuple[str, ...], _Purse] = {}
    for site in sites:
        for channel in site.channels:
            if not channel.is_absent:
                for identity, purse in _purses_of(site.kind, channel):
                    purses.setdefault(identity, purse).channels.append(channel.address)
    turn, unreached = asyncio.Semaphore(AT_ONCE), Unreached()

    async def ask(purse: _Purse) -> Holding:
        async with turn:
            return await _ask(line, purse, unreached)

    found = await asyncio.gather(*map(ask, purses.values()))
    return tuple(sorted(found, key=lambda holding: (holding.provider, holding.key, holding.style)))


def _purses_of(kind: SiteKind, channel: DesiredChannel) -> Iterator[tuple[tuple[str, ...], _Purse]]:
    """Yield one purse for each key of *channel*, with what makes it the same as another channel's."""
    for key in _keys_of(channel):
        asked = _find(kind, {**_without_keys(channel), **({} if key is None else {"key": key})})
        shown = NO_KEY if key is None else str(key.reference or key) if isinstance(key, Secret) else "(secret)"
        name = channel.provider or _name_of(asked, channel)
        if isinstance(asked, (Failure, ConfigError)):
            yield ("", name, shown, str(asked)), _Purse(name, shown, asked)
            continue
        reference = key.reference if isinstance(key, Secret) else None
        yield (asked.style.name, asked.root, reference or f"={asked.key.reveal()}"), _Purse(name, shown, asked)


def _keys_of(channel: DesiredChannel) -> Sequence[Value]:
    several = channel.fields.get("keys")
    if isinstance(several, tuple | list) and several:
        return several
    return (channel.fields.get("key"),)


def _without_keys(channel: DesiredChannel) -> dict[str, Value]:
    return {path: value for path, value in channel.fields.items() if path not in ("key", "keys")}


def _find(kind: SiteKind, fields: dict[str, Value]) -> Provider | Failure | ConfigError:
    """Return who is asked; an address or a key without a value is told, and no reason to stop."""
    try:
        found = find_provider(kind, fields)
        if not isinstance(found, Failure):
            found.key.reveal()
    except ConfigError as fault:
        return fault
    return found


def _name_of(asked: Provider | Failure | ConfigError, channel: DesiredChannel) -> str:
    """Return the host that is asked; of an address by reference, the reference."""
    if not isinstance(asked, (Failure, ConfigError)):
        return asked.shown
    address = channel.fields.get("base_url")
    if isinstance(address, Secret):
        return str(address)
    return urlsplit(str(address or "")).netloc.rpartition("@")[2] or str(channel.fields.get("type", ""))


async def _ask(line: Line, purse: _Purse, unreached: Unreached) -> Holding:
    asked = purse.asked
    held = Holding(purse.name, purse.key, "", tuple(sorted(set(purse.channels))))
    match asked:
        case ConfigError():
            return replace(held, reason=asked.findings[0].summary)
        case Failure():
            return replace(held, answer=asked, reason=asked.reason)
    answer = unreached.refusal(asked.root) or await ask_balance(line, asked)
    unreached.note(asked.root, answer.state)
    reason = answer.reason if isinstance(answer, Failure) else ""
    return replace(held, style=asked.style.name, answer=answer, reason=reason)
