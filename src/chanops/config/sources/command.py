"""`${cmd:pass show llm/qhaigc}`: what a command prints, where the file says `allow_commands: true`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from chanops.config.sources.contents import decode
from chanops.config.sources.program import run

if TYPE_CHECKING:
    from chanops.config.surroundings import Surroundings


def look_up(argument: str, around: Surroundings) -> str:
    """Return what the command *argument* prints, without its last line end."""
    return decode(run(shlex.split(argument), around, "the command"))
