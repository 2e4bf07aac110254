"""What every handler works on: the state of one emulated gateway, and one call to it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import decode_object, parse
from chanops.sandbox.newapi.answers import PanicError, RefusedError
from chanops.sandbox.newapi.pricing import PRICE_OPTIONS

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from chanops.sandbox.clock import Clock
    from chanops.sandbox.gateway import Outbound
    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.accounts import Accounts, User
    from chanops.sandbox.newapi.channels import Channels
    from chanops.sandbox.newapi.pricing import Shown
    from chanops.sandbox.newapi.profile import Profile
    from chanops.sandbox.store import Store

DEFAULT_OPTIONS = {
    "GroupRatio": '{"default":1,"vip":1,"svip":1}',
    "AutomaticDisableChannelEnabled": "false",
    "AutomaticEnableChannelEnabled": "false",
    "ChannelDisableThreshold": "5",
    "RetryTimes": "0",
} | PRICE_OPTIONS


@dataclass(frozen=True)
class Job:
    """Something that the server does by itself a moment later."""

    due: float
    name: str
    run: Callable[[], Awaitable[None]]


@dataclass
class Server:
    """One emulated gateway."""

    profile: Profile
    store: Store
    clock: Clock
    accounts: Accounts
    channels: Channels
    outbound: Outbound
    random: random.Random
    jobs: list[Job] = field(default_factory=list)
    pricing: Shown | None = None

    def __post_init__(self) -> None:
        self.store.execute("CREATE TABLE IF NOT EXISTS options (key TEXT PRIMARY KEY, value TEXT)")

    def now(self) -> int:
        """Return the time in whole seconds, as rows hold it."""
        return int(self.clock.now())

    def options(self) -> dict[str, str]:
        """Return all options."""
        return DEFAULT_OPTIONS | {row["key"]: row["value"] for row in self.store.rows("SELECT * FROM options")}

    def is_on(self, option: str) -> bool:
        """Say whether a switch among the options is on."""
        return self.options().get(option) == "true"

    def groups(self) -> list[str]:
        """Return the names of the groups, in another order each time."""
        names = [*json.loads(self.options()["GroupRatio"])]
        self.random.shuffle(names)
        return names

    def later(self, name: str, run: Callable[[], Awaitable[None]], seconds: float = 0.2) -> None:
        """Do something in a moment: before the first call that comes after it."""
        self.jobs.append(Job(self.clock.now() + seconds, name, run))

    def has_job(self, name: str) -> bool:
        """Say whether a job waits."""
        return any(job.name == name for job in self.jobs)

    async def do_due_jobs(self) -> None:
        """Do what is due."""
        due = [job for job in self.jobs if job.due <= self.clock.now()]
        self.jobs = [job for job in self.jobs if job not in due]
        for job in due:
            with suppress(PanicError, RefusedError):  # a job that falls over has nobody to tell
                await job.run()


@dataclass(frozen=True)
class Call:
    """One call of the API by an authenticated user, or by nobody on the open routes."""

    server: Server
    request: Request
    params: Mapping[str, str]
    body: bytes
    user: User | None

    @property
    def caller(self) -> User:
        """The authenticated user."""
        assert self.user is not None
        return self.user

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return str(self.request.query_params.get(name, default))

    def id(self) -> int:
        """Return the id in the path, or refuse what is no number."""
        number = as_int(self.params["id"])
        if number is None:
            raise RefusedError(f'strconv.Atoi: parsing "{self.params["id"]}": invalid syntax')
        return number

    def json(self, fields: Mapping[str, GoType]) -> dict[str, Any]:
        """Return the body's *fields*."""
        return decode_object(parse(self.body), fields)

    def require(self, action: str) -> None:
        """Refuse, under status 200, a caller without a permission."""
        if self.server.profile.permissions and not self.caller.may(action):
            raise RefusedError("permission denied")


def as_int(text: str) -> int | None:
    """Return a whole number as Go's Atoi reads it, or None."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        return None
    return int(text) if -(2**63) <= int(text) < 2**63 else None


def as_bool(text: str) -> bool:
    """Return a truth value as Go's ParseBool reads it; false for anything else."""
    return text in ("1", "t", "T", "TRUE", "true", "True")
