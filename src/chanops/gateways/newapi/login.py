"""Who is calling: an access token, or a password login that is renewed once when it runs out (contracts/new-api.md 1)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.secret import Secret
from chanops.errors import GatewayError, NotUnderstoodError, RefusedError, UnauthorisedError
from chanops.gateways.http import is_header_text
from chanops.gateways.newapi.envelope import IS_IT_ONE, unwrap
from chanops.gateways.newapi.wire import Account, Login, check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.site import Auth
    from chanops.gateways.answer import Answer
    from chanops.gateways.http import Link

USE_A_TOKEN: Final = "use an access token instead: auth: {access_token: …, user_id: …}"  # noqa: S105 - advice
LOGIN: Final = "/api/user/login"
REFRESH: Final = "/api/user/auth/refresh"


class Session:
    """The credentials of one run. `headers` go with every call; a login's cookies stay with the link."""

    def __init__(self, link: Link, auth: Auth) -> None:
        self.headers: Mapping[str, str] = {}
        self.account: Account | None = None
        self._link = link
        self._auth = auth
        self._bearer: str | None = None
        self._is_open = False
        self._turn = asyncio.Lock()

    @property
    def has_login(self) -> bool:
        """Tell whether a password login stands behind the calls."""
        return self._auth.access_token is None

    @property
    def hint(self) -> str:
        """Say how refused credentials may be mended."""
        if self.has_login:
            return USE_A_TOKEN
        if self._auth.user_id is None:
            return "give auth.user_id too: New API from before July 2026 wants the id of the token's account beside it"
        return "check auth.access_token, and that auth.user_id is the id of its account"

    async def open(self) -> None:
        """Make the first call possible: nothing to do for a token, a login for a password."""
        if self._is_open:
            return
        if self._auth.access_token is not None:
            self.headers = _token_headers(self._link, self._auth.access_token, self._auth.user_id)
        else:
            await self._log_in()
        self._is_open = True

    async def renew(self, used: Mapping[str, str]) -> bool:
        """Replace a login that ran out while a call went with the headers *used*; False: there is nothing to renew."""
        if not self.has_login:
            return False
        async with self._turn:
            if used is self.headers and not (self._bearer and await self._refresh()):
                await self._log_in()
        return True

    async def close(self) -> None:
        """End a login politely; the token of a token session stays as it is."""
        if not (self.has_login and self._is_open):
            return
        self._is_open = False
        method, path = ("POST", "/api/user/auth/logout") if self._bearer else ("GET", "/api/user/logout")
        with contextlib.suppress(GatewayError):
            await self._link.read(method, path, headers=self.headers)
        self._link.forget_cookies()

    async def _log_in(self) -> None:
        self._link.forget_cookies()
        credentials = {"username": _plain(self._auth.username), "password": _plain(self._auth.password)}
        self._link.ledger.remember(credentials["password"])
        try:
            data = await self._ask(LOGIN, credentials)
        except RefusedError as error:
            raise UnauthorisedError(self._link.site, await self._why_refused(error), hint=USE_A_TOKEN) from None
        if data.require_2fa:
            self._link.forget_cookies()
            raise UnauthorisedError(self._link.site, "the account asks for a second factor", hint=USE_A_TOKEN)
        self._accept(data)

    async def _refresh(self) -> bool:
        """Take a new token for the login that stands; HEAD's last fifteen minutes each."""
        try:
            self._accept(await self._ask(REFRESH, {}))
        except (RefusedError, UnauthorisedError):
            return False
        return True

    async def _ask(self, path: str, body: Mapping[str, str]) -> Login:
        what = f"POST {path}"
        answer = await self._link.read("POST", path, json=body)
        try:
            return check(self._link.site, Login, unwrap(self._link, answer, what).get("data"), what)
        except NotUnderstoodError as fault:
            raise _not_understood(fault, answer) from None

    def _accept(self, data: Login) -> None:
        if data.access_token:
            if not is_header_text(data.access_token):
                raise NotUnderstoodError(self._link.site, f"POST {LOGIN}: the token holds characters that no header can carry")
            self._link.ledger.remember(data.access_token)
            self._bearer, self.account = data.access_token, data.user
            self.headers = {"Authorization": f"Bearer {data.access_token}"}
        elif data.id is not None:
            self.headers = {"New-Api-User": str(data.id)}
        else:
            raise UnauthorisedError(self._link.site, f"POST {LOGIN} brought neither a token nor an id", hint=USE_A_TOKEN)

    async def _why_refused(self, error: RefusedError) -> str:
        """Return the reason of a refused login: the gateway's texts are translated, its switches are not (1.4)."""
        try:
            answer = await self._link.read("GET", "/api/status")
            switches: Any = unwrap(self._link, answer, "GET /api/status").get("data")
        except GatewayError:
            return error.reason
        if isinstance(switches, dict) and switches.get("turnstile_check") is True:
            return "the login page asks for a Turnstile check, which no program can pass"
        if isinstance(switches, dict) and switches.get("password_login_enabled") is False:
            return "password login is switched off on this gateway"
        return f"the login was refused: {error.reason}"


def _token_headers(link: Link, token: Secret, user_id: int | None) -> Mapping[str, str]:
    """Return the headers of both generations: BASE needs the user id beside the token, HEAD passes over it (1.1)."""
    text = token.reveal().strip()
    link.ledger.remember(text)
    if not (text and is_header_text(text)):
        raise UnauthorisedError(link.site, "the access token is empty or holds characters that no header can carry")
    user = {} if user_id is None else {"New-Api-User": str(user_id)}
    return {"Authorization": f"Bearer {text}", **user}


def _not_understood(fault: NotUnderstoodError, answer: Answer) -> NotUnderstoodError:
    """Return *fault* with the status of *answer*, and the question what answered; of a redirect the hint says more."""
    words = fault.reason if f"HTTP {answer.status}" in fault.reason else f"{fault.reason} (HTTP {answer.status})"
    return NotUnderstoodError(fault.site, words, hint=fault.hint if 300 <= answer.status < 400 else IS_IT_ONE)


def _plain(text: str | Secret | None) -> str:
    return text.reveal() if isinstance(text, Secret) else text or ""
