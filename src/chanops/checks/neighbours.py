"""Which channels of a site send to the same upstream: looked up once for all, since a site may have thousands."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeAlias

from chanops.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chanops.domain.resources import DesiredChannel
    from chanops.domain.value import Value

_END: Final = re.compile(r"(?:/v1beta|/api/v3|/v1)?/*$")

Target: TypeAlias = "tuple[Value, frozenset[str]]"
"""Type and root addresses of an upstream."""


class Neighbours:
    """The declared channels of one site by their targets."""

    def __init__(self, channels: Iterable[DesiredChannel]) -> None:
        self._by_target: dict[Target, list[DesiredChannel]] = defaultdict(list)
        for channel in channels:
            if target := target_of(channel.fields):
                self._by_target[target].append(channel)

    def twins_of(self, channel: DesiredChannel) -> tuple[DesiredChannel, ...]:
        """Return the others that send where *channel* sends."""
        target = target_of(channel.fields)
        found = self._by_target.get(target, ()) if target else ()
        return tuple(other for other in found if other.address != channel.address)


def target_of(fields: Mapping[str, Value]) -> Target | None:
    """Return where a channel with *fields* sends; None where that is not known."""
    several = fields.get("base_urls")
    urls = [identity(url) for url in (several if isinstance(several, tuple | list) else (fields.get("base_url") or "",))]
    return (fields["type"], frozenset(_END.sub("", url) for url in urls)) if "type" in fields else None


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
