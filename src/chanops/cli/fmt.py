"""`chanops fmt`: one order of keys and one style of YAML."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chanops.cli import options, writing
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_json, echo_text, show_findings, use_colour
from chanops.config.compose import compose
from chanops.config.faults import Faults
from chanops.config.files import find_files
from chanops.config.hidden import hide_secrets
from chanops.config.source import Source, read
from chanops.domain import finding
from chanops.domain.finding import Finding
from chanops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is and as it would be; *why* it is better left as it is, if so."""

    path: Path
    source: Source
    before: str
    after: str
    why: str = ""

    @property
    def is_changed(self) -> bool:
        """Tell whether formatting changes it."""
        return self.after != self.before


@click.command()
@options.files
@options.flag("--check", is_flag=True, help="Write nothing; exit with 2 when a file is not formatted.")
@options.flag("--diff", "shows_diff", is_flag=True, help="Show what changes in each file, without secrets.")
@options.text_or_json
@options.no_color
def command(files: tuple[Path, ...], *, check: bool, shows_diff: bool, as_json: bool, no_color: bool) -> ExitCode:
    """Write the files in one order of keys and one style.

    What they say stays, and so do comments, anchors and the order of channels and models. Keys stand in the order of the
    reference page, two blanks indent, quotes stay where they are needed. Nothing is written when a file is no sound YAML.
    """
    found = [format_file(path, name) for path, name in _find(files)]
    changed = [file for file in found if file.is_changed]
    left = [finding.warning(f"{file.source.name} is left as it is: {file.why}") for file in found if file.why]
    if not check:
        for file in changed:
            writing.write(file.path, file.after)
    if as_json:
        _show_json(changed, left)
    else:
        _show(found, left, check=check, shows_diff=shows_diff, no_color=no_color)
    return ExitCode.PENDING if check and changed else ExitCode.OK


def format_file(path: Path, name: str) -> File:
    """Return the file at *path* as it would be. Raises ConfigError with what keeps it from being YAML."""
    from chanops.authoring.formatting import format_text  # noqa: PLC0415 - keeps --help fast

    source, faults = read(path, name), Faults()
    if isinstance(source, Finding):
        raise ConfigError([source])
    root = compose(source, faults)
    if root is None:
        raise ConfigError(faults.sorted())
    hide_secrets(source, root)
    before = writing.read_text(path) or ""
    try:
        return File(path, source, before, format_text(before))
    except UsageError as fault:
        return File(path, source, before, before, str(fault))


def _find(files: Sequence[Path]) -> list[tuple[Path, str]]:
    faults = Faults()
    found = find_files(list(files) or None, Path(), faults)
    if faults.sorted():
        raise ConfigError(faults.sorted())
    return found


def _show_json(changed: Sequence[File], left: Sequence[Finding]) -> None:
    from chanops.render.finding_json import FORMAT_VERSION, diagnostics  # noqa: PLC0415 - only for JSON

    names = [file.source.name for file in changed]
    echo_json({"format_version": FORMAT_VERSION, "changed": names, "diagnostics": diagnostics(left)})


def _show(found: Sequence[File], left: Sequence[Finding], *, check: bool, shows_diff: bool, no_color: bool) -> None:
    from chanops.render.escape import escape  # noqa: PLC0415 - keeps --help fast

    changed = [file for file in found if file.is_changed]
    for file in changed:
        echo_text(f"{escape(file.source.name)}: {'not formatted' if check else 'formatted'}")
        if shows_diff:
            echo_text("\n".join(_diff_lines(file, colour=use_colour(no_color=no_color))))
    if left:
        show_findings(left, as_json=False, no_color=no_color)
    if not changed and not left:
        echo_text(f"Nothing to format: {len(found)} {'file is' if len(found) == 1 else 'files are'} in order.")


def _diff_lines(file: File, *, colour: bool) -> Iterator[str]:
    """Yield what changes in *file*, with the lines around it; secrets as findings show them."""
    from chanops.render.escape import escape  # noqa: PLC0415 - keeps --help fast
    from chanops.render.style import painter  # noqa: PLC0415

    paint = painter(colour=colour)
    old, new = file.source, Source(file.source.name, file.after.removeprefix("\ufeff"), file.source.folder)
    root = compose(new, Faults())
    assert root is not None, "it was read back"
    hide_secrets(new, root)
    before, after = (source.lines if source.lines[-1] else source.lines[:-1] for source in (old, new))
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes():
        yield f"@@ line {group[0][1] + 1} @@"
        for tag, first, last, new_first, new_last in group:
            if tag == "equal":
                yield from (f"  {escape(old.quote(line))}" for line in range(first, last))
                continue
            yield from (paint(f"- {escape(old.quote(line))}", "red") for line in range(first, last))
            yield from (paint(f"+ {escape(new.quote(line))}", "green") for line in range(new_first, new_last))
