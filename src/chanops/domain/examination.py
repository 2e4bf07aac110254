"""What `chanops doctor` found out: facts for programs, observations for people, and what providers say is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from chanops.domain.discovery import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.address import Address
    from chanops.domain.discovery import BalanceAnswer
    from chanops.domain.gateway import LiveSite


class Topic(StrEnum):
    """What is looked at, in the order of the page."""

    ADDRESS = "address"
    TLS = "tls"
    CLOCK = "clock"
    LOGIN = "login"
    GENERATION = "generation"
    PERMISSIONS = "permissions"
    RATE_LIMIT = "rate_limit"
    PAGE_SIZE = "page_size"
    CHANNELS = "channels"
    LIMITS = "limits"  # what this site cannot do: one observation for each sentence


class Verdict(StrEnum):
    """How a topic stands; unknown: it could not be looked at."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Observation:
    """One sentence about one topic; *hint* says how to mend it."""

    topic: Topic
    verdict: Verdict
    text: str
    hint: str = ""


class RateLimit(NamedTuple):
    """So many calls in so many seconds; `usual`: what this generation allows unless changed, `seen`: met in this run."""

    limit: int
    window_seconds: float
    source: str


class ChannelCounts(NamedTuple):
    """The channels that live on a site, by whose they are."""

    live: int
    managed: int
    foreign: int
    marked_by_others: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What programs read; None and empty: not known, or, of a limit and a page size, that there is none."""

    generation: str = ""
    version: str = ""
    permissions: Mapping[str, bool] | None = None
    rate_limit: RateLimit | None = None
    page_size: int | None = None
    clock_skew_seconds: float | None = None
    certificate_days: int | None = None
    channels: ChannelCounts | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """One site as it was found; *live* is what was read there, for those who know whose the channels are."""

    observations: tuple[Observation, ...]
    facts: Facts = field(default_factory=Facts)
    live: LiveSite | None = field(default=None, repr=False)

    @property
    def verdict(self) -> Verdict:
        """Return the worst of all topics; what is not known is no fault."""
        verdicts = {observation.verdict for observation in self.observations}
        return next((bad for bad in (Verdict.FAILED, Verdict.WARNING) if bad in verdicts), Verdict.OK)

    def about(self, topic: Topic) -> tuple[Observation, ...]:
        """Return what was observed of *topic*."""
        return tuple(observation for observation in self.observations if observation.topic is topic)


@runtime_checkable
class Examinable(Protocol):
    """A gateway that can be examined. It only reads: beside GETs it sends the login, and the end of one."""

    async def examine(self) -> Examination:
        """Return what the site is like; a step that fails is an observation, and those after it are unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Holding:
    """What is left behind one key at one provider: *key* is its reference, *answer* None when the key has no value."""

    provider: str
    key: str
    style: str
    channels: tuple[Address, ...]
    answer: BalanceAnswer | None = None
    reason: str = ""

    @property
    def state(self) -> str:
        """Return the state as programs read it."""
        return self.answer.state.value if self.answer else "not_asked"

    @property
    def verdict(self) -> Verdict:
        """Return how it stands: a provider that tells no balance says nothing about the key."""
        if self.answer is None or self.answer.state is State.UNSUPPORTED:
            return Verdict.UNKNOWN
        return Verdict.OK if self.answer.state is State.OK else Verdict.WARNING
