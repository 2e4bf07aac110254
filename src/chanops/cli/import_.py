"""`chanops import`: live channels as the YAML that a person would have written."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chanops.authoring.references import KeyMode
from chanops.cli import options, writing
from chanops.cli.drafting import open_desk
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_json, echo_text, show_findings
from chanops.cli.suggesting import suggest_sites
from chanops.cli.supplying import read_example, secrets_to_json, tell_secrets, write_example

if TYPE_CHECKING:
    from chanops.authoring.importing import Imported
    from chanops.cli.drafting import Desk
    from chanops.cli.merging import Merged

HOW_ELSE = "--merge brings it up to date and keeps what people wrote, or name another file"


@dataclass(frozen=True, slots=True)
class Manner:
    """Where the YAML goes: to stdout, a file, or a folder."""

    out: Path | None
    by: str
    merge: bool
    is_folder: bool

    @classmethod
    def of(cls, out: str | None, by: str, *, merge: bool) -> Manner:
        """Return what the command line asks for; a slash at the end of *out* means a folder, also one that is not there yet."""
        if merge and out is None:
            raise click.UsageError("--merge goes with --out: it says which file to go on in")
        if by == "provider" and out is None:
            raise click.UsageError("--by provider writes several files: say in which folder with --out")
        if out is None:
            return cls(None, by, merge, is_folder=False)
        return cls(Path(out), by, merge, by == "provider" or out.endswith(("/", os.sep)) or Path(out).is_dir())

    @property
    def folder(self) -> Path | None:
        """Return the folder that the files go to."""
        return self.out if self.out is None or self.is_folder else self.out.parent


@click.command("import")
@click.argument("site", shell_complete=suggest_sites)
@options.files
@options.flag("-o", "--out", metavar="FILE|DIR",
              help="Write there, with a .env.example beside it.  [default: stdout]")  # fmt: skip
@options.flag("--by", type=click.Choice(["site", "provider"]), default="site", show_default=True,
              help="One file for the site, or one for each provider, in the folder of --out.")  # fmt: skip
@options.flag("--names", default="*", metavar="GLOB", help="Only channels whose name matches.")
@options.flag("--merge", is_flag=True, help="Go on in files that are there; their comments and their order stay.")
@options.flag("--keys", type=click.Choice(["env", "file", "ignore"]), default="env", show_default=True,
              help="Keys as references to variables or to files, or left as they are.")  # fmt: skip
@options.text_or_json
@options.plain
def command(
    site: str, files: tuple[Path, ...], *, out: str | None, by: str, names: str, merge: bool, keys: str, as_json: bool
) -> ExitCode:
    """Write the live channels of SITE as YAML, foreign ones too.

    What is written goes together with the files that declare the site: give it as a second -f. A plan then shows adoptions
    alone. Channels that are declared already are left out. Keys, authorization headers and passwords of proxies become
    references; no secret is ever written.
    """
    from chanops.authoring.importing import Wanted, import_channels  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.merging import Merged  # noqa: PLC0415

    manner = Manner.of(out, by, merge=merge)
    desk = open_desk(files, site, *_targets(manner, site))
    wanted = Wanted(names, KeyMode(keys), desk.known, desk.variables(), read_example(manner.folder))
    imported = import_channels(desk.site, desk.live, wanted, desk.load, desk.judge)
    done = _write(manner, desk, imported, names) if manner.out else Merged({}, ())
    example = write_example(manner.folder, imported.needed, imported.keys)
    if as_json:
        echo_json(_to_json(manner, desk, imported, done))
        return ExitCode.OK
    if manner.out is None:
        echo_text(imported.whole())
    _say(desk, imported, done, names)
    tell_secrets(manner.folder, imported.needed, imported.keys)
    if example:
        click.echo(f"{example}: written", err=True)
    return ExitCode.OK


def _targets(manner: Manner, site: str) -> list[Path]:
    """Return the files to go on in: they are read too, since what they declare is not imported again."""
    if not manner.merge or manner.out is None:
        return []
    if not manner.is_folder:
        return [manner.out]
    return sorted({manner.out / f"{site}.yaml", *manner.out.glob(f"{glob.escape(site)}-*.yaml")})


def _write(manner: Manner, desk: Desk, imported: Imported, names: str) -> Merged:
    """Write the files, all of them or none."""
    from chanops.cli.merging import Merged, merge  # noqa: PLC0415 - keeps --help fast

    assert manner.out, "there is somewhere to write"
    parts = imported.by_provider() if manner.by == "provider" else {imported.site: imported.part(is_whole=True)}
    paths = {manner.out / f"{name}.yaml" if manner.is_folder else manner.out: part for name, part in parts.items()}
    if manner.merge:
        return merge(desk, paths, names)
    return Merged(writing.write_all_new({path: p.text() for path, p in paths.items() if not p.is_empty}, HOW_ELSE), ())


def _to_json(manner: Manner, desk: Desk, imported: Imported, done: Merged) -> dict[str, Any]:
    from chanops.render.finding_json import FORMAT_VERSION, diagnostics  # noqa: PLC0415 - only for JSON

    channels = [
        {"address": str(draft.live.address), "remote_id": draft.live.remote_id, "refused": draft.silent or None}
        for draft in imported.drafts
    ]
    return {
        "format_version": FORMAT_VERSION,
        "yaml": imported.whole() if manner.out is None else None,
        "files": [{"path": str(path), "state": state} for path, state in done.files.items()],
        "channels": channels,
        "declared": len(desk.known),
        "secrets": secrets_to_json(imported.needed),
        "diagnostics": diagnostics([*desk.live.findings, *done.findings]),
    }


def _say(desk: Desk, imported: Imported, done: Merged, names: str) -> None:
    """Tell on stderr what was written and imported, what was not, and what is odd about what lives."""
    from chanops.domain.address import matches_glob  # noqa: PLC0415 - keeps --help fast
    from chanops.render.escape import escape  # noqa: PLC0415

    if desk.live.findings:
        show_findings(desk.live.findings, as_json=False)
    for found in done.findings:
        whose = f"{found.address}: " if found.address else ""
        echo_text(escape(f"{whose}{found.summary}" + (f"; {found.detail}" if found.detail else "")), err=True)
    for path, state in done.files.items():
        click.echo(f"{path}: {state}", err=True)
    known = sum(matches_glob(live.name, names) for live in desk.live.channels if live.remote_id in desk.known)
    click.echo(f"{count(len(imported.stated), 'channel')} of {imported.site} imported.", err=True)
    if imported.silent:
        click.echo(f"{count(len(imported.silent), 'more')} cannot be declared: the comments say why.", err=True)
    if known:
        click.echo(f"{count(known, 'channel')} declared already: left out.", err=True)


def count(number: int, what: str) -> str:
    """Return *number* with *what*, in the plural where it is one."""
    return f"{number} {what}{'' if number == 1 or what == 'more' else 's'}"
