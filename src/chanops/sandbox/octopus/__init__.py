"""The emulated admin API of Octopus, written from contracts/octopus.md; faults and noise can be called from tests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from chanops.sandbox.clock import dated
from chanops.sandbox.gateway import Credentials, call_out
from chanops.sandbox.octopus import probe, sync, tables
from chanops.sandbox.octopus.account import load_user
from chanops.sandbox.octopus.app import make_app
from chanops.sandbox.octopus.profile import PROFILES
from chanops.sandbox.octopus.relay import Relay
from chanops.sandbox.octopus.state import Outside, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp

    from chanops.sandbox.clock import Clock
    from chanops.sandbox.gateway import Outbound
    from chanops.sandbox.octopus.faults import OctopusFaults
    from chanops.sandbox.store import Store

__all__ = ["OctopusSandbox", "create"]

FIRST_USER = Credentials(access_token=None, user_id=None, username="admin", password="admin")  # noqa: S106 - as upstream


class OctopusSandbox:
    """One emulated Octopus: the app, the way in, its clock, and what it does by itself or wrong on purpose."""

    def __init__(self, state: State, credentials: Credentials) -> None:
        self.credentials = credentials
        self.state = state
        self.relay = Relay(state)
        self._app = dated(state.faults.wrap(make_app(state)), state.clock)

    @property
    def app(self) -> ASGIApp:
        """The admin API."""
        return self._app

    @property
    def clock(self) -> Clock:
        """The time it sees."""
        return self.state.clock

    @property
    def faults(self) -> OctopusFaults:
        """What it does wrong on purpose."""
        return self.state.faults

    def sync_soon(self) -> None:
        """Let the periodic model sync come before the next call."""
        self.state.background.soon(partial(sync.start, self.state))

    def probe_soon(self) -> None:
        """Let the hourly probe of base URLs come before the next call (G2)."""
        self.state.background.soon(partial(probe.probe_all, self.state))

    def stop(self) -> None:
        """Stop gracefully: what the relay noted about keys is saved."""
        self.relay.flush()
        self.close()

    def close(self) -> None:
        """Close the database at once, like kill -9."""
        self.state.store.close()


def create(
    generation: str,
    *,
    store: Store,
    clock: Clock,
    credentials: Credentials | None = None,
    seed: int | None = None,
    reachable: Sequence[str] | None = None,
    outbound: Outbound = call_out,
    version: str | None = None,
) -> OctopusSandbox:
    """Start an emulated Octopus on *store*, which may come from an earlier run.

    *reachable* are the beginnings of base URLs that answer G2's probe; without it and without an *outbound* of the
    caller's own nothing that runs by itself leaves this process: only calls that ask for it do.
    """
    profile = PROFILES[generation]
    tables.prepare(store, int(generation.removeprefix("g")))
    given = credentials or FIRST_USER
    outside = Outside(outbound, None if reachable is None else tuple(reachable), outbound is not call_out, seed)
    state = State(profile, store, clock, outside, load_user(store, given.username, given.password))
    state.version = version or profile.version
    for work in profile.at_start:
        state.background.soon(partial(work, state))
    return OctopusSandbox(state, given)
