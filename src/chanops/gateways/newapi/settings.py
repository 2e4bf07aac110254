"""The keys of `setting` and `settings`: their types, who owns them, and that an absent one means its zero (4.5, 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.domain.secret import Secret
from chanops.gateways.newapi.jsontext import freeze

if TYPE_CHECKING:
    from chanops.domain.value import Value


class Key(NamedTuple):
    """One known key: the type of its value, its zero, and whether only HEAD has it."""

    shape: type
    zero: Value
    is_head_only: bool = False
    choices: tuple[str, ...] = ()


_BOOL: Final = Key(bool, zero=False)
_TEXT: Final = Key(str, "")

SETTING: Final[Mapping[str, Key]] = {  # contracts/new-api.md 4.5; `proxy` is a field of its own
    "force_format": _BOOL,
    "thinking_to_content": _BOOL,
    "pass_through_body_enabled": _BOOL,
    "system_prompt": _TEXT,
    "system_prompt_override": _BOOL,
    "http_protocol": Key(str, "", is_head_only=True, choices=("", "auto", "http1")),
    "http2_connection_shards": Key(int, 0, is_head_only=True),
}

SETTINGS: Final[Mapping[str, Key]] = {  # contracts/new-api.md 4.6
    "azure_responses_version": _TEXT,
    "vertex_key_type": Key(str, "", choices=("", "json", "api_key")),
    "openrouter_enterprise": _BOOL,
    "aws_key_type": Key(str, "", choices=("", "ak_sk", "api_key")),
    "claude_beta_query": _BOOL,
    "allow_service_tier": _BOOL,
    "allow_inference_geo": _BOOL,
    "allow_speed": _BOOL,
    "allow_safety_identifier": _BOOL,
    "disable_store": _BOOL,
    "allow_include_obfuscation": _BOOL,
    "disable_task_polling_sleep": Key(bool, zero=False, is_head_only=True),
    "advanced_custom": Key(dict, MappingProxyType({}), is_head_only=True),
    "upstream_model_update_check_enabled": _BOOL,
    "upstream_model_update_auto_sync_enabled": _BOOL,
    "upstream_model_update_ignored_models": Key(list, ()),
}

SERVER_OWNED: Final = frozenset(
    {
        "upstream_model_update_last_check_time",
        "upstream_model_update_last_detected_models",
        "upstream_model_update_last_removed_models",
    }
)

_SETS: Final = frozenset({"upstream_model_update_ignored_models"})


class Stored(Mapping[str, "Value"]):
    """What a row holds, the way the gateway reads it: a known key that is not stored answers its zero.

    Only stored keys are iterated over and counted, so that what is shown or exported is what is there.
    """

    __slots__ = ("_known", "_stored")

    def __init__(self, stored: Mapping[str, Value], known: Mapping[str, Key]) -> None:
        self._stored = stored
        self._known = known

    def __getitem__(self, key: str) -> Value:
        return self._stored[key] if key in self._stored else self._known[key].zero

    def __contains__(self, key: object) -> bool:
        return key in self._stored or key in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __repr__(self) -> str:
        return f"Stored({dict(self._stored)!r})"


def tidy(values: Mapping[str, Value], known: Mapping[str, Key]) -> dict[str, Value]:
    """Return declared or stored *values* in canonical form: `null` is the key's zero, lists that are sets are sorted."""
    return {key: _tidy_one(key, value, known) for key, value in values.items()}


def without_zeros(values: Mapping[str, Value], known: Mapping[str, Key]) -> dict[str, Value]:
    """Return *values* without the known keys that are stored at their zero: the web page writes them all (4.5)."""
    return {key: value for key, value in values.items() if not (key in known and _is_zero(value, known[key]))}


def fits(value: Value, key: Key) -> bool:
    """Tell whether *value* has the JSON type that the gateway reads *key* as."""
    if isinstance(value, Secret):
        return key.shape is str
    if key.shape is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if key.shape is list:
        return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(item, str) for item in value)
    return isinstance(value, Mapping if key.shape is dict else key.shape)


def _tidy_one(key: str, value: Value, known: Mapping[str, Key]) -> Value:
    if value is None and key in known:
        return known[key].zero
    if key in _SETS and fits(value, known[key]):
        return tuple(sorted(set(value)))  # type: ignore[arg-type,type-var]  # fits: a list of texts
    return freeze(value)


def _is_zero(value: Value, key: Key) -> bool:
    return not value and fits(value, key)
