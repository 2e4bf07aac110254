"""Octopus' fields (contracts/octopus.md 5.1), of v0.9 and of v0.11."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from builders import secret
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind
from conformance.fields import HEADERS, MODELS, OBJECTS, FieldCase, joined, names, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.bench import Bench
    from conformance.wire import Row

NUMBERS: Final = CHANNEL_TYPES[SiteKind.OCTOPUS]
GROUPING: Final = ("none", "fuzzy", "exact", "regex")

KEYS: Final[Mapping[str, Secret]] = {
    "plain": secret(value="sk-other"),
    "long": secret(value="k" * 3000),
    "json": secret(value='{"access_token": "a", "account_id": "b"}'),
    "parts": secret(value="AK|SK|eu-west-1"),
    "unicode": secret(value="ключ-🚀"),
}


def whole(path: str, column: str, values: Mapping[str, Any], **options: Any) -> FieldCase:
    """Return a field whose value stands in its column as it is."""
    return FieldCase(path, values, lambda row: row[column], lambda value: {column: value}, **options)


def name_list(path: str, column: str) -> FieldCase:
    return FieldCase(
        path, MODELS, lambda row: names(row[column]), lambda value: {column: joined(value)}, empty=((),), is_set=True
    )


def read_headers(row: Row) -> dict[str, str]:
    return {header["header_key"]: header["header_value"] for header in row["custom_header"] or []}


def write_headers(value: Mapping[str, Any]) -> Row:
    return {"custom_header": [{"header_key": key, "header_value": text} for key, text in plain(value).items()]}


def read_proxy(row: Row) -> Any:
    return (row["channel_proxy"] or True) if row["proxy"] else False


def write_proxy(value: Any) -> Row:
    return {"proxy": bool(value), "channel_proxy": value if isinstance(value, str) else ""}


async def switch(bench: Bench, remote_id: str, value: Any) -> None:
    await bench.wire.enable(remote_id, enabled=value)


async def rotate(bench: Bench, remote_id: str, value: Any) -> None:
    """Put another key into the row of the one that a channel of v0.9 has."""
    (held,) = [row["keys"][0] for row in await bench.wire.rows() if str(row["id"]) == remote_id]
    await bench.wire.change(remote_id, keys_to_update=[{"id": held["id"], "channel_key": value.reveal()}])


def _common(types: Sequence[str], *, has_numbers: bool) -> tuple[FieldCase, ...]:
    """Return the fields that stand alike in both generations; the type is a number in one and a name in the other."""
    return (
        FieldCase(
            "type",
            {name: name for name in types if name != "openai"} | {"number": 1},
            lambda row: list(NUMBERS)[row["type"]] if has_numbers else row["type"],
            lambda value: {"type": NUMBERS[value] if has_numbers else value},
            shown={1: "openai_responses"},
            drags=frozenset({"base_url"}),
        ),
        FieldCase(
            "enabled",
            {"false": False, "true": True},
            lambda row: row["enabled"],
            lambda value: {"enabled": value},
            by_hand=switch,
        ),
        name_list("models", "model"),
        name_list("octopus.custom_models", "custom_model"),
        FieldCase("headers", HEADERS, read_headers, write_headers, empty=({},)),
        FieldCase(
            "param_override",
            OBJECTS,
            lambda row: json.loads(row["param_override"] or "{}"),
            lambda value: {"param_override": json.dumps(plain(value))},
            empty=({},),
        ),
        FieldCase(
            "proxy",
            {"own": True, "http": "http://127.0.0.1:8080", "user": "socks5://user:p%40ss@127.0.0.1:1080"},
            read_proxy,
            write_proxy,
            empty=(False, ""),
            shown={"": False},
        ),
        whole("octopus.auto_sync", "auto_sync", {"true": True, "false": False}, ignored=frozenset({"models"})),
        FieldCase(
            "octopus.match_regex",
            {"plain": "^gpt", "lookahead": "^(?!.*preview).*$", "named": "(?<family>gpt|o)-.*", "odd": 'a|🚀|\\d+|"x"'},
            lambda row: row["match_regex"] or "",
            lambda value: {"match_regex": value},
            empty=("",),
        ),
    )


G2: Final = (
    *_common(tuple(NUMBERS), has_numbers=True),
    FieldCase(
        "base_url",
        {"root": "http://127.0.0.1:9/other/v1", "port": "http://127.0.0.1:99/v1", "unicode": "http://127.0.0.1:9/straße/v1"},
        lambda row: row["base_urls"][0]["url"],
        lambda value: {"base_urls": [{"url": value, "delay": 0}]},
    ),
    FieldCase(
        "base_urls",
        {
            "two": ("http://127.0.0.1:9/v1", "http://127.0.0.1:99/v1"),
            "three": ("http://127.0.0.1:9/c/v1", "http://127.0.0.1:9/a/v1", "http://127.0.0.1:9/b/v1"),
            "one": ("http://127.0.0.1:9/z/v1",),
        },
        lambda row: [entry["url"] for entry in row["base_urls"]],
        lambda value: {"base_urls": [{"url": url, "delay": 0} for url in value]},
        drags=frozenset({"base_url"}),
        is_set=True,
    ),
    FieldCase(
        "octopus.auto_group",
        {name: name for name in GROUPING[1:]},
        lambda row: GROUPING[row["auto_group"]],
        lambda value: {"auto_group": GROUPING.index(value)},
        empty=("none",),
    ),
    FieldCase("key", KEYS, lambda row: row["keys"][0]["channel_key"], lambda _value: {}, by_hand=rotate),
)

G4: Final = (
    *_common(tuple(name for name in NUMBERS if name != "openai_embedding"), has_numbers=False),
    FieldCase(
        "base_url",
        {"root": "http://127.0.0.1:9/other/v1", "port": "http://127.0.0.1:99/v1", "complete": "http://127.0.0.1:9/x/y##"},
        lambda row: row["base_url"],
        lambda value: {"base_url": value},
    ),
    FieldCase("key", KEYS, lambda row: row["key"], lambda value: {"key": value.reveal()}),
)

ELSEWHERE: Final = {"name": "test_names", "keys": "test_keys"}
"""Fields of Octopus that the tables leave to tests of their own."""

ABSENT: Final = {"g2": frozenset[str](), "g4": frozenset({"base_urls", "keys", "octopus.auto_group"})}
"""Fields of the vocabulary that a generation refuses at plan time."""
