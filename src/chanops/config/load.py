"""Files to the desired state: read, put together, expand, check; every fault is noted and nothing is thrown."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chanops.config.compose import compose
from chanops.config.digest import digest_of
from chanops.config.document import Whole
from chanops.config.expand import expand_sites
from chanops.config.faults import Faults
from chanops.config.files import find_files
from chanops.config.hidden import hide_secrets
from chanops.config.references import Surroundings
from chanops.config.scope import Scope
from chanops.config.source import read
from chanops.domain.finding import Finding, Severity
from chanops.domain.secret import Ledger
from chanops.domain.site import Desired

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yaml.nodes import Node


@dataclass(frozen=True, slots=True)
class Loaded:
    """The desired state, and all that is wrong with the files; with errors the state is the best that could be made."""

    desired: Desired
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Tell whether the desired state must not be used."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def load(
    paths: Sequence[Path] | None,
    *,
    environ: Mapping[str, str] | None = None,
    ledger: Ledger | None = None,
    cwd: Path | None = None,
) -> Loaded:
    """Return what the files at *paths* want; None: the default file of *cwd*. References are resolved when revealed."""
    faults = Faults()
    environ = os.environ if environ is None else environ
    ledger = Ledger() if ledger is None else ledger
    whole = Whole()
    roots: list[Node] = []
    files = find_files(paths, Path() if cwd is None else cwd, faults)
    for path, name in files:
        source = read(path, name)
        if isinstance(source, Finding):
            faults.add(source, None)
            continue
        root = compose(source, faults)
        if root is not None:
            hide_secrets(source, root)
            roots.append(root)
            whole.add(Scope(source, faults, Surroundings(environ, path.parent, ledger)), root)
    sites = expand_sites(whole)
    return Loaded(Desired(sites, tuple(name for _, name in files), digest_of(roots)), faults.sorted())
