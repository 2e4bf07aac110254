"""Sites whose url is `sandbox:…`: an emulated gateway inside this process (DESIGN 10)."""

from __future__ import annotations

import os
import urllib.parse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chanops.domain.secret import Secret
from chanops.domain.site import Auth
from chanops.domain.value import reveal
from chanops.errors import UsageError

if TYPE_CHECKING:
    import httpx

    from chanops.domain.site import Site
    from chanops.sandbox.gateway import Credentials, Sandbox

SCHEME: Final = "sandbox:"
NEWEST: Final = {"newapi": "head", "octopus": "g4"}
URL: Final = "http://sandbox.invalid"
NEEDS_EXTRA: Final = "the sandbox needs starlette and uvicorn: install chanops with its extra `sandbox`"


@dataclass(frozen=True, slots=True)
class Embedded:
    """An emulated gateway that stands in for *site*, with the transport that reaches it."""

    site: Site
    transport: httpx.AsyncBaseTransport
    sandbox: Sandbox


def is_embedded(site: Site) -> bool:
    """Tell whether *site* is emulated."""
    return isinstance(site.url, str) and site.url.startswith(SCHEME)


def open_embedded(site: Site, folder: Path) -> Embedded:
    """Open the emulated gateway of *site*; its state is a SQLite file in *folder*, kept between runs."""
    try:
        import httpx  # noqa: PLC0415 - only for sites

        from chanops import sandbox  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(NEEDS_EXTRA) from None
    import sqlite3  # noqa: PLC0415 - only for emulated sites

    gateway, generation = read_url(str(site.url))
    try:
        emulated = sandbox.create(
            gateway, generation, db=folder / f"{site.name}.sqlite3", credentials=_declared_credentials(site, gateway)
        )
    except ImportError:
        raise UsageError(NEEDS_EXTRA) from None
    except (ValueError, OSError, sqlite3.Error) as fault:
        raise UsageError(f"{site.name}: the sandbox cannot be opened: {fault}") from None
    credentials = emulated.credentials
    known = Auth(
        access_token=Secret(credentials.access_token) if credentials.access_token and gateway == "newapi" else None,
        user_id=credentials.user_id,
        username=credentials.username,
        password=Secret(credentials.password),
    )
    return Embedded(replace(site, auth=known), httpx.ASGITransport(app=emulated.app, raise_app_exceptions=False), emulated)


def read_url(url: str) -> tuple[str, str]:
    """Return the gateway and the generation that a `sandbox:` URL names."""
    gateway, _, query = url.removeprefix(SCHEME).partition("?")
    chosen = urllib.parse.parse_qs(query).get("generation")
    return gateway, chosen[0] if chosen else NEWEST[gateway]


def state_folder(files: tuple[str, ...]) -> Path:
    """Return where emulated gateways keep their state: CHANOPS_SANDBOX_DIR, else `.chanops` beside the YAML."""
    if chosen := os.environ.get("CHANOPS_SANDBOX_DIR"):
        return Path(chosen)
    first = Path(files[0]) if files else Path()
    return (first if first.is_dir() else first.parent) / ".chanops"


def _declared_credentials(site: Site, gateway: str) -> Credentials | None:
    """Return the credentials the file declares, so that the emulated account has exactly these; None: its defaults."""
    from chanops.sandbox.gateway import Credentials  # noqa: PLC0415 - an extra

    auth = site.auth
    if not (auth.access_token or auth.password):
        return None
    defaults = {"newapi": ("root", "sandbox-password"), "octopus": ("admin", "admin")}[gateway]
    return Credentials(
        access_token=auth.access_token.reveal() if auth.access_token else None,
        user_id=auth.user_id or (1 if gateway == "newapi" else None),
        username=str(reveal(auth.username)) if auth.username else defaults[0],
        password=auth.password.reveal() if auth.password else defaults[1],
    )
