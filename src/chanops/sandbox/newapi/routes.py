"""Every route: method, path, handler, and who may call it (contracts/new-api.md 1.2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chanops.sandbox.newapi import (
    balance,
    create,
    discovery,
    keys,
    legacy,
    listing,
    model_updates,
    pricing,
    probing,
    removal,
    site,
    status,
    tags,
    update,
    users,
)
from chanops.sandbox.newapi.accounts import ADMIN, COMMON, ROOT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from chanops.sandbox.newapi.server import Call

    Handler: TypeAlias = Callable[[Call], Awaitable[dict[str, Any] | Response]]

OPEN = 0
ORDER = ("legacy", "base", "head")
"""The generations, the oldest first."""


@dataclass(frozen=True)
class Route:
    """One route: who may call it has a *role* of at least so much and, at HEAD, the permission for an *action*."""

    method: str
    path: str
    handler: Handler
    role: int = ADMIN
    action: str | None = None
    since: str = "legacy"
    until: str = "head"
    is_critical: bool = False

    def is_in(self, generation: str) -> bool:
        """Say whether a generation has this route."""
        return ORDER.index(self.since) <= ORDER.index(generation) <= ORDER.index(self.until)


READ, OPERATE, WRITE, SENSITIVE = "read", "operate", "write", "sensitive_write"
C = "/api/channel"

ROUTES = (
    Route("GET", "/api/status", site.show_status, OPEN),
    Route("GET", "/api/status/test", site.ping),
    Route("GET", "/api/setup", users.show_setup, OPEN),
    Route("POST", "/api/setup", users.set_up, OPEN),
    Route("POST", "/api/user/login", users.log_in, OPEN, is_critical=True),
    Route("GET", "/api/user/logout", users.log_out, OPEN, until="base"),
    Route("POST", "/api/user/auth/refresh", users.refresh, OPEN, since="head", is_critical=True),
    Route("POST", "/api/user/auth/logout", users.log_out, OPEN, since="head"),
    Route("GET", "/api/user/token", users.renew_token, COMMON, until="base"),
    Route("GET", "/api/user/token", users.renew_token, COMMON, since="head", is_critical=True),
    Route("GET", "/api/user/self", users.show_self, COMMON),
    Route("POST", "/api/user/manage", users.manage),
    Route("GET", "/api/group/", site.show_groups),
    Route("GET", "/api/models", site.show_types, COMMON),
    Route("GET", "/api/models/", site.show_model_table, since="base"),
    Route("GET", "/api/pricing", pricing.show_pricing, OPEN, since="base"),
    Route("GET", "/api/option/", site.show_options, ROOT),
    Route("PUT", "/api/option/", site.set_option, ROOT),
    Route("GET", "/api/system-task/:task_id", probing.show_task, ROOT, since="head"),
    Route("GET", f"{C}/", legacy.list_channels, until="legacy"),
    Route("GET", f"{C}/", listing.list_channels, action=READ, since="base"),
    Route("GET", f"{C}/search", legacy.search_channels, until="legacy"),
    Route("GET", f"{C}/search", listing.search_channels, action=READ, since="base"),
    Route("GET", f"{C}/models", site.show_catalogue, action=READ),
    Route("GET", f"{C}/models_enabled", site.show_enabled_models, action=READ),
    Route("GET", f"{C}/ops", site.show_ops, action=READ, since="head"),
    Route("GET", f"{C}/:id", update.get_channel, action=READ),
    Route("POST", f"{C}/:id/key", users.show_key, ROOT, since="base", is_critical=True),
    Route("GET", f"{C}/test", probing.test_all, action=OPERATE),
    Route("GET", f"{C}/test/:id", probing.test_one, action=OPERATE),
    Route("GET", f"{C}/update_balance", balance.update_all, action=OPERATE),
    Route("GET", f"{C}/update_balance/:id", balance.update_one, action=OPERATE),
    Route("POST", f"{C}/", legacy.create, until="legacy"),
    Route("POST", f"{C}/", create.create, action=SENSITIVE, since="base"),
    Route("PUT", f"{C}/", legacy.update, until="legacy"),
    Route("PUT", f"{C}/", update.update, action=WRITE, since="base"),
    Route("POST", f"{C}/:id/status", status.set_status, action=OPERATE, since="head"),
    Route("POST", f"{C}/status/batch", status.set_statuses, action=OPERATE, since="head"),
    Route("DELETE", f"{C}/disabled", removal.delete_disabled, action=SENSITIVE),
    Route("DELETE", f"{C}/:id", removal.delete, action=SENSITIVE),
    Route("POST", f"{C}/batch", removal.delete_batch, action=SENSITIVE),
    Route("POST", f"{C}/tag/enabled", tags.enable, action=OPERATE),
    Route("POST", f"{C}/tag/disabled", tags.disable, action=OPERATE),
    Route("PUT", f"{C}/tag", tags.edit, action=WRITE),
    Route("POST", f"{C}/batch/tag", tags.set_tags, action=WRITE),
    Route("GET", f"{C}/tag/models", tags.models, action=READ),
    Route("POST", f"{C}/copy/:id", create.copy, action=SENSITIVE, since="base"),
    Route("POST", f"{C}/fix", legacy.fix, until="legacy"),
    Route("POST", f"{C}/fix", site.fix, action=OPERATE, since="base"),
    Route("GET", f"{C}/fetch_models/:id", discovery.fetch_of_channel, action=OPERATE),
    Route("POST", f"{C}/fetch_models", discovery.fetch_of_address, until="legacy"),
    Route("POST", f"{C}/fetch_models", discovery.fetch_of_address, ROOT, since="base", until="base"),
    Route("POST", f"{C}/fetch_models", discovery.fetch_of_address, action=SENSITIVE, since="head"),
    Route("POST", f"{C}/multi_key/manage", keys.manage, action=OPERATE, since="base"),
    Route("POST", f"{C}/upstream_updates/detect", model_updates.detect, action=OPERATE, since="base"),
    Route("POST", f"{C}/upstream_updates/apply", model_updates.apply, action=WRITE, since="base"),
    Route("POST", f"{C}/upstream_updates/detect_all", model_updates.detect_all, action=OPERATE, since="base"),
    Route("POST", f"{C}/upstream_updates/apply_all", model_updates.apply_all, action=WRITE, since="base"),
)
