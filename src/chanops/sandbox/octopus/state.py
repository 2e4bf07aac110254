"""One emulated Octopus at work: its database and the maps in memory that all reads come from (contracts/octopus.md 12).

Writes go to the database first and then to the maps; only a reload makes the two equal again. Whatever is odd about an
Octopus between two reloads (probed base URLs, moved keys, `keys: null`) is a difference between them.
"""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chanops.sandbox.octopus import names, tables
from chanops.sandbox.octopus.background import Background
from chanops.sandbox.octopus.faults import OctopusFaults
from chanops.sandbox.octopus.pricebook import PriceBook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.sandbox.clock import Clock
    from chanops.sandbox.gateway import Outbound
    from chanops.sandbox.octopus.account import User
    from chanops.sandbox.octopus.profile import Profile
    from chanops.sandbox.octopus.tables import Row
    from chanops.sandbox.store import Store


@dataclass(frozen=True)
class Outside:
    """How the gateway reaches upstreams, and where its chance comes from.

    *reachable* lists the beginnings of the URLs that answer a probe; None means that a probe really asks. *is_plugged*
    tells whether somebody plugged the way out in: then what runs by itself goes out as well.
    """

    call: Outbound
    reachable: tuple[str, ...] | None
    is_plugged: bool
    seed: int | None


class State:
    """Everything one running gateway knows."""

    def __init__(self, profile: Profile, store: Store, clock: Clock, outside: Outside, user: User) -> None:
        self.profile = profile
        self.store = store
        self.clock = clock
        self.outside = outside
        self.user = user
        self.version = profile.version
        self.random = random.Random(outside.seed)  # noqa: S311 - the order of lists, no secret
        self.faults = OctopusFaults()
        self.background = Background(clock)
        self.started = self.last_sync = self.last_price_update = clock.now()
        self.is_syncing = False
        self.sync_turn = 0
        self.is_dead = False
        self.writes_under_way = 0
        self.book = PriceBook()
        self.channels: dict[int, Row] = {}
        self.stats: dict[int, Row] = {}
        self.groups: dict[int, Row] = {}
        self.keys: dict[int, Row] = {}
        self.dirty_keys: set[int] = set()
        self.settings: dict[str, str] = {}
        self.api_keys: dict[int, Row] = {}
        self.load()

    def load(self) -> None:
        """Make every map equal to the database."""
        self._load_settings()
        self._load_prices()
        self._load_channels()
        self._load_groups()
        self.api_keys = {row["id"]: row for row in tables.API_KEYS.all(self.store)}

    def shuffled(self, rows: Iterable[Any]) -> list[Any]:
        """Return *rows* in an order of chance: lists come out of Go maps (3)."""
        result = list(rows)
        self.random.shuffle(result)
        return result

    def put_channel(self, row: Row) -> None:
        """Take *row* into memory."""
        self._unlist(row["id"])
        self.channels[row["id"]] = row
        self.book.list_names(names.priced(row))
        for key in row.get("keys") or ():
            self.keys[key["id"]] = key

    def drop_channel(self, channel_id: int) -> None:
        """Forget a channel."""
        self._unlist(channel_id)
        del self.channels[channel_id]
        self.stats.pop(channel_id, None)

    def reload_channel(self, channel_id: int) -> Row:
        """Read one channel from the database again."""
        row = tables.CHANNELS.get(self.store, channel_id)
        assert row is not None
        if self.profile.channel.has_keys:
            self.forget_keys(channel_id)
            row["keys"] = tables.keys_of(self.store, channel_id)
        self.put_channel(row)
        return row

    def forget_keys(self, channel_id: int) -> None:
        """Forget the keys of a channel, but none that has moved to another."""
        for key in self.channels[channel_id].get("keys") or ():
            if self.keys.get(key["id"], key)["channel_id"] == channel_id:
                self.keys.pop(key["id"], None)

    def reload_group(self, group_id: int) -> Row:
        """Read one group from the database again."""
        row = tables.GROUPS.get(self.store, group_id)
        assert row is not None
        row["items"] = tables.items_of(self.store, group_id, self.profile.groups.item_order)
        self.groups[group_id] = row
        return row

    def reload_groups(self, group_ids: Iterable[int]) -> None:
        """Read several groups from the database again."""
        for group_id in group_ids:
            self.reload_group(group_id)

    def snapshot(self, channel_id: int) -> Row:
        """Return a copy of a channel as it is now, for work that is done later."""
        return deepcopy(self.channels[channel_id])

    def _unlist(self, channel_id: int) -> None:
        known = self.channels.get(channel_id)
        if known is not None:
            self.book.unlist_names(names.priced(known))

    def _load_settings(self) -> None:
        defaults = self.profile.settings.items()
        self.store.execute_many("INSERT OR IGNORE INTO settings (key, value) VALUES (?, ?)", list(defaults))
        self.settings = {row["key"]: row["value"] for row in self.store.rows("SELECT * FROM settings")}

    def _load_prices(self) -> None:
        self.book.clear()
        for row in self.store.rows("SELECT * FROM llm_infos"):
            self.book.put(row)

    def _load_channels(self) -> None:
        keys = tables.keys_by_channel(self.store) if self.profile.channel.has_keys else None
        for channel_id in list(self.channels):
            self.drop_channel(channel_id)
        self.keys.clear()
        for row in tables.CHANNELS.all(self.store):
            self.put_channel(row if keys is None else row | {"keys": keys.get(row["id"], [])})
        rows = self.store.rows("SELECT * FROM stats_channels")
        self.stats = {row["channel_id"]: tables.decode(row["doc"]) for row in rows}

    def _load_groups(self) -> None:
        items = tables.items_by_group(self.store, self.profile.groups.item_order)
        self.groups = {row["id"]: row | {"items": items.get(row["id"], [])} for row in tables.GROUPS.all(self.store)}
