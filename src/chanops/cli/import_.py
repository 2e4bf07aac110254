"""`chanops import`: live channels as the YAML that a person would have written."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chanops.authoring.references import FOLDER, KeyMode
from chanops.authoring.yaml_text import comment
from chanops.cli import options, writing
from chanops.cli.drafting import open_desk
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_text, show_findings

if TYPE_CHECKING:
    from chanops.authoring.importing import Imported
    from chanops.cli.drafting import Desk

EXAMPLE = ".env.example"
FEW = 5
HOW_ELSE = "--merge brings it up to date and keeps what people wrote, or name another file"


@dataclass(frozen=True, slots=True)
class Manner:
    """Where the YAML goes: to stdout, a file, or a folder."""

    out: Path | None
    by: str
    merge: bool

    @property
    def is_folder(self) -> bool:
        """Tell whether there may be several files."""
        return self.out is not None and (self.out.is_dir() or self.by == "provider")


@click.command("import")
@click.argument("site")
@options.files
@options.flag("-o", "--out", type=click.Path(path_type=Path), metavar="FILE|DIR",
              help="Write there, with a .env.example beside it.  [default: stdout]")  # fmt: skip
@options.flag("--by", type=click.Choice(["site", "provider"]), default="site", show_default=True,
              help="One file for the site, or one for each provider, in the folder of --out.")  # fmt: skip
@options.flag("--names", default="*", metavar="GLOB", help="Only channels whose name matches.")
@options.flag("--merge", is_flag=True, help="Go on in files that are there; their comments and their order stay.")
@options.flag("--keys", type=click.Choice(["env", "file", "ignore"]), default="env", show_default=True,
              help="Keys as references to variables or to files, or left as they are.")  # fmt: skip
def command(site: str, files: tuple[Path, ...], *, out: Path | None, by: str, names: str, merge: bool, keys: str) -> ExitCode:
    """Write the live channels of SITE as YAML, foreign ones too.

    What is written goes together with the files that declare the site: give it as a second -f. A plan then shows adoptions
    alone. Channels that are declared already are left out. Keys, authorization headers and passwords of proxies become
    references; no secret is ever written.
    """
    from chanops.authoring.importing import Wanted, import_channels  # noqa: PLC0415 - keeps --help fast

    manner = Manner(out, by, merge)
    if merge and out is None:
        raise click.UsageError("--merge goes with --out: it says which file to go on in")
    if by == "provider" and out is None:
        raise click.UsageError("--by provider writes several files: say in which folder with --out")
    desk = open_desk(files, site, *_targets(manner, site))
    wanted = Wanted(names, KeyMode(keys), desk.known, desk.variables())
    imported = import_channels(desk.site, desk.live, wanted, desk.load, desk.judge)
    if out is None:
        echo_text(imported.whole())
    else:
        _write(manner, desk, imported)
    _say(desk, imported)
    _say_secrets(manner, imported)
    return ExitCode.OK


def _targets(manner: Manner, site: str) -> list[Path]:
    """Return the files to go on in: they are read too, since what they declare is not imported again."""
    if not manner.merge or manner.out is None:
        return []
    if not manner.is_folder:
        return [manner.out]
    return sorted({manner.out / f"{site}.yaml", *manner.out.glob(f"{glob.escape(site)}-*.yaml")})


def _write(manner: Manner, desk: Desk, imported: Imported) -> None:
    assert manner.out, "there is somewhere to write"
    parts = imported.by_provider() if manner.by == "provider" else {imported.site: imported.part(is_whole=True)}
    paths = {manner.out / f"{name}.yaml" if manner.is_folder else manner.out: part for name, part in parts.items()}
    if manner.merge:
        from chanops.cli.merging import merge  # noqa: PLC0415 - only here

        merge(desk, paths)
        return
    for path, part in paths.items():
        if not part.is_empty:
            is_new = writing.write_new(path, part.text(), HOW_ELSE)
            click.echo(f"{path}: {'written' if is_new else 'holds just that already'}", err=True)


def _say(desk: Desk, imported: Imported) -> None:
    """Tell on stderr what was imported, what was not, and what is odd about what lives."""
    if desk.live.findings:
        show_findings(desk.live.findings, as_json=False)
    click.echo(f"{count(len(imported.stated), 'channel')} of {imported.site} imported.", err=True)
    if imported.silent:
        click.echo(f"{count(len(imported.silent), 'more')} cannot be declared: the comments say why.", err=True)
    if desk.known:
        click.echo(f"{count(len(desk.known), 'channel')} declared already: left out.", err=True)


def _say_secrets(manner: Manner, imported: Imported) -> None:
    """Tell which secrets somebody has to supply, and write an example of them beside the YAML."""
    if not imported.needed:
        return
    names = ", ".join(needed.name for needed in imported.needed[:FEW]) + (", …" if len(imported.needed) > FEW else "")
    click.echo(f"{count(len(imported.needed), 'secret')} to set: {names}", err=True)
    if imported.keys is KeyMode.FILE:
        click.echo(f"Each stands in a file of its own in {FOLDER}/ beside the YAML; keep that folder out of git.", err=True)
    elif manner.out is not None:
        _write_example((manner.out if manner.is_folder else manner.out.parent) / EXAMPLE, imported)


def _write_example(path: Path, imported: Imported) -> None:
    """Write the names of all secrets to *path*, unless something stands there."""
    there = writing.read_text(path)
    if there is None:
        writing.write(path, "".join(f"{comment(needed.purpose)}\n{needed.name}=\n" for needed in imported.needed))
        click.echo(f"{path}: written", err=True)
        return
    named = {line.partition("=")[0].strip() for line in there.splitlines()}
    missing = [needed.name for needed in imported.needed if needed.name not in named]
    if missing:
        click.echo(f"{path} is there already and lacks: {', '.join(missing)}", err=True)


def count(number: int, what: str) -> str:
    """Return *number* with *what*, in the plural where it is one."""
    return f"{number} {what}{'' if number == 1 or what == 'more' else 's'}"
