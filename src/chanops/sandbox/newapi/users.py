"""Set-up, login, tokens and users: contracts/new-api.md 1.4 to 1.7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.newapi.accounts import ACTIONS, ADMIN, COMMON, ROOT
from chanops.sandbox.newapi.answers import JsonResponse, RefusedError, ok

if TYPE_CHECKING:
    from starlette.responses import Response

    from chanops.sandbox.newapi.accounts import User
    from chanops.sandbox.newapi.server import Call

MONTH_S = 30 * 24 * 3600
JWT_S = 15 * 60
REFRESH_COOKIE = "refresh_token"


async def show_setup(_: Call) -> dict[str, Any]:
    """Answer GET `/api/setup`: a sandbox is set up from the start."""
    return {"success": True, "data": {"status": True, "root_init": False, "database_type": ""}}


async def set_up(_: Call) -> dict[str, Any]:
    """Answer POST `/api/setup`."""
    raise RefusedError("the system is set up already")


async def log_in(call: Call) -> Response:
    """Answer POST `/api/user/login`: a cookie session at BASE, a short-lived token at HEAD."""
    body = call.json({"username": "string", "password": "string"})
    name, password = body.get("username", "").strip(), body.get("password", "")
    user = call.server.accounts.by_password(name, password)
    if user is None:
        raise RefusedError("user name or password is wrong, or the user is banned")
    if call.server.profile.stateless_auth:
        return _issue_jwt(call, user)
    token, _ = call.server.accounts.open_session(user, MONTH_S)
    response = JsonResponse(ok(_describe(user)))
    response.set_cookie("session", token, max_age=MONTH_S, httponly=True, samesite="strict")
    return response


def _issue_jwt(call: Call, user: User) -> Response:
    token, session = call.server.accounts.open_session(user, JWT_S)
    refresh, _ = call.server.accounts.open_session(user, MONTH_S)
    data = {
        "access_token": token,
        "token_type": "Bearer",
        "access_expires_at": int(session.expires_at),
        "session": {"sid": refresh[-16:]},
        "user": _describe(user) | {"permissions": _permissions(call, user)},
    }
    response = JsonResponse(ok(data))
    response.set_cookie(REFRESH_COOKIE, refresh, max_age=MONTH_S, httponly=True, samesite="strict")
    return response


def _describe(user: User) -> dict[str, Any]:
    facts = {"id": user.id, "username": user.username, "display_name": user.username, "role": user.role}
    return facts | {"status": 1 if user.is_enabled else 2, "group": "default"}


async def refresh(call: Call) -> Response:
    """Answer POST `/api/user/auth/refresh`."""
    accounts = call.server.accounts
    cookie = call.request.cookies.get(REFRESH_COOKIE, "")
    session = accounts.session(cookie)
    user = None if session is None or accounts.is_over(session) else accounts.by_id(session.user_id)
    if user is None:
        raise RefusedError("not logged in", status=401, code="AUTH_UNAUTHORIZED")
    accounts.close_session(cookie)
    return _issue_jwt(call, user)


async def log_out(call: Call) -> dict[str, Any]:
    """Answer GET `/api/user/logout` (BASE) and POST `/api/user/auth/logout` (HEAD)."""
    for token in (*call.request.cookies.values(), *call.request.headers.get("authorization", "").split()):
        call.server.accounts.close_session(token)
    return ok()


async def renew_token(call: Call) -> dict[str, Any]:
    """Answer GET `/api/user/token`: a new token, and the former is dead."""
    return ok(call.server.accounts.renew_token(call.caller))


async def show_self(call: Call) -> dict[str, Any]:
    """Answer GET `/api/user/self`."""
    user = call.caller
    quota = {"quota": 0, "used_quota": 0, "request_count": 0, "aff_code": "", "inviter_id": 0}
    shown = _describe(user) | {"email": ""} | quota
    if call.server.profile.self_shows_token:
        return ok(shown | {"access_token": call.server.accounts.token_of(user)})
    return ok(shown | {"permissions": _permissions(call, user)})


def _permissions(call: Call, user: User) -> dict[str, Any]:
    shown: dict[str, Any] = {"sidebar_settings": user.role < ROOT, "sidebar_modules": _modules(user)}
    if call.server.profile.permissions:
        shown["admin_permissions"] = {"channel": {action: user.may(action) for action in ACTIONS}}
    return shown


def _modules(user: User) -> dict[str, Any]:
    if user.role >= ROOT:
        return {}
    return {"admin": {"setting": False} if user.role >= ADMIN else False}


async def manage(call: Call) -> dict[str, Any]:
    """Answer POST `/api/user/manage`: ban, free, promote, demote or delete a user of a lower role."""
    body = call.json({"id": "int", "action": "string"})
    accounts = call.server.accounts
    user = accounts.by_id(body.get("id", 0))
    if user is None:
        raise RefusedError("the user does not exist")
    if user.role >= call.caller.role:
        raise RefusedError("insufficient privileges")
    change = CHANGES.get(body.get("action", ""))
    if body.get("action") == "delete":
        accounts.delete(user.id)
    elif change is not None:
        accounts.change(user.id, *change)
    else:
        raise RefusedError("unknown action")
    now = accounts.by_id(user.id) or user
    return ok({"role": now.role, "status": 1 if now.is_enabled else 2})


CHANGES = {
    "disable": ("is_enabled", 0),
    "enable": ("is_enabled", 1),
    "promote": ("role", ADMIN),
    "demote": ("role", COMMON),
}


async def show_key(call: Call) -> dict[str, Any]:
    """Answer POST `/:id/key`: nobody here has a second factor."""
    raise RefusedError("verification is needed", status=403, code=call.server.profile.key_refusal_code)
