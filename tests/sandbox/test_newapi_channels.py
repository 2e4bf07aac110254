from __future__ import annotations

import pytest

from sandbox.newapi_site import Start, add, call, ids, send

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("generation", ["base", "head"])


async def test_channels_of_equal_priority_come_in_another_order_each_time(start: Start) -> None:
    sandbox = start(seed=1)
    for index in range(12):
        await add(sandbox, f"c{index}")

    orders = {tuple(await ids(sandbox, page_size="100")) for _ in range(5)}

    assert len(orders) > 1


async def test_pages_in_the_default_order_miss_channels_and_show_others_twice(start: Start) -> None:
    sandbox = start(seed=1)
    for index in range(30):
        await add(sandbox, f"c{index}")

    walk = [channel for page in "123" for channel in await ids(sandbox, p=page)]

    assert len(walk) == 30
    assert len(set(walk)) < 30


async def test_the_same_seed_gives_the_same_orders(start: Start) -> None:
    orders = []
    for _ in range(2):
        sandbox = start(seed=7)
        for index in range(9):
            await add(sandbox, f"c{index}")
        orders.append([await ids(sandbox) for _ in range(3)])

    assert orders[0] == orders[1]


async def test_a_negative_page_size_reads_the_whole_table(start: Start) -> None:
    sandbox = start()
    for index in range(15):
        await add(sandbox, f"c{index}")

    assert len(await ids(sandbox, page_size="-1")) == 15


async def test_a_row_without_a_name_is_in_the_list_and_not_in_the_search(start: Start) -> None:
    sandbox = start()
    await add(sandbox)
    sandbox.hand_edit(1, name=None)

    data = (await call(sandbox, "GET", "/api/channel/"))["data"]

    assert [item["name"] for item in data["items"]] == [""]
    assert await ids(sandbox, "/api/channel/search", keyword="") == []


async def test_wildcards_in_a_group_filter_are_letters(start: Start) -> None:
    sandbox = start()
    await add(sandbox, group="a_b")
    await add(sandbox, group="axb,c")

    assert await ids(sandbox, group="a_b") == [1]


async def test_a_search_in_tag_mode_returns_all_channels_of_a_matching_tag(start: Start) -> None:
    sandbox = start()
    await add(sandbox, "wanted", tag="T")
    await add(sandbox, "other", tag="T")
    await add(sandbox, "wanted too")

    found = await ids(sandbox, "/api/channel/search", keyword="wanted", tag_mode="true", id_sort="true")

    assert found == [2, 1]


async def test_a_poisoned_weight_that_an_update_writes_stays_though_the_update_fails(start: Start) -> None:
    sandbox = start()
    await add(sandbox)

    answer = await call(sandbox, "PUT", "/api/channel/", {"id": 1, "weight": 2**63})

    assert answer["success"] is False
    assert (await call(sandbox, "GET", "/api/channel/"))["success"] is False
    assert (await call(sandbox, "DELETE", "/api/channel/1"))["success"] is True
    assert await ids(sandbox) == []


async def test_ids_can_be_told_never_to_come_back(start: Start) -> None:
    sandbox = start()
    sandbox.server.channels.reuses_ids = False
    await add(sandbox)
    await call(sandbox, "DELETE", "/api/channel/1")

    await add(sandbox)

    assert await ids(sandbox) == [2]


async def test_deleting_the_disabled_leaves_their_routing_rows_until_the_repair(start: Start) -> None:
    sandbox = start()
    await add(sandbox, status=2)
    await call(sandbox, "DELETE", "/api/channel/disabled")

    left = sandbox.server.store.rows("SELECT channel_id FROM abilities")
    await call(sandbox, "POST", "/api/channel/fix")

    assert left == [{"channel_id": 1}]
    assert sandbox.server.store.rows("SELECT channel_id FROM abilities") == []


async def test_a_copy_keeps_the_usage_when_asked(start: Start) -> None:
    sandbox = start()
    await add(sandbox, tag="T", status=2)
    sandbox.traffic(1, 50)

    await call(sandbox, "POST", "/api/channel/copy/1", reset_balance="false", suffix="!")
    await call(sandbox, "POST", "/api/channel/copy/1")

    kept, reset = sandbox.row(2), sandbox.row(3)
    assert (kept["name"], kept["tag"], kept["status"], kept["used_quota"]) == ("A!", "T", 2, 50)
    assert (reset["key"], reset["used_quota"]) == ("sk-a", 0)


@BOTH
async def test_an_explicit_id_that_is_taken_writes_nothing(start: Start, generation: str) -> None:
    sandbox = start(generation)
    await add(sandbox, id=5)

    answer = await call(sandbox, "POST", "/api/channel/", {"mode": "single", "channel": {"id": 5, "key": "x"}})

    assert answer["success"] is False
    assert sandbox.row(5)["key"] == "sk-a"


@pytest.mark.parametrize(
    ("setting", "is_accepted"),
    [
        ('{"proxy":"socks5://127.0.0.1:1080"}', True),
        ('{"proxy":"127.0.0.1:1080"}', False),
        ('{"http_protocol":"http1","http2_connection_shards":2}', False),
        ('{"http2_connection_shards":8}', True),
        ('{"http2_connection_shards":9}', False),
        ('{"http_protocol":"http3"}', False),
        ('{"force_format":1}', False),
        ("null", True),
    ],
)
async def test_head_checks_the_connection_in_setting(start: Start, setting: str, is_accepted: bool) -> None:
    body = {"mode": "single", "channel": {"key": "k", "setting": setting}}

    assert (await call(start("head"), "POST", "/api/channel/", body))["success"] is is_accepted


async def test_keys_of_vertex_channels_come_as_a_json_array(start: Start) -> None:
    sandbox = start()
    channel = {"type": 41, "other": '{"default":"us-central1"}', "key": '[{"b":1,"a":2},"plain"]'}

    await call(sandbox, "POST", "/api/channel/", {"mode": "batch", "channel": channel})

    assert [sandbox.row(1)["key"], sandbox.row(2)["key"]] == ['{"a":2,"b":1}', "plain"]


async def test_options_and_groups_follow_each_other(start: Start) -> None:
    sandbox = start()

    await call(sandbox, "PUT", "/api/option/", {"key": "GroupRatio", "value": '{"one":1,"two":2}'})
    refused = await send(sandbox, "PUT", "/api/option/", b"[")

    assert sorted((await call(sandbox, "GET", "/api/group/"))["data"]) == ["one", "two"]
    assert refused.status_code == 400


async def test_the_state_is_there_after_a_restart(start: Start, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("state") / "gateway" / "db"
    first = start(db=file)
    await add(first, "kept")

    assert start(db=file).row(1)["name"] == "kept"


async def test_legacy_keeps_a_channel_that_it_refused_for_a_doubled_model(start: Start) -> None:
    sandbox = start("legacy")

    answer = await call(sandbox, "POST", "/api/channel/", {"key": "k", "models": "a,a"})

    assert answer["success"] is False
    assert sandbox.row(1)["models"] == "a,a"


async def test_legacy_drops_the_fields_of_later_generations(start: Start) -> None:
    sandbox = start("legacy")

    await call(sandbox, "POST", "/api/channel/", {"key": "k", "remark": "R", "settings": "nope"})

    [shown] = (await call(sandbox, "GET", "/api/channel/search", keyword=""))["data"]
    assert sandbox.row(1)["remark"] is None
    assert not {"remark", "settings", "header_override", "channel_info"} & shown.keys()
