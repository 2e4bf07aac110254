"""One live site, and whom to ask about what is about to be written for it: shared by `import`, `add` and `migrate`."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chanops import config
from chanops.cli.loading import load_configuration, require_references
from chanops.config.faults import Faults
from chanops.config.files import DEFAULTS, find_files
from chanops.domain.resources import NOTHING, ChannelState
from chanops.domain.secret import Ledger
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.cli.loading import Configuration
    from chanops.config.load import Loaded
    from chanops.domain.gateway import LiveSite
    from chanops.domain.plan import SitePlan
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Site
    from chanops.engine.ownership import Pair


@dataclass(frozen=True, slots=True)
class Desk:
    """The files that are there, the site they declare, and what lives on it."""

    files: tuple[Path, ...]
    configuration: Configuration
    site: Site
    live: LiveSite
    pairs: tuple[Pair, ...]

    @property
    def known(self) -> frozenset[str]:
        """Return the ids of the live channels that are declared already."""
        return frozenset(pair.live.remote_id for pair in self.pairs if pair.live)

    def load(self, beside: Mapping[str, str], environ: Mapping[str, str], without: Sequence[Path] = ()) -> Loaded:
        """Load the files but for *without*, with the texts *beside* them."""
        left_out = {path.absolute() for path in without}
        paths = [path for path, _ in find_files(self.files, Path(), Faults()) if path.absolute() not in left_out]
        return config.load(paths, environ=environ, ledger=Ledger(), beside=beside)

    def judge(self, channels: Sequence[DesiredChannel]) -> SitePlan:
        """Plan the site as if *channels* were declared too; of those that are, only whose they are counts."""
        from chanops.domain.policy import Selection  # noqa: PLC0415 - keeps --help fast
        from chanops.engine.planner import Asked, plan_site  # noqa: PLC0415

        there = tuple(
            replace(pair.desired, fields=NOTHING, state=ChannelState.PRESENT, pin=pair.live.remote_id)
            for pair in self.pairs
            if pair.live
        )
        return plan_site(replace(self.site, channels=(*there, *channels)), self.live, Asked(Selection()))

    def variables(self) -> frozenset[str]:
        """Return the environment variables that the files refer to."""
        texts = (Path(name).read_text(encoding="utf-8-sig") for name in self.configuration.desired.files)
        return frozenset(name for text in texts for name in re.findall(r"\$\{env:(\w+)", text))


def open_desk(files: Sequence[Path], site: str, *more: Path) -> Desk:
    """Load *files*, and *more* where they exist, and read *site*. Raises what keeps it from being read whole."""
    (desk,) = open_desks(files, (site,), *more)
    return desk


def open_desks(files: Sequence[Path], sites: Sequence[str], *more: Path) -> list[Desk]:
    """Load *files*, and *more* where they exist, and read *sites* side by side.

    Raises what keeps one of them from being read whole.
    """
    from chanops.engine.ownership import pair_channels  # noqa: PLC0415 - keeps --help fast

    paths = _paths(files, more)
    configuration = load_configuration(paths, sites)
    require_references(configuration, channels=False)
    read = asyncio.run(_read(configuration))
    declared = {site.name: site for site in configuration.desired.sites}
    desks = []
    for name in sites:
        live, site = read[name], declared[name]
        if isinstance(live, GatewayError):
            raise live
        desks.append(Desk(tuple(paths), configuration, site, live, tuple(pair_channels(site, live).pairs)))
    return desks


def _paths(files: Sequence[Path], more: Sequence[Path]) -> list[Path]:
    paths = list(files) or [Path(name) for name in DEFAULTS if Path(name).exists()][:1] or [Path(DEFAULTS[0])]
    return paths + [path for path in more if path.exists() and not any(_covers(given, path) for given in paths)]


def _covers(given: Path, path: Path) -> bool:
    """Tell whether *given* is *path*, or a folder whose files are read."""
    return given.absolute() in (path.absolute(), path.absolute().parent if given.is_dir() else path.absolute())


async def _read(configuration: Configuration) -> Mapping[str, LiveSite | GatewayError]:
    from chanops.cli.session import open_gateways  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.refresh import refresh  # noqa: PLC0415

    async with open_gateways(configuration) as gateways:
        return await refresh(gateways)
