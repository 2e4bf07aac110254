"""Forty channels such as people make by hand, for each gateway: odd ones, doubles, and what no file can say."""

from __future__ import annotations

import json
from typing import Any, Final

from authoring.rows import HEADER, PASSWORD, SECRET, Made
from chanops.domain.vocabulary import SiteKind

FEW: Final = "gpt-4o,gpt-4o-mini"
MANY: Final = ",".join(f"vendor/model-{number}" for number in range(60))
ONE: Final = "https://api.one.example"
TWO: Final = "https://two.example"
LINES: Final = json.dumps({"prompt": "be brief\nand kind\n", "temperature": 0.25, "big": 1e22, "stop": ["\n", "no"]}, indent=4)


def newapi() -> list[Made]:
    """Return channels of New API."""
    return [
        _n("plain"),
        _n("plain at one", base_url=ONE),
        _n("one again", base_url=ONE),
        _n("one with a slash", base_url=f"{ONE}/"),
        _n("one by Anthropic", type=14, base_url=ONE, models="claude-a,claude-b"),
        _n("one by Gemini", type=24, base_url=ONE, models="gemini-a"),
        _n("one broken by /v1", base_url=f"{ONE}/v1"),
        _n("double", base_url=TWO),
        _n("double", base_url=TWO, tag="second"),
        _n("double", base_url=TWO, status=2),
        _n("主渠道 🚀", base_url=TWO, tag="标签", remark="备注\n两行"),
        _n("Καλημέρα: κόσμε # 1"),
        _n("- starts like a list"),
        _n("yes"),
        _n("010"),
        _n("has\ta tab"),
        _n("turns \u202e round"),
        _n(" blanks "),
        _n("takes ${env:HOME}"),
        _n("disabled", status=2),
        _n("ejected", status=3),
        _n("odd status", status=7),
        _n("odd type", type=199, base_url="https://odd.example"),
        _n("negative type", type=-4),
        _n("tagged", tag="blue", groups="vip,default"),
        _n("weighted", weight=50, priority=-3, auto_ban=0),
        _n("many models", models=MANY),
        _n(
            "mapped", model_mapping='{"gpt-4o": "gpt-4o-2024-08-06"}', status_code_mapping='{"429": "500"}', test_model="gpt-4o"
        ),
        _n("mapped in a circle", model_mapping='{"gpt-4o": "gpt-4o-mini", "gpt-4o-mini": "gpt-4o"}'),
        _n("lines of JSON", param_override=LINES),
        _n("no JSON", param_override="{temperature: 1}", header_override="Authorization: x", model_mapping="a=b"),
        _n("secret headers", header_override=json.dumps({"Authorization": HEADER, "X-Team": "a: b", "x-api-key": "{api_key}"})),
        _n("proxied", setting=json.dumps({"proxy": f"http://user:{PASSWORD}@proxy.example:8080", "force_format": True})),
        _n("odd setting", setting='{"force_format": false, "future": [1, {"a": null}]}', settings='{"future": 2}'),
        _n("synced", settings='{"upstream_model_update_auto_sync_enabled": true}'),
        _n("of Vertex", type=41, other='{"default": "us-central1", "gpt-4o": "eu"}'),
        _n("of Azure", type=3, other="2024-02-01", base_url="https://name.openai.azure.com"),
        _n("several keys", mode="multi_to_single", multi_key_mode="polling", key=f"{SECRET}\nsk-by-hand-2\nsk-by-hand-3"),
        _n("many groups", group="g" * 40 + "," + "h" * 40, remark="r" * 300),
        _n("somebody's", other_info='{"chanops": {"owner": "somebody", "name": "x"}, "status_reason": "by hand"}'),
    ]


def octopus(generation: str) -> list[Made]:
    """Return channels of Octopus."""
    make = _g2 if generation == "g2" else _g4
    return [
        make("plain"),
        make("plain again", param_override=json.dumps({"a key in an odd place": [SECRET]})),
        make("another key", key="sk-by-hand-2"),
        make("by Anthropic", type="anthropic", model="claude-a"),
        make("by Gemini", type="gemini", url=f"{ONE}/v1beta", model="gemini-a"),
        make("responses", type="openai_responses"),
        make("Volcengine", type="volcengine", url="https://ark.example/api/v3"),
        make("root", url=ONE),
        make("slash", url=f"{ONE}/v1/"),
        make("vendor's version", url="https://zhipu.example/api/paas/v4"),
        make("complete", url="https://complete.example/chat#"),
        make("with a key in it", url="https://asked.example/v1?key=abcdefgh12345"),
        make("with a user", url=f"https://user:{PASSWORD}@private.example/v1"),
        make("no scheme", url="bare.example/v1"),
        make("no address", url=""),
        make("no key", key=""),
        make("odd key", key=" two words "),
        make("主渠道 🚀", model="模型,b"),
        make("Καλημέρα: κόσμε # 1"),
        make("- starts like a list"),
        make("yes"),
        make("010"),
        make("has\ta tab"),
        make("turns \u202e round"),
        make(" blanks "),
        make("takes ${env:HOME}"),
        Made("disabled", make("").columns, enabled=False),
        make("odd type", type="odd"),
        make("many models", model=MANY),
        make("no model", model=""),
        make("own models", model="a,b", custom_model="mine,too"),
        make("doubled models", model=" a ,a,, b"),
        make("synced", auto_sync=True),
        make("lines of JSON", param_override=LINES),
        make("no JSON", param_override="{temperature: 1}"),
        make("filtered", match_regex="^(gpt|o\\d)"),
        make("gateway's proxy", proxy=True),
        make("own proxy", proxy=True, channel_proxy=f"http://user:{PASSWORD}@proxy.example:8080"),
        make("secret headers", custom_header=_headers({"Authorization": HEADER, "X-Team": "a: b"})),
        make("doubled headers", custom_header=[*_headers({"A": "1"}), *_headers({"A": "2", "": "x"})]),
    ]


def channels(kind: SiteKind, generation: str) -> list[Made]:
    """Return the forty of *kind*."""
    return newapi() if kind is SiteKind.NEWAPI else octopus(generation)


def _n(name: str, groups: str = "default", **columns: Any) -> Made:
    return Made(name, {"key": SECRET, "models": FEW, "group": groups} | columns)


def _g4(name: str, *, url: str = f"{ONE}/v1", key: str = SECRET, **columns: Any) -> Made:
    return Made(name, {"type": "openai", "base_url": url, "key": key, "model": FEW} | columns)


def _g2(name: str, *, url: str = f"{ONE}/v1", key: str = SECRET, **columns: Any) -> Made:
    numbers = {"openai": 0, "openai_responses": 1, "anthropic": 2, "gemini": 3, "volcengine": 4, "odd": 77}
    urls = [{"url": url, "delay": 0}] if url else []
    keys = [{"enabled": True, "channel_key": key, "remark": "by hand"}] if key else []
    whole = {"model": FEW} | columns | {"type": numbers[columns.get("type", "openai")], "base_urls": urls, "keys": keys}
    return Made(name, whole)


def _headers(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"header_key": name, "header_value": value} for name, value in headers.items()]
