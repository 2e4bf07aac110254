"""`chanops lock`: ask for the model lists of all rules, and keep them in a file that is committed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode, worst
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.messages import echo_json, echo_text, show_findings
from chanops.cli.signals import run_async
from chanops.cli.writing import write
from chanops.domain import finding
from chanops.domain.finding import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.loading import Configuration
    from chanops.domain.address import Address
    from chanops.domain.lock import Lock, LockEntry
    from chanops.domain.policy import Selection
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Desired
    from chanops.engine.models import Resolved


@click.command()
@options.files
@options.selection
@options.flag("--check", is_flag=True, help="Write nothing; exit with 2 when the lock would change.")
@options.text_or_json
@options.plain
def command(files: tuple[Path, ...], *, check: bool, as_json: bool, **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """Ask for the model list of every rule, and write chanops.lock.yaml.

    Commit it: from then on plans take the lists from there, need no upstream, and a new model arrives as a reviewed line.
    The lists of an unchanged upstream make an unchanged file. A list that cannot be had, or that shrank too far, leaves its
    entry as it was; the exit code is 1 or 3 then.
    """
    from chanops.config.lock_file import lock_path, read_lock, write_lock  # noqa: PLC0415 - keeps --help fast

    selection = options.take_selection(given)
    configuration = load_configuration(files, selection.sites)
    require_references(configuration)
    path = lock_path(configuration.desired.files)
    before = read_lock(path)
    resolved = run_async(_resolve(configuration, selection))
    after = renew(before, resolved, selection, configuration)
    is_changed = after.entries != before.entries
    if is_changed and not check:
        write(path, write_lock(after))
    show(before, after, resolved, path, as_json=as_json, check=check)
    has_errors = any(found.severity is Severity.ERROR for found in resolved.findings)
    return worst(
        ExitCode.REFUSED if resolved.guards else ExitCode.OK,
        ExitCode.ERROR if resolved.failed or has_errors else ExitCode.OK,
        ExitCode.PENDING if is_changed and check else ExitCode.OK,
    )


async def _resolve(configuration: Configuration, selection: Selection) -> Resolved:
    """Look up the rules of the channels that are wanted; a site that cannot be read is told, and the others go on."""
    from chanops.cli.asking import open_asking  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.engine.models import Resolved, resolve_models  # noqa: PLC0415
    from chanops.engine.refresh import refresh  # noqa: PLC0415
    from chanops.errors import GatewayError  # noqa: PLC0415

    wanted = _with_rules(configuration.desired, selection)
    async with open_gateways(configuration) as gateways, open_asking(configuration, ignores_lock=True) as asking:
        if asking is None:
            return Resolved(wanted)
        live = await refresh(gateways)
        resolved = await resolve_models(wanted, live, gateways, asking)
    for site in wanted.sites:
        if isinstance(fault := live[site.name], GatewayError):
            summary = f"{site.name} cannot be read: {fault.reason}; its entries stay as they are"
            resolved.findings.append(finding.error(summary, fault.hint, rule="site-unread").at(site.range))
    return resolved


def _with_rules(desired: Desired, selection: Selection) -> Desired:
    """Return *desired* with the rules of the selected channels alone: nobody is asked for the others."""
    from chanops.engine.planner import is_selected  # noqa: PLC0415 - keeps --help fast

    def without(channel: DesiredChannel) -> DesiredChannel:
        return channel if is_selected(channel.address, selection) else replace(channel, rule=None)

    return replace(desired, sites=tuple(replace(site, channels=tuple(map(without, site.channels))) for site in desired.sites))


def renew(before: Lock, resolved: Resolved, selection: Selection, configuration: Configuration) -> Lock:
    """Return the lock after a run: what was looked up anew, and as it was what nobody asked for or could be told."""
    from chanops.domain.lock import Lock  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.planner import is_selected  # noqa: PLC0415

    sites = {site.name for site in configuration.desired.sites}
    ruled = {c.address for site in configuration.desired.sites for c in site.channels if c.rule}
    kept = {
        address: entry
        for address, entry in before.entries.items()
        if address in ruled or address.site not in sites or not is_selected(address, selection)
    }
    found = {
        address: _dated(entry, before.entries.get(address))
        for address, entry in resolved.lists.items()
        if is_selected(address, selection) and address not in resolved.shrunk
    }
    return Lock(kept | found)


def _dated(entry: LockEntry, before: LockEntry | None) -> LockEntry:
    """Return *entry* with the time its list last changed: another time alone is no change."""
    if before and before.models == entry.models and before.rule == entry.rule:
        return before
    return entry._replace(changed=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def show(before: Lock, after: Lock, resolved: Resolved, path: Path, *, as_json: bool, check: bool) -> None:
    """Say what changed in the lock, channel by channel; a rule may change though its list does not."""
    changes = {address: _moved(before, after, address) for address in sorted(before.entries.keys() | after.entries.keys())}
    moved = {str(address): sides for address, sides in changes.items() if any(sides.values())}
    if as_json:
        echo_json(_to_json(moved, resolved, is_changed=after.entries != before.entries))
        return
    from chanops.render.escape import escape  # noqa: PLC0415 - keeps --help fast
    from chanops.render.words import count_of  # noqa: PLC0415

    for address, sides in moved.items():
        echo_text(escape(address))
        for symbol, names in (("-", sides["removed"]), ("+", sides["added"])):
            for name in names:
                echo_text(f"  {symbol} {escape(name)}")
    for hit in resolved.guards:
        echo_text(f"Refused: {escape(hit.message)}\n  To go on: {escape(hit.lift_yaml)}", err=True)
    errors = [found for found in resolved.findings if found.severity is not Severity.NOTICE]
    if errors:
        show_findings(errors, as_json=False)
    is_changed = after.entries != before.entries
    what = ("would change" if check else "written") if is_changed else "nothing has changed"
    echo_text(f"{path}: {what}, {count_of(len(after.entries), 'list')}.")


def _to_json(moved: dict[str, dict[str, list[str]]], resolved: Resolved, *, is_changed: bool) -> dict[str, Any]:
    from chanops.render.finding_json import FORMAT_VERSION, diagnostics  # noqa: PLC0415 - only for JSON
    from chanops.render.plan_json import guard_to_json  # noqa: PLC0415

    return {
        "format_version": FORMAT_VERSION,
        "changed": is_changed,
        "channels": moved,
        "guards": [guard_to_json(hit) for hit in resolved.guards],
        "diagnostics": diagnostics(resolved.findings),
    }


def _moved(before: Lock, after: Lock, address: Address) -> dict[str, list[str]]:
    old = set(before.entries[address].models) if address in before.entries else set()
    new = set(after.entries[address].models) if address in after.entries else set()
    return {"added": sorted(new - old), "removed": sorted(old - new)}
