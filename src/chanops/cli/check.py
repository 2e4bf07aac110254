"""`chanops check`: what is wrong with the channels though a plan might go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chanops import config
from chanops.cli import options
from chanops.cli.choice import Choice, choose
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_json, echo_text, show_findings, use_colour
from chanops.domain.finding import Severity, error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chanops.cli.checking import Run
    from chanops.domain.finding import Finding
    from chanops.domain.policy import Selection
    from chanops.domain.site import Desired

FORMATS = ("text", "json", "sarif")
ROUNDS = 6  # of repairs: one may bring the next to light


@click.command()
@options.files
@options.selection
@options.flag("--static", "is_static", is_flag=True, help="Look at the files alone: no network, no secrets.")
@options.flag("--select", multiple=True, metavar="RULE", help="Only this rule, an id or a glob; may be given again.")
@options.flag("--ignore", multiple=True, metavar="RULE", help="Not this rule, an id or a glob; may be given again.")
@options.flag("--fix", "fixes", is_flag=True, help="Mend in the files what can be mended safely.")
@options.flag("--strict", is_flag=True, help="Let warnings fail, too.")
@options.flag("--list-rules", "lists_rules", is_flag=True, help="Show every rule, and look at nothing.")
@options.format_of(*FORMATS, help="How to print the findings.  [default: text]")
@options.as_json
@options.no_color
def command(files: tuple[Path, ...], **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """Look for what is wrong with the channels: in the files, on the sites, at their upstreams.

    Writes nothing to any site and costs no tokens. Exit code 1 when a finding is an error, or a warning with --strict.
    `allow: [{RULE: why}]` on a channel silences a rule there.
    """
    output, selection = options.take_format(given), options.take_selection(given)
    choice = choose(given["select"], given["ignore"])
    if given["lists_rules"]:
        show_rules(choice, as_json=output == "json")
        return ExitCode.OK
    is_static, fixes, mended = given["is_static"], given["fixes"], list[str]()
    try:
        found, loaded = _check(list(files) or None, selection, choice, mended, is_static=is_static, fixes=fixes)
    except KeyboardInterrupt as leaving:
        if not mended:
            raise
        return _report_interruption(leaving, len(mended), as_json=output == "json")
    _show(found, loaded.desired, output, mended if fixes else None, no_color=given["no_color"])
    failing = {Severity.ERROR, Severity.WARNING} if given["strict"] else {Severity.ERROR}
    return ExitCode.ERROR if any(one.severity in failing for one in found) else ExitCode.OK


def _check(
    files: Sequence[Path] | None, selection: Selection, choice: Choice, mended: list[str], *, is_static: bool, fixes: bool
) -> tuple[tuple[Finding, ...], config.Loaded]:
    """Return what is found, and in which files; what was mended before goes into *mended*."""
    if fixes:
        _mend_files(files, selection, choice, mended)
    found, run, loaded = _look(files, selection, choice, is_static=is_static)
    if fixes:
        from chanops.cli.repairing import mend  # noqa: PLC0415 - only on demand

        # what only the sites could tell: a line that is no longer needed
        if more := mend(files, loaded, run, filter(choice.wants, found)):
            _tell(more, mended)
            found, _, loaded = _look(files, selection, choice, is_static=is_static)
    return found, loaded


def _mend_files(files: Sequence[Path] | None, selection: Selection, choice: Choice, mended: list[str]) -> None:
    """Mend what the files alone can tell; a line for each repair goes into *mended*."""
    from chanops.cli.repairing import mend  # noqa: PLC0415 - only on demand

    for _ in range(ROUNDS):
        found, run, loaded = _look(files, selection, choice, is_static=True)
        more = mend(files, loaded, run, _asked_for(found, choice, selection))
        _tell(more, mended)
        if not more:
            break


def _tell(more: Sequence[str], mended: list[str]) -> None:
    """Say at once what was written, and add it to *mended*: what comes next may fail."""
    from chanops.render.escape import escape  # noqa: PLC0415 - keeps --help fast

    mended += more
    for line in more:
        echo_text(f"mended: {escape(line)}", err=True)


def _report_interruption(leaving: KeyboardInterrupt, number: int, *, as_json: bool) -> ExitCode:
    """Say that files were written before the run was stopped."""
    from chanops.render.words import count_of  # noqa: PLC0415 - only on the way to an error

    repairs = f"{count_of(number, 'repair')} {'was' if number == 1 else 'were'} made in the files"
    show_findings([error(f"interrupted: {repairs}, and nothing was written to any site")], as_json=as_json)
    code: ExitCode = getattr(leaving, "code", ExitCode.INTERRUPTED)
    return code


def _look(
    files: Sequence[Path] | None, selection: Selection, choice: Choice, *, is_static: bool
) -> tuple[tuple[Finding, ...], Run, config.Loaded]:
    """Load the files and look: at them alone, or at the sites and upstreams too."""
    from chanops.cli.checking import check_files, check_sites  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.loading import Configuration, select_sites  # noqa: PLC0415
    from chanops.cli.signals import run_async  # noqa: PLC0415
    from chanops.domain.secret import Ledger  # noqa: PLC0415

    ledger = Ledger()
    loaded = config.load(files, ledger=ledger)
    desired = loaded.desired if loaded.has_errors else select_sites(loaded.desired, selection.sites)
    missing = () if is_static or loaded.has_errors else config.check_references(desired)
    if is_static or loaded.has_errors or missing:
        run = check_files(loaded, desired)
        run.findings += missing
    else:
        run = run_async(check_sites(loaded, Configuration(desired, loaded.findings, ledger)))
    if not loaded.has_errors:
        run.look_at_allowances()
    stopping = {
        one for one in run.sorted() if loaded.has_errors and one.severity is Severity.ERROR
    }  # nothing else was looked at
    found = (one for one in run.sorted() if one in stopping or (choice.wants(one) and _is_wanted(one, selection, desired)))
    return tuple(found), run, loaded


def _asked_for(found: Sequence[Finding], choice: Choice, selection: Selection) -> list[Finding]:
    """Return what may be mended: what is shown unasked since it keeps the rest from being looked at is left alone."""
    from chanops.engine.planner import is_selected  # noqa: PLC0415 - keeps --help fast

    chosen = (one for one in found if choice.wants(one))
    return [one for one in chosen if one.address is None or is_selected(one.address, selection)]


def _is_wanted(found: Finding, selection: Selection, desired: Desired) -> bool:
    """Tell whether *found* is of no channel, or of one that is looked at."""
    from chanops.engine.planner import is_selected  # noqa: PLC0415 - keeps --help fast

    if found.address is None:
        return True
    return is_selected(found.address, selection) and any(site.name == found.address.site for site in desired.sites)


def _show(found: Sequence[Finding], desired: Desired, output: str, mended: Sequence[str] | None, *, no_color: bool) -> None:
    if output == "json":
        from chanops.render.report_json import validate_to_json  # noqa: PLC0415 - one format a run

        more = {} if mended is None else {"mended": list(mended)}
        echo_json(validate_to_json(found) | more)
    elif output == "sarif":
        from chanops import __version__  # noqa: PLC0415 - one format a run
        from chanops.render.sarif import findings_to_sarif  # noqa: PLC0415

        echo_json(findings_to_sarif(found, version=__version__, files=desired.files))
    else:
        from chanops.render.findings_text import render_checked, render_findings  # noqa: PLC0415 - one format a run

        colour = use_colour(no_color=no_color)
        echo_text(render_findings(found, colour=colour) if found else render_checked(desired, colour=colour))


def show_rules(choice: Choice, *, as_json: bool) -> None:
    """Print every rule of *choice*: its id, how bad it is, what it needs, what it means."""
    from chanops.domain.rules import ALLOWABLE, RULES  # noqa: PLC0415 - keeps --help fast

    rules = [rule for rule in RULES.values() if choice.has(rule.id)]
    if as_json:
        from chanops.render.finding_json import FORMAT_VERSION  # noqa: PLC0415 - only for JSON

        rows = [
            {"id": rule.id, "severity": rule.severity.value, "needs": rule.needs.value, "fixable": rule.is_fixable,
             "allowable": rule.id in ALLOWABLE, "summary": rule.sentence}
            for rule in rules
        ]  # fmt: skip
        echo_json({"format_version": FORMAT_VERSION, "rules": rows})
        return
    width = max((len(rule.id) for rule in rules), default=0)
    for rule in rules:
        mark = "  (--fix)" if rule.is_fixable else ""
        echo_text(f"{rule.id:<{width}}  {rule.severity:<7}  {rule.needs:<8}  {rule.sentence}{mark}")
