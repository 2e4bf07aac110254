"""The users of an emulated gateway, their tokens and their sessions: contracts/new-api.md 1.1, 1.2, 1.4."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chanops.sandbox.clock import Clock
    from chanops.sandbox.gateway import Credentials, SandboxUser
    from chanops.sandbox.store import Store

COMMON, ADMIN, ROOT = 1, 10, 100
ACTIONS = ("read", "operate", "write", "sensitive_write", "secret_view")
GRANTED_TO_ADMINS = frozenset({"read", "operate", "write"})
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
TOKEN_LENGTH = 32

DDL = """CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, username TEXT UNIQUE, password TEXT, role INTEGER, is_enabled INTEGER DEFAULT 1,
    access_token TEXT UNIQUE, permissions TEXT DEFAULT '[]'
)"""


@dataclass(frozen=True)
class User:
    """One account."""

    id: int
    username: str
    role: int
    is_enabled: bool
    extra_permissions: frozenset[str] = frozenset()

    def may(self, action: str) -> bool:
        """Say whether the user holds a channel permission (HEAD)."""
        if self.role >= ROOT:
            return True
        return self.role >= ADMIN and action in GRANTED_TO_ADMINS | self.extra_permissions


@dataclass(frozen=True)
class Session:
    """A login: whose, with the role it had then, and until when."""

    user_id: int
    role: int
    expires_at: float


class Accounts:
    """All users of one emulated gateway; sessions end with the process."""

    def __init__(self, store: Store, clock: Clock) -> None:
        store.execute(DDL)
        self._store = store
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._revoked: set[str] = set()

    def provision_root(self, credentials: Credentials) -> None:
        """Make the root account exactly that of *credentials*, whatever the database held before."""
        with self._store.transaction():
            self._store.execute("DELETE FROM users WHERE role = ? OR id = ?", [ROOT, credentials.user_id])
            self._insert(credentials.user_id, credentials.username, ROOT, credentials.access_token)
        self.set_password(credentials.username, credentials.password)

    def provision(self, users: tuple[SandboxUser, ...]) -> None:
        """Make more users, with ids from 2 on."""
        for user_id, user in enumerate(users, 2):
            with self._store.transaction():
                self._store.execute("DELETE FROM users WHERE id = ?", [user_id])
                self._insert(user_id, user.name, user.role, user.access_token, user.permissions)

    def _insert(self, user_id: int | None, name: str, role: int, token: str | None, permissions: tuple[str, ...] = ()) -> None:
        self._store.execute(
            "INSERT INTO users (id, username, role, access_token, permissions) VALUES (?, ?, ?, ?, ?)",
            [user_id, name, role, token, json.dumps(permissions)],
        )

    def set_password(self, username: str, password: str) -> None:
        """Store a password, hashed."""
        self._store.execute("UPDATE users SET password = ? WHERE username = ?", [_hash(username, password), username])

    def by_id(self, user_id: int) -> User | None:
        """Return the user with an id."""
        return self._one("id = ?", user_id)

    def by_token(self, token: str) -> User | None:
        """Return the user whose access token this is."""
        return self._one("access_token = ?", token) if token else None

    def by_password(self, username: str, password: str) -> User | None:
        """Return the enabled user who may log in so."""
        user = self._one("username = ?", username)
        fits = user is not None and self._one("password = ?", _hash(username, password)) == user
        return user if user is not None and fits and user.is_enabled else None

    def _one(self, condition: str, value: object) -> User | None:
        row = self._store.row(f"SELECT * FROM users WHERE {condition}", [value])  # noqa: S608 - our own SQL
        if row is None:
            return None
        permissions = frozenset(json.loads(row["permissions"]))
        return User(row["id"], row["username"], row["role"], bool(row["is_enabled"]), permissions)

    def token_of(self, user: User) -> str:
        """Return the access token of *user*."""
        row = self._store.row("SELECT access_token FROM users WHERE id = ?", [user.id])
        return str(row["access_token"] or "") if row else ""

    def renew_token(self, user: User) -> str:
        """Give *user* a new access token; the former is dead at once (1.5)."""
        token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
        self._store.execute("UPDATE users SET access_token = ? WHERE id = ?", [token, user.id])
        return token

    def change(self, user_id: int, column: str, value: int) -> None:
        """Change the role of a user, or whether the account is enabled."""
        assert column in ("role", "is_enabled")
        self._store.execute(f"UPDATE users SET {column} = ? WHERE id = ?", [value, user_id])  # noqa: S608

    def delete(self, user_id: int) -> None:
        """Delete a user."""
        self._store.execute("DELETE FROM users WHERE id = ?", [user_id])

    def open_session(self, user: User, seconds: float) -> tuple[str, Session]:
        """Log *user* in; return the session's token."""
        token = f"session.{secrets.token_urlsafe(24)}"
        session = Session(user.id, user.role, self._clock.now() + seconds)
        self._sessions[token] = session
        return token, session

    def session(self, token: str) -> Session | None:
        """Return the session of a token, even one that is over."""
        return self._sessions.get(token)

    def is_over(self, session: Session) -> bool:
        """Say whether a session has expired."""
        return self._clock.now() >= session.expires_at

    def close_session(self, token: str) -> None:
        """Log out."""
        if self._sessions.pop(token, None):
            self._revoked.add(token)

    def is_revoked(self, token: str) -> bool:
        """Say whether the session of a token was closed."""
        return token in self._revoked


def _hash(username: str, password: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), username.encode(), 1000).hex()
