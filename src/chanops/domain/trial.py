"""A trial: one real call through a channel, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from chanops.domain.address import Address
    from chanops.domain.resources import LiveChannel

PATIENCE: Final = 60.0  # seconds: a model that thinks first needs more than a gateway's own answers do

ENDPOINTS: Final = (
    "openai", "openai-response", "openai-response-compact", "anthropic", "gemini", "jina-rerank", "image-generation",
    "embeddings", "openai-video",
)  # fmt: skip
"""What New API can be told to call (contracts/new-api.md 8.2); untold it guesses by type and model."""


class TrialState(StrEnum):
    """How a trial ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"  # the gateway cannot try this type: says nothing about the channel
    UNCLEAR = "unclear"  # the gateway gave no answer, so tokens may have been spent; it is never asked again by itself
    NOT_STARTED = "not started"  # the run was stopped before its call


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """What to try: a live channel with one of its models. *endpoint* and *is_stream* None: as the gateway thinks best."""

    channel: LiveChannel
    model: str
    endpoint: str | None = None
    is_stream: bool | None = None
    patience: float = PATIENCE


@dataclass(frozen=True, slots=True)
class Trial:
    """How one trial ended, and after how long. *reason* is screened text; of a passed one it may say what was seen."""

    address: Address
    model: str
    state: TrialState
    seconds: float = 0.0
    reason: str = ""


@runtime_checkable
class Tester(Protocol):
    """A gateway that can try its channels."""

    @property
    def only_lists(self) -> bool:
        """Tell whether it can but ask the provider for its models: no tokens are spent, and one call says all."""
        ...

    async def try_channel(self, request: TrialRequest) -> Trial:
        """Make one call through the channel, once; whatever the provider or the line does is an answer, never raised."""
        ...
