"""What a model list depends on: who is asked, as whom, and how. Channels that share it share one fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chanops.domain.digest import digest_json
from chanops.domain.secret import Secret
from chanops.domain.value import reveal, same, same_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

ALIKE: Final = (("base_url", "base_urls"), ("key", "keys"))
"""Fields that say the same, one of several: declaring either leaves nothing to the other."""

PATHS: Final = ("type", "base_url", "base_urls", "key", "keys", "headers", "proxy")


def source_fields(desired: DesiredChannel, live: LiveChannel | None) -> dict[str, Value]:
    """Return the fields by which the provider is asked: the declared ones, and what lives where nothing is declared."""
    declared = {path: desired.fields[path] for path in PATHS if path in desired.fields}
    settled = {path for alike in ALIKE if declared.keys() & set(alike) for path in alike}
    held = live.fields if live else {}
    return {path: held[path] for path in PATHS if path in held and path not in settled} | declared


def asks_the_same(desired: DesiredChannel, live: LiveChannel) -> bool:
    """Tell whether *live* would be asked for in just the way *desired* would; keys that are not known count as the same."""
    return all(_is_same(path, desired.fields[path], live.fields) for path in PATHS if path in desired.fields)


def source_identity(desired: DesiredChannel, live: LiveChannel | None) -> str:
    """Return what the list depends on, as a digest: one fetch for all channels of a site that share it.

    Without a declared key it is that of *live*, which may be hidden: then no two channels share.
    """
    asked: dict[str, Any] = {
        path: _plain(value) for path, value in source_fields(desired, live).items() if not _is_empty(value)
    }
    if not desired.fields.keys() & {"key", "keys"}:
        asked["of"] = live.remote_id if live else desired.name
    return digest_json(asked)


def provider_shown(fields: Mapping[str, Value]) -> str:
    """Return the provider of a channel with *fields* as people may see it: its host, or the reference that names it."""
    several = fields.get("base_urls")
    address = fields.get("base_url") or (several[0] if isinstance(several, tuple) and several else "")
    if isinstance(address, Secret):
        return str(address)
    try:
        host = urlsplit(str(address)).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return host or f"of type {fields.get('type', 'unknown')}"


def _is_same(path: str, wanted: Value, held: Mapping[str, Value]) -> bool:
    alike = next((pair for pair in ALIKE if path in pair), (path,))
    found = next((held[other] for other in alike if other in held), None)
    if path in ("key", "keys"):
        return found is None or same_keys(wanted, found)
    return (_is_empty(found) and _is_empty(wanted)) or same(wanted, found)


def _is_empty(value: Value) -> bool:
    """Tell whether *value* asks for nothing: no proxy, no headers, the type's own address."""
    return value is None or value is False or value in ("", (), {})


def _plain(value: Value) -> Any:  # noqa: ANN401 - JSON
    plain = reveal(value)
    return plain if isinstance(plain, str | int | float | bool | dict | tuple | list | None) else str(plain)
