"""`chanops lock`: ask for the model lists of all rules, and keep them in a file that is committed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode, worst
from chanops.cli.loading import load_configuration, require_references
from chanops.cli.messages import echo_json, echo_text, show_findings
from chanops.domain.finding import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.loading import Configuration
    from chanops.domain.address import Address
    from chanops.domain.lock import Lock, LockEntry
    from chanops.domain.policy import Selection
    from chanops.engine.models import Resolved


@click.command()
@options.files
@options.selection
@options.flag("--check", is_flag=True, help="Write nothing; exit with 2 when the lock would change.")
@options.text_or_json
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
    resolved = asyncio.run(_resolve(configuration))
    after = renew(before, resolved, selection, configuration)
    is_changed = after.entries != before.entries
    if is_changed and not check:
        path.write_text(write_lock(after), encoding="utf-8")
    show(before, after, resolved, path, as_json=as_json, check=check)
    return worst(
        ExitCode.REFUSED if resolved.guards else ExitCode.OK,
        ExitCode.ERROR if resolved.failed else ExitCode.OK,
        ExitCode.PENDING if is_changed and check else ExitCode.OK,
    )


async def _resolve(configuration: Configuration) -> Resolved:
    from chanops.cli.asking import open_asking  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.engine.models import Resolved, resolve_models  # noqa: PLC0415
    from chanops.engine.refresh import refresh  # noqa: PLC0415
    from chanops.errors import GatewayError  # noqa: PLC0415

    async with open_gateways(configuration) as gateways, open_asking(configuration, ignores_lock=True) as asking:
        if asking is None:
            return Resolved(configuration.desired)
        live = await refresh(gateways)
        for held in live.values():
            if isinstance(held, GatewayError):
                raise held
        return await resolve_models(configuration.desired, live, gateways, asking)


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
    """Say what changed in the lock, channel by channel."""
    changes = {address: _moved(before, after, address) for address in sorted(before.entries.keys() | after.entries.keys())}
    moved = {str(address): sides for address, sides in changes.items() if any(sides.values())}
    if as_json:
        echo_json(_to_json(moved, resolved))
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
    what = ("would change" if check else "written") if moved else "nothing has changed"
    echo_text(f"{path}: {what}, {count_of(len(after.entries), 'list')}.")


def _to_json(moved: dict[str, dict[str, list[str]]], resolved: Resolved) -> dict[str, Any]:
    from chanops.render.finding_json import FORMAT_VERSION, diagnostics  # noqa: PLC0415 - only for JSON
    from chanops.render.plan_json import guard_to_json  # noqa: PLC0415

    return {
        "format_version": FORMAT_VERSION,
        "changed": bool(moved),
        "channels": moved,
        "guards": [guard_to_json(hit) for hit in resolved.guards],
        "diagnostics": diagnostics(resolved.findings),
    }


def _moved(before: Lock, after: Lock, address: Address) -> dict[str, list[str]]:
    old = set(before.entries[address].models) if address in before.entries else set()
    new = set(after.entries[address].models) if address in after.entries else set()
    return {"added": sorted(new - old), "removed": sorted(old - new)}
