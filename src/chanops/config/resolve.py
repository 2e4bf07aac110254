"""Every reference that the given sites need, looked up: what has no value is a finding at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chanops.config import urls
from chanops.config.ahead import look_up_ahead
from chanops.config.references import Template
from chanops.domain.finding import by_severity_and_place, error, warning
from chanops.domain.loopback import is_loopback
from chanops.domain.secret import Secret
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.finding import Finding
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Desired, Site

_ADDRESSES = ("base_url", "base_urls")


def check_references(desired: Desired) -> tuple[Finding, ...]:
    """Return a finding for every reference of *desired* without a usable value, and for every file that is named and missing.

    Each value is looked up once, and remembered in the ledger that the files were loaded with.
    """
    look_up_ahead(templates_of(desired))
    found: dict[Finding, None] = {}
    for site in desired.sites:
        found.update(dict.fromkeys(_check_site(site)))
        for channel in site.channels:
            if not channel.is_absent:
                found.update(dict.fromkeys(_check_channel(channel)))
    return tuple(sorted(found, key=by_severity_and_place))


def check_addresses(desired: Desired) -> tuple[Finding, ...]:
    """Return a warning for every site whose address, given by a reference, takes credentials unencrypted over a network."""
    return tuple(
        warning("credentials will travel unencrypted", "write https://", field="url").at(site.range)
        for site in desired.sites
        if isinstance(site.url, Secret) and _is_unencrypted(site.url.reveal().strip())
    )


def _is_unencrypted(url: str) -> bool:
    scheme, host = urls.scheme_and_host(url)
    return scheme == "http" and not is_loopback(host)


def templates_of(desired: Desired) -> Iterator[Template]:
    """Yield every text with references that the sites of *desired* need and that nobody asked for yet."""
    for site in desired.sites:
        present = (channel.fields for channel in site.channels if not channel.is_absent)
        for secret in _inside((*_of_site(site), *present)):
            if isinstance(secret.source, Template):
                yield secret.source


def _of_site(site: Site) -> tuple[str | Secret | None, ...]:
    return site.url, site.auth.access_token, site.auth.username, site.auth.password


def _check_site(site: Site) -> Iterator[Finding]:
    for secret in _inside(_of_site(site)):
        yield from _missing(secret)
    if isinstance(site.url, Secret) and _is_unusable(site.url, is_site=True):
        yield error(f"{site.url.reference} gives no address", "write https://…", field="url").at(site.range)
    for name in ("ca_file", "client_cert", "client_key"):
        path = getattr(site.tls, name)
        if path and not Path(path).is_file():
            summary = f"the {name} of {site.name} is not there"
            yield error(summary, "paths are relative to the file that names them", field=f"tls.{name}").at(site.range)


def _check_channel(channel: DesiredChannel) -> Iterator[Finding]:
    for path, value in channel.fields.items():
        for secret in _inside(value):
            yield from _missing(secret)
            if path in _ADDRESSES and _is_unusable(secret):
                finding = error(
                    f"{secret.reference} gives no address",
                    "write https://…",
                    field=path,
                    rule="url-form",
                    address=channel.address,
                )
                yield finding.at(channel.origins.get(path))


def _inside(value: object) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _inside(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _inside(item)


def _missing(secret: Secret) -> tuple[Finding, ...]:
    try:
        secret.reveal()
    except ConfigError as fault:
        return fault.findings
    return ()


def _is_unusable(secret: Secret, *, is_site: bool = False) -> bool:
    """Tell whether *secret* has a value that is no address; what is wrong with it would tell of the value."""
    if secret.reference is None or _missing(secret):
        return False
    value = secret.reveal().strip()
    if is_site:
        return not value.startswith("sandbox:") and (urls.complaint(value) is not None or bool(urls.userinfo(value)))
    return value not in urls.PLAN_WORDS and urls.complaint(value) is not None
