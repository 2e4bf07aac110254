"""`chanops add`: a new channel's YAML from an address and a reference to a key."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chanops.cli import options, writing
from chanops.cli.drafting import open_desk
from chanops.cli.exit_codes import ExitCode
from chanops.cli.messages import echo_text
from chanops.cli.suggesting import suggest_sites
from chanops.domain.finding import Severity, error
from chanops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from chanops.authoring.adding import Addition
    from chanops.cli.drafting import Desk
    from chanops.config.references import Reference
    from chanops.domain.secret import Secret

FRESH = "version: 1\n"
BY_HAND = "or name them with --models"


@click.command("add")
@click.argument("site", shell_complete=suggest_sites)
@options.files
@options.flag("--base-url", required=True, env=False, metavar="URL", help="The upstream's address, in any form.")
@options.flag(
    "--key", required=True, env=False, metavar="REFERENCE", help="Its key by reference: '${env:NAME}' or '${file:PATH}'."
)
@options.flag(
    "--type", "type_name", env=False, metavar="T", help="Its protocol.  [default: what the address or the upstream tells]"
)
@options.flag("--models", env=False, multiple=True, metavar="NAMES",
              help="Its models, with commas; may be given again.  [default: what the upstream lists for the key]")  # fmt: skip
@options.flag("--name", env=False, metavar="N", help="The channel's name.  [default: host | key (auto)]")
@options.flag("--into", type=click.Path(dir_okay=False, path_type=Path), env=False, metavar="FILE",
              help="Put it into FILE, whose comments and order stay.  [default: stdout]")  # fmt: skip
@options.plain
def command(
    site: str,
    files: tuple[Path, ...],
    *,
    base_url: str,
    key: str,
    type_name: str | None,
    models: tuple[str, ...],
    name: str | None,
    into: Path | None,
) -> ExitCode:
    """Write the YAML of a new channel of SITE.

    The address gets the gateway's form. Type and models are proposed by asking the upstream. A channel of the same type,
    address and key, in the files or on the site, is refused. Nothing is written to any site: `chanops apply` does that.
    """
    from chanops.authoring import adding  # noqa: PLC0415 - keeps --help fast

    url, given = adding.check_url(base_url), adding.read_models(models)
    desk = open_desk(files, site, *([into] if into else []))
    secret = adding.read_key(key, lambda reference: _look_up(desk, reference))
    types = (adding.read_type(desk.site.kind, type_name),) if type_name else adding.propose_types(desk.site.kind, url)
    chosen, listed = (types[0], given) if given else asyncio.run(_ask(desk, types, url, secret))
    addition = adding.Addition(
        name or adding.propose_name(url, secret),
        chosen,
        adding.in_form(site, chosen, url, desk.live.dialect),
        secret,
        listed,
    )
    addition = adding.with_provider(addition, url, desk.load({}, os.environ).whole.providers)
    _refuse_twins(desk, addition)
    _write(desk, addition, into)
    return ExitCode.OK


def _look_up(desk: Desk, reference: Reference) -> str:
    """Return the value of the key. Raises ConfigError when there is none."""
    from chanops.config.lookups import Lookups  # noqa: PLC0415 - keeps --help fast
    from chanops.config.surroundings import Surroundings  # noqa: PLC0415

    try:
        return reference.value(Surroundings(os.environ, Path(), desk.configuration.ledger, Lookups()))
    except LookupError as fault:
        raise ConfigError([error(f"${{{reference.source}}} {fault.args[0]}", *fault.args[1:])]) from None


async def _ask(desk: Desk, types: tuple[str | int, ...], url: str, key: Secret) -> tuple[str | int, tuple[str, ...]]:
    """Return the first of *types* under which the upstream lists models for *key*, and these."""
    from chanops.domain.discovery import Failure, Models  # noqa: PLC0415 - keeps --help fast
    from chanops.upstreams.line import Line  # noqa: PLC0415
    from chanops.upstreams.models import list_models  # noqa: PLC0415
    from chanops.upstreams.provider import find_provider  # noqa: PLC0415

    line, reasons = Line(desk.configuration.ledger), []
    try:
        for type_name in types:
            provider = find_provider(desk.site.kind, {"type": type_name, "base_url": url, "key": key})
            found = provider if isinstance(provider, Failure) else await list_models(line, provider)
            if isinstance(found, Models):
                return type_name, found.names
            reasons.append(f"as {type_name}: {found.reason}")
    finally:
        await line.close()
    raise UsageError(f"the upstream does not say which models it has: {'; '.join(reasons)}; mend that, {BY_HAND}")


def _refuse_twins(desk: Desk, addition: Addition) -> None:
    """Raise UsageError when the channel is there already; say so when that cannot be told."""
    from chanops.authoring.adding import find_twins  # noqa: PLC0415 - keeps --help fast
    from chanops.render.escape import escape  # noqa: PLC0415

    undeclared = [channel for channel in desk.live.channels if channel.remote_id not in desk.known]
    if any(channel.name == addition.name for channel in undeclared):
        raise UsageError(f"a channel {addition.name} lives on the site and is not declared; choose another name with --name")
    what = "has the same type, address and key"
    for twin in find_twins(addition, desk.site.channels, desk.live.dialect)[0]:
        raise UsageError(f"{twin} is declared already and {what}; add models to it instead")
    sure, unsure = find_twins(addition, undeclared, desk.live.dialect)
    for twin in sure:
        raise UsageError(f"{twin} lives on the site and {what}; `chanops import {twin.site} --names '{twin.name}'` declares it")
    for twin in unsure:
        click.echo(f"{escape(str(twin))} has the same type and address; the gateway does not show its key", err=True)


def _write(desk: Desk, addition: Addition, into: Path | None) -> None:
    """Put the channel into *into*, or print it as a file of its own; what would not load is refused."""
    from chanops.authoring.layout import put_in  # noqa: PLC0415 - keeps --help fast

    there = writing.read_text(into) if into else None
    try:
        text = put_in(there or FRESH, ("sites", desk.site.name, "channels"), addition.lines)
    except UsageError as fault:
        raise UsageError(
            f"{into} cannot be added to: {fault}; leave --into out and give what is printed as one more -f"
        ) from None
    loaded = desk.load({str(into or "what is added"): text}, os.environ, without=[into] if into else [])
    errors = [found for found in loaded.findings if found.severity is Severity.ERROR]
    if errors:
        raise ConfigError(errors)
    if into is None:
        echo_text(text)
        return
    writing.write(into, text)
    click.echo(f"{into}: {addition.name} added", err=True)
