"""Imported channels put into files that are there, and declared ones brought up to what lives."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import click

from chanops.authoring.editing import edit_channel
from chanops.authoring.merging import find_moved
from chanops.cli import writing
from chanops.domain.finding import Severity
from chanops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chanops.authoring.importing import Part
    from chanops.authoring.merging import Moved
    from chanops.cli.drafting import Desk

ELSEWHERE = "leave --merge out and give --out a new file: it goes as one more -f"


def merge(desk: Desk, parts: Mapping[Path, Part]) -> None:
    """Bring the files of *parts* up to date: first what they declare, then what they do not.

    Nothing is written unless all of it loads.
    """
    texts: dict[Path, str] = {}
    for path, part in parts.items():
        there = writing.read_text(path)
        text = there if there is None else _edit(desk, path, there)
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
    _tell_of_others(desk, parts)


def _put(path: Path, part: Part, text: str | None) -> str:
    if text is None:
        return part.text()
    try:
        return part.put_into(text)
    except UsageError as fault:
        raise UsageError(f"{path} cannot be gone on in: {fault}; {ELSEWHERE}") from None


def _edit(desk: Desk, path: Path, text: str) -> str:
    """Return *text*, the file at *path*, with the channels it declares as they live."""
    for moved in _moved(desk)[path.absolute()]:
        if moved.values:
            try:
                text = edit_channel(text, moved.desired.name, moved.place.line - 1, moved.values)
            except UsageError as fault:
                click.echo(f"{moved.desired.address} stays as it is in {path}: {fault}", err=True)
                continue
            click.echo(f"{moved.desired.address}: {', '.join(moved.values)} brought up to date", err=True)
        if moved.unsaid:
            click.echo(f"{moved.desired.address} differs in {', '.join(moved.unsaid)}, which cannot be written", err=True)
    return text


def _moved(desk: Desk) -> defaultdict[Path, list[Moved]]:
    """Return what differs by files, the last line first: an edit moves only what is below it."""
    from pathlib import Path  # noqa: PLC0415 - a type elsewhere

    found: defaultdict[Path, list[Moved]] = defaultdict(list)
    for pair in desk.pairs:
        moved = find_moved(pair.desired, pair.live, desk.live.dialect) if pair.live else None
        if moved:
            found[Path(moved.place.filename).absolute()].append(moved)
    for each in found.values():
        each.sort(key=lambda moved: moved.place.line, reverse=True)
    return found


def _check(desk: Desk, texts: Mapping[Path, str]) -> None:
    """Load the files as they would be. Raises ConfigError with what would be wrong."""
    loaded = desk.load({str(path): text for path, text in texts.items()}, os.environ, without=tuple(texts))
    errors = [found for found in loaded.findings if found.severity is Severity.ERROR]
    if errors:
        raise ConfigError(errors)


def _tell_of_others(desk: Desk, parts: Mapping[Path, Part]) -> None:
    """Say which declared channels differ from what lives and stand in files that are not touched."""
    files = {path.absolute() for path in parts}
    for path, found in _moved(desk).items():
        for moved in found if path not in files else ():
            click.echo(f"{moved.desired.address} differs from what lives, and is declared in {moved.place.filename}", err=True)
