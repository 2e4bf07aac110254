"""The generation is told by shapes, with few calls that can write nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from chanops.errors import NotUnderstoodError, UnknownGenerationError
from gateways.octopus.script import (
    CREATE,
    EXPORT,
    LIST,
    LOGIN,
    REBUILD,
    UPDATE,
    VERSION,
    Script,
    cookie_login,
    export_of,
    g2_row,
    g2_script,
    g4_row,
    g4_script,
    html,
    no,
    ok,
    open_script,
    token_login,
)

pytestmark = pytest.mark.anyio

G1_ROW = {"id": 1, "name": "a", "type": 0, "enabled": True, "base_url": "https://h", "key": "sk-x", "model": "m"}


def script(login: httpx.Response, rows: Any, **answers: Any) -> Script:
    return Script({LOGIN: login, LIST: ok(rows), **answers})


@pytest.mark.parametrize("rows", [[], [g2_row()]])
async def test_v0_9_is_g2(rows: list[dict[str, Any]]) -> None:
    live = await open_script(g2_script(*rows, **{VERSION: ok("v0.9.28")})).fetch()

    assert (live.dialect.generation, live.version, len(live.channels)) == ("g2", "v0.9.28", len(rows))


@pytest.mark.parametrize("rows", [[], [g4_row()]])
async def test_v0_11_is_g4(rows: list[dict[str, Any]]) -> None:
    live = await open_script(g4_script(*rows)).fetch()

    assert (live.dialect.generation, live.version, len(live.channels)) == ("g4", "v0.11.0", len(rows))


@pytest.mark.parametrize("rows", [[], [g2_row()]])
async def test_the_first_fetch_of_v0_9_takes_four_calls(rows: list[dict[str, Any]]) -> None:
    gateway = open_script(g2_script(*rows, **{VERSION: ok("dev")}))

    await gateway.fetch()

    assert (gateway.calls.read, gateway.calls.write) == (4, 0)


@pytest.mark.parametrize("rows", [[], [g4_row()] * 2])
async def test_the_first_fetch_of_v0_11_takes_four_calls_and_the_next_one(rows: list[dict[str, Any]]) -> None:
    gateway = open_script(g4_script(*rows))

    await gateway.fetch()
    first = gateway.calls
    await gateway.fetch()

    assert (first.read, first.write, gateway.calls.read) == (4, 0, 5)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (script(token_login(), [G1_ROW]), "G1"),
        (script(token_login(), [], **{UPDATE: no(500, "channel not found")}), "G1"),
        (script(cookie_login(), [g4_row()], **{REBUILD: httpx.Response(404, text="404 page not found")}), "G3"),
        (script(cookie_login(), []), "G3"),
        (script(cookie_login(), [{"id": 1, "base_url": "https://h", "type": "openai", "models": []}]), "G5"),
        (script(cookie_login(), [], **{REBUILD: no(415), VERSION: ok("v0.12.1")}), "G5"),
        (Script({LOGIN: cookie_login()}), "G6"),
    ],
)
async def test_other_generations_are_recognised_and_refused(asked: Script, name: str) -> None:
    with pytest.raises(UnknownGenerationError) as caught:
        await open_script(asked).fetch()

    assert f"Octopus {name} " in caught.value.reason
    assert "seen:" in caught.value.reason
    assert not asked.sent(CREATE)


@pytest.mark.parametrize(
    "asked",
    [
        script(token_login(), [g2_row(type="openai")]),
        script(cookie_login(), [g2_row()]),
        script(token_login(), [{"id": 1}]),
        script(cookie_login(), [], **{REBUILD: no(403)}),
    ],
)
async def test_an_unknown_shape_is_refused_with_what_was_seen(asked: Script) -> None:
    with pytest.raises(UnknownGenerationError) as caught:
        await open_script(asked).fetch()

    assert "seen:" in caught.value.reason


@pytest.mark.parametrize(
    "change", [{"model": None}, {"id": "1"}, {"id": True}, {"enabled": 1}, {"keys": {}}, {"type": "openai"}]
)
async def test_another_json_type_in_any_row_is_not_understood(change: dict[str, Any]) -> None:
    asked = g2_script(g2_row(), **{LIST: ok([g2_row(), g2_row() | change])})

    with pytest.raises(NotUnderstoodError) as caught:
        await open_script(asked).fetch()

    assert f"GET /channel/list: [1].{next(iter(change))}" in caught.value.reason


@pytest.mark.parametrize("answer", [html(), ok(None), ok({}), no(200), httpx.Response(200, json={"code": 500, "message": ""})])
async def test_a_list_that_is_none_is_never_an_empty_site(answer: httpx.Response) -> None:
    with pytest.raises(NotUnderstoodError):
        await open_script(g2_script(**{LIST: answer})).fetch()


async def test_an_export_that_is_none_is_never_an_empty_database() -> None:
    with pytest.raises(NotUnderstoodError):
        await open_script(g2_script(g2_row(), **{EXPORT: html()})).fetch()


async def test_odd_texts_never_fail_a_read() -> None:
    odd = g4_row(
        name="\x00\n", type="?", base_url="::", key="", model=",,", param_override="{", channel_proxy=" ", match_regex="("
    )

    live = await open_script(g4_script(odd)).fetch()

    assert [channel.name for channel in live.channels] == ["\x00\n"]


async def test_addresses_and_keys_of_v0_9_come_from_its_database() -> None:
    stored = g2_row(base_urls=[{"url": "https://one.invalid/v1", "delay": 0}, {"url": "https://two.invalid/v1", "delay": 0}])
    listed = stored | {"base_urls": [{"url": "https://two.invalid/v1", "delay": 9}]}

    live = await open_script(g2_script(stored, **{LIST: ok([listed])})).fetch()

    assert live.channels[0].fields["base_urls"] == ("https://one.invalid/v1", "https://two.invalid/v1")
    assert live.findings == ()


async def test_keys_in_use_that_are_not_the_stored_ones_are_a_warning_without_the_keys() -> None:
    stored = g2_row()
    listed = g2_row(keys=[stored["keys"][0] | {"channel_key": "sk-stale-key"}])

    live = await open_script(g2_script(stored, **{LIST: ok([listed])})).fetch()

    assert [finding.address.name for finding in live.findings if finding.address] == ["a"]
    assert "sk-" not in repr(live.findings)


async def test_a_stored_channel_that_is_not_listed_is_there_all_the_same() -> None:
    asked = g2_script(g2_row(), **{EXPORT: export_of(g2_row(), g2_row(id=2, name="b", keys=[]))})

    live = await open_script(asked).fetch()

    assert [channel.name for channel in live.channels] == ["a", "b"]
    assert [finding.address.name for finding in live.findings if finding.address] == ["b"]
