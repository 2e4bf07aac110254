"""Settings: a fixed set of texts (contracts/octopus.md 11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chanops.sandbox.octopus import sync
from chanops.sandbox.octopus.envelope import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

COMMON = {
    "cors_allow_origins": "",
    "model_info_update_interval": "24",
    "proxy_url": "",
    "stats_save_interval": "10",
    "sync_llm_interval": "24",
}
RELAY_LOG = {"relay_log_keep_enabled": "true", "relay_log_keep_period": "7"}
CIRCUIT_BREAKER = {
    "circuit_breaker_cooldown": "60",
    "circuit_breaker_max_cooldown": "600",
    "circuit_breaker_threshold": "5",
}


def list_all(state: State, _call: Call) -> list[Row]:
    """Return all settings."""
    return state.shuffled({"key": key, "value": value} for key, value in state.settings.items())


def set_one(state: State, call: Call) -> Row:
    """Write one setting; there is no way to make or delete one."""
    body = call.decode({"key": "string", "value": "string"})
    key, value = body.get("key", ""), body.get("value", "")
    check = _CHECKS.get(key)
    if check is not None and not check(value):
        raise Refusal(400, f"{key}: invalid value {value!r}")
    if key not in state.settings:
        raise Refusal(500, "setting not found")
    state.store.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (key, value))
    state.settings[key] = value
    if key == "sync_llm_interval":
        sync.schedule(state)
    return {"key": key, "value": value}


def _is_integer(value: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,18}", value) is not None


def _is_proxy(value: str) -> bool:
    parts = urlsplit(value)
    return not value or (parts.scheme in ("http", "https", "socks5") and bool(parts.netloc))


_CHECKS: dict[str, Callable[[str], bool]] = {
    "proxy_url": _is_proxy,
    "model_info_update_interval": _is_integer,
    "sync_llm_interval": _is_integer,
}
