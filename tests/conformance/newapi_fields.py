"""New API's fields (contracts/new-api.md 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from builders import secret
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind
from conformance.fields import HEADERS, MODELS, OBJECTS, TEXTS, FieldCase, joined, names, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.bench import Bench
    from conformance.wire import Row

NUMBERS: Final = CHANNEL_TYPES[SiteKind.NEWAPI]
MANY: Final = {"keys": (secret(value="sk-one"), secret(value="sk-two"))}


def text(path: str, column: str, values: Mapping[str, str]) -> FieldCase:
    return FieldCase(path, values, lambda row: row[column] or "", lambda value: {column: value}, empty=("",))


def whole(path: str, column: str, values: Mapping[str, Any], **options: Any) -> FieldCase:
    """Return a field whose value stands in its column as it is."""
    return FieldCase(path, values, lambda row: row[column], lambda value: {column: value}, **options)


def json_text(path: str, column: str, values: Mapping[str, Any], **options: Any) -> FieldCase:
    return FieldCase(path, values, read_object(column), lambda value: {column: json.dumps(plain(value))}, **options)


def read_object(column: str) -> Callable[[Row], Any]:
    return lambda row: json.loads(row[column] or "{}")


def read_proxy(row: Row) -> Any:
    return read_object("setting")(row).get("proxy", "")


async def switch(bench: Bench, remote_id: str, value: Any) -> None:
    await bench.wire.enable(remote_id, enabled=value)


COMMON: Final = (
    FieldCase(
        "type",
        {name: name for name in ("anthropic", "gemini", "ai360", "custom")} | {"number": 40},
        lambda row: next((name for name, number in NUMBERS.items() if number == row["type"]), row["type"]),
        lambda value: {"type": NUMBERS.get(value, value)},
        shown={40: "siliconflow"},
    ),
    FieldCase(
        "enabled",
        {"false": False, "true": True},
        lambda row: row["status"] == 1,
        lambda value: {"enabled": value},
        by_hand=switch,
    ),
    text(
        "base_url",
        "base_url",
        {
            "root": "https://api.example.com",
            "path": "https://api.example.com:8443/a/path",
            "plain": "http://127.0.0.1:9",
            "complete": "https://api.example.com/v1/chat/completions#",
            "query": "https://api.example.com/x?key=1&v=2",
            "unicode": "https://beispiel.example/straße",
        },
    ),
    FieldCase("models", MODELS, lambda row: names(row["models"]), lambda value: {"models": joined(value)}, is_set=True),
    json_text(
        "model_mapping",
        "model_mapping",
        {
            "one": {"gpt-4o": "gpt-4o-2024-11-20"},
            "itself": {"gpt-4o": "gpt-4o"},
            "several": {"gpt-4o": "b", "a": "b", "c": "d/e:f"},
            "odd": dict(TEXTS),
        },
        empty=({},),
    ),
    FieldCase(
        "groups",
        {"one": ("vip",), "several": ("vip", "default", "svip"), "odd": ("группа", "a b", "true", "0"), "long": ("g" * 64,)},
        lambda row: names(row["group"]),
        lambda value: {"group": joined(value)},
        is_set=True,
    ),
    whole("priority", "priority", {"one": 1, "negative": -5, "most": 2**63 - 1, "least": -(2**63), "ten": 10}, empty=(0,)),
    whole("weight", "weight", {"one": 1, "ten": 10, "most": 2**31 - 1}, empty=(0,)),
    text("tag", "tag", TEXTS),
    text("remark", "remark", TEXTS),
    text("test_model", "test_model", TEXTS),
    json_text("headers", "header_override", {**HEADERS, "pass": {"*": "", "re:^x-": ""}}, empty=({},)),
    json_text("param_override", "param_override", OBJECTS, empty=({},)),
    FieldCase(
        "proxy",
        {
            "http": "http://127.0.0.1:8080",
            "https": "https://proxy.example.com:3128",
            "user": "socks5://user:p%40ss@127.0.0.1:1080",
        },
        read_proxy,
        lambda value: {"setting": json.dumps({"proxy": value})},
        empty=("", False),
        shown={False: ""},
    ),
    FieldCase(
        "newapi.auto_ban",
        {"false": False, "true": True},
        lambda row: row["auto_ban"] == 1,
        lambda value: {"auto_ban": int(value)},
    ),
    json_text(
        "newapi.status_code_mapping",
        "status_code_mapping",
        {"text": {"429": "500"}, "several": {"400": "500", "401": "503", "403": "502"}, "number": {"429": 500}},
        empty=({},),
    ),
    json_text(
        "newapi.setting",
        "setting",
        {
            "one": {"force_format": True},
            "several": {"thinking_to_content": True, "system_prompt": "Be brief.", "system_prompt_override": True},
            "lines": {"system_prompt": 'one\ntwo "three" 🚀'},
            "zeros": {"pass_through_body_enabled": False, "system_prompt": ""},
            "unknown": {"of_tomorrow": {"a": (1, None, True)}},
        },
        empty=({"force_format": False, "system_prompt": "", "thinking_to_content": False, "system_prompt_override": False},),
        is_partial=True,
    ),
    json_text(
        "newapi.settings",
        "settings",
        {
            "one": {"claude_beta_query": True},
            "several": {"allow_service_tier": True, "azure_responses_version": "preview", "disable_store": True},
            "list": {"upstream_model_update_ignored_models": ("a", "regex:^b")},
            "choice": {"aws_key_type": "ak_sk"},
            "zeros": {"allow_speed": False, "azure_responses_version": ""},
        },
        empty=(
            {
                "claude_beta_query": False,
                "allow_service_tier": False,
                "azure_responses_version": "",
                "disable_store": False,
                "upstream_model_update_ignored_models": (),
                "aws_key_type": "",
            },
        ),
        is_partial=True,
    ),
    text("newapi.openai_organization", "openai_organization", {"plain": "org-1", "unicode": "Zürich", "true": "true"}),
    whole(
        "newapi.other", "other", {"version": "2024-06-01", "number": "0", "true": "true", "lines": "one\ntwo", "word": "v2.1"}
    ),
    FieldCase(
        "newapi.multi_key_mode",
        {"random": "random", "polling": "polling"},
        lambda row: row["channel_info"]["multi_key_mode"],
        lambda value: {"multi_key_mode": value},
        beside=MANY,
    ),
)

ELSEWHERE: Final = {"name": "test_names", "key": "test_keys", "keys": "test_keys"}
"""Fields of New API that a table cannot hold: keys are never shown, and the name says which channel it is."""
