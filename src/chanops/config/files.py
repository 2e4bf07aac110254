"""Which files a run reads: those named, those inside of named directories, or the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain.finding import error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chanops.config.faults import Faults

DEFAULTS: Final = ("channels.yaml", "chanops.yaml")
LOCK: Final = "chanops.lock.yaml"
_ENDINGS: Final = (".yaml", ".yml")


def find_files(paths: Sequence[Path] | None, cwd: Path, faults: Faults) -> list[tuple[Path, str]]:
    """Return the files to read, each once, with their names as given."""
    if paths is None:
        return _default(cwd, faults)
    found: dict[Path, tuple[Path, str]] = {}
    for path in paths:
        for file in _inside(cwd / path, path, faults):
            found.setdefault(file[0].absolute(), file)
    return list(found.values())


def _default(cwd: Path, faults: Faults) -> list[tuple[Path, str]]:
    for name in DEFAULTS:
        if (cwd / name).exists():
            return [(cwd / name, name)]
    summary = f"there is neither {DEFAULTS[0]} nor {DEFAULTS[1]} here"
    faults.add(error(summary, "name a file or folder with -f, or let `chanops init` write a first one"), None)
    return []


def _inside(path: Path, given: Path, faults: Faults) -> Iterator[tuple[Path, str]]:
    if not path.is_dir():
        yield path, str(given)
        return
    try:
        names = sorted(entry.name for entry in path.iterdir() if entry.name.endswith(_ENDINGS) and entry.is_file())
    except OSError as fault:
        faults.add(error(f"{given}: cannot be read: {fault.strerror}"), None)
        return
    wanted = [name for name in names if name != LOCK and not name.startswith(".")]
    if not wanted:
        faults.add(error(f"{given}: holds no .yaml file", "-f names a file or a directory of files"), None)
    for name in wanted:
        yield path / name, str(given / name)
