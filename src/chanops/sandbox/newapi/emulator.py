"""One emulated New API, and what its server does by itself, for tests to call (contracts/new-api.md 6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.clock import dated
from chanops.sandbox.faults import Faults
from chanops.sandbox.newapi.channels import ENABLED
from chanops.sandbox.newapi.model_updates import run_background_check, write_settings
from chanops.sandbox.newapi.status import change_status, start_ejection
from chanops.sandbox.newapi.validation import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from chanops.sandbox.clock import Clock
    from chanops.sandbox.gateway import Credentials
    from chanops.sandbox.newapi.app import Application
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Server


class NewApi:
    """One emulated gateway of the New API family."""

    def __init__(self, server: Server, application: Application, credentials: Credentials) -> None:
        self.server = server
        self.credentials = credentials
        self.faults = Faults()
        self._app = dated(self.faults.wrap(application.as_asgi()), server.clock)

    @property
    def app(self) -> ASGIApp:
        """The admin API, faults included."""
        return self._app

    @property
    def clock(self) -> Clock:
        """The time it sees."""
        return self.server.clock

    def close(self) -> None:
        """Close its database."""
        self.server.store.close()

    def row(self, channel_id: int) -> Row:
        """Return a channel as it lies in the table, its key included."""
        return self.server.channels.get(channel_id)

    def eject(self, channel_id: int, reason: str = "status code 401", *, key_index: int | None = None) -> bool:
        """Disable a channel, or one of its keys, the way a failed relay does; say whether that worked."""
        return self.start_ejection(channel_id, reason, key_index=key_index)()

    def start_ejection(
        self, channel_id: int, reason: str = "status code 401", *, key_index: int | None = None
    ) -> Callable[[], bool]:
        """Read the channel now and return the write: what lies between the two is undone (2.5)."""
        return start_ejection(self.server, channel_id, reason, key_index)

    def recover(self, channel_id: int) -> bool:
        """Enable an ejected channel again, as test-all does."""
        return change_status(self.server, channel_id, ENABLED, "")

    def traffic(self, channel_id: int, quota: int) -> None:
        """Let requests of so much *quota* run through a channel."""
        sql = "UPDATE channels SET used_quota = used_quota + ? WHERE id = ?"
        self.server.store.execute(sql, [quota, channel_id])

    def poll_key(self, channel_id: int, index: int) -> None:
        """Move the polling index of a multi-key channel, as traffic does."""
        info = self.row(channel_id)["channel_info"] | {"multi_key_polling_index": index}
        self.server.channels.write(channel_id, {"channel_info": info})

    def finish_test(self, channel_id: int, milliseconds: int = 200) -> None:
        """Note the times of a test."""
        self.server.channels.write(channel_id, {"test_time": self.server.now(), "response_time": milliseconds})

    def resync_settings(self, channel_id: int, **server_keys: object) -> None:
        """Serialise `settings` anew from what the server understands of it, with some of its own keys set."""
        settings = read_settings(self.row(channel_id)["settings"]) | server_keys
        self.server.channels.write(channel_id, {"settings": write_settings(settings)})

    async def run_model_updates(self) -> None:
        """Run one pass of the model-update task."""
        await run_background_check(self.server)

    def hand_edit(self, channel_id: int, **columns: Any) -> None:  # noqa: ANN401 - any column
        """Change columns by SQL, as somebody with a database client would: no ability follows."""
        self.server.channels.write(channel_id, columns)
