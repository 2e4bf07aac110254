"""Channels as the files want them and as the sites hold them, in one canonical form.

`fields` maps paths of the vocabulary to canonical values. A path that is absent is not managed (desired) or not held by that
gateway (live). `None` never stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.address import Address
    from chanops.domain.finding import Range
    from chanops.domain.model_redirect import Redirect
    from chanops.domain.models import ModelRule
    from chanops.domain.secret import Fingerprint
    from chanops.domain.value import Value

NOTHING: Mapping[str, Any] = MappingProxyType({})


class ChannelState(StrEnum):
    """What the file wants of a channel's existence."""

    PRESENT = "present"
    ABSENT = "absent"


class Status(StrEnum):
    """Whether a live channel takes traffic; ejected: the gateway itself took it out (New API status 3)."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    EJECTED = "ejected"


class Allowance(NamedTuple):
    """A rule that a channel may break, why, and where that stands."""

    rule: str
    reason: str
    range: Range


@dataclass(frozen=True, slots=True)
class DesiredChannel:
    """One channel of one site, as the files say, providers and defaults merged in.

    With a *rule* `models` is not among the fields until it is worked out (`engine.models`), with a *redirect* `model_mapping`
    holds the hand-written entries until then.
    """

    address: Address
    fields: Mapping[str, Value]
    protect: bool = False
    state: ChannelState = ChannelState.PRESENT
    moved_from: str | None = None
    ignore: frozenset[str] = frozenset()
    pin: str | None = None
    range: Range | None = None
    origins: Mapping[str, Range] = field(default_factory=lambda: NOTHING, repr=False)
    rule: ModelRule | None = None
    redirect: Redirect | None = None
    allow: tuple[Allowance, ...] = ()
    provider: str = field(default="", compare=False)
    """The entry of `providers` that it takes its address and key from, for people."""

    @property
    def name(self) -> str:
        """Return the declared name."""
        return self.address.name

    @property
    def is_absent(self) -> bool:
        """Tell whether the file wants it gone."""
        return self.state is ChannelState.ABSENT

    def with_fields(self, fields: Mapping[str, Value]) -> DesiredChannel:
        """Return the channel with other *fields*."""
        return replace(self, fields=fields)


class Mark(NamedTuple):
    """Whose a channel is: kept inside New API's `other_info` as `{"chanops": {owner, name, key, id}}` (DESIGN 4)."""

    owner: str
    name: str
    key: Fingerprint | None = None
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """One channel as its site holds it; *wire* is the gateway's own row, for the adapter alone, and may hold keys."""

    address: Address
    remote_id: str
    fields: Mapping[str, Value]
    status: Status
    mark: Mark | None = None
    wire: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Return the live name."""
        return self.address.name
