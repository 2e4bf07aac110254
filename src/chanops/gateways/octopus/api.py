"""One method per endpoint of Octopus; reads give the data out of its envelope, writes give the gateway's reply."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chanops.domain.wording import fit_to_show
from chanops.errors import NotUnderstoodError, RefusedError, UnclearError
from chanops.gateways.answer import parse_object
from chanops.gateways.octopus import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.gateways.answer import Answer
    from chanops.gateways.http import Link
    from chanops.gateways.octopus.login import LoginShape, Session

BASE: Final = "/api/v1"
LONGEST_VERSION: Final = 40

# contracts/octopus.md 6: every domain error is a 500 with free text
DUPLICATE: Final = ("UNIQUE constraint failed", "Duplicate entry", "duplicate key value")
GONE: Final = ("not found",)
LOCKED: Final = ("locked",)


class Reply(NamedTuple):
    """The gateway's answer to a write. *words* are its own and never shown; *reason* is what may be."""

    status: int
    data: Any
    words: str
    reason: str

    @property
    def is_done(self) -> bool:
        """Tell whether the gateway said yes."""
        return 200 <= self.status < 300

    @property
    def is_doubtful(self) -> bool:
        """Tell whether it may have been done all the same (contracts/octopus.md 5.4: v0.11 commits, then fails)."""
        return self.status >= 500

    @property
    def is_duplicate(self) -> bool:
        """Tell whether a unique value is taken."""
        return self._says(DUPLICATE)

    @property
    def is_gone(self) -> bool:
        """Tell whether the channel does not exist."""
        return self._says(GONE)

    @property
    def is_locked(self) -> bool:
        """Tell whether the database was busy, so that nothing was done and the same may be sent again."""
        return self._says(LOCKED)

    def _says(self, pieces: tuple[str, ...]) -> bool:
        return self.is_doubtful and any(piece in self.words for piece in pieces)


class OctopusApi:
    """The admin API of one site, logged in when needed."""

    def __init__(self, link: Link, session: Session) -> None:
        self.site = link.site
        self._link = link
        self._session = session

    @property
    def login_shape(self) -> LoginShape | None:
        """Return what the login answered with; None before the first call."""
        return self._session.shape

    async def list_channels(self) -> list[Any] | None:
        """Return every channel's row, or None where the route does not exist (v0.13)."""
        what = "GET /channel/list"
        answer = await self._read(what)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return self._list(answer, what)

    async def list_groups(self) -> list[wire.Group]:
        """Return every group with its items."""
        what = "GET /group/list"
        rows = self._list(await self._read(what), what)
        return wire.parse_rows(wire.Group, rows, self.site, what)

    async def export(self) -> wire.Export:
        """Return the database of a G2 site: the one answer without an envelope."""
        what = "GET /setting/export"
        answer = await self._read(what, params={"include_stats": "false", "include_logs": "false"})
        if not answer.is_success:
            self._data(answer, what)
        return wire.parse(wire.Export, parse_object(self.site, answer, what), self.site, what)

    async def now_version(self) -> str:
        """Return the build's version, or an empty text where it is not told."""
        what = "GET /update/now-version"
        answer = await self._read(what)
        if not answer.is_success:
            return ""
        version = self._data(answer, what)
        return fit_to_show(self._link.ledger, version, LONGEST_VERSION) if isinstance(version, str) else ""

    async def probe_update(self) -> int:
        """Return the status of an update of nothing; it writes nothing in any generation (contracts/octopus.md 1.1)."""
        return (await self._read("POST /channel/update", json={})).status

    async def probe_rebuild_price(self) -> int:
        """Return the status of a price rebuild without content type, which no generation carries out (1.1)."""
        return (await self._read("POST /model/rebuild-price")).status

    async def fetch_models(self, body: Mapping[str, Any], *, patience: float | None = None) -> Any:  # noqa: ANN401 - JSON
        """Let the gateway ask a provider for its models; a 500 is the provider's no (8.3), so it is asked once."""
        what = "POST /channel/fetch-model"
        return self._data(await self._read(what, tries=1, json=body, patience=patience), what)

    async def create_channel(self, body: Mapping[str, Any]) -> Reply:
        """Create a channel; the reply's data is its row."""
        return await self._write("POST", "/channel/create", json=body)

    async def update_channel(self, body: Mapping[str, Any]) -> Reply:
        """Change what *body* names of the channel with its id; the reply's data is the row as stored."""
        return await self._write("POST", "/channel/update", json=body)

    async def delete_channel(self, remote_id: int) -> Reply:
        """Delete a channel and its group items."""
        return await self._write("DELETE", f"/channel/delete/{remote_id}")

    async def _read(self, what: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx's own options
        method, _, path = what.partition(" ")
        return await self._session.send(self._link.read, method, BASE + path, **options)

    async def _write(self, method: str, path: str, **options: Any) -> Reply:  # noqa: ANN401 - httpx's own options
        answer = await self._session.send(self._link.write, method, BASE + path, **options)
        return self._reply(answer, f"{method} {path}")

    def _list(self, answer: Answer, what: str) -> list[Any]:
        data = self._data(answer, what)
        if not isinstance(data, list):
            raise NotUnderstoodError(self.site, f"{what}: data: a list was expected, not {type(data).__name__}")
        return data

    def _data(self, answer: Answer, what: str) -> Any:  # noqa: ANN401 - JSON
        envelope = self._envelope(answer, what)
        if not answer.is_success:
            raise RefusedError(self.site, f"{what}: HTTP {answer.status}: {fit_to_show(self._link.ledger, envelope.message)}")
        return envelope.data

    def _envelope(self, answer: Answer, what: str) -> wire.Envelope:
        envelope = wire.parse(wire.Envelope, parse_object(self.site, answer, what), self.site, what)
        if envelope.code != answer.status:
            raise NotUnderstoodError(self.site, f"{what}: HTTP {answer.status} and code {envelope.code} contradict each other")
        return envelope

    def _reply(self, answer: Answer, what: str) -> Reply:
        """Read the answer to a write: what is no envelope is a no when it is not a yes, and unclear when it is."""
        try:
            envelope = self._envelope(answer, what)
        except NotUnderstoodError as fault:
            if answer.is_success:
                raise UnclearError(self.site, fault.reason, hint=fault.hint) from None
            return Reply(answer.status, None, "", f"HTTP {answer.status}, not in the gateway's words")
        reason = f"HTTP {answer.status}: {fit_to_show(self._link.ledger, envelope.message)}"
        return Reply(answer.status, envelope.data, envelope.message, reason)
