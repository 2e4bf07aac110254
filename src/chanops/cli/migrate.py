"""`chanops migrate`: the live channels of one site as YAML for another, with all that is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from chanops.authoring.references import KeyMode
from chanops.cli import options, writing
from chanops.cli.drafting import open_desks
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_json, echo_text, show_findings
from chanops.cli.suggesting import suggest_sites
from chanops.cli.supplying import read_example, secrets_to_json, tell_secrets, write_example
from chanops.domain import finding
from chanops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chanops.authoring.losses import Loss
    from chanops.authoring.migrating import End, Migrated, Migration
    from chanops.cli.drafting import Desk
    from chanops.domain.finding import Finding
    from chanops.domain.plan import SitePlan
    from chanops.domain.resources import DesiredChannel

HOW_ELSE = "--merge goes on in it, or name another file"


class Place(NamedTuple):
    """Where the YAML goes: to stdout, or to a file, which *merge* goes on in."""

    out: Path | None
    merge: bool

    @property
    def folder(self) -> Path | None:
        """Return where its `.env.example` stands."""
        return self.out.parent if self.out else None


class Written(NamedTuple):
    """What was written: each file with what became of it, and the list of secrets, if one was."""

    files: Mapping[Path, str]
    example: Path | None


@click.command("migrate")
@click.argument("source", metavar="FROM", shell_complete=suggest_sites)
@click.argument("target", metavar="TO", shell_complete=suggest_sites)
@options.files
@options.flag("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the YAML there, with a .env.example beside it.  [default: stdout]")  # fmt: skip
@options.flag("--names", default="*", metavar="GLOB", help="Only channels whose name matches.")
@options.flag("--merge", is_flag=True, help="Go on in a file that is there; its comments and its order stay.")
@options.flag("--on-conflict", type=click.Choice(["fail", "skip", "overwrite"]), default="fail", show_default=True,
              help="What to do with a channel whose name TO has already, live or declared.")  # fmt: skip
@options.flag("--keys", type=click.Choice(["env", "file"]), default="env", show_default=True,
              help="Keys as references to variables or to files.")  # fmt: skip
@options.text_or_json
@options.plain
def command(
    source: str,
    target: str,
    files: tuple[Path, ...],
    *,
    names: str,
    on_conflict: str,
    keys: str,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - click's options
) -> ExitCode:
    """Write the live channels of the site FROM as YAML for the site TO.

    The YAML goes to stdout, what is lost of each channel to stderr. It goes together with the files that declare TO: give it as
    a second -f, then plan and apply as usual. Keys become references. Nothing is written to any site.
    """
    from chanops.authoring.migrating import OnConflict, Wish, migrate  # noqa: PLC0415 - keeps --help fast

    place = Place(**given)
    _require_sense(source, target, place)
    former, other = open_desks(files, (source, target), *([place.out] if place.merge and place.out else []))
    wish = Wish(names, KeyMode(keys), OnConflict(on_conflict), other.variables(), read_example(place.folder))
    migration = migrate(_end(former), _end(other), wish)
    if wish.on_conflict is OnConflict.FAIL and migration.conflicts:
        raise ConfigError([_conflict(one) for one in migration.conflicts])
    written = _write(other, migration, place)
    screen, diagnostics = former.configuration.ledger.screen, [*former.live.findings, *other.live.findings]
    if as_json:
        echo_json(_to_json(migration, diagnostics, screen))
    else:
        _tell(migration, diagnostics, screen, written, place)
    is_skipped = bool(migration.conflicts) and wish.on_conflict is OnConflict.SKIP
    return ExitCode.OK if migration.stated or is_skipped else ExitCode.ERROR


def _require_sense(source: str, target: str, place: Place) -> None:
    if source == target:
        raise UsageError(f"FROM and TO are both {source}: name two sites")
    if place.merge and place.out is None:
        raise click.UsageError("--merge goes with --out: it says which file to go on in")


def _write(target: Desk, migration: Migration, place: Place) -> Written:
    """Write the file, or go on in the one that is there, and the names of the secrets beside it."""
    files: Mapping[Path, str] = {}
    if place.out and migration.stated:
        files = _go_on(target, migration, place.out) if place.merge else _begin(migration, place.out)
    return Written(files, write_example(place.folder, migration.needed, migration.keys))


def _begin(migration: Migration, out: Path) -> Mapping[Path, str]:
    return writing.write_all_new({out: migration.text()}, HOW_ELSE)


def _go_on(target: Desk, migration: Migration, out: Path) -> Mapping[Path, str]:
    from chanops.cli.merging import put_in_files  # noqa: PLC0415 - keeps --help fast

    return put_in_files(target, {out: migration.part()}, {})


def _tell(
    migration: Migration, diagnostics: Sequence[Finding], screen: Callable[[str], str], written: Written, place: Place
) -> None:
    """Print the YAML where it goes to no file, and on stderr what is lost, what was written and which secrets it needs."""
    if place.out is None and migration.stated:
        echo_text(migration.text())
    _report(migration, diagnostics, screen)
    for path, state in written.files.items():
        echo_text(f"{path}: {state}", err=True)
    tell_secrets(place.folder, migration.needed, migration.keys)
    if written.example:
        echo_text(f"{written.example}: written", err=True)


def _end(desk: Desk) -> End:
    from chanops.authoring.migrating import End  # noqa: PLC0415 - keeps --help fast

    def judge(channels: Sequence[DesiredChannel], overwritten: frozenset[str]) -> SitePlan:
        pairs = tuple(pair for pair in desk.pairs if pair.desired.name not in overwritten)
        return replace(desk, pairs=pairs).judge(channels)

    declared = {pair.live.remote_id: pair.desired for pair in desk.pairs if pair.live}
    return End(desk.site, desk.live, desk.load, judge, declared)


def _conflict(one: Migrated) -> Finding:
    detail = "leave it out with --on-conflict skip, or write it all the same with --on-conflict overwrite"
    return finding.error(one.conflict, detail, address=one.address)


def _to_json(migration: Migration, diagnostics: Sequence[Finding], screen: Callable[[str], str]) -> dict[str, Any]:
    from chanops.render.finding_json import FORMAT_VERSION  # noqa: PLC0415 - only for JSON
    from chanops.render.finding_json import diagnostics as to_diagnostics  # noqa: PLC0415

    return {
        "format_version": FORMAT_VERSION,
        "yaml": migration.text(),
        "channels": [_channel_to_json(one, screen) for one in migration.channels],
        "secrets": secrets_to_json(migration.needed),
        "diagnostics": to_diagnostics(diagnostics),
    }


def _channel_to_json(one: Migrated, screen: Callable[[str], str]) -> dict[str, Any]:
    losses = [{"field": loss.field, "what": screen(loss.what), "advice": screen(loss.advice)} for loss in one.losses]
    refused = screen(one.refused) if one.refused else None
    return {"address": str(one.address), "from": str(one.former), "losses": losses, "refused": refused}


def _report(migration: Migration, diagnostics: Sequence[Finding], screen: Callable[[str], str]) -> None:
    """Tell on stderr what is lost of each channel, and which are refused."""
    from chanops.render.escape import escape  # noqa: PLC0415 - keeps --help fast

    if diagnostics:
        show_findings(diagnostics, as_json=False)
    for one in migration.channels:
        for line in _lines(one):
            echo_text(escape(screen(line)), err=True)
    number, written = len(migration.channels), len(migration.stated)
    left_out = f", {number - written} left out" if number > written else ""
    what = f"{written} of {number} channels of {migration.source} written for {migration.site}{left_out}."
    echo_text(what if number else f"{migration.source} has no such channels: nothing to migrate.", err=True)


def _lines(one: Migrated) -> Iterator[str]:
    if one.refused:
        yield f"{one.former} left out: {one.refused}"
        return
    if one.conflict:
        yield f"{one.address} is overwritten: {one.conflict}; take the former declaration out, if there is one"
    if one.losses:
        yield f"{one.former} -> {one.address}"
    yield from (_line(loss) for loss in one.losses)


def _line(loss: Loss) -> str:
    advice = f"; {loss.advice}" if loss.advice else ""
    return f"  {loss.field or 'channel'}: {loss.what}{advice}"
