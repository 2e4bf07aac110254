"""The build an Octopus says it is (contracts/octopus.md 1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State


def now(state: State, _call: Call) -> str:
    """Return the build's version; a build from source says `dev`."""
    return state.version
