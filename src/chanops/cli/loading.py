"""From the command line to the desired state: load, show what is odd, keep the selected sites."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chanops import config
from chanops.config.spelling import meant, shown
from chanops.domain.secret import Ledger
from chanops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from chanops.domain.finding import Finding
    from chanops.domain.site import Desired


@dataclass(frozen=True, slots=True)
class Configuration:
    """The desired state of the selected sites, with the findings that are no errors and the secrets of this run."""

    desired: Desired
    findings: tuple[Finding, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)


def load_configuration(files: Sequence[Path], sites: Sequence[str] = ()) -> Configuration:
    """Load *files* and keep *sites* (all when empty). Raises ConfigError with every finding when any is an error."""
    ledger = Ledger()
    loaded = config.load(list(files) or None, ledger=ledger)
    if loaded.has_errors:
        raise ConfigError(loaded.findings)
    if not loaded.desired.sites:
        raise UsageError(f"{', '.join(loaded.desired.files)} declares no site: there is nothing to look at")
    return Configuration(select_sites(loaded.desired, sites), loaded.findings, ledger)


def require_references(configuration: Configuration, *, channels: bool = True) -> None:
    """Resolve every reference that the run needs; raises ConfigError that names all that are missing."""
    from chanops.cli.signals import raising_signals  # noqa: PLC0415 - keeps --help fast

    desired = configuration.desired
    if not channels:
        desired = replace(desired, sites=tuple(replace(site, channels=()) for site in desired.sites))
    with raising_signals():
        missing = config.check_references(desired)
    if missing:
        raise ConfigError(missing)


def select_sites(desired: Desired, names: Iterable[str]) -> Desired:
    """Keep the sites called *names*, in any order; all when empty."""
    wanted = set(names)
    known = {site.name for site in desired.sites}
    for name in sorted(wanted - known):
        close = difflib.get_close_matches(name, known, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else f"; there are: {', '.join(sorted(known)) or 'none'}"
        raise UsageError(f'there is no site "{name}"{hint}')
    return replace(desired, sites=tuple(site for site in desired.sites if not wanted or site.name in wanted))


def require_known(desired: Desired, globs: Iterable[str]) -> None:
    """Raise UsageError for one of *globs* that covers no declared channel: it was probably mistyped."""
    addresses = [channel.address for site in desired.sites for channel in site.channels]
    for glob in globs:
        if not any(address.matches(glob) for address in addresses):
            known = map(str, addresses) if "/" in glob else (address.name for address in addresses)
            hint = meant(glob, known) or "write an address, site/channel/name, or a name; * and ? match"
            raise UsageError(f"{shown(glob)} matches no declared channel; {hint}")
