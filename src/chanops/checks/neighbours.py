"""What the channels of a site have in common: looked up once for all, since a site may have thousands."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from chanops.checks.naming import names_in
from chanops.domain.gateway import Route
from chanops.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chanops.domain.address import Address
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

_END: Final = re.compile(r"(?:/v1beta|/api/v3|/v1)?/*$")

CREATED: Final[Mapping[str, Value]] = {"enabled": True, "groups": ("default",)}
"""What a new channel is though its file says nothing of it (INTERFACE 2)."""

FactTarget: TypeAlias = "tuple[Value, str]"
"""Type and address of an upstream, as `domain.facts` has them."""

Target: TypeAlias = "tuple[Value, frozenset[str]]"
"""Type and root addresses of an upstream."""


class Neighbours:
    """The declared channels of one site, looked up by what they call, what they serve, and what they are called."""

    def __init__(self, channels: Iterable[DesiredChannel] = ()) -> None:
        self._channels = tuple(channels)
        self._present = tuple(channel for channel in self._channels if not channel.is_absent)

    def first_twin(self, channel: DesiredChannel) -> DesiredChannel | None:
        """Return the first of those before *channel* that send where it sends, with a key of its own."""
        target = target_of(channel.fields)
        found = [twin for key in keys_of(channel.fields) if (twin := self._first_by_key.get((target, key)))]
        return min((twin for twin in found if twin.address < channel.address), key=lambda twin: twin.address, default=None)

    def serve(self, route: Route, besides: Address) -> bool:
        """Tell whether another channel than *besides* will serve *route*."""
        return any(address != besides for address in self._servers.get(route, ()))

    def know(self, channel: LiveChannel) -> bool:
        """Tell whether one of them is *channel*, by its name, its former name or its id."""
        return channel.name in self._names or channel.remote_id in self._pins

    def strangers_in(self, targets: Mapping[FactTarget, tuple[LiveChannel, ...]]) -> dict[FactTarget, tuple[LiveChannel, ...]]:
        """Return *targets* without the channels that are known."""
        unknown = {target: tuple(held for held in channels if not self.know(held)) for target, channels in targets.items()}
        return {target: channels for target, channels in unknown.items() if channels}

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for channel in self._channels for name in (channel.name, channel.moved_from) if name)

    @cached_property
    def _pins(self) -> frozenset[str]:
        return frozenset(channel.pin for channel in self._channels if channel.pin)

    @cached_property
    def _first_by_key(self) -> dict[tuple[Target | None, str], DesiredChannel]:
        found: dict[tuple[Target | None, str], DesiredChannel] = {}
        for channel in sorted(self._present, key=lambda channel: channel.address):
            target = target_of(channel.fields)
            for key in keys_of(channel.fields) if target else ():
                found.setdefault((target, key), channel)
        return found

    @cached_property
    def _servers(self) -> dict[Route, list[Address]]:
        """By route, two of those that will serve it: more are not asked for."""
        found: defaultdict[Route, list[Address]] = defaultdict(list)
        for channel in self._present:
            for route in routes_of({**CREATED, **channel.fields}):
                if len(found[route]) < 2:
                    found[route].append(channel.address)
        return dict(found)


def target_of(fields: Mapping[str, Value]) -> Target | None:
    """Return where a channel with *fields* sends; None where that is not known."""
    several = fields.get("base_urls")
    urls = [identity(url) for url in (several if isinstance(several, tuple | list) else (fields.get("base_url") or "",))]
    return (fields["type"], frozenset(_END.sub("", url) for url in urls)) if "type" in fields else None


def routes_of(fields: Mapping[str, Value]) -> Iterator[Route]:
    """Yield the routes of New API that a channel with *fields* serves."""
    if fields.get("enabled") is True:
        groups, models = names_in(fields.get("groups")), names_in(fields.get("models"))
        yield from (Route(group, model) for group in groups for model in models)


def keys_of(fields: Mapping[str, Value]) -> frozenset[str]:
    """Return by what the keys of a channel with *fields* are told."""
    several = fields.get("keys")
    keys = several if isinstance(several, tuple | list) else (fields.get("key"),)
    return frozenset(filter(None, map(identity, keys)))


def identity(value: Value) -> str:
    """Return by what a value is told from others: its text where it is known, else its reference."""
    if isinstance(value, Secret):
        return value.reveal() if value.is_known else f"${{{value.reference}}}"
    return value if isinstance(value, str) else ""
