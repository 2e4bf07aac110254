"""The session with one site: log in, show the credential, renew it once when it ran out (contracts/octopus.md 2)."""

from __future__ import annotations

import asyncio
import re
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.value import reveal
from chanops.domain.wording import fit_to_show
from chanops.errors import NotUnderstoodError, UnauthorisedError
from chanops.gateways.http import is_header_text
from chanops.gateways.octopus.envelope import IS_IT_ONE, read_first

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chanops.domain.site import Auth
    from chanops.gateways.answer import Answer
    from chanops.gateways.http import Link

LOGIN: Final = "/api/v1/user/login"
AUTH_COOKIE: Final = re.compile(r"(?:^|,)\s*auth=([^;,\s]+)")


class LoginShape(StrEnum):
    """What a login answers with: a token (up to v0.9) or a cookie (from v0.10 on)."""

    TOKEN = "token"  # noqa: S105 - a shape, not a secret
    COOKIE = "cookie"


class Session:
    """Sends calls with the login's credential; a 401 did nothing, so after one the login is renewed and the call repeated."""

    def __init__(self, link: Link, auth: Auth) -> None:
        self.shape: LoginShape | None = None
        self._link = link
        self._auth = auth
        self._headers: Mapping[str, str] = {}
        self._logins = 0
        self._lock = asyncio.Lock()

    async def send(self, call: Callable[..., Awaitable[Answer]], method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        """Send through *call* (the link's `read` or `write`), logged in."""
        if not self._logins:
            await self._log_in(0)
        for _ in range(2):
            logins = self._logins
            answer = await call(method, path, headers=self._headers, **options)
            if answer.status != HTTPStatus.UNAUTHORIZED:
                return answer
            await self._log_in(logins)
        raise UnauthorisedError(self._link.site, f"{method} {path}: refused right after a login")

    async def _log_in(self, seen: int) -> None:
        """Log in, unless another call has done so since *seen* logins.

        Without `expire`: its unit depends on the generation, its default of 15 minutes does not.
        """
        async with self._lock:
            if self._logins != seen:
                return
            answer = await self._link.read("POST", LOGIN, json=self._credentials())
            self._link.forget_cookies()  # the header below is the one place that carries the credential
            token = self._token(answer)
            if not is_header_text(token):
                raise NotUnderstoodError(
                    self._link.site, f"POST {LOGIN}: the credential holds characters that no header can carry"
                )
            self._link.ledger.remember(token)
            is_cookie = self.shape is LoginShape.COOKIE
            self._headers = {"Cookie": f"auth={token}"} if is_cookie else {"Authorization": f"Bearer {token}"}
            self._logins += 1

    def _credentials(self) -> dict[str, str]:
        username, password = (str(reveal(part) or "") for part in (self._auth.username, self._auth.password))
        if not username:
            raise UnauthorisedError(self._link.site, "Octopus needs auth: {username, password}")
        self._link.ledger.remember(password)
        return {"username": username, "password": password}

    def _token(self, answer: Answer) -> str:
        site, what = self._link.site, f"POST {LOGIN}"
        envelope = read_first(site, answer, what)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise UnauthorisedError(site, "the user name or the password was refused")
        if not answer.is_success:
            raise NotUnderstoodError(site, f"{what}: HTTP {answer.status}: {fit_to_show(self._link.ledger, envelope.message)}")
        data, cookie = envelope.data, AUTH_COOKIE.search(answer.headers.get("set-cookie", ""))
        if isinstance(data, dict) and isinstance(data.get("token"), str) and data["token"]:
            self.shape = LoginShape.TOKEN
            return str(data["token"])
        if isinstance(data, str) and cookie:
            self.shape = LoginShape.COOKIE
            return cookie[1]
        raise NotUnderstoodError(
            site, f"{what}: HTTP {answer.status} brought neither a token nor a login cookie", hint=IS_IT_ONE
        )
