"""A gateway that lives in memory, for tests of the engine: it does what the protocol asks, and fails where a test says so."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chanops.domain.address import Address
from chanops.domain.change import Action, Change
from chanops.domain.gateway import IN_PLACE, Calls, LiveSite, Pace, Route, Transition, Way
from chanops.domain.report import Outcome, Result
from chanops.domain.resources import DesiredChannel, LiveChannel, Mark, Status
from chanops.domain.value import reveal
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.value import Value


@dataclass
class MemoryDialect:
    """Holds every field as it is; *stubborn* fields need a replace, *fixed* ones cannot change at all."""

    kind: SiteKind = SiteKind.NEWAPI
    generation: str = "memory"
    has_marks: bool = True
    stubborn: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    def canonical(self, desired: DesiredChannel) -> tuple[DesiredChannel, Sequence[Finding]]:
        return desired, ()

    def audit(self, desired: DesiredChannel, live: LiveChannel | None) -> Iterable[Finding]:
        return self.findings

    def audit_delete(self, live: LiveChannel) -> Iterable[Finding]:
        return ()

    def defaults(self, desired: DesiredChannel) -> Mapping[str, Value]:
        return {"enabled": True, "groups": ("default",)}

    def transition(self, path: str, live: LiveChannel, after: Value) -> Transition:
        if path in self.fixed:
            return Transition(Way.NOT_AT_ALL, "it is set in stone")
        return Transition(Way.REPLACE, "it is stubborn") if path in self.stubborn else IN_PLACE

    def routes(self, fields: Mapping[str, Value]) -> frozenset[Route]:
        groups, models = fields.get("groups") or (), fields.get("models") or ()
        assert isinstance(groups, tuple)
        assert isinstance(models, tuple)
        return frozenset(Route(str(reveal(g)), str(reveal(m))) for g in groups for m in models)


@dataclass
class MemoryGateway:
    """Channels by id. *before* and *after* may answer in the gateway's place, before or after the change is done."""

    site: str = "main"
    pace: Pace = field(default_factory=lambda: Pace(start=2))
    dialect: MemoryDialect = field(default_factory=MemoryDialect)
    channels: dict[str, LiveChannel] = field(default_factory=dict)
    before: Callable[[Change], Outcome | None] = lambda _change: None
    after: Callable[[Change], Outcome | None] = lambda _change: None
    reads: int = 0
    sent: list[tuple[Action, str]] = field(default_factory=list)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self._ids = itertools.count(100)

    @property
    def calls(self) -> Calls:
        return Calls(self.reads, len(self.sent))

    def put(self, *channels: LiveChannel) -> None:
        for channel in channels:
            self.channels[channel.remote_id] = channel

    async def fetch(self) -> LiveSite:
        self.reads += 1
        if self.fault:
            raise self.fault
        return LiveSite(self.site, self.dialect, "memory", tuple(self.channels.values()))

    async def fetch_routes(self, live: LiveSite) -> Mapping[Route, frozenset[str]]:
        found: dict[Route, frozenset[str]] = {}
        for channel in live.channels:
            if channel.status is Status.ENABLED:
                for route in self.dialect.routes(channel.fields):
                    found[route] = found.get(route, frozenset()) | {channel.remote_id}
        return found

    async def execute(self, change: Change) -> Outcome:
        self.sent.append((change.action, change.address.name))
        return self.before(change) or self._done(change, self._write(change))

    async def delete(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        return [await self._delete(change) for change in changes]

    async def close(self) -> None:
        pass

    def _done(self, change: Change, remote_id: str) -> Outcome:
        return self.after(change) or Outcome(change.address, change.action, Result.DONE, remote_id)

    async def _delete(self, change: Change) -> Outcome:
        self.sent.append((change.action, change.address.name))
        if answer := self.before(change):
            return answer
        assert change.remote_id
        self.channels.pop(change.remote_id, None)
        return self._done(change, change.remote_id)

    def _write(self, change: Change) -> str:
        remote_id = change.remote_id or str(next(self._ids))
        known: dict[str, Any] = dict(change.live.fields) if change.live else {}
        fields = known | dict(change.after or {})
        self.channels[remote_id] = LiveChannel(
            Address.channel(self.site, change.address.name),
            remote_id,
            fields,
            Status.ENABLED if fields.get("enabled", True) else Status.DISABLED,
            None if change.action is Action.FORGET else Mark(change.owner, change.address.name, None, change.remote_id),
        )
        return remote_id


def marked(channel: LiveChannel, owner: str = "team", *, name: str | None = None, remote_id: str | None = "own") -> LiveChannel:
    """Return *channel* with a mark; `own`: the mark knows the channel's own id."""
    known = channel.remote_id if remote_id == "own" else remote_id
    return replace(channel, mark=Mark(owner, name or channel.name, None, known))
