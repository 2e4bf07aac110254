"""`chanops init`: the first files of a repository, from nothing or from a live site; nothing is ever overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chanops.cli import options, writing
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_json, echo_text
from chanops.config.files import DEFAULTS
from chanops.domain.vocabulary import SiteKind
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.authoring.starting import Beginning

NEXT = ("chanops validate", "chanops plan", "chanops apply")
LOGIN = ("cp .env.example .env   # and fill it in", "set -a; . ./.env; set +a")
IGNORE = ".gitignore"


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]")
@options.flag("--ci", type=click.Choice(["github", "gitlab"]), default=None, help="Write the workflow of this platform, too.")
@options.flag("--kind", type=click.Choice([kind.value for kind in SiteKind]), default=None,
              help="The gateway program.  [default: newapi; with --from what answers there]")  # fmt: skip
@options.flag("--from", "url", env=False, metavar="URL", help="Import the channels of the site that runs there.")
@options.flag("--keys", type=click.Choice(["env", "ignore"]), default="env", show_default=True,
              help="With --from: keys as references to variables, or left as they are.")  # fmt: skip
@options.text_or_json
@options.plain
def command(folder: Path | None, *, ci: str | None, kind: str | None, url: str | None, keys: str, as_json: bool) -> ExitCode:
    """Write a first commented channels.yaml, .gitignore and .env.example into DIR (default: here).

    From nothing the site is emulated, so that `chanops plan` works at once. With --from the account of that site is asked for
    and its channels are imported; credentials become references and stand in no file. What is there already is left as it is.
    """
    target = folder or Path()
    _require_free(target)
    wanted = SiteKind(kind) if kind else None
    begun = _from_site(url, wanted, keys) if url else _from_nothing(wanted or SiteKind.NEWAPI)
    written, left = _write(target, _texts(begun, ci))
    steps = [*([f"cd {target}"] if folder else []), *(LOGIN if url else ()), *NEXT]
    if as_json:
        echo_json({"format_version": "1.0", "written": written, "left": left, "next": steps})
        return ExitCode.OK
    for name in written:
        echo_text(f"{name}: written")
    for name in left:
        echo_text(f"{name}: is there already, left as it is")
    for note in begun.notes:
        echo_text(note)
    echo_text("\nNext:\n" + "\n".join(f"  {step}" for step in steps))
    return ExitCode.OK


def _require_free(target: Path) -> None:
    """Raise UsageError where a configuration stands already."""
    for name in DEFAULTS:
        if (target / name).exists():
            raise UsageError(f"{target / name} is there already: nothing was written; name another folder, or go on with it")


def _from_nothing(kind: SiteKind) -> Beginning:
    from chanops.authoring.starting import CREDENTIALS, Beginning, names_in, starter  # noqa: PLC0415 - keeps --help fast

    text = starter(f"{kind}.yaml")
    known = {**CREDENTIALS[kind], "VENDOR_KEY": "vendor: the upstream's key"}
    return Beginning(text, {name: known.get(name, "") for name in names_in(text)})


def _from_site(url: str, kind: SiteKind | None, keys: str) -> Beginning:
    from chanops.authoring.references import KeyMode  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.beginning import begin_from  # noqa: PLC0415

    return begin_from(url, kind, KeyMode(keys))


def _texts(begun: Beginning, ci: str | None) -> dict[str, str]:
    from chanops.authoring.starting import WORKFLOWS, env_example, workflow  # noqa: PLC0415 - keeps --help fast

    texts = {DEFAULTS[0]: begun.text, ".env.example": env_example(begun.purposes)}
    if ci:
        texts[WORKFLOWS[ci]] = workflow(ci, begun.purposes)
    return texts


def _write(target: Path, texts: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Write what is not there; return what was written, and what was left."""
    from chanops.authoring.starting import with_ignored  # noqa: PLC0415 - keeps --help fast

    written, left = [], []
    for name, text in texts.items():
        if (target / name).exists():
            left.append(name)
        else:
            writing.write(target / name, text)
            written.append(name)
    there = writing.read_text(target / IGNORE)
    ignored = with_ignored(there)
    if ignored != there:
        writing.write(target / IGNORE, ignored)
        written.append(IGNORE)
    return written, left
