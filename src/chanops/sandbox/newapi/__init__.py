"""An emulator of New API's admin API, in the generations that `profile.PROFILES` names."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from chanops.sandbox.gateway import Credentials
from chanops.sandbox.newapi.accounts import Accounts
from chanops.sandbox.newapi.app import Application
from chanops.sandbox.newapi.channels import Channels
from chanops.sandbox.newapi.emulator import NewApi
from chanops.sandbox.newapi.profile import PROFILES
from chanops.sandbox.newapi.server import Server

if TYPE_CHECKING:
    from chanops.sandbox.clock import Clock
    from chanops.sandbox.gateway import Outbound, SandboxUser
    from chanops.sandbox.store import Store

__all__ = ["NewApi", "create"]

DEFAULT_CREDENTIALS = Credentials(
    access_token="sandboxsandboxsandboxsandbox+/00",  # noqa: S106 - invented, for a gateway that does not exist
    user_id=1,
    username="root",
    password="sandbox-root",  # noqa: S106 - invented as well
)


def create(  # noqa: PLR0913 - what `sandbox.create` hands on
    generation: str,
    *,
    store: Store,
    clock: Clock,
    credentials: Credentials | None,
    seed: int | None,
    outbound: Outbound,
    rate_limit: tuple[int, float] | None,
    memory_cache: bool,
    users: tuple[SandboxUser, ...],
) -> NewApi:
    """Return the emulator of one generation."""
    credentials = credentials or DEFAULT_CREDENTIALS
    accounts = Accounts(store, clock)
    accounts.provision_root(credentials)
    accounts.provision(users)
    channels = Channels(store, clock, PROFILES[generation], memory_cache=memory_cache)
    server = Server(
        profile=PROFILES[generation],
        store=store,
        clock=clock,
        accounts=accounts,
        channels=channels,
        outbound=outbound,
        random=random.Random(seed),  # noqa: S311 - an order, not a secret
    )
    return NewApi(server, Application(server, rate_limit), credentials)
