"""The routes round the channels: status, groups, models, options, repair."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError
from chanops.sandbox.newapi.answers import RefusedError, ok

if TYPE_CHECKING:
    from chanops.sandbox.newapi.server import Call

VERSION = "v0.0.0"
SECRET_ENDINGS = ("Token", "Secret", "Key", "secret", "api_key")
CATALOGUE = {
    "1": ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"],
    "14": ["claude-sonnet-4-20250514", "claude-opus-4-20250514"],
    "24": ["gemini-2.5-flash", "gemini-2.5-pro"],
    "43": ["deepseek-chat", "deepseek-reasoner"],
}
"""A small part of the models that the real server knows by type."""


async def show_status(call: Call) -> dict[str, Any]:
    """Answer GET `/api/status`."""
    data = {
        "version": VERSION,
        "start_time": call.server.now(),
        "system_name": "New API",
        "setup": True,
        "turnstile_check": False,
        "password_login_enabled": True,
        "quota_per_unit": 500000,
        "self_use_mode_enabled": call.server.is_on("SelfUseModeEnabled"),
        "demo_site_enabled": False,
    }
    if call.server.profile.stateless_auth:
        data["oidc_display_name"] = ""
    return ok(data)


async def ping(_: Call) -> dict[str, Any]:
    """Answer GET `/api/status/test`."""
    return ok(http_stats={"active_connections": 1})


async def show_groups(call: Call) -> dict[str, Any]:
    """Answer GET `/api/group/`, in random order."""
    return ok(call.server.groups())


async def show_ops(call: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/ops` (HEAD)."""
    return ok({"retry_times": int(call.server.options()["RetryTimes"])})


async def show_types(_: Call) -> dict[str, Any]:
    """Answer GET `/api/models`: default models by channel type."""
    return ok(CATALOGUE)


async def show_model_table(_: Call) -> dict[str, Any]:
    """Answer GET `/api/models/`: model metadata, of which a sandbox has none."""
    return ok({"items": [], "total": 0, "page": 1, "page_size": 10, "vendor_counts": {"all": 0}})


async def show_catalogue(_: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/models`."""
    names = [name for models in CATALOGUE.values() for name in models]
    model = {"object": "model", "created": 1626777600, "owned_by": "custom", "supported_endpoint_types": ["openai"]}
    return {"success": True, "data": [{"id": name} | model for name in names]}


async def show_enabled_models(call: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/models_enabled`: every name of the routing table, also an empty one."""
    routed = call.server.store.rows("SELECT models FROM abilities WHERE enabled = 1")
    names = {name for row in routed for name in (row["models"] or "").split(",")}
    return {"success": True, "data": sorted(names)}


async def fix(call: Call) -> dict[str, Any]:
    """Answer POST `/api/channel/fix`: empty and rebuild the routing table."""
    channels = call.server.channels
    ids = [row["id"] for row in channels.where("1")]
    with call.server.store.transaction():
        call.server.store.execute("DELETE FROM abilities")
        for channel_id in ids:
            channels.rebuild(channel_id)
    channels.refresh_cache()
    return ok({"success": len(ids), "fails": 0})


async def show_options(call: Call) -> dict[str, Any]:
    """Answer GET `/api/option/`: all values as texts, secrets left out."""
    options = call.server.options().items()
    return ok([{"key": key, "value": value} for key, value in options if not key.endswith(SECRET_ENDINGS)])


async def set_option(call: Call) -> dict[str, Any]:
    """Answer PUT `/api/option/`: one scalar, stored as text."""
    try:
        body = call.json({"key": "string", "value": "raw"})
    except GoJsonError as error:
        raise RefusedError(str(error), status=400) from None
    value = body.get("value", "")
    text = value if isinstance(value, str) else json.dumps(value)
    key = body.get("key", "")
    call.server.store.execute("INSERT OR REPLACE INTO options VALUES (?, ?)", [key, text])
    if key.startswith("billing_setting."):
        call.server.pricing = None
    return ok()
