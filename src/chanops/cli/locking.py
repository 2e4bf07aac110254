"""One apply per site address on a machine: a lock file for each, taken before the first read."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from chanops.domain.value import reveal
from chanops.errors import LockedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chanops.domain.site import Site


@contextmanager
def locked(sites: Sequence[Site], *, run_id: str, wait: float = 0.0, scope: str = "") -> Iterator[None]:
    """Hold the locks of all *sites*; waits *wait* seconds at most for each. Raises LockedError that says who holds one.

    *scope* tells apart emulated gateways, whose url is the same in every folder.
    """
    folder = _folder()
    with ExitStack() as held:
        names = {_name(site, scope): site.name for site in sites}  # two sites may be one gateway
        for name, site in sorted(names.items()):
            held.enter_context(_hold(folder / f"{name}.lock", site, run_id, wait))
        yield


@contextmanager
def _hold(path: Path, site: str, run_id: str, wait: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only for apply

    note = path.with_suffix(".json")
    lock = FileLock(path, timeout=wait)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"{site} is locked by another run{_holder(note)}; wait for it, or give --lock-timeout SECONDS to wait here"
        ) from None
    try:
        note.write_text(json.dumps({"pid": os.getpid(), "run_id": run_id, "since": int(time.time())}))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        known = json.loads(note.read_text())
        since = max(0, int(time.time()) - int(known["since"]))
        return f" on this machine (process {int(known['pid'])}, for {since} s)"
    except (OSError, ValueError, KeyError, TypeError):
        return " on this machine"


def _name(site: Site, scope: str) -> str:
    url = str(reveal(site.url)).rstrip("/").lower()
    text = f"{scope}/{site.name}" if url.startswith("sandbox:") else url
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _folder() -> Path:
    """Return the folder of the locks: the user's runtime directory, or the state directory where there is none."""
    import platformdirs  # noqa: PLC0415 - only for apply

    has_runtime = bool(os.environ.get("XDG_RUNTIME_DIR")) or os.name != "posix" or sys.platform == "darwin"
    find = platformdirs.user_runtime_path if has_runtime else platformdirs.user_state_path
    try:
        with warnings.catch_warnings(action="ignore"):  # a directory that is not private: platformdirs takes another
            folder = find("chanops", ensure_exists=True) / "locks"
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as fault:
        raise UsageError(f"no lock can be taken in {fault.filename}: {fault.strerror or fault}") from None
    return folder
