"""What a declared channel must meet so that New API takes it as meant: said at plan time, not found out at apply time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from chanops.domain.finding import Finding, error, warning
from chanops.domain.key_forms import has_form, wanted_form
from chanops.domain.secret import Secret
from chanops.domain.value import reveal, texts
from chanops.gateways.newapi.jsontext import parse_object
from chanops.gateways.newapi.settings import SERVER_OWNED, SETTING, SETTINGS, Key, fits
from chanops.gateways.newapi.shapes import type_number

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value
    from chanops.gateways.newapi.generations import Profile

VERTEX: Final = 41  # its keys are service accounts in JSON
LONGEST_GROUPS: Final = 64  # characters of the whole list: the column of MySQL and PostgreSQL (9)
LONGEST_MODEL: Final = 255  # bytes (4.3)
SCHEMES: Final = ("http", "https", "socks5", "socks5h")


def audit_fields(desired: DesiredChannel, live: LiveChannel | None, profile: Profile) -> Iterator[Finding]:
    """Yield what *profile*'s gateway would refuse or misread in *desired*; *live* is None for a create."""
    for check in (_check_type, _check_names, _check_keys, _check_proxy):
        for path, summary, detail, rule in check(desired, live, profile):
            yield error(summary, detail, address=desired.address, field=path, rule=rule)
    for path, known in (("newapi.setting", SETTING), ("newapi.settings", SETTINGS)):
        values = desired.fields.get(path)
        if isinstance(values, Mapping):
            for finding in _check_map(path, values, known, profile):
                yield _placed(finding, desired)


Fault = tuple[str, str, str, str]


def _check_type(desired: DesiredChannel, live: LiveChannel | None, profile: Profile) -> Iterator[Fault]:
    declared = desired.fields.get("type")
    number = type_number(declared)
    if declared is None or (live is not None and live.fields.get("type") == declared):
        return
    if number is None or number < 0:
        yield "type", f"{declared} is not a channel type of New API", "write a name of its table, or a number", "type-unknown"
        return
    if number == 0 and live is not None:
        yield "type", "New API takes no type 0 for a channel that lives", "write the type it should have", "type-unknown"
        return
    if profile.last_type < number <= 60:
        yield "type", f"this New API ({profile.name}) has no channel type {declared}", "update the gateway", "type-unknown"
        return
    need = _NEEDS.get(number)
    if need and not need[1](_merged(desired, live)):
        yield (
            need[0],
            f"a channel of type {declared} needs {need[2]}",
            need[3],
            "key-type" if number in _JSON_KEYS else "type-needs",
        )


def _has_default_region(fields: Mapping[str, Value]) -> bool:
    other = fields.get("newapi.other")
    return isinstance(other, Mapping) and other.get("default") is not None


def _has_codex_key(fields: Mapping[str, Value]) -> bool:
    key = fields.get("key")
    if not isinstance(key, Secret | str):
        return False
    found = parse_object(str(reveal(key)).strip())
    return all(str(found.get(part) or "").strip() for part in ("access_token", "account_id"))


def _has_routes(fields: Mapping[str, Value]) -> bool:
    settings = fields.get("newapi.settings")
    custom = settings.get("advanced_custom") if isinstance(settings, Mapping) else None
    return isinstance(custom, Mapping) and bool(custom.get("advanced_routes"))


def _has_base_url(fields: Mapping[str, Value]) -> bool:
    return bool(str(reveal(fields.get("base_url")) or "").strip())


_NEEDS: Final = {  # contracts/new-api.md 7.2, "server"
    41: (
        "newapi.other",
        _has_default_region,
        "`newapi.other` with a `default` region",
        "newapi: {other: {default: us-central1}}",
    ),
    57: ("key", _has_codex_key, "a key that is JSON with access_token and account_id", "the key is not shown here"),
    58: ("newapi.settings", _has_routes, "`newapi.settings.advanced_custom` with a route", ""),
    60: ("base_url", _has_base_url, "a base_url", ""),
}


_JSON_KEYS: Final = frozenset({41, 57})  # what they need says by which account they call


def _merged(desired: DesiredChannel, live: LiveChannel | None) -> Mapping[str, Value]:
    return {**(live.fields if live else {}), **desired.fields}


def _check_names(desired: DesiredChannel, _live: LiveChannel | None, _profile: Profile) -> Iterator[Fault]:
    models, groups = desired.fields.get("models"), desired.fields.get("groups")
    if models is not None and not models:
        yield (
            "models",
            "a channel cannot be left without models",
            "New API keeps the old list: disable it instead",
            "models-empty",
        )
    if groups is not None and not groups:
        yield (
            "groups",
            "a channel cannot be left without groups",
            "New API keeps the old list: disable it instead",
            "groups-empty",
        )
    for path, values in (("models", models), ("groups", groups)):
        if any("," in name for name in texts(values)):
            yield path, "a name holds a comma", "New API splits its lists there: write one name each", "model-name"
    if any(len(name.encode("utf-8", "replace")) > LONGEST_MODEL for name in texts(models)):
        yield "models", f"a name is longer than {LONGEST_MODEL} bytes", "New API refuses the channel", "model-name"
    joined = ",".join(texts(groups))
    if len(joined) > LONGEST_GROUPS:
        detail = "MySQL and PostgreSQL hold no more: use fewer or shorter groups"
        yield "groups", f"the groups make {len(joined)} characters, more than {LONGEST_GROUPS}", detail, "group-length"


def _check_keys(desired: DesiredChannel, live: LiveChannel | None, _profile: Profile) -> Iterator[Fault]:
    has_key, has_keys = "key" in desired.fields, "keys" in desired.fields
    if has_key and has_keys:
        yield "keys", "both key and keys are declared", "keep `key` for one key, `keys` for several", "key-twice"
    if "keys" in desired.fields and not desired.fields["keys"]:
        yield "keys", "keys is an empty list", "declare at least one", "key-missing"
    is_multi = has_keys or (not has_key and live is not None and "newapi.multi_key_mode" in live.fields)
    if "newapi.multi_key_mode" in desired.fields and not is_multi:
        yield "newapi.multi_key_mode", "multi_key_mode needs a channel with several keys", "declare `keys`", "key-mode"
    if live is None or not {"key", "keys"} & desired.ignore:
        merged = _merged(desired, live)
        yield from _check_key_texts(desired.fields, type_number(merged.get("type")))
        if live is None or live.fields.get("type") != merged.get("type"):  # else it was taken once, and may be a stand-in
            yield from _check_key_parts(desired.fields, merged)


def _check_key_texts(fields: Mapping[str, Value], channel_type: int | None) -> Iterator[Fault]:
    """Yield the keys that New API would drop, split or read as something else (contracts/new-api.md 4.3, 5.2)."""
    several = texts(fields.get("keys"))
    for path, keys in (("key", [str(reveal(fields["key"]))] if "key" in fields else []), ("keys", several)):
        if any(not key.strip() for key in keys):
            yield path, "a key is empty", "New API would keep the old one, or refuse the channel", "key-form"
    if channel_type == VERTEX:
        return
    if any("\n" in key.strip() for key in several):
        yield "keys", "a key holds a line break", "New API splits its keys there: declare one key each", "key-form"
    if any(key.strip().startswith("[") for key in several):
        yield "keys", "a key begins with [", "New API would read the whole list as JSON", "key-form"


def _check_key_parts(fields: Mapping[str, Value], merged: Mapping[str, Value]) -> Iterator[Fault]:
    """Yield a key that has not the parts its type needs."""
    kind = merged.get("type")
    form = wanted_form(kind, merged.get("newapi.settings"))
    for path, keys in (("key", [str(reveal(fields["key"]))] if "key" in fields else []), ("keys", texts(fields.get("keys")))):
        if form and not all(has_form(key, form, kind) for key in keys):
            yield path, f"a channel of type {kind} needs a key of the form {form}", "the key is not shown here", "key-type"


def _check_proxy(desired: DesiredChannel, _live: LiveChannel | None, profile: Profile) -> Iterator[Fault]:
    proxy = desired.fields.get("proxy")
    if proxy is True:
        yield "proxy", "proxy: true exists on Octopus only", "write the proxy's URL", "proxy-form"
    elif isinstance(proxy, str | Secret) and profile.has_http_settings and not _is_proxy(str(reveal(proxy))):
        detail = f"New API takes {', '.join(SCHEMES)} with a host and without path, query or fragment"
        yield "proxy", "the proxy is not a URL that New API accepts", detail, "proxy-form"


def _is_proxy(text: str) -> bool:
    """Tell whether HEAD would store *text* as proxy: scheme, host, port, and nothing behind them (4.5)."""
    if not text.strip():
        return True
    try:
        parts = urlsplit(text.strip())
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_bare = parts.path in ("", "/") and not parts.query and not set("?#") & set(text)
    return parts.scheme.lower() in SCHEMES and bool(parts.hostname) and is_port and is_bare


def _check_map(path: str, values: Mapping[str, Value], known: Mapping[str, Key], profile: Profile) -> Iterator[Finding]:
    """Check one of the two maps: a type that New API cannot read is refused, or wipes the row later (4.4)."""
    for name, value in values.items():
        key = known.get(name)
        if name in SERVER_OWNED:
            yield error(f"{path}.{name} is written by New API itself", "take it out", field=path, rule="server-owned")
        elif name == "proxy":
            continue  # reported as declared twice
        elif key is None:
            yield warning(f"New API knows no {path}.{name}", "it may be dropped again", field=path, rule="json-field")
        elif not fits(value, key) or (key.choices and isinstance(value, str) and value not in key.choices):
            yield error(
                f"{path}.{name} must be {_wanted(key)}", "New API cannot read it otherwise", field=path, rule="json-field"
            )
        elif key.is_head_only and not profile.has_http_settings:
            yield warning(f"this New API ({profile.name}) does not know {path}.{name} yet", "", field=path, rule="json-field")
    yield from _check_shards(path, values)


def _check_shards(path: str, values: Mapping[str, Value]) -> Iterator[Finding]:
    shards = values.get("http2_connection_shards")
    if isinstance(shards, int) and not 0 <= shards <= (1 if values.get("http_protocol") == "http1" else 8):
        detail = "0 to 8, and at most 1 with http_protocol: http1"
        yield error(f"{path}.http2_connection_shards: {shards} is out of range", detail, field=path, rule="json-field")


def _wanted(key: Key) -> str:
    words = {bool: "true or false", str: "a text", int: "a whole number", list: "a list of texts", dict: "a mapping"}
    return " or ".join(f'"{choice}"' for choice in key.choices if choice) or words[key.shape]


def _placed(finding: Finding, desired: DesiredChannel) -> Finding:
    return replace(finding, address=desired.address)
