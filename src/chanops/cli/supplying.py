"""The secrets that somebody has to supply for a written file: told, and named in a .env.example beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.authoring.references import FOLDER, KeyMode, file_of
from chanops.authoring.yaml_text import comment
from chanops.cli import writing
from chanops.cli.messages import echo_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from chanops.authoring.references import Needed

EXAMPLE = ".env.example"
FEW = 5


def read_example(folder: Path | None) -> dict[str, str]:
    """Return the names in the .env.example of *folder* and what each is for; nothing where there is none."""
    from chanops.authoring.example import purposes_in  # noqa: PLC0415 - keeps --help fast

    text = writing.read_text(folder / EXAMPLE) if folder else None
    return purposes_in(text) if text else {}


def write_example(folder: Path | None, needed: Sequence[Needed], mode: KeyMode) -> Path | None:
    """Name what is *needed* in the .env.example of *folder*, whose lines stay; return its path when it was written."""
    from chanops.authoring.example import extended  # noqa: PLC0415 - keeps --help fast

    if folder is None or mode is not KeyMode.ENV or not needed:
        return None
    path = folder / EXAMPLE
    there = writing.read_text(path)
    text = extended(there, {one.name: one.purpose for one in needed})
    if text == there:
        return None
    writing.write(path, text)
    return path


def tell_secrets(folder: Path | None, needed: Sequence[Needed], mode: KeyMode) -> None:
    """Tell on stderr which secrets are *needed*: each with what it is for, where no .env.example says that."""
    is_listed = folder is not None and mode is KeyMode.ENV
    names = [file_of(one.name) if mode is KeyMode.FILE else one.name for one in needed]
    if needed:
        head = f"{len(needed)} secret{'' if len(needed) == 1 else 's'} to set:"
        few = ", ".join(names[:FEW]) + (", …" if len(names) > FEW else "")
        echo_text(f"{head} {few}" if is_listed else "\n".join([head, *_lines(needed, names, mode)]), err=True)
    if needed and mode is KeyMode.FILE:
        echo_text(f"Each stands in a file of its own in {FOLDER}/ beside the YAML; keep that folder out of git.", err=True)


def secrets_to_json(needed: Sequence[Needed]) -> list[Mapping[str, Any]]:
    """Return what is *needed* as JSON."""
    return [{"name": one.name, "purpose": one.purpose} for one in needed]


def _lines(needed: Sequence[Needed], names: Sequence[str], mode: KeyMode) -> Iterator[str]:
    for one, name in zip(needed, names, strict=True):
        yield comment(one.purpose)
        yield name if mode is KeyMode.FILE else f"{name}="
