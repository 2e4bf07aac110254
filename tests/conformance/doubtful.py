"""Values that a gateway may refuse, change on the way, or choke on: what becomes of them is test_law.py's matter."""

from __future__ import annotations

from typing import Any, Final

from builders import secret

H: Final = "http://127.0.0.1:9"

LISTS: Final = {
    "repeated": ("a", "b", "a"),
    "padded": (" a ", "b"),
    "comma": ("a,b",),
    "empty name": ("", "a"),
    "only an empty name": ("",),
    "blank": (" ",),
    "line": ("a\nb",),
    "control": ("a\x00b",),
    "surrogate": ("\ud800",),
    "too long": ("m" * 256,),
    "none": (),
    "wide": tuple(f"group-{number}" for number in range(20)),
}
TEXTS: Final = {
    "control": "a\x00b\x1b",
    "surrogate": "a\ud800",
    "bidi": "a\u202eb",
    "long": "x" * 70_000,
    "replacement": "\ufffd",
}


def nested(depth: int) -> Any:
    """Return mappings and lists in turn, *depth* deep."""
    return ({"a": nested(depth - 1)},) if depth else 1


OBJECTS: Final = {
    "nan": {"a": float("nan")},
    "infinite": {"a": float("inf")},
    "whole float": {"a": 1.0},
    "beyond 64 bit": {"a": 2**70},
    "beyond 53 bit": {"a": 2**53 + 1},
    "long fraction": {"a": 0.1 + 0.2},
    "minus zero": {"a": -0.0},
    "surrogate": {"a": "\ud800"},
    "control": {"a\x00": "\x1f"},
    "deep": {"a": nested(12)},
    "null": {"a": None},
    "secret": {"a": secret(value="hidden")},
}
HEADERS: Final = {
    "empty name": {"": "a"},
    "same but for case": {"X-A": "1", "x-a": "2"},
    "blank name": {" X ": "a"},
    "line": {"X-A": "a\r\nb"},
    "secret": {"X-Token": secret(value="hidden"), "X-Plain": secret(value="hidden too")},
    "control": {"X-A": "\x00"},
    "surrogate": {"X-A": "\udfff"},
}
URLS: Final = {
    "empty": "",
    "word": "x",
    "scheme": "ftp://127.0.0.1",
    "no host": "http://",
    "relative": "//127.0.0.1/v1",
    "user": "http://user:p%40ss@127.0.0.1:9/v1",
    "secret": secret(value="http://127.0.0.1:9/v1/"),
    "padded": " http://127.0.0.1:9/v1 ",
    "upper": "HTTP://127.0.0.1:9/V1",
    "slashes": "http://127.0.0.1:9//v1//",
    "query": "http://127.0.0.1:9/v1?x=/v1",
    "fragment": "http://127.0.0.1:9/v1#",
    "fragments": "http://127.0.0.1:9/v1##",
    "six": "http://[::1]:9/v1",
    "port": "http://127.0.0.1:99999/v1",
    "twice": "http://127.0.0.1:9/v1/v1",
    "line": "http://127.0.0.1:9/v1\n",
    "control": "http://127.0.0.1:9/\x7f",
    "unicode": "http://bücher.example/v1",
    "vendor": "http://127.0.0.1:9/api/paas/v4",
    "endpoint": "http://127.0.0.1:9/v1/chat/completions",
}
KEYS: Final = {
    "empty": secret(value=""),
    "blank": secret(value=" "),
    "padded": secret(value=" sk-a "),
    "line": secret(value="sk-a\nsk-b"),
    "line end": secret(value="sk-a\n"),
    "return": secret(value="sk-a\r\n"),
    "commas": secret(value="sk-a,sk-b"),
    "list": secret(value='["a", "b"]'),
    "control": secret(value="a\x00b"),
    "surrogate": secret(value="a\ud800"),
}
SEVERAL: Final = {
    "none": (),
    "one": (secret(value="sk-a"),),
    "twice": (secret(value="sk-a"), secret(value="sk-a")),
    "empty among them": (secret(value="sk-a"), secret(value="")),
    "padded": (secret(value=" sk-a"), secret(value="sk-b ")),
    "lines": (secret(value="sk-a\nsk-b"), secret(value="sk-c")),
    "bracket": (secret(value="[sk-a"), secret(value="sk-b]")),
}


def at(path: str, values: dict[str, Any]) -> dict[str, Any]:
    return {f"{path}-{key}": {path: value} for key, value in values.items()}


BOTH: Final = {
    **at("models", LISTS),
    **at("param_override", OBJECTS),
    **at("headers", HEADERS),
    **at("base_url", URLS),
    **at("proxy", {**URLS, "true": True, "false": False}),
    **at("key", KEYS),
    **at("keys", SEVERAL),
    **at("type", {"zero": 0, "gap": 28, "large": 10**12, "negative": -1, "case": "OpenAI", "word": "opnai", "empty": ""}),
    "both keys": {"key": secret(value="a"), "keys": (secret(value="b"), secret(value="c"))},
}
ON_NEWAPI: Final = {
    **BOTH,
    **at("groups", LISTS),
    **at("tag", TEXTS),
    **at("remark", TEXTS),
    **at("test_model", TEXTS),
    **at("newapi.openai_organization", TEXTS),
    **at("newapi.other", {**TEXTS, "null": "null", "braces": "{}", "object": '{"a": 1}', "no keys": {}, "map": {"a": "b"}}),
    **at("model_mapping", {"empty": {"": ""}, "number": {"a": "1"}, "control": {"\x00": "a"}, "surrogate": {"a": "\ud800"}}),
    **at("newapi.status_code_mapping", {**OBJECTS, "long": {str(number): "500" for number in range(400, 599)}}),
    **at("priority", {"too much": 2**63, "too little": -(2**63) - 1}),
    **at("weight", {"negative": -1, "too much": 2**31, "poison": 2**63, "way too much": 2**70}),
    **at(
        "newapi.setting",
        {
            **OBJECTS,
            "proxy": {"proxy": "http://127.0.0.1:1"},
            "type": {"force_format": "yes"},
            "null": {"system_prompt": None},
            "protocol": {"http_protocol": "http1", "http2_connection_shards": 1},
            "shards": {"http2_connection_shards": 9},
            "shards over http1": {"http_protocol": "http1", "http2_connection_shards": 4},
            "float": {"http2_connection_shards": 1.0},
        },
    ),
    "proxy twice": {"proxy": "http://127.0.0.1:1", "newapi.setting": {"proxy": "http://127.0.0.1:2"}},
    **at(
        "newapi.settings",
        {
            "unknown": {"of_tomorrow": {"a": 1}},
            "type": {"claude_beta_query": "yes"},
            "server's": {"upstream_model_update_last_check_time": 1},
            "null": {"claude_beta_query": None},
            "choice": {"aws_key_type": "neither"},
            "young": {"disable_task_polling_sleep": True},
            "list of numbers": {"upstream_model_update_ignored_models": (1, 2)},
            "padded list": {"upstream_model_update_ignored_models": ("b", "a", "b")},
            "checks": {"upstream_model_update_check_enabled": True},
            "surrogate": {"azure_responses_version": "\ud800"},
        },
    ),
    **at("newapi.multi_key_mode", {"random": "random", "polling": "polling"}),
}
ON_OCTOPUS: Final = {
    **BOTH,
    **at("octopus.custom_models", LISTS),
    **at("base_urls", {"none": (), "same": (f"{H}/v1", H), "one wrong": (H, "x")}),
    **at("octopus.match_regex", {**TEXTS, "open": "(", "named": "(?<a>b)", "lookbehind": "(?<=a)b", "blank": " "}),
    "overlap": {"models": ("a", "b"), "octopus.custom_models": ("b", "c")},
    "overlap of all": {"models": ("a",), "octopus.custom_models": ("a",)},
    "both a key and a list of one": {"key": secret(value="a"), "keys": (secret(value="b"),)},
    "both addresses": {"base_url": H, "base_urls": (f"{H}/a", f"{H}/b")},
    "sync and models": {"octopus.auto_sync": True, "models": ("a",)},
}
