"""Emulators of the gateways' admin APIs, written from the contracts: they share no code with the adapters."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chanops.sandbox.clock import Clock
from chanops.sandbox.gateway import Credentials, Sandbox, SandboxUser, call_out
from chanops.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chanops.sandbox.gateway import Outbound

__all__ = ["Clock", "Credentials", "Sandbox", "SandboxUser", "create"]

GENERATIONS = {"newapi": ("legacy", "base", "head"), "octopus": ("g2", "g4")}


def create(  # noqa: PLR0913 - the one place where all that can be chosen is named
    kind: str,
    generation: str,
    *,
    db: Path | None = None,
    clock: Clock | None = None,
    rate_limit: tuple[int, float] | None = None,
    memory_cache: bool = False,
    credentials: Credentials | None = None,
    seed: int | None = None,
    users: Sequence[SandboxUser] = (),
    reachable: Sequence[str] | None = None,
    outbound: Outbound | None = None,
) -> Sandbox:
    """Return the emulator of *kind* ("newapi", "octopus") at *generation*, its state kept in *db* or in memory."""
    if generation not in GENERATIONS.get(kind, ()):
        raise ValueError(f"no emulator of {kind} {generation}")
    common: dict[str, Any] = {
        "store": Store.open(db),
        "clock": clock or Clock(),
        "credentials": credentials,
        "seed": seed,
        "outbound": outbound or call_out,
    }
    own: dict[str, dict[str, Any]] = {
        "newapi": {"rate_limit": rate_limit, "memory_cache": memory_cache, "users": tuple(users)},
        "octopus": {"reachable": reachable},
    }
    module = import_module(f"chanops.sandbox.{kind}")
    sandbox: Sandbox = module.create(generation, **common, **own[kind])
    return sandbox
