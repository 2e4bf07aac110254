"""Between Octopus' rows and canonical channels: `decode_channel`, and `encode_create` and `encode_update` on the way back."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.address import Address
from chanops.domain.resources import LiveChannel, Status
from chanops.domain.secret import Secret
from chanops.domain.value import reveal
from chanops.domain.vocabulary import is_secret_header
from chanops.gateways import strict_json
from chanops.gateways.octopus import keys, urls, wire
from chanops.gateways.octopus.generations import TYPE_NAMES, TYPE_NUMBERS, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from chanops.domain.value import Value

AUTO_GROUP: Final = {0: "none", 1: "fuzzy", 2: "exact", 3: "regex"}
AUTO_GROUP_NUMBERS: Final = {name: number for number, name in AUTO_GROUP.items()}

MODEL_PATHS: Final = frozenset({"models", "octopus.custom_models"})
KEY_PATHS: Final = frozenset({"key", "keys"})


def decode_channel(site: str, row: wire.AnyChannel, profile: Profile) -> LiveChannel:
    """Return *row* in canonical form; null, "" and [] are the same to Octopus (contracts/octopus.md 13.1)."""
    fields: dict[str, Value] = {
        "name": row.name,
        "type": TYPE_NAMES.get(row.type, row.type) if isinstance(row.type, int) else row.type,
        "enabled": row.enabled,
        **(_lists_of(row) if isinstance(row, wire.ChannelG2) else _scalars_of(row)),
        **_models_of(row, profile),
        "headers": _decode_headers(row.custom_header or ()),
        "param_override": _decode_json(row.param_override),
        "proxy": _decode_proxy(row),
        "octopus.auto_sync": row.auto_sync,
    }
    if "match_regex" in row.model_fields_set:
        fields["octopus.match_regex"] = row.match_regex or ""
    if isinstance(row, wire.ChannelG2):
        fields["octopus.auto_group"] = AUTO_GROUP.get(row.auto_group, str(row.auto_group))
    return LiveChannel(
        address=Address.channel(site, row.name),
        remote_id=str(row.id),
        fields=MappingProxyType(fields),
        status=Status.ENABLED if row.enabled else Status.DISABLED,
        wire=MappingProxyType(row.model_dump()),
    )


def encode_create(name: str, fields: Mapping[str, Value], profile: Profile) -> dict[str, Any]:
    """Return the body of a create; it stores `enabled: false` as true (contracts/octopus.md 5.3)."""
    body = {"name": name, **_encode(fields, profile, wire_urls=())}
    wanted = _wanted_keys(fields)
    if profile.has_lists:
        body["keys"] = [keys.new_key(key) for key in wanted]
    elif wanted:
        body["key"] = wanted[0]
    return body


def encode_update(fields: Mapping[str, Value], live: LiveChannel, profile: Profile) -> dict[str, Any]:
    """Return the body of an update that brings the changed *fields* to *live*; all that is absent stays as it is."""
    row = live.wire
    body: dict[str, Any] = {"id": int(live.remote_id), **_encode(fields, profile, wire_urls=row.get("base_urls") or ())}
    if "name" in fields:
        body["name"] = _text(fields["name"])
    if fields.keys() & KEY_PATHS:
        wanted = _wanted_keys(fields)
        body.update(keys.edits(row["keys"] or (), wanted) if profile.has_lists else {"key": wanted[0]})
    if profile.sorts_models and fields.keys() & MODEL_PATHS:  # either alone rewrites the other: 5.5
        body.setdefault("model", row["model"])
        body.setdefault("custom_model", row["custom_model"])
    return body


def secrets_of(row: wire.AnyChannel) -> Iterator[str]:
    """Yield every secret in *row*, so that no message that repeats one is shown."""
    if isinstance(row, wire.ChannelG2):
        yield from (key.channel_key for key in row.keys or ())
        addresses = [address.url for address in row.base_urls or ()]
    else:
        yield row.key
        addresses = [row.base_url]
    yield from (header.header_value for header in row.custom_header or () if is_secret_header(header.header_key))
    yield from (url for url in (*addresses, row.channel_proxy or "") if urls.has_userinfo(url))


def _lists_of(row: wire.ChannelG2) -> dict[str, Value]:
    addresses = tuple(_decode_url(urls.verbatim(address.url)) for address in row.base_urls or ())
    held = tuple(Secret(key.channel_key) for key in row.keys or ())
    return {
        **({"base_url": addresses[0]} if len(addresses) == 1 else {"base_urls": addresses}),
        **({"key": held[0]} if len(held) == 1 else {"keys": held}),
    }


def _scalars_of(row: wire.ChannelG4) -> dict[str, Value]:
    return {"base_url": _decode_url(urls.called(row.base_url, row.type)), "key": Secret(row.key)}


def _models_of(row: wire.AnyChannel, profile: Profile) -> dict[str, Value]:
    custom = split_names(row.custom_model)
    taken = frozenset(custom) if profile.sorts_models else frozenset()
    return {
        "models": tuple(name for name in split_names(row.model) if name not in taken),
        "octopus.custom_models": custom,
    }


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a comma list: trimmed, without empty and repeated ones."""
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _decode_headers(headers: Iterable[wire.Header]) -> Mapping[str, Value]:
    """Return *headers* as a map: of a repeated name the last; the gateway skips empty names."""
    return {
        header.header_key: Secret(header.header_value) if is_secret_header(header.header_key) else header.header_value
        for header in headers
        if header.header_key
    }


def _decode_json(text: str | None) -> Value:
    """Return the mapping that *text* holds, or *text* itself: Octopus stores anything there."""
    if not text or not text.strip():
        return {}
    try:
        value = strict_json.loads(text)
    except ValueError:
        return text
    return _frozen(value) if isinstance(value, dict) else text


def _frozen(value: Any) -> Value:  # noqa: ANN401 - JSON
    match value:
        case dict():
            return {key: _frozen(item) for key, item in value.items()}
        case list():
            return tuple(_frozen(item) for item in value)
        case _:
            return value  # type: ignore[no-any-return]  # JSON holds nothing else


def _decode_proxy(row: wire.Channel) -> Value:
    """Return the proxy: none, the gateway's own (True), or a URL of the channel's own (contracts/octopus.md 8.2)."""
    own = (row.channel_proxy or "").strip()
    return _decode_url(own) if row.proxy and own else row.proxy


def _decode_url(url: str) -> Value:
    return Secret(url) if urls.has_userinfo(url) else url


def _encode(fields: Mapping[str, Value], profile: Profile, *, wire_urls: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns that *fields* become; name and keys are not among them."""
    body: dict[str, Any] = {}
    for path, value in fields.items():
        if path in COLUMNS:
            body.update(COLUMNS[path](value))
    if "type" in body and not profile.has_numbers:
        body["type"] = _text(fields["type"])
    addresses = [_text(url) for url in _items(fields, "base_url", "base_urls")]
    if profile.has_lists and fields.keys() & {"base_url", "base_urls"}:
        delays = {address["url"]: address["delay"] for address in wire_urls}
        body["base_urls"] = [{"url": url, "delay": delays.get(url, 0)} for url in addresses]
    elif addresses:
        body["base_url"] = addresses[0]
    return body


def _encode_type(value: Value) -> dict[str, Any]:
    return {"type": value if isinstance(value, int) else TYPE_NUMBERS.get(_text(value), _text(value))}


def _encode_headers(value: Value) -> dict[str, Any]:
    headers = reveal(value)
    assert isinstance(headers, dict), "headers are a map"
    return {"custom_header": [{"header_key": key, "header_value": text} for key, text in headers.items()]}


def _encode_json(value: Value) -> dict[str, Any]:
    plain = reveal(value)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return {"param_override": "" if text == "{}" else text}


def _encode_proxy(value: Value) -> dict[str, Any]:
    """Return both columns: an address of its own goes when the proxy is switched off."""
    plain = reveal(value)
    return {"proxy": bool(plain), "channel_proxy": plain if isinstance(plain, str) else ""}


def _encode_names(column: str) -> Callable[[Value], dict[str, Any]]:
    return lambda value: {column: ",".join(map(_text, value if isinstance(value, tuple | list) else ()))}


COLUMNS: Final[Mapping[str, Callable[[Value], dict[str, Any]]]] = {
    "type": _encode_type,
    "enabled": lambda value: {"enabled": value},
    "models": _encode_names("model"),
    "octopus.custom_models": _encode_names("custom_model"),
    "headers": _encode_headers,
    "param_override": _encode_json,
    "proxy": _encode_proxy,
    "octopus.auto_sync": lambda value: {"auto_sync": value},
    "octopus.auto_group": lambda value: {"auto_group": AUTO_GROUP_NUMBERS[_text(value)]},
    "octopus.match_regex": lambda value: {"match_regex": _text(value)},
}


def _wanted_keys(fields: Mapping[str, Value]) -> list[str]:
    return [_text(key) for key in _items(fields, "key", "keys")]


def _items(fields: Mapping[str, Value], one: str, several: str) -> Sequence[Value]:
    value = fields.get(one)
    if value is not None:
        return (value,)
    listed = fields.get(several)
    return listed if isinstance(listed, tuple | list) else ()


def _text(value: Value) -> str:
    return str(reveal(value))
