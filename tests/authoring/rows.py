"""Channels as people make them by hand on a gateway: raw columns, drawn at random, odd ones among them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from chanops.domain.vocabulary import SiteKind

SECRET: Final = "sk-by-hand-0123456789"
PASSWORD: Final = "proxy-password-01"
HEADER: Final = "Bearer header-secret-012345"
SECRETS: Final = (SECRET, PASSWORD, "header-secret-012345")


@dataclass(frozen=True)
class Made:
    """One channel that somebody makes: a name behind the prefix of the test, and columns of the wire."""

    name: str
    columns: dict[str, Any] = field(default_factory=dict)
    enabled: bool = True


TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME: Final = st.one_of(
    st.sampled_from(
        ["one", "One", "two", "two", "x: y", "- z", "${env:HOME}", "no", "1e3", "#", " blank ", "主渠道", "a\tb", "a\u202eb"]
    ),
    TEXT.filter(lambda text: "\0" not in text),
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MAP_TEXT: Final = st.one_of(
    st.sampled_from(
        ["", "{}", "null", "no json", "[1]", '"text"', '{"a": 1e999}', '{"a": "\\ud800"}', '{"<<": 1, "yes": "on"}']
    ),
    st.dictionaries(TEXT, JSON, max_size=4).map(json.dumps),
    st.dictionaries(TEXT, JSON, max_size=4).map(lambda value: json.dumps(value, indent=2, ensure_ascii=False)),
    st.sampled_from([json.dumps({"api_key": SECRET, "max_tokens": 5}), json.dumps({"text": "line\n  two\n\nthree"})]),
)
HEADERS: Final = st.one_of(
    MAP_TEXT,
    st.just(json.dumps({"Authorization": HEADER, "X-Team": "a"})),
    st.just(json.dumps({"x-api-key": "{api_key}"})),
    st.dictionaries(TEXT, TEXT, max_size=3).map(json.dumps),
)
MAPPING: Final = st.one_of(
    MAP_TEXT,
    st.sampled_from(['{"gpt-4o": "gpt-4o-2024"}', '{"gpt-4o": "b", "b": "gpt-4o"}', '{"other": "x"}']),
)
URL: Final = st.sampled_from(
    [
        "", "https://api.one.example", "https://api.one.example", "https://api.one.example/", "https://api.one.example/v1",
        "https://api.one.example/v1beta", "https://two.example/api", "https://three.example/x#", "https://four.example/y?key=abc",
        f"http://user:{PASSWORD}@five.example", "six.example", " https://blank.example ", "https://seven.example//",
    ]
)  # fmt: skip
MODELS: Final = st.one_of(
    st.sampled_from(["gpt-4o", "gpt-4o,b", "b,gpt-4o", "", " a , b,,a", "Case,case", "a\tb", "x" * 300, "a b,c:d,${env:X}"]),
    st.lists(TEXT, max_size=5).map(",".join),
    st.integers(1, 60).map(lambda count: ",".join(f"model-{number}" for number in range(count))),
)
PROXY: Final = st.sampled_from(
    ["", "http://proxy.example:8080", f"http://user:{PASSWORD}@proxy.example:8080", "socks5://p.example:1"]
)

SETTING: Final = st.fixed_dictionaries(
    {},
    optional={
        "force_format": st.booleans(),
        "proxy": PROXY,
        "system_prompt": st.sampled_from(["", "be brief", "line\ntwo\n", "${env:X}"]),
        "unknown": st.integers(),
    },
).map(json.dumps)
SETTINGS: Final = st.fixed_dictionaries(
    {},
    optional={
        "allow_service_tier": st.booleans(),
        "upstream_model_update_auto_sync_enabled": st.booleans(),
        "upstream_model_update_ignored_models": st.lists(TEXT, max_size=2),
        "upstream_model_update_last_check_time": st.integers(0, 9),
        "unknown": st.integers(),
    },
).map(json.dumps)
MARKS: Final = st.sampled_from(
    [
        "", "{}", '{"status_reason": "by hand"}',
        json.dumps({"chanops": {"owner": "others", "name": "one"}}),
        json.dumps({"chanops": {"owner": "others\n  x: y", "name": "one", "id": "999999"}}),
    ]
)  # fmt: skip


def _headers(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"header_key": name, "header_value": value} for name, value in headers.items()]


_NEWAPI_COLUMNS: Final[dict[str, SearchStrategy[Any]]] = {
    "type": st.sampled_from([1, 1, 14, 24, 3, 8, 0, 99, -5, 45]),
    "status": st.sampled_from([1, 1, 2, 3, 7]),
    "base_url": URL | st.none(),
    "models": MODELS,
    "group": st.sampled_from(["default", "vip", "vip,default", " a , b ", "g" * 70, ""]),
    "model_mapping": MAPPING,
    "status_code_mapping": MAP_TEXT,
    "priority": st.sampled_from([0, 5, -3, 2**63 - 1]),
    "weight": st.sampled_from([0, 10, 2**31]),
    "tag": TEXT,
    "remark": TEXT | st.just("r" * 300) | st.just("several\nlines"),
    "test_model": st.sampled_from(["", "gpt-4o", "not there"]),
    "header_override": HEADERS,
    "param_override": MAP_TEXT,
    "auto_ban": st.sampled_from([0, 1]),
    "openai_organization": TEXT,
    "other": TEXT | st.sampled_from(['{"default": "us"}', "2024-02-01", "{broken"]),
    "setting": SETTING,
    "settings": SETTINGS,
    "other_info": MARKS,
}
_OCTOPUS_COLUMNS: Final[dict[str, SearchStrategy[Any]]] = {
    "model": MODELS,
    "custom_model": st.sampled_from(["", "mine", "gpt-4o,mine"]),
    "proxy": st.booleans(),
    "channel_proxy": PROXY | st.none(),
    "auto_sync": st.sampled_from([False, False, True]),
    "custom_header": st.sampled_from([[], *map(_headers, ({"Authorization": HEADER, "X": "${y}"}, {"A": "1"}, {"": "x"}))]),
    "param_override": MAP_TEXT | st.just('{"a": NaN}'),
    "match_regex": st.sampled_from(["", "^gpt", "(", "\\d+\n"]),
}  # fmt: skip
_SAFE_URL: Final = URL.map(str.strip)  # a blank in front ends the gateway (contracts/octopus.md 5.5)
_KEY: Final = st.sampled_from([SECRET, SECRET, "sk-by-hand-other", "", " odd ", "two\nlines"])
_G2: Final[dict[str, SearchStrategy[Any]]] = _OCTOPUS_COLUMNS | {
    "type": st.sampled_from([0, 1, 2, 3, 4, 5, 77]),
    "auto_group": st.sampled_from([0, 1, 9]),
    "base_urls": st.lists(_SAFE_URL.map(lambda url: {"url": url, "delay": 0}), max_size=2),
    "keys": st.lists(_KEY.map(lambda key: {"enabled": True, "channel_key": key, "remark": ""}), max_size=3),
}
_G4: Final[dict[str, SearchStrategy[Any]]] = _OCTOPUS_COLUMNS | {
    "type": st.sampled_from(["openai", "openai", "openai_responses", "anthropic", "gemini", "volcengine", "", "odd type"]),
    "base_url": _SAFE_URL,
    "key": _KEY,
}
COLUMNS: Final = {
    (SiteKind.NEWAPI, "base"): _NEWAPI_COLUMNS,
    (SiteKind.NEWAPI, "head"): _NEWAPI_COLUMNS,
    (SiteKind.OCTOPUS, "g2"): _G2,
    (SiteKind.OCTOPUS, "g4"): _G4,
}
_MULTI: Final = {"mode": "multi_to_single", "multi_key_mode": "polling", "key": f"{SECRET}\nsk-by-hand-other"}


def made(kind: SiteKind, generation: str) -> SearchStrategy[Made]:
    """Return channels by hand on a gateway of *kind* at *generation*: most columns as they are born."""
    columns = st.fixed_dictionaries({}, optional=COLUMNS[kind, generation])
    if kind is SiteKind.NEWAPI:
        columns = st.builds(lambda one, more: one | more, columns, st.sampled_from([{"key": SECRET}, {"key": SECRET}, _MULTI]))
    return st.builds(Made, NAME, columns, st.sampled_from([True, True, False]))
