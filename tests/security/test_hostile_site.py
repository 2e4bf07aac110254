"""A whole site of hostile live data, through every command that shows it: escaped, bounded, and nothing obeys it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gateways.newapi.fake import row
from gateways.octopus.script import g4_row
from security.planted import quoted
from security.server import Call, Reply, json_reply, serve
from security.test_failures import ROOT, no_sleep
from security.test_hostile_answers import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from security.stage import Ended, Stage

LONG = "y" * 10**5
TEXTS = [*HOSTILE, LONG, "=cmd|' /C calc'!A0", "```\n</details>\n<img src=x>", "${env:HOME}", "a'b\"c\\"]
MOST = 200_000  # characters that a page of text or HTML may take for these channels of two megabytes


def newapi_rows() -> list[dict[str, Any]]:
    columns = ("name", "models", "group", "tag", "remark", "base_url", "test_model", "other", "openai_organization")
    mark = [json.dumps({"chanops": {"owner": text, "name": text, "key": "v1:00112233:44556677"}}) for text in TEXTS]
    wild = [
        row(n + 1) | dict.fromkeys(columns, text) | {"other_info": mark[n] if n % 2 else ""} for n, text in enumerate(TEXTS)
    ]
    ours = json.dumps({"chanops": {"owner": "team", "name": "declared"}})
    return [*wild, row(99) | dict.fromkeys(columns[1:], TEXTS[3]) | {"name": "declared", "other_info": ours}]


def octopus_rows() -> list[dict[str, Any]]:
    columns = ("name", "model", "custom_model", "param_override", "match_regex", "base_url")
    header = [{"header_key": "X", "header_value": text} for text in TEXTS]
    return [g4_row(id=n + 1, custom_header=header) | dict.fromkeys(columns, text) for n, text in enumerate(TEXTS)]


def answer(call: Call) -> Reply:
    words = "".join(TEXTS)
    known: dict[str, Reply] = {
        "GET /api/user/self": json_reply(
            {"success": True, "message": words, "data": ROOT}, headers={"X-New-Api-Version": "\x1b[2J"}
        ),
        "GET /api/channel/": json_reply({"success": True, "message": words, "data": {"items": NEWAPI, "total": len(NEWAPI)}}),
        "POST /api/v1/user/login": json_reply(
            {"code": 200, "message": words, "data": "in"}, headers={"Set-Cookie": "auth=a.b.c; Path=/"}
        ),
        "GET /api/v1/channel/list": json_reply({"code": 200, "message": words, "data": OCTOPUS}),
        "GET /api/v1/group/list": json_reply({"code": 200, "message": words, "data": GROUPS}),
        "POST /api/v1/model/rebuild-price": json_reply({"code": 415, "message": words}, 415),
        "GET /api/v1/update/now-version": json_reply({"code": 200, "message": words, "data": words}),
    }
    return known.get(call.route) or json_reply(
        {"success": False, "code": 500, "message": words}, 500 if "v1" in call.path else 200
    )


NEWAPI, OCTOPUS = newapi_rows(), octopus_rows()
GROUPS = [{"name": text, "items": [{"channel_id": n + 1, "model_name": text}]} for n, text in enumerate(TEXTS)]
DECLARED = {"name": "declared", "type": "openai", "base_url": "https://a.example", "key": "${env:KEY}", "models": ["gpt-4o"]}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(answer) as server:
        yield server.url


@pytest.fixture
def hostile(stage: Stage, url: str) -> Stage:
    """Return a stage whose sites hold hostile channels that all are to be deleted."""
    newapi = {"kind": "newapi", "url": url, "auth": {"access_token": "${env:KEY}", "user_id": 1}}
    octopus = {"kind": "octopus", "url": url, "auth": {"username": "admin", "password": "${env:KEY}"}}
    more = {"manage": "all", "channels": [DECLARED], "guards": {"last_route": "warn"}}
    stage.setenv({"KEY": "sk-invented-and-never-repeated", "CHANOPS_LOG": "debug"})
    stage.write(quoted({"version": 1, "owner": "team", "sites": {"main": newapi | more, "edge": octopus | more}}))
    return stage


def assert_safe(ended: Ended, most: int) -> None:
    for text in (ended.out, ended.err):
        assert all(line.isprintable() for line in text.split("\n"))
        assert len(text) < most


@pytest.mark.parametrize("view", [[], ["-v"], ["--concise"], ["--format", "markdown"], ["--format", "html"]])
def test_a_plan_shows_hostile_channels_safely(hostile: Stage, view: list[str]) -> None:
    plan = hostile.run("plan", *view, "--out", "it.plan")
    shown = hostile.run("show", "it.plan", *(flag for flag in view if flag != "-v"))

    assert (plan.code, shown.code) == (3, 0)
    for ended in (plan, shown):
        assert_safe(ended, 65_700 if "markdown" in view else MOST)
    if "html" in view:
        page = plan.out[plan.out.index("<pre>") :]
        assert set(re.findall(r"</?\w*", page)) <= {"<pre", "<span", "</span", "</pre", "</html"}


@pytest.mark.parametrize("view", [["plan", "--json"], ["list", "--json"]])
def test_json_holds_hostile_texts_whole_and_escaped(hostile: Stage, view: list[str]) -> None:
    ended = hostile.run(*view)

    assert all(line.isprintable() for line in ended.out.split("\n"))
    data = json.loads(ended.out)
    names = {entry["name"] for entry in data.get("resource_changes") or data["channels"]}
    assert names >= set(TEXTS)


def test_lists_show_hostile_channels_safely(hostile: Stage) -> None:
    for args in (["list"], ["list", "--wide"], ["list", "--search", "x"]):
        ended = hostile.run(*args)
        assert ended.code == 0
        assert_safe(ended, 30_000)


@pytest.mark.parametrize("text", TEXTS)
def test_one_hostile_channel_is_shown_safely(hostile: Stage, text: str) -> None:
    for site in ("main", "edge"):
        ended = hostile.run("get", f"{site}/channel/{text}")
        assert ended.code == 0
        assert_safe(ended, 1_000_000)


def test_a_name_that_is_not_there_is_shown_safely(hostile: Stage) -> None:
    for text in TEXTS:
        ended = hostile.run("get", f"main/channel/no {text}")
        assert ended.code == 1
        assert_safe(ended, 10_000)


def test_an_apply_that_everything_refuses_shows_it_safely(hostile: Stage) -> None:
    lifts = ("--max-deletes", "100%", "--allow-empty", "--allow-route-loss", "*", "--allow-replace", "*")
    hostile.monkeypatch.setattr(asyncio, "sleep", no_sleep)

    ended = hostile.run("apply", "--auto-approve", "--journal", "run.jsonl", *lifts)

    assert ended.code == 5
    assert_safe(ended, MOST)
    assert (hostile.folder / "run.jsonl").read_text().isascii()


def test_hostile_channels_are_imported_as_yaml_that_loads_or_left_out_with_a_word(hostile: Stage) -> None:
    for site in ("main", "edge"):
        ended = hostile.run("import", site)

        assert all(line.isprintable() for line in ended.text.split("\n"))
        assert "cannot be declared" in ended.err
        hostile.write(ended.out, "imported.yaml")
        assert set(yaml.safe_load(ended.out)["sites"]) == {site}
        assert hostile.run("validate", "-f", "channels.yaml", "-f", "imported.yaml").code == 0
