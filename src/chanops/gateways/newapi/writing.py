"""The calls that carry out one change, in the order that leaves no moment worse than it must be (contracts/new-api.md 4-6)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.change import Action
from chanops.domain.resources import Mark
from chanops.domain.secret import Fingerprint
from chanops.domain.value import Value, reveal
from chanops.errors import GatewayError, RefusedError, UnclearError, UnreachableError
from chanops.gateways.newapi.codec import DISABLED, ENABLED, encode_create, encode_replace, encode_update
from chanops.gateways.newapi.envelope import is_lock
from chanops.gateways.newapi.mark import is_same, write_mark
from chanops.gateways.newapi.wire import ChannelRow, Read, check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chanops.domain.change import Change
    from chanops.domain.resources import LiveChannel
    from chanops.gateways.newapi.api import Api
    from chanops.gateways.newapi.generations import Profile

SALT: Final = 16  # bytes
PAUSES: Final = (0.5, 2.0, 8.0)  # seconds before a replaced channel is created once more
KEYS: Final = ("key", "keys")


class Writer:
    """Writes changes to one site of one generation."""

    def __init__(self, api: Api, profile: Profile, random_bytes: Callable[[int], bytes]) -> None:
        self._api = api
        self._profile = profile
        self._random_bytes = random_bytes

    async def write(self, change: Change) -> None:
        """Carry out *change*; raises the `GatewayError` of the call that failed."""
        match change.action:
            case Action.CREATE:
                await self._create(change)
            case Action.UPDATE | Action.ADOPT:
                await self._update(change)
            case Action.REPLACE:
                await self._replace(change)
            case Action.FORGET:
                await self._forget(change)
            case Action.DELETE:
                await self._api.delete_channel(self._read(change).row.id)
            case Action.NO_OP:
                pass

    async def _create(self, change: Change) -> None:
        """Create with the wanted status: a status call right afterwards would not be heard (2.5)."""
        fields = change.after or {}
        mark = Mark(change.owner, change.address.name, self._fingerprint(fields))
        await self._api.create_channel(encode_create(fields, mark))

    async def _update(self, change: Change) -> None:
        """Write what differs, and the mark beside it; then the status, which HEAD takes by itself."""
        row = self._read(change).row
        fields = _changed(change)
        enabled = fields.get("enabled")
        in_put = fields if self._profile.status_in_put else {path: fields[path] for path in fields if path != "enabled"}
        mark = self._mark_after(change, fields)
        body = encode_update(in_put, row) if in_put else {"id": row.id}
        if in_put or not is_same(mark, change.live.mark if change.live else None):
            body |= _mark_column(row, mark)
        after = await self._api.update_channel(body) if len(body) > 1 else row
        if "keys" in fields and after.channel_info.multi_key_status_list:
            await self._api.enable_all_keys(row.id)  # flags stay by position though the keys are others (5.2)
        elif enabled and _has_no_usable_key(after):
            await self._api.enable_all_keys(row.id)
        if enabled is not None and not self._profile.status_in_put:
            await self._set_status(row.id, ENABLED if enabled else DISABLED)

    async def _replace(self, change: Change) -> None:
        """Delete and create again under the same id: repeatable, since a second create with that id is refused (4.3)."""
        read = self._read(change)
        fields = dict(change.after or {})
        key = self._fingerprint(fields)
        if key is None:
            raise RefusedError(self._api.link.site, "replacing a channel needs its key, which New API does not give back")
        mark = Mark(change.owner, change.address.name, key, str(read.row.id))
        body = encode_replace(fields, read, mark)
        await self._api.delete_channel(read.row.id)
        await self._create_again(read.row.id, body)

    async def _create_again(self, remote_id: int, body: Mapping[str, Any]) -> None:
        """Create the channel that was just deleted; until it stands nothing else knows its id and usage, so try hard."""
        for pause in PAUSES:
            with contextlib.suppress(UnclearError, UnreachableError):
                try:
                    await self._api.create_channel(body)
                except RefusedError as error:
                    if not is_lock(error):
                        raise
                else:
                    return
            await self._api.link.pacer.sleep(pause)
            if await self._exists(remote_id):
                return
        await self._api.create_channel(body)

    async def _exists(self, remote_id: int) -> bool:
        try:
            await self._api.get_channel(remote_id)
        except GatewayError:
            return False
        return True

    async def _forget(self, change: Change) -> None:
        row = self._read(change).row
        await self._api.update_channel({"id": row.id, "other_info": write_mark(row.other_info, None)})

    async def _set_status(self, remote_id: int, status: int) -> None:
        """Set the status, and look: HEAD answers false for "already so", "not in my cache yet" and errors alike (6.2)."""
        if await self._api.set_status(remote_id, status):
            return
        if (await self._api.get_channel(remote_id)).status == status:
            return
        await self._api.update_channel({"id": remote_id})  # any PUT refreshes the cache (2.5)
        if await self._api.set_status(remote_id, status):
            return
        if (await self._api.get_channel(remote_id)).status != status:
            raise RefusedError(self._api.link.site, "the gateway did not change the channel's status")

    def _mark_after(self, change: Change, fields: Mapping[str, Value]) -> Mark:
        """Return the mark the channel should carry: a new fingerprint only when its key is written."""
        live = _live(change)
        key = self._fingerprint(fields) or (live.mark.key if live.mark else None)
        return Mark(change.owner, change.address.name, key, live.remote_id)

    def _fingerprint(self, fields: Mapping[str, Value]) -> Fingerprint | None:
        held = next((fields[path] for path in KEYS if fields.get(path)), None)
        if held is None:
            return None
        plain = reveal(held)
        secrets = map(str, plain) if isinstance(plain, tuple) else (str(plain),)
        return Fingerprint.make(secrets, self._random_bytes(SALT))

    def _read(self, change: Change) -> Read:
        wire = _live(change).wire
        return Read(check(self._api.link.site, ChannelRow, dict(wire), "the channel as it was read"), wire)


def _live(change: Change) -> LiveChannel:
    assert change.live is not None, f"{change.action} acts on a live channel"
    return change.live


def _changed(change: Change) -> dict[str, Value]:
    """Return the fields to write, with their whole declared value."""
    after = change.after or {}
    both = {field.path: after.get(field.path, field.after) for field in change.fields}
    return {path: value for path, value in both.items() if value is not None}


def _mark_column(row: ChannelRow, mark: Mark) -> dict[str, Any]:
    text = write_mark(row.other_info, mark)
    return {} if text == row.other_info else {"other_info": text}


def _has_no_usable_key(row: ChannelRow) -> bool:
    """Tell whether every key of a multi-key channel is flagged, so that enabling it alone would not help (6.2)."""
    info = row.channel_info
    return info.is_multi_key and len(info.multi_key_status_list or {}) >= info.multi_key_size > 0
