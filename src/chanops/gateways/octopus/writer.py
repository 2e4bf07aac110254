"""Writes one change and finds out what became of it: what fails may have been done all the same (contracts/octopus.md 5.4)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from chanops.domain.report import Outcome, Result
from chanops.domain.value import covers, same, same_keys, same_set
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.errors import GatewayError, NotUnderstoodError, StoppedError, UnclearError, UnreachableError
from chanops.gateways.course import whole_change
from chanops.gateways.octopus import wire
from chanops.gateways.octopus.codec import MODEL_PATHS, decode_channel, encode_create, encode_update

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chanops.domain.change import Change
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value
    from chanops.gateways.http import Link
    from chanops.gateways.octopus.api import OctopusApi, Reply
    from chanops.gateways.octopus.reader import Reader

TRIES: Final = 8  # while the database is locked: about ten seconds in all
NAME_TAKEN: Final = "a channel of this name exists"
GONE: Final = "the channel is gone"

COMPARISONS: Final[Mapping[Compare, Callable[[Value, Value], bool]]] = {
    Compare.EXACT: same,
    Compare.SET: same_set,
    Compare.COVERED: covers,
    Compare.KEYS: same_keys,
}


class Writer:
    """Carries out changes of one site. A change that fails is an outcome, never an exception."""

    def __init__(self, api: OctopusApi, link: Link, reader: Reader) -> None:
        self._api = api
        self._link = link
        self._reader = reader
        self._doubtful: set[str] = set()  # names and ids of writes whose end is not known

    async def create(self, change: Change) -> Outcome:
        """Create the channel of *change*."""
        return await _outcome_of(change, self._create)

    async def update(self, change: Change) -> Outcome:
        """Bring the changed fields to the channel of *change*."""
        return await _outcome_of(change, self._update)

    async def delete(self, change: Change) -> Outcome:
        """Delete the channel of *change*; one that is gone already is done."""
        return await _outcome_of(change, self._delete)

    async def _create(self, change: Change) -> Outcome:
        name, wanted = change.address.name, dict(change.after or {})
        body = encode_create(name, _born(wanted), self._reader.profile)
        for attempt in range(TRIES):
            reply, trouble = await _try(lambda: self._api.create_channel(body))
            if reply and reply.is_done:
                return await self._finish_create(change, self._decode(reply))
            if reply and not reply.is_doubtful:
                return _failed(change, trouble)
            if reply and reply.is_duplicate and name not in self._doubtful:
                return _failed(change, NAME_TAKEN)
            self._doubtful.add(name)
            found = await self._reader.find(name=name)
            if found:
                return await self._recognise(change, found)
            if not (reply and reply.is_locked):
                break
            await self._pause(attempt)
        return _failed(change, trouble, may_repeat=True)

    async def _recognise(self, change: Change, found: LiveChannel) -> Outcome:
        """Take *found* for the channel whose create did not answer, when it is what was wanted."""
        wanted = change.after or {}
        if all(_differences(stage, found.fields) for stage in (_born(wanted), wanted)):
            return _failed(change, NAME_TAKEN)
        await _try(lambda: self._api.update_channel({"id": int(found.remote_id)}))  # runs the steps after the row once more
        return await self._finish_create(change, found)

    async def _finish_create(self, change: Change, live: LiveChannel) -> Outcome:
        """Hold the new channel against what was wanted; switch it off where that was, and give it its models then."""
        wanted = dict(change.after or {})
        if wanted.get("enabled") is not False:
            return self._hold_against(change, wanted, live)
        rest = {path: wanted[path] for path in ("enabled", *MODEL_PATHS) if path in wanted}
        body = encode_update(rest, live, self._reader.profile)
        reply = await self._repeat(lambda: self._api.update_channel(body))
        if not reply.is_done:
            reason = f"created, but still enabled, though without models: {reply.reason}"
            return _failed(change, reason, remote_id=live.remote_id)
        return self._hold_against(change, wanted, self._decode(reply))

    def _hold_against(self, change: Change, wanted: Mapping[str, Value], live: LiveChannel) -> Outcome:
        if wrong := _differences(wanted, live.fields, is_update=wanted.get("enabled") is False):
            return _failed(change, f"created, but the gateway stored another {', '.join(wrong)}", remote_id=live.remote_id)
        return _done(change, live.remote_id)

    async def _update(self, change: Change) -> Outcome:
        live, wanted, trouble = change.live, wanted_by(change), ""
        assert live is not None, "an update has a live side"
        if not wanted:
            return _done(change, live.remote_id)
        if live.remote_id in self._doubtful:
            live = await self._reader.find(remote_id=live.remote_id)
        for attempt in range(TRIES):
            if live is None:
                return _failed(change, GONE)
            body = encode_update(wanted, live, self._reader.profile)
            reply, trouble = await _try(lambda body=body: self._api.update_channel(body))  # type: ignore[misc]  # bound now
            if reply and reply.is_done:
                return self._finish_update(change, body, self._decode(reply))
            if reply and (reply.is_duplicate or reply.is_gone or not reply.is_doubtful):
                return _failed(change, NAME_TAKEN if reply.is_duplicate else GONE if reply.is_gone else trouble)
            self._doubtful.add(live.remote_id)
            if reply and reply.is_locked:
                await self._pause(attempt)
            elif attempt:
                break
            live = await self._reader.find(remote_id=live.remote_id)  # key edits are made against what is stored now
        return _failed(change, trouble, may_repeat=True)

    def _finish_update(self, change: Change, body: Mapping[str, object], live: LiveChannel) -> Outcome:
        self._doubtful.discard(live.remote_id)
        if "keys_to_update" in body:
            self._reader.rotated.add(int(live.remote_id))
        if wrong := _differences(wanted_by(change), live.fields, is_update=True):
            return _failed(change, f"the gateway stored another {', '.join(wrong)}", remote_id=live.remote_id)
        return _done(change, live.remote_id)

    async def _delete(self, change: Change) -> Outcome:
        assert change.live is not None, "a delete has a live side"
        remote_id = change.live.remote_id
        reply = await self._repeat(lambda: self._api.delete_channel(int(remote_id)))
        if reply.is_done or reply.is_gone:
            return _done(change, remote_id)
        return _failed(change, reply.reason, remote_id=remote_id, may_repeat=reply.is_doubtful)

    async def _repeat(self, call: Callable[[], Awaitable[Reply]]) -> Reply:
        """Send a call that may be sent twice until the gateway says yes or a plain no, bounded."""
        for attempt in range(TRIES - 1):
            reply, _ = await _try(call)
            if reply and (reply.is_gone or not reply.is_doubtful):
                return reply
            await self._pause(attempt)
        return await call()

    async def _pause(self, attempt: int) -> None:
        await self._link.pacer.sleep(random.uniform(0.5, 1.0) * min(0.1 * 2**attempt, 3.0))  # noqa: S311 - jitter

    def _decode(self, reply: Reply) -> LiveChannel:
        profile, site = self._reader.profile, self._link.site
        return decode_channel(site, wire.parse(profile.row, reply.data, site, "the reply to a write"), profile)


def _born(wanted: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return what a create sends of *wanted*: no models where the channel shall be off.

    It is born enabled whatever the create says (5.3). Without models nobody calls it until it is off, and a run that is
    killed in between leaves a difference that the next plan sees.
    """
    if wanted.get("enabled") is not False:
        return wanted
    return {path: () if path in MODEL_PATHS else value for path, value in wanted.items()}


def wanted_by(change: Change) -> dict[str, Value]:
    """Return the fields that an update of *change* writes, its new name included."""
    wanted: dict[str, Value] = {field.path: field.after for field in change.fields if field.after is not None}
    if change.live and change.live.name != change.address.name:
        wanted["name"] = change.address.name
    return wanted


async def _outcome_of(change: Change, step: Callable[[Change], Awaitable[Outcome]]) -> Outcome:
    try:
        with whole_change():
            return await step(change)
    except StoppedError as fault:
        return Outcome(change.address, change.action, Result.SKIPPED, change.remote_id, fault.reason)
    except (UnclearError, NotUnderstoodError) as fault:
        return Outcome(change.address, change.action, Result.UNKNOWN, change.remote_id, fault.reason, may_repeat=True)
    except GatewayError as fault:
        return _failed(change, fault.reason, may_repeat=isinstance(fault, UnreachableError))


async def _try(call: Callable[[], Awaitable[Reply]]) -> tuple[Reply | None, str]:
    """Return the reply and its reason, or no reply and why its words were lost."""
    try:
        reply = await call()
    except UnclearError as fault:
        return None, fault.reason
    return reply, reply.reason


def _differences(wanted: Mapping[str, Value], stored: Mapping[str, Value], *, is_update: bool = False) -> list[str]:
    """Return the paths whose stored value is not the wanted one; a create always answers that it is enabled."""
    return [
        path
        for path, value in wanted.items()
        if (is_update or path != "enabled") and not COMPARISONS[FIELDS[path].compare](value, stored.get(path))
    ]


def _done(change: Change, remote_id: str | None) -> Outcome:
    return Outcome(change.address, change.action, Result.DONE, remote_id)


def _failed(change: Change, error: str, *, remote_id: str | None = None, may_repeat: bool = False) -> Outcome:
    return Outcome(change.address, change.action, Result.FAILED, remote_id or change.remote_id, error, may_repeat=may_repeat)
