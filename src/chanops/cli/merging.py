"""Channels put into files that are there, and declared ones brought up to what lives."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from chanops.authoring.editing import Edit, edit_channels
from chanops.authoring.merging import find_moved
from chanops.cli import writing
from chanops.domain import finding
from chanops.domain.address import matches_glob
from chanops.domain.finding import Severity
from chanops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from chanops.authoring.merging import Moved
    from chanops.authoring.part import Part
    from chanops.cli.drafting import Desk
    from chanops.domain.finding import Finding
    from chanops.engine.ownership import Pair

FEW = 5
ELSEWHERE = "leave --merge out and give --out a new file: it goes as one more -f"


class Merged(NamedTuple):
    """What became of the files, by their states, and what there is to say of single channels."""

    files: Mapping[Path, str]
    findings: Sequence[Finding]


def merge(desk: Desk, parts: Mapping[Path, Part], names: str) -> Merged:
    """Bring the files of *parts* up to date: first what they declare of *names*, a glob, then what they do not.

    Nothing is written unless all of it loads.
    """
    wanted = [pair for pair in desk.pairs if matches_glob(pair.desired.name, names)]
    moved = _moved(desk, wanted)
    edited = {path: _edit(path, there, moved.pop(path.absolute(), [])) for path in parts if (there := writing.read_text(path))}
    files = put_in_files(desk, parts, {path: text for path, (text, _) in edited.items()})
    told = [found for _, findings in edited.values() for found in findings]
    return Merged(files, [*told, *_elsewhere(moved), *_missing(wanted)])


def put_in_files(desk: Desk, parts: Mapping[Path, Part], texts: Mapping[Path, str]) -> dict[Path, str]:
    """Put *parts* into their files, of which some are to become *texts* first; return what became of each.

    Nothing is written unless all of it loads.
    """
    former = {path: writing.read_text(path) for path in parts}
    made = {path: text for path, part in parts.items() if (text := _put(path, part, texts.get(path, former[path]))) is not None}
    changed = {path: text for path, text in made.items() if text != former[path]}
    _check(desk, changed)
    for path, text in changed.items():
        writing.write(path, text)
    return {path: writing.WRITTEN if path in changed else writing.UP_TO_DATE for path in made}


def _put(path: Path, part: Part, text: str | None) -> str | None:
    if part.is_empty or text is None:
        return text if part.is_empty else part.text()
    try:
        return part.put_into(text)
    except UsageError as fault:
        raise UsageError(f"{path} cannot be gone on in: {fault}; {ELSEWHERE}") from None


def _edit(path: Path, text: str, moved: Sequence[Moved]) -> tuple[str, list[Finding]]:
    """Return *text*, the file at *path*, with its channels as they live, and what there is to say of them."""
    found = []
    told = [one for one in moved if one.values]
    made, faults = edit_channels(text, [Edit(one.desired.name, one.place.line - 1, one.values) for one in told])
    for one, fault in zip(told, faults, strict=True):
        fields = ", ".join(one.values)
        left = f"stays as it is in {path}, though {fields} differ{'' if len(one.values) > 1 else 's'}"
        found.append(_warning(one, left, fault) if fault else _notice(one, f"{fields} brought up to date"))
    for one in moved:
        found += [_warning(one, f"differs in {', '.join(one.unsaid)}, which cannot be written")] if one.unsaid else []
        found += [_warning(one, f"lives as {one.live.name}", "a plan would rename it back")] if one.is_renamed else []
    return made, found


def _moved(desk: Desk, wanted: Iterable[Pair]) -> dict[Path, list[Moved]]:
    """Return what differs by files, in the order of their lines."""
    from pathlib import Path  # noqa: PLC0415 - a type elsewhere

    found: defaultdict[Path, list[Moved]] = defaultdict(list)
    for pair in wanted:
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


def _elsewhere(moved: Mapping[Path, Sequence[Moved]]) -> Iterator[Finding]:
    """Yield which declared channels differ from what lives and stand in files that are not touched."""
    for each in moved.values():
        yield from (_warning(one, f"differs from what lives, and is declared in {one.place.filename}") for one in each)


def _missing(wanted: Iterable[Pair]) -> Iterator[Finding]:
    """Yield which declared channels do not live: what is in a file is never taken out of it."""
    missing = [p.desired.name for p in wanted if p.live is None and not p.desired.is_absent]
    if missing:
        names = ", ".join(missing[:FEW]) + (", …" if len(missing) > FEW else "")
        advice = "a plan would create what stays in the file"
        yield finding.warning(f"{len(missing)} declared and not on the site: {names}", advice)


def _notice(moved: Moved, summary: str) -> Finding:
    return finding.notice(summary, address=moved.desired.address)


def _warning(moved: Moved, summary: str, detail: str = "") -> Finding:
    return finding.warning(summary, detail, address=moved.desired.address)
