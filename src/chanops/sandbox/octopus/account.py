"""The one user: login, and change of name and password (contracts/octopus.md 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chanops.sandbox.octopus import tokens
from chanops.sandbox.octopus.access import NO_ENTRY
from chanops.sandbox.octopus.envelope import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.store import Store

BCRYPT_LIMIT = 72


@dataclass(frozen=True)
class User:
    """The user in memory."""

    name: str
    hashed: str

    @property
    def secret(self) -> str:
        """What tokens are signed with: any change makes all of them invalid."""
        return self.name + self.hashed


def load_user(store: Store, name: str, password: str) -> User:
    """Return the stored user; the first start makes one of *name* and *password*."""
    row = store.row("SELECT * FROM users")
    if row is None:
        row = {"username": name, "password": tokens.hash_password(password)}
        store.execute("INSERT INTO users (username, password) VALUES (?, ?)", tuple(row.values()))
    return User(row["username"], row["password"])


def check(state: State, request: Request) -> None:
    """Raise unless *request* brings a good token."""
    access = state.profile.access
    if not tokens.is_good(access.token(request), state.user.secret, state.clock.now()):
        raise access.turn_away()


def login(state: State, call: Call) -> Response:
    """Hand out a token; a wrong name and a wrong password are answered alike."""
    body = call.decode({"username": "string", "password": "string", "expire": "int"})
    user = state.user
    if body.get("username", "") != user.name or not tokens.matches(body.get("password", ""), user.hashed):
        raise Refusal(401, NO_ENTRY)
    expire = body.get("expire", 0)
    now = state.clock.now()
    expires = now + state.profile.access.seconds(expire)
    return state.profile.access.hand_out(tokens.issue(user.secret, now, expires), expires, expire)


def status(_state: State, _call: Call) -> str:
    """Answer that the caller is known."""
    return "ok"


def change_password(state: State, call: Call) -> str:
    """Change the password; one too long for bcrypt leaves the user in memory broken until a restart."""
    body = call.decode({"old_password": "string", "new_password": "string"})
    new = body.get("new_password", "")
    if not tokens.matches(body.get("old_password", ""), state.user.hashed):
        raise Refusal(500, "Database operation failed")
    if len(new.encode()) > BCRYPT_LIMIT:
        state.user = replace(state.user, hashed=new)
        raise Refusal(500, "Database operation failed")
    _save(state, replace(state.user, hashed=tokens.hash_password(new)))
    return "password changed successfully"


def change_username(state: State, call: Call) -> str:
    """Change the name; the same name is refused, an empty one is not."""
    new = call.decode({"new_username": "string"}).get("new_username", "")
    if new == state.user.name:
        raise Refusal(500, "new username is the same as the old one")
    _save(state, replace(state.user, name=new))
    return "username changed successfully"


def _save(state: State, user: User) -> None:
    state.store.execute("UPDATE users SET username = ?, password = ?", (user.name, user.hashed))
    state.user = user
