"""A gateway in memory that can try its channels, and that knows what never may happen to a channel that has not passed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chanops.domain.trial import Trial, TrialRequest, TrialState
from memory_gateway import MemoryGateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.domain.change import Change
    from chanops.domain.gateway import LiveSite
    from chanops.domain.report import Outcome


class KilledError(BaseException):
    """The run is dead: nothing in the program may catch this."""


@dataclass
class TestedGateway(MemoryGateway):
    """Channels named in *bad* do not pass. *dies_at*: the call, counted from 0, at which the run is killed."""

    __test__ = False

    bad: dict[str, TrialState] = field(default_factory=dict)
    tried: list[tuple[str, str]] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    untested: list[str] = field(default_factory=list)
    during_trial: Callable[[str], None] = lambda _name: None
    only_lists: bool = False
    dies_at: int = 10**9
    calls_made: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def fetch(self) -> LiveSite:
        self._count()
        return await super().fetch()

    async def execute(self, change: Change) -> Outcome:
        self._count()
        held = self.channels.get(change.remote_id or "")
        was_on = held is not None and held.fields.get("enabled") is True
        if (change.after or {}).get("enabled") is True and not was_on and change.address.name not in self.passed:
            self.untested.append(change.address.name)
        return await super().execute(change)

    async def try_channel(self, request: TrialRequest) -> Trial:
        self._count()
        name = request.channel.address.name
        self.tried.append((name, request.model))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.during_trial(name)
        state = self.bad.get(name, TrialState.PASSED)
        if state is TrialState.PASSED:
            self.passed.add(name)
        return Trial(request.channel.address, request.model, state, 0.1, "" if name not in self.bad else "because")

    def _count(self) -> None:
        number, self.calls_made = self.calls_made, self.calls_made + 1
        if number >= self.dies_at:
            raise KilledError
