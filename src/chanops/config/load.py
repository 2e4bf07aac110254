"""Files to the desired state: read, put together, expand, check; every fault is noted and nothing is thrown."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chanops.config.compose import compose
from chanops.config.digest import digest_of
from chanops.config.document import Whole
from chanops.config.expand import expand_sites
from chanops.config.faults import Faults
from chanops.config.files import find_files
from chanops.config.hidden import hide_secrets
from chanops.config.lookups import Lookups
from chanops.config.scope import Scope
from chanops.config.source import Source, read
from chanops.config.surroundings import Surroundings
from chanops.domain.finding import Finding, Severity
from chanops.domain.secret import Ledger
from chanops.domain.site import Desired

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chanops.domain.finding import Range


class Loaded(NamedTuple):
    """The desired state, and all that is wrong with the files; with errors the state is the best that could be made.

    *whole* is what the files say before anything is inherited, *silenced* where the `allow` lines are that silenced something.
    *lookups* is what the references stand for, as far as somebody asked.
    """

    desired: Desired
    findings: tuple[Finding, ...]
    whole: Whole
    lookups: Lookups
    silenced: frozenset[Range] = frozenset()

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
    beside: Mapping[str, str] | None = None,
) -> Loaded:
    """Return what the files at *paths* want; None: the default file of *cwd*. References are resolved when revealed.

    *beside* are texts by name that stand for more files: what somebody is about to write.
    """
    faults = Faults()
    ledger = Ledger() if ledger is None else ledger
    files = find_files(paths, Path() if cwd is None else cwd, faults)
    environ = os.environ if environ is None else environ
    with without_collector():
        whole, roots = Whole(), []
        around = Surroundings(environ, Path(), ledger, Lookups())
        scopes = [_read(path, name, faults, around._replace(folder=path.parent)) for path, name in files]
        scopes += [_lay(name, text, faults, around) for name, text in (beside or {}).items()]
        for scope in scopes:
            root = compose(scope.source, faults) if scope else None
            if scope and root is not None:
                hide_secrets(scope.source, root)
                whole.add(scope, root)
                roots.append(root)
        sites, digest = expand_sites(whole), digest_of(roots)
    desired = Desired(sites, tuple(name for _, name in files), digest)
    return Loaded(desired, faults.sorted(), whole, around.lookups, frozenset(faults.silenced))


def _read(path: Path, name: str, faults: Faults, around: Surroundings) -> Scope | None:
    source = read(path, name)
    if isinstance(source, Finding):
        faults.add(source, None)
        return None
    return Scope(source, faults, around)


def _lay(name: str, text: str, faults: Faults, around: Surroundings) -> Scope:
    return Scope(Source(name, text, around.folder), faults, around)


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector off: so many small objects without cycles, it would double the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
