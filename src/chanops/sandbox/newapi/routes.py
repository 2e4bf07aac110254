"""Every route: method, path, handler, and who may call it (contracts/new-api.md 1.2, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chanops.sandbox.newapi import (
    balance,
    create,
    discovery,
    keys,
    listing,
    model_updates,
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

    from chanops.sandbox.newapi.profile import Profile
    from chanops.sandbox.newapi.server import Call

    Handler: TypeAlias = Callable[[Call], Awaitable[dict[str, Any] | Response]]

OPEN = 0


@dataclass(frozen=True)
class Route:
    """One route: a *role* of at least so much before HEAD, and since then the permission for an *action* on top."""

    method: str
    path: str
    handler: Handler
    role: int = ADMIN
    action: str | None = None
    base_role: int | None = None
    only: str | None = None
    is_critical: bool = False

    def least_role(self, profile: Profile) -> int:
        """Return the role that a caller needs."""
        return self.role if self.base_role is None or profile.permissions else self.base_role


READ, OPERATE, WRITE, SENSITIVE = "read", "operate", "write", "sensitive_write"
C = "/api/channel"

ROUTES = (
    Route("GET", "/api/status", site.show_status, OPEN),
    Route("GET", "/api/status/test", site.ping),
    Route("GET", "/api/setup", users.show_setup, OPEN),
    Route("POST", "/api/setup", users.set_up, OPEN),
    Route("POST", "/api/user/login", users.log_in, OPEN, is_critical=True),
    Route("GET", "/api/user/logout", users.log_out, OPEN, only="base"),
    Route("POST", "/api/user/auth/refresh", users.refresh, OPEN, only="head", is_critical=True),
    Route("POST", "/api/user/auth/logout", users.log_out, OPEN, only="head"),
    Route("GET", "/api/user/token", users.renew_token, COMMON, only="base"),
    Route("GET", "/api/user/token", users.renew_token, COMMON, only="head", is_critical=True),
    Route("GET", "/api/user/self", users.show_self, COMMON),
    Route("POST", "/api/user/manage", users.manage),
    Route("GET", "/api/group/", site.show_groups),
    Route("GET", "/api/models", site.show_types, COMMON),
    Route("GET", "/api/models/", site.show_model_table),
    Route("GET", "/api/option/", site.show_options, ROOT),
    Route("PUT", "/api/option/", site.set_option, ROOT),
    Route("GET", "/api/system-task/:task_id", probing.show_task, ROOT, only="head"),
    Route("GET", f"{C}/", listing.list_channels, action=READ),
    Route("GET", f"{C}/search", listing.search_channels, action=READ),
    Route("GET", f"{C}/models", site.show_catalogue, action=READ),
    Route("GET", f"{C}/models_enabled", site.show_enabled_models, action=READ),
    Route("GET", f"{C}/ops", site.show_ops, action=READ, only="head"),
    Route("GET", f"{C}/:id", update.get_channel, action=READ),
    Route("POST", f"{C}/:id/key", users.show_key, ROOT, is_critical=True),
    Route("GET", f"{C}/test", probing.test_all, action=OPERATE),
    Route("GET", f"{C}/test/:id", probing.test_one, action=OPERATE),
    Route("GET", f"{C}/update_balance", balance.update_all, action=OPERATE),
    Route("GET", f"{C}/update_balance/:id", balance.update_one, action=OPERATE),
    Route("POST", f"{C}/", create.create, action=SENSITIVE),
    Route("PUT", f"{C}/", update.update, action=WRITE),
    Route("POST", f"{C}/:id/status", status.set_status, action=OPERATE, only="head"),
    Route("POST", f"{C}/status/batch", status.set_statuses, action=OPERATE, only="head"),
    Route("DELETE", f"{C}/disabled", removal.delete_disabled, action=SENSITIVE),
    Route("DELETE", f"{C}/:id", removal.delete, action=SENSITIVE),
    Route("POST", f"{C}/batch", removal.delete_batch, action=SENSITIVE),
    Route("POST", f"{C}/tag/enabled", tags.enable, action=OPERATE),
    Route("POST", f"{C}/tag/disabled", tags.disable, action=OPERATE),
    Route("PUT", f"{C}/tag", tags.edit, action=WRITE),
    Route("POST", f"{C}/batch/tag", tags.set_tags, action=WRITE),
    Route("GET", f"{C}/tag/models", tags.models, action=READ),
    Route("POST", f"{C}/copy/:id", create.copy, action=SENSITIVE),
    Route("POST", f"{C}/fix", site.fix, action=OPERATE),
    Route("GET", f"{C}/fetch_models/:id", discovery.fetch_of_channel, action=OPERATE),
    Route("POST", f"{C}/fetch_models", discovery.fetch_of_address, action=SENSITIVE, base_role=ROOT),
    Route("POST", f"{C}/multi_key/manage", keys.manage, action=OPERATE),
    Route("POST", f"{C}/upstream_updates/detect", model_updates.detect, action=OPERATE),
    Route("POST", f"{C}/upstream_updates/apply", model_updates.apply, action=WRITE),
    Route("POST", f"{C}/upstream_updates/detect_all", model_updates.detect_all, action=OPERATE),
    Route("POST", f"{C}/upstream_updates/apply_all", model_updates.apply_all, action=WRITE),
)
