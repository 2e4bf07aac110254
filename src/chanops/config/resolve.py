"""Every reference that the given sites need, looked up: what has no value is a finding at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chanops.domain.finding import by_severity_and_place
from chanops.domain.resources import ChannelState
from chanops.domain.secret import Secret
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.finding import Finding
    from chanops.domain.site import Desired, Site


def check_references(desired: Desired) -> tuple[Finding, ...]:
    """Return a finding for every reference of *desired* that has no value; each value is looked up once."""
    secrets = {id(secret): secret for site in desired.sites for secret in _secrets_of(site)}
    found = {finding: None for secret in secrets.values() for finding in _resolve(secret)}
    return tuple(sorted(found, key=by_severity_and_place))


def _secrets_of(site: Site) -> Iterator[Secret]:
    yield from _inside((site.url, site.auth.access_token, site.auth.username, site.auth.password))
    for channel in site.channels:
        if channel.state is ChannelState.PRESENT:
            yield from _inside(tuple(channel.fields.values()))


def _inside(value: object) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _inside(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _inside(item)


def _resolve(secret: Secret) -> tuple[Finding, ...]:
    try:
        secret.reveal()
    except ConfigError as fault:
        return fault.findings
    return ()
