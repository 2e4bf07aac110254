"""What a create or an update is refused for: contracts/new-api.md 4.3, 4.5, 4.6. It looks at the body alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chanops.sandbox.gojson import GoJsonError, ListOf, Struct, decode_object, parse
from chanops.sandbox.newapi.answers import RefusedError

if TYPE_CHECKING:
    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.profile import Profile

VERTEX, CODEX, ADVANCED_CUSTOM, NEW_API = 41, 57, 58, 60
LONGEST_MODEL = 255
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
MOST_SHARDS = 8

SETTING: dict[str, GoType] = {
    "force_format": "bool",
    "thinking_to_content": "bool",
    "proxy": "string",
    "pass_through_body_enabled": "bool",
    "system_prompt": "string",
    "system_prompt_override": "bool",
    "http_protocol": "string",
    "http2_connection_shards": "int",
}

_ROUTE = Struct(
    {
        "incoming_path": "string",
        "upstream_path": "string",
        "converter": "string",
        "models": "string_list",
        "auth": Struct({"type": "string", "name": "string", "value": "string"}),
    }
)

SETTINGS: dict[str, GoType] = {
    "azure_responses_version": "string",
    "vertex_key_type": "string",
    "openrouter_enterprise": "bool",
    "claude_beta_query": "bool",
    "allow_service_tier": "bool",
    "allow_inference_geo": "bool",
    "allow_speed": "bool",
    "allow_safety_identifier": "bool",
    "disable_store": "bool",
    "allow_include_obfuscation": "bool",
    "aws_key_type": "string",
    "disable_task_polling_sleep": "bool",
    "advanced_custom": Struct({"advanced_routes": ListOf(_ROUTE)}),
    "upstream_model_update_check_enabled": "bool",
    "upstream_model_update_auto_sync_enabled": "bool",
    "upstream_model_update_last_check_time": "int",
    "upstream_model_update_last_detected_models": "string_list",
    "upstream_model_update_last_removed_models": "string_list",
    "upstream_model_update_ignored_models": "string_list",
}


def validate(body: Row, profile: Profile, *, creates: bool) -> None:
    """Refuse a *body* that breaks a rule; an update is only held to the rules of what it names."""
    setting = _decode_text(body.get("setting"), SETTING, "setting")
    if creates:
        _check_key_and_models(body)
    if profile.validates_settings:
        _check_connection(setting)
        _check_settings(body, _decode_text(body.get("settings"), SETTINGS, "settings"))
    if body.get("type") == VERTEX:
        _check_regions(body.get("other", ""))
    if body.get("type") == CODEX and (creates or body.get("key", "").strip()):
        _check_codex_key(body.get("key", ""))


def read_settings(text: str | None) -> dict[str, Any]:
    """Return what the server understands of a `settings` text; nothing of one that is no JSON or of wrong types."""
    try:
        return _decode(text or "", SETTINGS)
    except GoJsonError:
        return {}


def are_settings_valid(text: str | None) -> bool:
    """Say whether the server can read a `settings` text."""
    try:
        _decode(text or "", SETTINGS)
    except GoJsonError:
        return False
    return True


def _decode(text: str, fields: dict[str, GoType]) -> dict[str, Any]:
    return decode_object(parse(text.encode("utf-8", "replace"), strict_tail=True), fields) if text else {}


def _decode_text(text: str | None, fields: dict[str, GoType], name: str) -> dict[str, Any]:
    try:
        return _decode(text or "", fields)
    except GoJsonError as error:
        raise RefusedError(f"the channel's {name} is malformed: {error}") from None


def _check_key_and_models(body: Row) -> None:
    if not body.get("key"):
        raise RefusedError("the channel cannot be without a key")
    for model in body.get("models", "").split(","):
        if len(model.encode()) > LONGEST_MODEL:
            raise RefusedError(f"the model name is too long: {model}")


def _check_connection(setting: dict[str, Any]) -> None:
    proxy = setting.get("proxy", "")
    if proxy and not _is_proxy(proxy):
        raise RefusedError("the proxy is no URL")
    protocol, shards = setting.get("http_protocol", ""), setting.get("http2_connection_shards", 0)
    if protocol not in ("", "auto", "http1"):
        raise RefusedError("unknown http_protocol")
    if not 0 <= shards <= (1 if protocol == "http1" else MOST_SHARDS):
        raise RefusedError("http2_connection_shards is out of range")


def _is_proxy(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in PROXY_SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _check_settings(body: Row, settings: dict[str, Any]) -> None:
    routes = settings.get("advanced_custom", {}).get("advanced_routes", [])
    if body.get("type") == ADVANCED_CUSTOM and not any(_is_route(route) for route in routes):
        raise RefusedError("settings.advanced_custom needs a route")
    if body.get("type") == NEW_API and not body.get("base_url", "").strip():
        raise RefusedError("base_url is needed")


def _is_route(route: dict[str, Any]) -> bool:
    return bool(route.get("incoming_path") and route.get("upstream_path"))


def _check_regions(other: str) -> None:
    try:
        regions = parse(other.encode())
    except GoJsonError:
        raise RefusedError("the deployment region has to be JSON") from None
    if not isinstance(regions, dict) or regions.get("default") is None:
        raise RefusedError("the deployment region needs a default")


def _check_codex_key(key: str) -> None:
    try:
        tokens = parse(key.strip().encode(), strict_tail=True)
    except GoJsonError:
        raise RefusedError("a Codex key has to be a JSON object") from None
    if not isinstance(tokens, dict):
        raise RefusedError("a Codex key has to be a JSON object")
    for name in ("access_token", "account_id"):
        if not str(tokens.get(name) or "").strip():
            raise RefusedError(f"a Codex key needs {name}")
