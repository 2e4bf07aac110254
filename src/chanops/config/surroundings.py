"""What references are looked up in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chanops.config.lookups import Lookups
    from chanops.domain.secret import Ledger


class Surroundings(NamedTuple):
    """What references are looked up in: the environment, the folder of the file that holds them, the run's memory."""

    environ: Mapping[str, str]
    folder: Path
    ledger: Ledger
    lookups: Lookups
    allows_commands: bool = False
