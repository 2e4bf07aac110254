"""Imported channels put into files that are there, and declared ones brought up to what lives."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import click

from chanops.authoring.editing import Edit, edit_channels
from chanops.authoring.merging import find_moved
from chanops.cli import writing
from chanops.domain.finding import Severity
from chanops.domain.resources import ChannelState
from chanops.errors import ConfigError, UsageError
from chanops.render.escape import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from chanops.authoring.importing import Part
    from chanops.authoring.merging import Moved
    from chanops.cli.drafting import Desk

FEW = 5
ELSEWHERE = "leave --merge out and give --out a new file: it goes as one more -f"


def merge(desk: Desk, parts: Mapping[Path, Part]) -> None:
    """Bring the files of *parts* up to date: first what they declare, then what they do not.

    Nothing is written unless all of it loads.
    """
    moved = _moved(desk)
    texts: dict[Path, str] = {}
    for path, part in parts.items():
        there = writing.read_text(path)
        text = there if there is None else _edit(path, there, moved.pop(path.absolute(), []))
        if not part.is_empty:
            text = _put(path, part, text)
        if text is not None and text != there:
            texts[path] = text
    _check(desk, texts)
    for path, text in texts.items():
        writing.write(path, text)
        click.echo(f"{path}: written", err=True)
    for path in parts.keys() - texts.keys():
        if path.exists():
            click.echo(f"{path}: up to date", err=True)
    _tell_of_others(moved)
    _tell_of_missing(desk)


def _put(path: Path, part: Part, text: str | None) -> str:
    if text is None:
        return part.text()
    try:
        return part.put_into(text)
    except UsageError as fault:
        raise UsageError(f"{path} cannot be gone on in: {fault}; {ELSEWHERE}") from None


def _edit(path: Path, text: str, moved: Sequence[Moved]) -> str:
    """Return *text*, the file at *path*, with its channels as they live."""
    told = [one for one in moved if one.values]
    edits = [Edit(one.desired.name, one.place.line - 1, one.values) for one in told]
    made, faults = edit_channels(text, edits) if edits else (text, [])
    for one, fault in zip(told, faults, strict=True):
        what = f" stays as it is in {path}: {fault}" if fault else f": {', '.join(one.values)} brought up to date"
        click.echo(f"{_shown(one)}{what}", err=True)
    for one in moved:
        if one.unsaid:
            click.echo(f"{_shown(one)} differs in {', '.join(one.unsaid)}, which cannot be written", err=True)
        if one.is_renamed:
            click.echo(f"{_shown(one)} lives as {escape(one.live.name)}: a plan would rename it back", err=True)
    return made


def _moved(desk: Desk) -> dict[Path, list[Moved]]:
    """Return what differs by files, in the order of their lines."""
    from pathlib import Path  # noqa: PLC0415 - a type elsewhere

    found: defaultdict[Path, list[Moved]] = defaultdict(list)
    for pair in desk.pairs:
        moved = find_moved(pair.desired, pair.live, desk.live.dialect) if pair.live else None
        if moved:
            found[Path(moved.place.filename).absolute()].append(moved)
    return {path: sorted(each, key=lambda moved: moved.place.line) for path, each in found.items()}


def _check(desk: Desk, texts: Mapping[Path, str]) -> None:
    """Load the files as they would be. Raises ConfigError with what would be wrong."""
    loaded = desk.load({str(path): text for path, text in texts.items()}, os.environ, without=tuple(texts))
    errors = [found for found in loaded.findings if found.severity is Severity.ERROR]
    if errors:
        raise ConfigError(errors)


def _tell_of_others(moved: Mapping[Path, Sequence[Moved]]) -> None:
    """Say which declared channels differ from what lives and stand in files that are not touched."""
    for each in moved.values():
        for one in each:
            click.echo(f"{_shown(one)} differs from what lives, and is declared in {one.place.filename}", err=True)


def _tell_of_missing(desk: Desk) -> None:
    """Say which declared channels do not live: what is in a file is never taken out of it."""
    missing = [p.desired.name for p in desk.pairs if p.live is None and p.desired.state is ChannelState.PRESENT]
    if missing:
        names = ", ".join(map(escape, missing[:FEW])) + (", …" if len(missing) > FEW else "")
        click.echo(f"{len(missing)} declared and not on the site: {names}; a plan would create what you leave there", err=True)


def _shown(moved: Moved) -> str:
    return escape(str(moved.desired.address))
