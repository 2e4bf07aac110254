"""New API's admin endpoints, one method each: paths and bodies in, checked data out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from chanops.errors import NotUnderstoodError, RefusedError, UnauthorisedError, UnclearError
from chanops.gateways.newapi.envelope import unwrap, unwrap_write
from chanops.gateways.newapi.generations import list_data
from chanops.gateways.newapi.wire import (
    Account,
    ChannelList,
    ChannelRow,
    GroupName,
    Option,
    Page,
    Price,
    Read,
    Switches,
    check,
    check_rows,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from chanops.gateways.answer import Answer
    from chanops.gateways.http import Link
    from chanops.gateways.newapi.login import Session

CHANNELS: Final = "/api/channel/"  # without its slash the gateway redirects (contracts/new-api.md 2.4)
SEARCH: Final = "/api/channel/search"
FETCH_MODELS: Final = "/api/channel/fetch_models"
PAGE_SIZE: Final = 100  # the most a page holds (3.1)
WHOLE_TABLE: Final = 1_000_000  # the search has no cap and reads in one query (3.2)
MOST_CHANNELS: Final = 100_000  # what a site may count: each page of a hundred is a call


class Api:
    """The endpoints of one site."""

    def __init__(self, link: Link, session: Session) -> None:
        self.link = link
        self.session = session
        self.version = ""
        self.page_size = 0

    async def get_account(self) -> Account:
        """Return the account that calls, its role and its permissions; raises UnauthorisedError when there is none."""
        what = "GET /api/user/self"
        try:
            data = (await self._read("GET", "/api/user/self", what)).get("data")
        except UnauthorisedError as error:
            error.hint = self.session.hint
            raise
        except RefusedError as error:  # BASE answers 200 for unknown tokens and disabled accounts (1.3)
            raise UnauthorisedError(
                self.link.site,
                f"the credentials are not accepted, or the account is disabled ({error.reason})",
                hint="check auth.access_token: generating a new one on the site ends the old one",
            ) from None
        if isinstance(data, dict) and isinstance(data.get("access_token"), str):
            self.link.ledger.remember(data["access_token"])  # LEGACY shows it (0.2)
        return check(self.link.site, Account, data, what)

    async def list_page(self, page: int) -> Page:
        """Return one page of the list, by falling id, and how many channels there are."""
        params = {"p": page, "page_size": PAGE_SIZE, "id_sort": "true"}
        return await self._read_channels(CHANNELS, params)

    async def search_all(self) -> Page:
        """Return every channel in one consistent read."""
        params = {"keyword": "", "p": 1, "page_size": WHOLE_TABLE, "id_sort": "true"}
        return await self._read_channels(SEARCH, params)

    async def get_channel(self, remote_id: int) -> ChannelRow:
        """Return one channel."""
        what = f"GET {CHANNELS}{remote_id}"
        return self._row(await self._read("GET", f"{CHANNELS}{remote_id}", what), what)

    async def list_groups(self) -> frozenset[str]:
        """Return the names of the user groups that exist."""
        what = "GET /api/group/"
        names = (await self._read("GET", "/api/group/", what)).get("data")
        return frozenset(row.name for row in check_rows(self.link.site, GroupName, _named(names), what))

    async def list_options(self) -> dict[str, str]:
        """Return the gateway's settings by their keys; root alone may read them (1.2)."""
        what = "GET /api/option/"
        rows = (await self._read("GET", "/api/option/", what)).get("data")
        return {row.key: row.value for row in check_rows(self.link.site, Option, rows, what)}

    async def list_prices(self) -> list[Price]:
        """Return what the gateway shows of its prices: of models alone that an enabled channel serves."""
        what = "GET /api/pricing"
        return check_rows(self.link.site, Price, (await self._read("GET", "/api/pricing", what)).get("data"), what)

    async def get_switches(self) -> Switches:
        """Return what everybody may know of the gateway."""
        what = "GET /api/status"
        return check(self.link.site, Switches, (await self._read("GET", "/api/status", what)).get("data"), what)

    async def fetch_models_of(self, remote_id: int) -> Answer:
        """Let the gateway ask a channel's provider for its models."""
        return await self._send(self.link.read, "GET", f"{FETCH_MODELS}/{remote_id}", tries=1)

    async def fetch_models_at(self, body: Mapping[str, Any]) -> Answer:
        """Let the gateway ask the provider that *body* names; BASE answers 500 for the provider's no, so it is asked once."""
        return await self._send(self.link.read, "POST", FETCH_MODELS, tries=1, json=body)

    async def test_channel(self, remote_id: int, params: Mapping[str, str], *, patience: float) -> Answer:
        """Let the gateway put one question to a channel's provider: it spends tokens, so it is sent once, as a write is."""
        return await self._send(self.link.write, "GET", f"{CHANNELS}test/{remote_id}", params=params, patience=patience)

    async def create_channel(self, body: Mapping[str, Any]) -> None:
        """Create a channel; the gateway tells no id."""
        await self._write("POST", CHANNELS, json=body)

    async def update_channel(self, body: Mapping[str, Any]) -> ChannelRow:
        """Write the columns in *body* to the channel it names; return the row afterwards."""
        envelope = await self._write("PUT", CHANNELS, json=body)
        try:
            return self._row(envelope, f"PUT {CHANNELS}")
        except NotUnderstoodError as error:  # the gateway said that it wrote
            raise UnclearError(self.link.site, error.reason) from None

    async def set_status(self, remote_id: int, status: int) -> bool:
        """Enable or disable a channel (HEAD); False when the gateway saw no need, or saw no such channel (6.2)."""
        return (await self._write("POST", f"{CHANNELS}{remote_id}/status", json={"status": status})).get("data") is True

    async def enable_all_keys(self, remote_id: int) -> None:
        """Clear the flags of a multi-key channel's keys (5.4)."""
        await self._write("POST", f"{CHANNELS}multi_key/manage", json={"channel_id": remote_id, "action": "enable_all_keys"})

    async def delete_channel(self, remote_id: int) -> None:
        """Delete a channel; one that is gone already is a success."""
        await self._write("DELETE", f"{CHANNELS}{remote_id}")

    async def delete_channels(self, remote_ids: Sequence[int]) -> None:
        """Delete channels in one transaction."""
        await self._write("POST", f"{CHANNELS}batch", json={"ids": list(remote_ids)})

    async def _read_channels(self, path: str, params: Mapping[str, Any]) -> Page:
        what = f"GET {path}"
        data = list_data(self.link.site, (await self._read("GET", path, what, params=params)).get("data"), what)
        listed = check(self.link.site, ChannelList, data, what)
        if not 0 <= listed.total <= MOST_CHANNELS:
            raise NotUnderstoodError(self.link.site, f"{what}: data.total: from 0 to {MOST_CHANNELS:,} was expected")
        self.page_size = listed.page_size or self.page_size
        return Page([Read(*both) for both in zip(listed.items, data["items"], strict=True)], listed.total)

    def _row(self, envelope: Mapping[str, Any], what: str) -> ChannelRow:
        return check(self.link.site, ChannelRow, envelope.get("data"), what)

    async def _read(self, method: str, path: str, what: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own
        answer = await self._send(self.link.read, method, path, **options)
        self.version = answer.headers.get("x-new-api-version", "") or self.version
        return unwrap(self.link, answer, what)

    async def _write(self, method: str, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx's own
        answer = await self._send(self.link.write, method, path, **options)
        return unwrap_write(self.link, answer, f"{method} {path}")

    async def _send(
        self,
        send: Callable[..., Awaitable[Answer]],
        method: str,
        path: str,
        **options: Any,  # noqa: ANN401 - httpx's own
    ) -> Answer:
        """Send with the session's headers; a 401 did nothing there, so it is sent once more after a renewed login."""
        used = self.session.headers
        answer = await send(method, path, headers=used, **options)
        if answer.status == HTTPStatus.UNAUTHORIZED and await self.session.renew(used):
            answer = await send(method, path, headers=self.session.headers, **options)
        return answer


def _named(names: object) -> object:
    """Return a list of bare texts as rows, to be checked as such."""
    return [{"name": name} for name in names] if isinstance(names, list) else names
