"""A first configuration out of a live site: which gateway it is, its account, and its channels; no secret reaches a file."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from chanops import config
from chanops.authoring.starting import CREDENTIALS, SITE, Beginning, names_in, stub
from chanops.cli.drafting import Desk
from chanops.cli.embedded import SCHEME, read_url
from chanops.cli.import_ import count
from chanops.cli.loading import Configuration
from chanops.cli.signals import run_async
from chanops.config.files import DEFAULTS
from chanops.config.urls import complaint, userinfo
from chanops.domain.secret import Ledger
from chanops.domain.vocabulary import KIND_TITLES, SiteKind
from chanops.errors import ConfigError, GatewayError, UsageError

if TYPE_CHECKING:
    from chanops.authoring.references import KeyMode
    from chanops.domain.gateway import LiveSite

TOKEN: Final = "CHANOPS_INIT_TOKEN"  # noqa: S105 - the name of a variable
USER_ID: Final = "CHANOPS_INIT_USER_ID"
USER: Final = "CHANOPS_INIT_USER"
PASSWORD: Final = "CHANOPS_INIT_PASSWORD"  # noqa: S105 - the name of a variable


class Account(NamedTuple):
    """An administrator's account: values of the variables that the file refers to, and the number that goes with a token."""

    values: dict[str, str]
    user_id: int | None = None


def begin_from(url: str, kind: SiteKind | None, keys: KeyMode) -> Beginning:
    """Return the configuration of the site at *url* with its channels; asks for the account. Raises what keeps it from that."""
    if userinfo(url) or (set("?#") & set(url) and not url.startswith(SCHEME)):
        raise UsageError("the address may hold a secret: give it without user, query and fragment; the account is asked for")
    if not url.startswith(SCHEME) and (words := complaint(url)):
        raise UsageError("--from: " + "; ".join(words))
    ledger = Ledger()
    known = kind or _find_kind(url, ledger)
    account = ask_account(known)
    for value in account.values.values():
        ledger.remember(value)
    text = stub(known, url, user_id=account.user_id)
    configuration = _load(text, account, ledger)
    live = run_async(_read(configuration))
    if isinstance(live, GatewayError):
        raise live
    owners = {channel.mark.owner for channel in live.channels if channel.mark} - {""}
    if len(owners) == 1:  # the site was managed before, and its marks say by whom
        text = stub(known, url, user_id=account.user_id, owner=owners.pop())
        configuration = _load(text, account, ledger)
    return _import(text, configuration, live, keys)


def ask_account(kind: SiteKind) -> Account:
    """Return the account from CHANOPS_INIT_…, or as somebody types it, unseen. Raises UsageError when nobody can."""
    given = os.environ
    if kind is SiteKind.NEWAPI and given.get(TOKEN):
        return Account({"NEWAPI_TOKEN": given[TOKEN]}, _number(given.get(USER_ID, "")))
    user, password = f"{kind.upper()}_USER", f"{kind.upper()}_PASSWORD"
    if given.get(PASSWORD):
        return Account({user: given.get(USER, "admin"), password: given[PASSWORD]})
    if not sys.stdin.isatty():
        names = f"{TOKEN} and {USER_ID}, or " if kind is SiteKind.NEWAPI else ""
        raise UsageError(f"nobody is there to ask for the account: run it on a terminal, or set {names}{USER} and {PASSWORD}")
    if kind is SiteKind.NEWAPI:
        token = _ask("System access token (empty: log in with a password)", hide_input=True, default="")
        if token:
            return Account({"NEWAPI_TOKEN": token}, _number(_ask("Number of its user", default="1")))
    return Account({user: _ask("User name"), password: _ask("Password", hide_input=True)})


def _ask(what: str, *, hide_input: bool = False, default: str | None = None) -> str:
    shown = bool(default)
    answer: str = click.prompt(what, hide_input=hide_input, default=default, show_default=shown, err=True)
    return answer.strip()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"a token goes with the number of its user, a whole number from 1 ({USER_ID})")
    return int(text)


def _find_kind(url: str, ledger: Ledger) -> SiteKind:
    if url.startswith(SCHEME):
        return SiteKind(read_url(url)[0])
    kind = run_async(_recognise(url, ledger))
    if kind is None:
        raise UsageError(f"what answers there is neither {' nor '.join(KIND_TITLES.values())}; --kind says which it is")
    return kind


async def _recognise(url: str, ledger: Ledger) -> SiteKind | None:
    from chanops.gateways.http import Link  # noqa: PLC0415 - keeps --help fast
    from chanops.gateways.pacing import Pacer  # noqa: PLC0415
    from chanops.gateways.recognition import find_kind  # noqa: PLC0415

    link = Link(SITE, url.rstrip("/"), ledger=ledger, pacer=Pacer(), timeout=15)
    try:
        return await find_kind(link)
    finally:
        await link.close()


def _load(text: str, account: Account, ledger: Ledger) -> Configuration:
    """Return *text* as a configuration, its references found in *account*. Raises ConfigError."""
    loaded = config.load([], environ={**os.environ, **account.values}, ledger=ledger, beside={DEFAULTS[0]: text})
    if loaded.has_errors:
        raise ConfigError(loaded.findings)
    return Configuration(replace(loaded.desired, files=(DEFAULTS[0],)), loaded.findings, ledger)


async def _read(configuration: Configuration) -> LiveSite | GatewayError:
    from chanops.cli.session import open_gateways  # noqa: PLC0415 - keeps --help fast
    from chanops.engine.refresh import refresh  # noqa: PLC0415

    async with open_gateways(configuration) as gateways:
        return (await refresh(gateways))[SITE]


def _import(text: str, configuration: Configuration, live: LiveSite, keys: KeyMode) -> Beginning:
    from chanops.authoring.importing import Wanted, import_channels  # noqa: PLC0415 - keeps --help fast

    (site,) = configuration.desired.sites
    desk = Desk((), configuration, site, live, ())
    imported = import_channels(
        site,
        live,
        Wanted(keys=keys, taken=frozenset(names_in(text))),
        lambda beside, environ: desk.load({DEFAULTS[0]: text, **beside}, environ),
        desk.judge,
    )
    part = imported.part(is_whole=True)
    made = text if part.is_empty else part.put_into(text)
    purposes = {name: CREDENTIALS[site.kind].get(name, "") for name in names_in(text)}
    notes = [f"{count(len(imported.stated), 'channel')} of {KIND_TITLES[site.kind]} imported as {SITE}."]
    if imported.silent:
        notes.append(f"{count(len(imported.silent), 'more')} cannot be declared: the comments say why.")
    return Beginning(made, purposes | {needed.name: needed.purpose for needed in imported.needed}, notes)
