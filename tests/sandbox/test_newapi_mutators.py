from __future__ import annotations

import json

import httpx
import pytest

from chanops.sandbox import Clock
from sandbox.newapi_site import Start, add, call
from sandbox.upstream import URL, Upstream

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("generation", ["base", "head"])
MARK = '{"chanops":{"owner":"team"}}'


@BOTH
async def test_an_ejection_puts_its_reason_beside_the_mark(start: Start, generation: str) -> None:
    sandbox = start(generation)
    await add(sandbox, other_info=MARK)

    assert sandbox.eject(1, "it said <no>") is True

    row = sandbox.row(1)
    info = json.loads(row["other_info"])
    assert (row["status"], info["chanops"], info["status_reason"]) == (3, {"owner": "team"}, "it said <no>")
    assert r"\u003cno\u003e" in row["other_info"]


@pytest.mark.parametrize(("generation", "weight"), [("base", 0), ("head", 9)])
async def test_an_ejection_undoes_what_was_written_meanwhile(start: Start, generation: str, weight: int) -> None:
    sandbox = start(generation)
    await add(sandbox, other_info=MARK)
    finish = sandbox.start_ejection(1)

    await call(sandbox, "PUT", "/api/channel/", {"id": 1, "weight": 9, "other_info": "{}", "key": "sk-b"})
    finish()

    row = sandbox.row(1)
    assert (row["weight"], row["key"]) == (weight, "sk-b")
    assert json.loads(row["other_info"])["chanops"] == {"owner": "team"}


@pytest.mark.parametrize("generation", ["base", "head"])
async def test_an_ejection_of_one_key_leaves_the_channel_until_the_last_key_is_gone(start: Start, generation: str) -> None:
    sandbox = start(generation)
    channel = {"key": "k1\nk2", "models": "m", "type": 1}
    await call(sandbox, "POST", "/api/channel/", {"mode": "multi_to_single", "channel": channel})

    sandbox.eject(1, "first", key_index=0)
    status = sandbox.row(1)["status"]
    sandbox.eject(1, "second", key_index=1)

    shown = (await call(sandbox, "GET", "/api/channel/1"))["data"]
    assert (status, shown["status"]) == (1, 3)
    assert shown["channel_info"]["multi_key_status_list"] == {"0": 3, "1": 3}
    assert "multi_key_disabled_reason" not in shown["channel_info"]


async def test_ejected_keys_are_told_with_reason_and_time_and_can_be_deleted(start: Start) -> None:
    sandbox = start()
    channel = {"key": "k1\na-longer-key\nk3", "models": "m", "type": 1}
    await call(sandbox, "POST", "/api/channel/", {"mode": "multi_to_single", "channel": channel})
    sandbox.eject(1, "no credit", key_index=1)
    path = "/api/channel/multi_key/manage"

    status = await call(sandbox, "POST", path, {"channel_id": 1, "action": "get_key_status", "status": 3})
    deleted = await call(sandbox, "POST", path, {"channel_id": 1, "action": "delete_disabled_keys"})

    [key] = status["data"]["keys"]
    assert (key["index"], key["reason"], key["key_preview"]) == (1, "no credit", "a-longer-k...")
    assert abs(key["disabled_time"] - sandbox.clock.now()) < 60
    assert (deleted["data"], sandbox.row(1)["key"]) == (1, "k1\nk3")


async def test_the_text_null_in_other_info_makes_heads_status_route_fall_over(start: Start) -> None:
    sandbox = start("head")
    await add(sandbox, other_info="null")

    answer = await call(sandbox, "POST", "/api/channel/1/status", {"status": 2})

    assert answer["error"]["type"] == "new_api_panic"
    assert sandbox.row(1)["status"] == 1


async def test_base_silently_does_not_eject_where_other_info_is_the_text_null(start: Start) -> None:
    sandbox = start("base")
    await add(sandbox, other_info="null")

    assert sandbox.eject(1) is False
    assert sandbox.row(1)["status"] == 1


@pytest.mark.parametrize(("generation", "remark"), [("base", None), ("head", "R")])
async def test_invalid_settings_cost_a_channel_half_its_row_at_base(start: Start, generation: str, remark: str | None) -> None:
    sandbox = start(generation, outbound=Upstream({"models": ["m"]}))
    await add(sandbox, remark="R", other_info=MARK)
    sandbox.hand_edit(1, settings="nope")

    await sandbox.run_model_updates()

    assert sandbox.row(1)["remark"] == remark


async def test_the_server_appends_models_where_it_may(start: Start) -> None:
    sandbox = start(outbound=Upstream({"models": ["m2", "m1", "m3"]}))
    settings = {"upstream_model_update_check_enabled": True, "upstream_model_update_auto_sync_enabled": True}
    ignored = {"upstream_model_update_ignored_models": ["regex:^m3$"]}
    await add(sandbox, base_url=URL, models="m1, gone", settings=json.dumps(settings | ignored))

    await sandbox.run_model_updates()

    assert sandbox.row(1)["models"] == "m1,gone,m2"


async def test_settings_lose_unknown_and_false_keys_when_the_server_writes_them(start: Start) -> None:
    sandbox = start()
    await add(sandbox, settings='{"unknown":1,"disable_store":false,"allow_speed":true}')

    sandbox.resync_settings(1, upstream_model_update_last_check_time=5)

    assert sandbox.row(1)["settings"] == '{"allow_speed":true,"upstream_model_update_last_check_time":5}'


async def test_traffic_tests_and_polling_move_what_they_move(start: Start) -> None:
    sandbox = start()
    await add(sandbox)

    sandbox.traffic(1, 30)
    sandbox.traffic(1, 12)
    sandbox.finish_test(1, 250)
    sandbox.poll_key(1, 1)

    row = sandbox.row(1)
    assert (row["used_quota"], row["response_time"], row["channel_info"]["multi_key_polling_index"]) == (42, 250, 1)


async def test_a_test_shows_in_the_row_only_a_moment_later(start: Start) -> None:
    clock = Clock()
    sandbox = start(clock=clock, outbound=Upstream({"models": []}))
    await add(sandbox, base_url=URL)

    await call(sandbox, "GET", "/api/channel/test/1")
    at_once = sandbox.row(1)["test_time"]
    clock.advance(1)
    await call(sandbox, "GET", "/api/status")

    assert at_once == 0
    assert sandbox.row(1)["test_time"] > 0


@pytest.mark.parametrize(("generation", "code"), [("base", 200), ("head", 409)])
async def test_testing_all_channels_ejects_and_enables_them_later(start: Start, generation: str, code: int) -> None:
    async def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401 if "sk-bad" in request.headers["authorization"] else 200, json={})

    clock = Clock()
    sandbox = start(generation, clock=clock, outbound=refuse)
    await add(sandbox, "good", status=3)
    await add(sandbox, "bad", key="sk-bad")
    await add(sandbox, "off", key="sk-bad", status=2)
    for option in ("AutomaticDisableChannelEnabled", "AutomaticEnableChannelEnabled"):
        await call(sandbox, "PUT", "/api/option/", {"key": option, "value": True})

    first = await call(sandbox, "GET", "/api/channel/test")
    second = await call(sandbox, "GET", "/api/channel/test")
    clock.advance(1)
    await call(sandbox, "GET", "/api/status")

    assert (first["success"], second["success"]) == (True, False)
    assert ("data" in second) is (code == 409)
    assert [sandbox.row(channel_id)["status"] for channel_id in (1, 2, 3)] == [1, 3, 2]


async def test_the_keys_of_a_polling_channel_take_turns(start: Start) -> None:
    upstream = Upstream({"models": ["m"]})
    sandbox = start(outbound=upstream)
    channel = {"key": "k1\nk2\nk3", "base_url": URL, "type": 1}
    body = {"mode": "multi_to_single", "multi_key_mode": "polling", "channel": channel}
    await call(sandbox, "POST", "/api/channel/", body)
    manage = {"channel_id": 1, "action": "disable_key", "key_index": 1}
    await call(sandbox, "POST", "/api/channel/multi_key/manage", manage)

    for _ in range(3):
        await call(sandbox, "GET", "/api/channel/fetch_models/1")

    assert [request.headers["authorization"] for request in upstream.requests] == ["Bearer k1", "Bearer k3", "Bearer k1"]


async def test_own_headers_of_a_channel_go_with_its_calls(start: Start) -> None:
    upstream = Upstream({"models": ["m"]})
    sandbox = start(outbound=upstream)
    own = {"X-Key": "is {api_key}", "*": True, "re:^X-": "x"}
    await add(sandbox, base_url=URL, header_override=json.dumps(own))

    await call(sandbox, "GET", "/api/channel/fetch_models/1")

    assert upstream.requests[0].headers["x-key"] == "is sk-a"
    assert "*" not in upstream.requests[0].headers


async def test_an_unknown_type_without_an_address_makes_model_discovery_fall_over(start: Start) -> None:
    sandbox = start()
    await add(sandbox, type=999, base_url="")

    assert (await call(sandbox, "GET", "/api/channel/fetch_models/1"))["error"]["type"] == "new_api_panic"


async def test_the_cache_learns_of_a_new_channel_by_itself_after_a_minute(start: Start) -> None:
    clock = Clock()
    sandbox = start("head", clock=clock, memory_cache=True)
    await add(sandbox)

    before = await call(sandbox, "POST", "/api/channel/1/status", {"status": 2})
    clock.advance(60)
    after = await call(sandbox, "POST", "/api/channel/1/status", {"status": 2})

    assert (before["data"], after["data"]) == (False, True)
