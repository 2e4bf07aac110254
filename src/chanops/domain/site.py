"""A site as the files describe it: where it is, how to log in, what chanops may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from chanops.domain.finding import Range
    from chanops.domain.policy import Guards, Manage
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.secret import Secret
    from chanops.domain.vocabulary import SiteKind


class Auth(NamedTuple):
    """Credentials of the admin account; a New API site takes a token with its user id, or a password login."""

    access_token: Secret | None = None
    user_id: int | None = None
    username: str | Secret | None = None
    password: Secret | None = None


class Tls(NamedTuple):
    """How the site's certificate is checked, and the client's own."""

    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Site:
    """One running gateway, as the YAML names it; *url* may hold a reference, so it is text or a secret."""

    name: str
    kind: SiteKind
    url: str | Secret
    auth: Auth
    manage: Manage
    guards: Guards
    owner: str = ""
    tls: Tls = Tls()  # noqa: RUF009 - a value that does not change
    timeout: float = 30.0
    parallelism: int | None = None
    channels: tuple[DesiredChannel, ...] = ()
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """What all files together want: every site with its channels, and where it was read from."""

    sites: tuple[Site, ...]
    files: tuple[str, ...] = ()
    digest: str = ""
