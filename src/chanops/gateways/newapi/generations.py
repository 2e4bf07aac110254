"""Which New API this is: one row of data for each generation, and the shapes that belong to servers chanops does not speak.

BASE and HEAD are those of contracts/new-api.md 0.1; what tells them apart is in 0.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chanops.errors import NotUnderstoodError, UnauthorisedError, UnknownGenerationError

if TYPE_CHECKING:
    from chanops.gateways.newapi.wire import Account

ADMIN: Final = 10  # contracts/new-api.md 1.2
WINDOW: Final = 180.0  # seconds in which calls are counted (contracts/new-api.md 2.3)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one generation does differently."""

    name: str
    last_type: int
    status_in_put: bool
    """BASE changes `status` by PUT; HEAD refuses the key there and has calls of its own (contracts/new-api.md 6.2)."""
    checks_settings: bool
    """HEAD refuses `settings` that do not parse; BASE stores them and wipes the row later (contracts/new-api.md 4.4)."""
    has_http_settings: bool
    """The HEAD keys of contracts/new-api.md 4.5 and 4.6."""
    usual_limit: int
    """Calls in 180 seconds that the gateway allows unless its operator changed it (contracts/new-api.md 2.3)."""


BASE: Final = Profile("base", last_type=57, status_in_put=True, checks_settings=False, has_http_settings=False, usual_limit=180)
HEAD: Final = Profile("head", last_type=60, status_in_put=False, checks_settings=True, has_http_settings=True, usual_limit=360)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the account may do with channels; BASE has roles only, so an administrator may do everything there."""

    operate: bool = True
    write: bool = True
    sensitive_write: bool = True


def recognise(site: str, account: Account) -> tuple[Profile, Permissions]:
    """Return the generation and the permissions that the account's own record shows.

    Raises UnauthorisedError when the account cannot even read channels.
    """
    if account.role < ADMIN:
        raise UnauthorisedError(
            site,
            f"the account's role is {account.role}, and channels need an administrator's (role {ADMIN} or higher)",
            hint="use the access token and user_id of an administrator",
        )
    admin = account.permissions.admin_permissions if account.permissions else None
    if admin is None:
        return BASE, Permissions()
    granted = admin.channel
    if granted is None or not granted.read:
        raise UnauthorisedError(
            site,
            "the account lacks the permission to read channels",
            hint="let a root account grant it `channel: read`, or use another account",
        )
    return HEAD, Permissions(granted.operate, granted.write, granted.sensitive_write)


_YOUNGER_COLUMNS: Final = ("settings", "header_override", "remark", "channel_info", "param_override")


def list_data(site: str, data: Any, what: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the list's `data` when it has the modern shape; name the family that has the other one otherwise."""
    if isinstance(data, list):
        raise UnknownGenerationError(
            site,
            f"{what} answers a bare list: a New API from before June 2025, One API or Veloera",
            hint="chanops speaks New API from 2025-09 on: update the gateway",
        )
    if isinstance(data, dict) and "total_count" in data and "items" not in data:
        raise UnknownGenerationError(site, f"{what} answers `data` with `total_count`: One Hub or Done Hub, not New API")
    if not isinstance(data, dict):
        raise NotUnderstoodError(site, f"{what}: data: an object was expected")
    _check_columns(site, data.get("items"), what)
    return data


def _check_columns(site: str, items: object, what: str) -> None:
    first = items[0] if isinstance(items, list) and items else None
    missing = [column for column in _YOUNGER_COLUMNS if isinstance(first, dict) and column not in first]
    if missing:
        raise UnknownGenerationError(
            site,
            f"{what}: channels without `{missing[0]}`: a New API from before September 2025, or a fork of one",
            hint="update the gateway",
        )
