"""Who calls, and whether they may: the two ladders of contracts/new-api.md 1.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.sandbox.newapi.accounts import User
from chanops.sandbox.newapi.answers import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.sandbox.newapi.accounts import Accounts
    from chanops.sandbox.newapi.profile import Profile

MOST_WORDS = 2


def authenticate(
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
    accounts: Accounts,
    profile: Profile,
    *,
    role: int,
    action: str | None,
) -> User:
    """Return the caller, or refuse: an unknown one, or one without the *role* or the permission for *action*."""
    if not profile.stateless_auth:
        return _authenticate_with_session(headers, cookies, accounts, role)
    user = _authenticate_stateless(headers, accounts)
    if user.role < role:
        raise RefusedError("insufficient privileges", status=403, code="AUTH_INSUFFICIENT_PRIVILEGE")
    if profile.permissions and action is not None and not user.may(action):
        raise RefusedError("permission denied", status=403)
    return user


def _authenticate_with_session(headers: Mapping[str, str], cookies: Mapping[str, str], accounts: Accounts, role: int) -> User:
    """Climb BASE's ladder: credential, user id present, an integer, the caller's, not banned, role."""
    user = _session_user(cookies.get("session", ""), accounts) or _token_user(headers, accounts)
    claimed = headers.get("new-api-user", "").strip()
    if not claimed:
        raise RefusedError("New-Api-User is missing", status=401)
    if _as_int(claimed) is None:
        raise RefusedError("New-Api-User is no number", status=401)
    if _as_int(claimed) != user.id:
        raise RefusedError("New-Api-User is somebody else", status=401)
    if not user.is_enabled:
        raise RefusedError("the user is banned")
    if user.role < role:
        raise RefusedError("insufficient privileges")
    return user


def _session_user(token: str, accounts: Accounts) -> User | None:
    """Return the user of a cookie session, with the role of the moment of the login (1.4)."""
    session = accounts.session(token)
    if session is None or accounts.is_over(session):
        return None
    user = accounts.by_id(session.user_id)
    return None if user is None else User(user.id, user.username, session.role, is_enabled=True)


def _token_user(headers: Mapping[str, str], accounts: Accounts) -> User:
    header = headers.get("authorization", "").strip()
    if not header:
        raise RefusedError("not logged in and no access token given", status=401)
    user = accounts.by_token(header.removeprefix("Bearer "))
    if user is None:
        raise RefusedError("the access token is invalid")
    return user


def _authenticate_stateless(headers: Mapping[str, str], accounts: Accounts) -> User:
    """Return the user of a header of one or two words, whatever else is sent."""
    words = headers.get("authorization", "").split()
    is_bearer = len(words) == MOST_WORDS and words[0].lower() == "bearer"
    if not (is_bearer or len(words) == 1):
        raise RefusedError("not logged in", status=401, code="AUTH_UNAUTHORIZED")
    token = words[-1]
    if accounts.is_revoked(token):
        raise RefusedError("the session was revoked", status=401, code="AUTH_SESSION_REVOKED")
    session = accounts.session(token)
    if session is not None and accounts.is_over(session):
        raise RefusedError("the token has expired", status=401, code="AUTH_TOKEN_EXPIRED")
    user = accounts.by_id(session.user_id) if session is not None else accounts.by_token(token)
    if user is None:
        raise RefusedError("the access token is invalid", status=401, code="AUTH_UNAUTHORIZED")
    if not user.is_enabled:
        raise RefusedError("the user is banned", status=401, code="AUTH_USER_DISABLED")
    return user


def _as_int(text: str) -> int | None:
    try:
        return int(text) if text.isascii() and "_" not in text else None
    except ValueError:
        return None
