"""What the engine asks of a gateway's adapter: the protocols and the values they exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from chanops.domain.value import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chanops.domain.change import Change
    from chanops.domain.discovery import Listing
    from chanops.domain.finding import Finding
    from chanops.domain.report import Outcome
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import SiteKind


class Route(NamedTuple):
    """What clients ask for: on New API (user group, model); on Octopus (group, model of a group item)."""

    group: str
    model: str

    def is_served_by(self, fields: Mapping[str, Value]) -> bool:
        """Tell whether a channel that serves the route goes on to with *fields*; groups count where channels have them."""
        models = {*texts(fields.get("models")), *texts(fields.get("octopus.custom_models"))}
        groups = fields.get("groups")
        return fields.get("enabled") is True and self.model in models and (groups is None or self.group in texts(groups))


class Way(StrEnum):
    """How a gateway can take a field from one value to another."""

    IN_PLACE = "in place"
    REPLACE = "replace"
    NOT_AT_ALL = "not at all"


class Transition(NamedTuple):
    """How a field changes, and why not in place when it cannot: a sentence for the operator with the substitute."""

    way: Way
    reason: str = ""


IN_PLACE = Transition(Way.IN_PLACE)


class Dialect(Protocol):
    """How one generation of one gateway holds channels: pure, asked by the planner."""

    kind: SiteKind
    generation: str
    has_marks: bool

    def canonical(self, desired: DesiredChannel) -> tuple[DesiredChannel, Sequence[Finding]]:
        """Return *desired* in the form live channels are decoded to, with notices of what was changed on the way."""
        ...

    def audit(self, desired: DesiredChannel, live: LiveChannel | None) -> Iterable[Finding]:
        """Yield what the gateway cannot hold or would choke on; *live* is None when the channel would be created."""
        ...

    def audit_delete(self, live: LiveChannel) -> Iterable[Finding]:
        """Yield why *live* could not be deleted: the account's permissions, for one."""
        ...

    def defaults(self, desired: DesiredChannel) -> Mapping[str, Value]:
        """Return what a create fills in for fields that *desired* does not declare."""
        ...

    def transition(self, path: str, live: LiveChannel, after: Value) -> Transition:
        """Tell how the field *path* of *live* becomes *after*."""
        ...

    def routes(self, fields: Mapping[str, Value]) -> frozenset[Route]:
        """Return the routes an enabled channel with *fields* serves; empty where routes live elsewhere (Octopus)."""
        ...


@dataclass(frozen=True, slots=True)
class Calls:
    """HTTP requests of one site so far, retries included; logins and fetches count as reads."""

    read: int = 0
    write: int = 0
    waited_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class LiveSite:
    """One site as it was read, whole."""

    site: str
    dialect: Dialect
    version: str
    channels: tuple[LiveChannel, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How many writes may run at once: where to start, where to end (DESIGN 6).

    *usual_limit* calls in *usual_window* seconds are what this gateway allows unless its operator changed it; None: no limit.
    """

    start: int
    most: int = 16
    deletes_alone: bool = False
    usual_limit: int | None = None
    usual_window: float = 0.0


class Gateway(Protocol):
    """One running gateway, as the engine sees it. Every method raises only `GatewayError`s."""

    site: str
    pace: Pace

    @property
    def calls(self) -> Calls:
        """Return the requests made so far."""
        ...

    async def fetch(self) -> LiveSite:
        """Read the whole site; on the first call log in and find out the generation."""
        ...

    async def fetch_routes(self, live: LiveSite) -> Mapping[Route, frozenset[str]]:
        """Return every live route with the remote ids of the enabled channels that serve it."""
        ...

    async def execute(self, change: Change) -> Outcome:
        """Carry out one create, update, adopt, replace or forget. The outcome says what is known of it."""
        ...

    async def delete(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Delete the channels of *changes*, in bulk where the gateway can; one outcome each, in order."""
        ...

    async def close(self) -> None:
        """End the session politely; never fails."""
        ...


@runtime_checkable
class ModelSource(Protocol):
    """A gateway that can ask providers for their models; its calls count as reads, and what goes wrong is an answer too."""

    async def fetch_models(self, desired: DesiredChannel, live: LiveChannel | None) -> Listing:
        """Return the models that the provider of *desired* lists; *live*: the channel as it is, which may hold the key.

        *desired* is in canonical form. `unsupported` means that the provider itself is to be asked.
        """
        ...
