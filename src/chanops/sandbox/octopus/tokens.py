"""Login tokens: HS256 JWTs signed with the user's name and password hash, so that they outlive a restart but no new password.

contracts/octopus.md 2.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import secrets
from typing import Any

_HEADER = {"alg": "HS256", "typ": "JWT"}
_NANOSECONDS = 10**9


def issue(secret: str, now: float, expires: float) -> str:
    """Return a token that is good from *now* until *expires*."""
    claims = {"iss": "octopus", "exp": math.ceil(expires), "nbf": int(now), "iat": int(now)}
    signed = f"{_encode(json.dumps(_HEADER).encode())}.{_encode(json.dumps(claims).encode())}"
    return f"{signed}.{_sign(secret, signed)}"


def is_good(token: str, secret: str, now: float) -> bool:
    """Return whether *token* was issued with *secret* and is still good."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _sign(secret, signed).encode()):
        return False
    claims: dict[str, Any] = json.loads(_decode(signed.partition(".")[2]))
    return bool(claims["nbf"] <= now < claims["exp"])


def lifetime(expire: int, unit: int) -> float:
    """Return the seconds that a positive *expire* means, wrapped as Go's 64-bit nanoseconds do."""
    wrapped = (expire * unit * _NANOSECONDS + 2**63) % 2**64 - 2**63
    return wrapped / _NANOSECONDS


def hash_password(password: str) -> str:
    """Return what the database keeps of *password* (the real one takes bcrypt; a sandbox has no need to be slow)."""
    salt = secrets.token_hex(8)
    return f"{salt}${_digest(salt, password)}"


def matches(password: str, hashed: str) -> bool:
    """Return whether *password* is the one that was *hashed*."""
    salt, _, digest = hashed.partition("$")
    return hmac.compare_digest(digest.encode(), _digest(salt, password).encode())


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}{password}".encode()).hexdigest()


def _sign(secret: str, text: str) -> str:
    return _encode(hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
