"""`chanops.lock.yaml`: the lists of model rules, sorted, one model a line, so that a new model is one line of a diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chanops.domain import finding
from chanops.domain.address import Address
from chanops.domain.lock import Lock, LockEntry
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME: Final = "chanops.lock.yaml"
VERSION: Final = 1
HEAD: Final = """\
# The model lists that plans use. Written by `chanops lock`, reviewed and committed; not made by hand.
version: 1
"""
TEXTS: Final = ("source", "changed", "rule")


def lock_path(files: Sequence[str]) -> Path:
    """Return where the lock of *files* lies: beside the first of them."""
    first = Path(files[0]) if files else Path()
    return (first if first.is_dir() else first.parent) / NAME


def read_lock(path: Path) -> Lock:
    """Return what the file at *path* holds; no file is an empty lock. Raises ConfigError when it is no lock file."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Lock()
    except OSError as fault:
        raise _broken(path, f"it cannot be read: {fault.strerror}") from None
    import yaml  # noqa: PLC0415 - most runs have read YAML before

    try:
        content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
        return Lock(dict(_read_entries(content)))
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _broken(path, "it is not what `chanops lock` writes") from None


def write_lock(lock: Lock) -> str:
    """Return the text of the lock file: sites, channels and models sorted."""
    lines = [HEAD + ("sites:" if lock.entries else "sites: {}")]
    site = ""
    for address, entry in sorted(lock.entries.items()):
        if address.site != site:
            site = address.site
            lines.append(f"  {_quoted(site)}:")
        lines.append(f"    {_quoted(address.name)}:")
        lines += [f"      {key}: {_quoted(getattr(entry, key))}" for key in TEXTS]
        lines.append("      models:")
        lines += [f"        - {_quoted(name)}" for name in sorted(entry.models)]
    return "\n".join(lines) + "\n"


def _read_entries(content: Mapping[str, Any]) -> list[tuple[Address, LockEntry]]:
    if content["version"] != VERSION:
        raise ValueError("another version")
    return [
        (Address.channel(str(site), str(name)), _read_entry(entry))
        for site, channels in content["sites"].items()
        for name, entry in channels.items()
    ]


def _read_entry(entry: Mapping[str, Any]) -> LockEntry:
    models, texts = entry["models"], [entry[key] for key in TEXTS]
    if not models or not all(isinstance(text, str) for text in [*models, *texts]):
        raise ValueError("an entry without models")
    source, changed, rule = texts
    return LockEntry(tuple(models), source, changed, rule)


def _quoted(text: str) -> str:
    """Return *text* as YAML reads it back; what can be read stays readable, since people review it."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def _broken(path: Path, reason: str) -> ConfigError:
    return ConfigError([finding.error(f"{path}: {reason}", "take it back from git, or delete it and run `chanops lock`")])
