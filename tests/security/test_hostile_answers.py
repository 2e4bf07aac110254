"""Answers that no gateway should give end as an error of ours that names site, path and field, or are told as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chanops.domain.digest import digest_live
from chanops.domain.secret import Ledger
from chanops.domain.value import reveal
from chanops.errors import GatewayError, NotUnderstoodError, UnauthorisedError
from chanops.gateways.newapi.codec import encode_columns
from chanops.gateways.newapi.jsontext import parse_object, to_text
from chanops.gateways.newapi.wire import ChannelRow
from chanops.render.channel_yaml import MOST, render_channel
from chanops.render.channels import channel_to_json, render_channels
from chanops.render.json_text import to_json_text
from gateways.newapi.fake import ROOT, Fake, head_root, listed, ok, raw, row
from gateways.octopus.script import EXPORT, LIST, LOGIN, cookie_login, g2_row, g2_script, g4_row, g4_script, open_script
from gateways.octopus.script import ok as good

if TYPE_CHECKING:
    from chanops.domain.resources import LiveChannel

pytestmark = pytest.mark.anyio

INFO = row()["channel_info"]
DEEP = "[" * 900 + "]" * 900


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def fetch_newapi(fake: Fake) -> tuple[LiveChannel, ...]:
    gateway = fake.gateway()
    try:
        return (await gateway.fetch()).channels
    finally:
        await gateway.close()


async def fetch_octopus(**given: Any) -> tuple[LiveChannel, ...]:
    generation = given.pop("generation", "g4")
    script = (g4_script if generation == "g4" else g2_script)(*given.pop("rows", ()), **given)
    gateway = open_script(script)
    try:
        return (await gateway.fetch()).channels
    finally:
        await gateway.close()


NEWAPI_ROWS: list[tuple[dict[str, Any], str]] = [
    ({"id": "12"}, "items.0.id"),
    ({"id": None}, "items.0.id"),
    ({"id": 1.5}, "items.0.id"),
    ({"id": True}, "items.0.id"),
    ({"id": [1]}, "items.0.id"),
    ({"name": None}, "items.0.name"),
    ({"name": 7}, "items.0.name"),
    ({"models": ["a"]}, "items.0.models"),
    ({"status": "1"}, "items.0.status"),
    ({"setting": {"proxy": "x"}}, "items.0.setting"),
    ({"channel_info": None}, "items.0.channel_info"),
    ({"channel_info": INFO | {"multi_key_status_list": {"canary-key": "x"}}}, "items.0.channel_info.multi_key_status_list"),
]


@pytest.mark.parametrize(("given", "place"), NEWAPI_ROWS)
async def test_new_apis_rows_of_another_shape_are_named_by_their_field(given: dict[str, Any], place: str) -> None:
    fake = Fake().on("GET /api/channel/", listed(row(**given)))

    with pytest.raises(NotUnderstoodError) as caught:
        await fetch_newapi(fake)

    assert f"GET /api/channel/: data.{place}: " in caught.value.reason
    assert "canary" not in caught.value.reason


OCTOPUS_ROWS: list[tuple[dict[str, Any], str]] = [
    ({"id": "1"}, "[0].id"),
    ({"id": None}, "[0].id"),
    ({"name": 1}, "[0].name"),
    ({"model": None}, "[0].model"),
    ({"enabled": 1}, "[0].enabled"),
    ({"key": ["canary"]}, "[0].key"),
    ({"custom_header": {"canary": "x"}}, "[0].custom_header"),
    ({"custom_header": [{"header_key": "a"}]}, "[0].custom_header[0].header_value"),
]


@pytest.mark.parametrize(("given", "place"), OCTOPUS_ROWS)
async def test_octopus_rows_of_another_shape_are_named_by_their_field(given: dict[str, Any], place: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        await fetch_octopus(rows=[g4_row(**given)])

    assert f"GET /channel/list: {place}: " in caught.value.reason
    assert "canary" not in caught.value.reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1e400",
        b'{"success": true}',
        b'{"success": true, "data": null}',
        b'{"success": true, "data": {"items": null, "total": 0}}',
        b'{"success": true, "data": {"items": [[]], "total": 1}}',
        b'{"success": true, "data": {"items": [], "total": NaN}}',
        b'{"success": true, "data": {"items": [], "total": -1}}',
        b'{"success": true, "data": {"items": [], "total": 1e400}}',
        b'{"success": true, "data": {"items": [], "total": ' + b"9" * 4000 + b"}}",
        b'{"success": true, "data": {"items": {}, "total": 0}}',
        b'{"success": true, "data": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"success": true, "data": ' + b"[" * 10**6,
        b'{"success": true, "data": {"total_count": 1}}',
        b"\xff\xfe\x00",
        b"<html>" + b"x" * 10**6,
    ],
)
async def test_new_apis_list_of_another_shape_is_an_error_of_the_site(body: bytes) -> None:
    fake = Fake().on("GET /api/channel/", raw(200, body))

    with pytest.raises(GatewayError) as caught:
        await fetch_newapi(fake)

    assert "GET /api/channel/" in caught.value.reason
    assert len(caught.value.reason) < 300


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"code": 200, "message": "x"}',
        b'{"code": "200", "message": "x", "data": []}',
        b'{"code": 200, "message": null, "data": []}',
        b'{"code": 500, "message": "x", "data": []}',
        b'{"code": 200, "message": "x", "data": {}}',
        b'{"code": 200, "message": "x", "data": [null]}',
        b'{"code": 200, "message": "x", "data": [[1]]}',
        b'{"code": 200, "message": "x", "data": [NaN]}',
        b'{"code": 200, "message": "x", "data": ' + b"[" * 10**6,
        b"\xff\xfe\x00",
    ],
)
async def test_octopus_lists_of_another_shape_are_an_error_of_the_site(body: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        await fetch_octopus(**{LIST: httpx.Response(200, content=body)})

    assert "GET /channel/list" in caught.value.reason
    assert len(caught.value.reason) < 300


async def test_a_count_beyond_all_sense_is_not_paged_through() -> None:
    fake = Fake().on("GET /api/channel/", listed(row(), total=10**12))

    with pytest.raises(NotUnderstoodError, match=r"data\.total"):
        await fetch_newapi(fake)

    assert len(fake.requests) == 2


TOKENS = ["a\r\nX-Evil: 1", "naïve", "鍵", "a\x00b", "\ud800"]


@pytest.mark.parametrize("token", TOKENS)
async def test_a_login_token_that_no_header_carries_is_not_sent(token: str) -> None:
    with pytest.raises(NotUnderstoodError, match="no header can carry"):
        await fetch_octopus(
            generation="g2",
            **{LOGIN: httpx.Response(200, content=json.dumps({"code": 200, "message": "", "data": {"token": token}}))},
        )


@pytest.mark.parametrize("value", ["²".encode("latin-1"), b"9" * 400, b"-1", b"1e9", b"soon"])
async def test_an_odd_retry_after_is_waited_out_within_the_hour(value: bytes) -> None:
    refusal = httpx.Response(429, headers=[(b"retry-after", value)])
    fake = Fake().on("GET /api/channel/", lambda _: refusal, listed(row()))
    gateway = fake.gateway()

    assert len((await gateway.fetch()).channels) == 1
    assert 0 < gateway.calls.waited_seconds <= 3700


HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "a\nb\r\nc",
    "\u202eevil\u2066",
    "| **bold** | `code` [link](https://x.example) @team",
    "<script>alert(1)</script>",
    "\udfff\ud800",
    "\x00\x9b31m",
    "x" * 10**5,
]
TEXTS = ("name", "models", "group", "tag", "remark", "base_url", "test_model", "other", "openai_organization")
JSONS = ("model_mapping", "status_code_mapping", "setting", "settings", "param_override", "header_override", "other_info")
TEXT_JSON = [
    DEEP,
    '{"a": ' + DEEP + "}",
    "[" * 10**4,
    '{"a": NaN}',
    '{"a": 1e400}',
    '{"a": ' + "9" * 5000 + "}",
    '{"a": 1, "a": 2}',
    '{"a": "\\ud800"}',
    '{"chanops": {"owner": "\\u001b[2J", "name": "' + "x" * 10**5 + '", "key": "v1:00:00"}}',
    '{"chanops": {"owner": 1}}',
    "null",
    "{" * 1000,
    '{"' + '": 1, "'.join(map(str, range(10**4))) + '": 1}',
]


def listing(*rows: dict[str, Any]) -> Fake:
    """Return a site with *rows*, as text that may hold half characters."""
    data = {"items": list(rows), "total": len(rows)}
    return Fake().on("GET /api/channel/", raw(200, json.dumps({"success": True, "data": data}).encode()))


def assert_shown_safely(channel: LiveChannel) -> None:
    for text in (
        render_channels([(channel, "foreign")], wide=True),
        render_channels([(channel, "foreign")]),
        render_channel(channel, "foreign"),
        to_json_text(channel_to_json(channel, "foreign")),
    ):
        assert all(line.isprintable() for line in text.split("\n"))
        text.encode()
    assert len(render_channels([(channel, "foreign")], wide=True)) < 3000
    assert len(render_channel(channel, "foreign")) < 10 * MOST
    digest_live(channel, b"salt")
    json.loads(to_json_text(channel_to_json(channel, "foreign")), parse_constant=pytest.fail)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts_of_new_api_are_read_and_shown_safely(text: str) -> None:
    (channel,) = await fetch_newapi(listing(row() | dict.fromkeys(TEXTS, text)))

    assert_shown_safely(channel)


@pytest.mark.parametrize("text", [*HOSTILE, *TEXT_JSON])
async def test_hostile_json_texts_of_new_api_are_read_and_shown_safely(text: str) -> None:
    (channel,) = await fetch_newapi(listing(row() | dict.fromkeys(JSONS, text)))

    assert_shown_safely(channel)
    body = {"newapi.setting": {"force_format": True}, "newapi.settings": {"claude_beta_query": True}}
    assert encode_columns(body, ChannelRow.model_validate(row() | dict.fromkeys(JSONS, text)))["setting"].encode()


@pytest.mark.parametrize("generation", ["g2", "g4"])
@pytest.mark.parametrize("text", [*HOSTILE, *TEXT_JSON])
async def test_hostile_texts_of_octopus_are_read_and_shown_safely(generation: str, text: str) -> None:
    texts = dict.fromkeys(("name", "model", "custom_model", "param_override", "channel_proxy", "match_regex"), text)
    headers = [{"header_key": text, "header_value": text}, {"header_key": "X-Key", "header_value": text}]
    if generation == "g4":
        made = g4_row(**texts, custom_header=headers, proxy=True, base_url=text, key=text)
    else:
        key = {"id": 5, "channel_id": 1, "enabled": True, "channel_key": text}
        made = g2_row(**texts, custom_header=headers, proxy=True, base_urls=[{"url": text}], keys=[key])

    listed = json.dumps({"code": 200, "message": "", "data": [made]}).encode()
    given = {LIST: httpx.Response(200, content=listed)}
    if generation == "g2":
        export = {"channels": [made | {"keys": None}], "channel_keys": made["keys"]}
        given[EXPORT] = httpx.Response(200, content=json.dumps(export).encode())
    (channel,) = await fetch_octopus(generation=generation, **given)

    assert reveal(channel.fields["key"]) == text
    assert_shown_safely(channel)


async def test_a_megabyte_of_text_is_read_and_shown_in_short() -> None:
    (channel,) = await fetch_newapi(listing(row() | dict.fromkeys(TEXTS, "x" * 10**6)))

    assert_shown_safely(channel)


async def test_a_million_keys_are_read_and_passed_over() -> None:
    many = dict.fromkeys(map(str, range(10**6)), 0)

    (channel,) = await fetch_newapi(listing(row(unknown=many)))

    assert_shown_safely(channel)


async def test_hostile_versions_are_short_and_on_one_line() -> None:
    evil = "\x1b[2J\n" + "x" * 10**6
    octopus = open_script(g4_script(g4_row(), **{"GET update/now-version": good(evil)}))

    assert (await octopus.fetch()).version.isprintable()
    assert len((await octopus.fetch()).version) <= 40
    await octopus.close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
@pytest.mark.parametrize("message", [*HOSTILE, None, 7, ["x"], {"a": "x" * 10**6}])
async def test_hostile_messages_are_short_and_on_one_line(status: int, message: Any) -> None:
    body = json.dumps({"success": False, "message": message, "code": "AUTH_X\x1b"}).encode()
    with pytest.raises(GatewayError) as newapi:
        await fetch_newapi(Fake().on("GET /api/channel/", raw(status, body)))
    body = json.dumps({"code": status, "message": message}).encode()
    with pytest.raises(GatewayError) as octopus:
        await fetch_octopus(
            **{LIST: httpx.Response(status, content=body)} if status != 404 else {LOGIN: httpx.Response(404, content=body)}
        )

    for caught in (newapi, octopus):
        assert caught.value.reason.isprintable()
        assert len(caught.value.reason) < 500


async def test_an_account_of_another_shape_is_an_error_of_the_site() -> None:
    accounts: tuple[object, ...] = (
        None,
        [],
        "x",
        {"id": "1", "role": 100},
        ROOT | {"role": "root"},
        ROOT | {"permissions": "all"},
    )
    for account in accounts:
        with pytest.raises(GatewayError, match="GET /api/user/self"):
            await fetch_newapi(Fake().on("GET /api/user/self", ok(account)))
    with pytest.raises(UnauthorisedError):
        await fetch_newapi(Fake().on("GET /api/user/self", ok(ROOT | {"role": -(10**30)})))
    assert await fetch_newapi(Fake().on("GET /api/user/self", ok(head_root()))) == ()


async def test_half_a_character_in_a_stored_text_stays_what_it_is() -> None:
    stored = '{"mine": "\\ud800", "name": "鍵"}'

    assert to_text(parse_object(stored)) == '{"mine": "\\ud800", "name": "鍵"}'


async def test_cookies_of_a_site_go_nowhere_else() -> None:
    login = cookie_login()
    login.headers["set-cookie"] += "; Domain=elsewhere.example"
    script = g4_script(g4_row(), **{LOGIN: login})
    gateway = open_script(script, Ledger())
    await gateway.fetch()
    await gateway.close()

    assert {request.url.host for request in script.requests} == {"edge.invalid"}
