"""The generations of Octopus as tables of what differs between them (contracts/octopus.md 1).

G1 and G3 have no profile yet. G3 is G4's login, channel shape and addressing with G2's `keep`, lenient sync and price rules,
its own group rules (`retry_interval`) and background effects that stop at price rows; G1 is G2's login over single
credentials, and needs an update handler of its own, since there an absent column is reset. Left out of every generation:
the relay (`/v1/*`), the event streams, the logs of requests, and `/update` with its self-replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chanops.sandbox.octopus import (
    account,
    apikeys,
    backup,
    channels,
    groups,
    names,
    prices,
    probe,
    settings,
    statistics,
    sync,
    version,
)
from chanops.sandbox.octopus.access import Access, BearerAccess, CookieAccess
from chanops.sandbox.octopus.addressing import Addressing, ListedAddresses, SingleAddress
from chanops.sandbox.octopus.effects import BackgroundEffects, CascadeEffects, Effects
from chanops.sandbox.octopus.grouprules import ActiveItemGroups, BalancedGroups, GroupRules
from chanops.sandbox.octopus.routes import Route, RouteTable
from chanops.sandbox.octopus.shapes import LISTED_CREDENTIALS, SINGLE_CREDENTIALS, ChannelShape
from chanops.sandbox.octopus.sync import LenientSync, StrictSync, SyncRules

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

PREFIX = "/api/v1"


@dataclass(frozen=True)
class PriceRules:
    """What is checked when a price row is written by hand."""

    are_trimmed: bool
    are_guarded: bool


@dataclass(frozen=True)
class Profile:
    """One generation."""

    version: str
    access: Access
    channel: ChannelShape
    normalise: Callable[[Row], None]
    effects: Effects
    addressing: Addressing
    groups: GroupRules
    prices: PriceRules
    sync: SyncRules
    settings: Mapping[str, str]
    dump_version: int
    dump_flags: tuple[str, ...]
    routes: RouteTable
    at_start: tuple[Callable[[State], Awaitable[None]], ...]
    lockable: frozenset[str]
    """The deletes that SQLite refuses beside any other write (5.6)."""


COMMON_ROUTES = (
    Route("POST", "/user/login", account.login, wants_json=True, is_open=True),
    Route("GET", "/user/status", account.status),
    Route("POST", "/user/change-password", account.change_password, "write", wants_json=True),
    Route("POST", "/user/change-username", account.change_username, "write", wants_json=True),
    Route("GET", "/channel/list", channels.list_all),
    Route("POST", "/channel/create", channels.create, "write", wants_json=True),
    Route("POST", "/channel/update", channels.update, "write", wants_json=True),
    Route("POST", "/channel/enable", channels.enable, "write", wants_json=True),
    Route("DELETE", "/channel/delete/", channels.delete, "delete"),
    Route("POST", "/channel/fetch-model", sync.fetch_model, wants_json=True),
    Route("POST", "/channel/sync", sync.sync_now, "write"),
    Route("GET", "/channel/last-sync-time", sync.last_time),
    Route("GET", "/group/list", groups.list_all),
    Route("POST", "/group/create", groups.create, "write", wants_json=True, says_raw_errors=True),
    Route("POST", "/group/update", groups.update, "write", wants_json=True, says_raw_errors=True),
    Route("DELETE", "/group/delete/", groups.delete, "delete"),
    Route("GET", "/model/list", prices.list_all),
    Route("POST", "/model/create", prices.create, "write", wants_json=True, says_raw_errors=True),
    Route("POST", "/model/update", prices.update, "write", wants_json=True, says_raw_errors=True),
    Route("POST", "/model/delete", prices.delete, "write", wants_json=True, says_raw_errors=True),
    Route("GET", "/model/channel", prices.list_channel_models),
    Route("POST", "/model/update-price", prices.refresh, "write", wants_json=True),
    Route("GET", "/model/last-update-time", prices.last_update),
    Route("POST", "/apikey/create", apikeys.create, "write", wants_json=True),
    Route("GET", "/apikey/list", apikeys.list_all),
    Route("POST", "/apikey/update", apikeys.update, "write", wants_json=True),
    Route("DELETE", "/apikey/delete/", apikeys.delete, "delete"),
    Route("GET", "/apikey/login", apikeys.login, is_open=True),
    Route("GET", "/apikey/stats", apikeys.stats, is_open=True),
    Route("GET", "/setting/list", settings.list_all),
    Route("POST", "/setting/set", settings.set_one, "write", wants_json=True, says_raw_errors=True),
    Route("GET", "/setting/export", backup.export),
    Route("POST", "/setting/import", backup.import_dump, "write"),
    Route("GET", "/stats/today", statistics.today),
    Route("GET", "/stats/total", statistics.total),
    Route("GET", "/stats/hourly", statistics.nothing),
    Route("GET", "/stats/apikey", statistics.nothing),
    Route("GET", "/update/now-version", version.now),
)

G2 = Profile(
    version="v0.9.28",
    access=BearerAccess(),
    channel=LISTED_CREDENTIALS,
    normalise=names.keep,
    effects=BackgroundEffects(),
    addressing=ListedAddresses(),
    groups=BalancedGroups(),
    prices=PriceRules(are_trimmed=False, are_guarded=False),
    sync=LenientSync(),
    settings=settings.COMMON | settings.RELAY_LOG | settings.CIRCUIT_BREAKER,
    dump_version=1,
    dump_flags=("include_logs", "include_stats"),
    routes=RouteTable(
        PREFIX,
        (
            *COMMON_ROUTES,
            Route("GET", "/stats/daily", statistics.nothing),
            Route("GET", "/log/list", statistics.logs),
            Route("DELETE", "/log/clear", statistics.clear_logs, "delete"),
        ),
    ),
    at_start=(sync.start, probe.probe_all),
    lockable=frozenset({"/channel/delete/"}),
)

G4 = Profile(
    version="v0.11.0",
    access=CookieAccess(),
    channel=SINGLE_CREDENTIALS,
    normalise=names.normalise,
    effects=CascadeEffects(),
    addressing=SingleAddress(),
    groups=ActiveItemGroups(),
    prices=PriceRules(are_trimmed=True, are_guarded=True),
    sync=StrictSync(),
    settings=settings.COMMON,
    dump_version=2,
    dump_flags=("include_stats",),
    routes=RouteTable(
        PREFIX,
        (
            *COMMON_ROUTES,
            Route("POST", "/group/active/", groups.activate, "write", wants_json=True, says_raw_errors=True),
            Route("POST", "/model/rebuild-price", prices.rebuild, "write", wants_json=True),
            Route("GET", "/stats/daily", statistics.daily_with_peak),
            Route("DELETE", "/log/clear", statistics.clear_logs_silently, "delete"),
        ),
    ),
    at_start=(sync.start,),
    lockable=frozenset({"/channel/delete/", "/group/delete/"}),
)

PROFILES = {"g2": G2, "g4": G4}
