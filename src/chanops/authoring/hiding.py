"""Live values whose place a file declares by a reference become secrets again: a reference is never written by its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.authoring.references import holds_secret
from chanops.domain.secret import Secret
from chanops.domain.value import is_list

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

OPEN: Final = frozenset({"name", "type", "enabled", "key", "keys"})
"""Fields that take no reference, and those that are secrets anyway."""

TWINS: Final = {"base_url": "base_urls", "base_urls": "base_url"}


def hide(live: LiveChannel, declared: DesiredChannel) -> LiveChannel:
    """Return *live* with secrets in every place where what is *declared* of it has a reference."""
    fields = {path: value if path in OPEN else _hide(value, _said(path, declared)) for path, value in live.fields.items()}
    return replace(live, fields=fields)


def _said(path: str, declared: DesiredChannel) -> Value:
    setting = declared.fields.get("newapi.setting")
    inner = setting.get("proxy") if path == "proxy" and isinstance(setting, Mapping) else None  # the other place to declare it
    return declared.fields.get(path, declared.fields.get(TWINS.get(path, path), inner))


def _hide(value: Value, said: Value) -> Value:
    if not holds_secret(said):
        return value
    if isinstance(value, Mapping) and isinstance(said, Mapping):
        return {key: _hide(item, said[key]) if key in said else _wrap(item) for key, item in value.items()}
    if is_list(value) and is_list(said):
        plain = [item for item in said if isinstance(item, str)]
        rest = list(said) + [None] * len(value)
        return tuple(item if item in plain else _hide_item(item, rest[number]) for number, item in enumerate(value))
    return _wrap(value)


def _hide_item(value: Value, said: Value) -> Value:
    """Hide an item of a list: by the parts that stand in its place, if it has parts, else whole."""
    return _hide(value, said) if isinstance(value, Mapping) and isinstance(said, Mapping) else _wrap(value)


def _wrap(value: Value) -> Value:
    """Return *value* with every text in it as a secret."""
    match value:
        case Secret():
            return value
        case str():
            return Secret(value) if value else value
        case Mapping():
            return {key: _wrap(item) for key, item in value.items()}
        case Sequence():
            return tuple(map(_wrap, value))
        case _:
            return value
