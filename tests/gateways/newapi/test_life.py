"""Channels from their first write to their last, on both generations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from builders import channel, secret
from chanops.domain.change import Action
from chanops.domain.resources import Status
from gateways.newapi.stage import OWNER

if TYPE_CHECKING:
    from gateways.newapi.stage import Stage

pytestmark = pytest.mark.anyio

FULL: dict[str, Any] = {
    "type": "anthropic",
    "enabled": False,
    "base_url": "https://api.example.com",
    "models": ["claude-b", "claude-a"],
    "model_mapping": {"claude-a": "claude-a-1"},
    "groups": ["vip", "default"],
    "priority": -3,
    "weight": 7,
    "tag": "T",
    "remark": "a note, with 汉字",
    "test_model": "claude-a",
    "headers": {"X-A": "1", "Authorization": "Bearer invented-header-token"},
    "param_override": {"temperature": 0, "nested": {"stop": ["a", "b"], "n": 1.5}},
    "proxy": "http://user:invented-proxy-password@proxy.example.com:3128",
    "newapi__auto_ban": False,
    "newapi__status_code_mapping": {"400": "500"},
    "newapi__openai_organization": "org",
    "newapi__other": "2024-01",
    "newapi__setting": {"force_format": True, "system_prompt": "be brief"},
    "newapi__settings": {"allow_service_tier": True, "upstream_model_update_ignored_models": ["z", "a"]},
}

CLEARED: dict[str, Any] = {
    "type": "openai",
    "enabled": True,
    "base_url": "",
    "models": ["m"],
    "model_mapping": {},
    "groups": ["default"],
    "priority": 0,
    "weight": 0,
    "tag": "",
    "remark": "",
    "test_model": "",
    "headers": {},
    "param_override": {},
    "proxy": "",
    "newapi__auto_ban": True,
    "newapi__status_code_mapping": {},
    "newapi__openai_organization": "",
    "newapi__setting": {"force_format": False, "system_prompt": ""},
    "newapi__settings": {"allow_service_tier": False, "upstream_model_update_ignored_models": []},
}


async def test_a_created_channel_is_in_sync(stage: Stage) -> None:
    await stage.apply(channel("Plain"))

    assert await stage.pending(channel("Plain")) == []


async def test_every_field_survives_a_create(stage: Stage) -> None:
    await stage.apply(channel("Full", **FULL))

    assert await stage.pending(channel("Full", **FULL)) == []


async def test_every_field_can_be_set_by_an_update(stage: Stage) -> None:
    await stage.apply(channel("Full"))

    (outcome,) = await stage.apply(channel("Full", **FULL))

    assert outcome.action is Action.UPDATE
    assert await stage.pending(channel("Full", **FULL)) == []


async def test_every_field_can_be_cleared_by_an_update(stage: Stage) -> None:
    full = {path: value for path, value in FULL.items() if path != "newapi__other"}
    await stage.apply(channel("Full", **full))

    (outcome,) = await stage.apply(channel("Full", **CLEARED))

    assert outcome.action is Action.UPDATE
    assert await stage.pending(channel("Full", **CLEARED)) == []


async def test_the_order_of_lists_is_no_change(stage: Stage) -> None:
    await stage.apply(channel("Full", **FULL))
    turned: dict[str, Any] = {path: value[::-1] if isinstance(value, list) else value for path, value in FULL.items()}
    turned["newapi__settings"] = FULL["newapi__settings"] | {"upstream_model_update_ignored_models": ["a", "z"]}

    assert await stage.pending(channel("Full", **turned)) == []


async def test_models_are_written_in_the_declared_order(stage: Stage) -> None:
    await stage.apply(channel("Plain", models=["z", "a", "m"]))

    assert (await stage.row("Plain"))["models"] == "z,a,m"


async def test_a_rotated_key_is_seen_and_written(stage: Stage) -> None:
    await stage.apply(channel("Plain"))
    rotated = channel("Plain", key=secret(value="sk-invented-another-key"))

    assert await stage.pending(rotated) == [(Action.UPDATE, ["key"])]
    await stage.apply(rotated)
    assert await stage.pending(rotated) == []


async def test_a_channel_that_lives_is_adopted_and_keeps_what_nobody_declared(stage: Stage) -> None:
    row = {"name": "Old", "type": 1, "key": "sk-old", "models": "gpt-4o", "group": "vip", "weight": 5, "remark": "by hand"}
    await stage.call("POST", "/api/channel/", {"mode": "single", "channel": row})

    (outcome,) = await stage.apply(channel("Old"))

    assert outcome.action is Action.ADOPT
    assert await stage.pending(channel("Old")) == []
    after = await stage.row("Old")
    assert (after["group"], after["weight"], after["remark"]) == ("vip", 5, "by hand")


async def test_a_channel_is_disabled_and_enabled_in_place(stage: Stage) -> None:
    await stage.apply(channel("Plain"))

    for wanted in (False, True):
        await stage.apply(channel("Plain", enabled=wanted))
        assert await stage.pending(channel("Plain", enabled=wanted)) == []
        assert (await stage.row("Plain"))["status"] == (1 if wanted else 2)


async def test_status_calls_keep_the_mark(stage: Stage) -> None:
    await stage.apply(channel("Plain"))

    await stage.apply(channel("Plain", enabled=False))

    (live,) = (await stage.gateway.fetch()).channels
    assert live.mark is not None
    assert (live.mark.owner, live.mark.name) == (OWNER, "Plain")


async def test_the_first_update_adds_the_id_to_the_mark(stage: Stage) -> None:
    await stage.apply(channel("Plain"))

    await stage.apply(channel("Plain", weight=3))

    (live,) = (await stage.gateway.fetch()).channels
    assert live.mark is not None
    assert live.mark.remote_id == live.remote_id


async def test_a_channel_renamed_by_hand_gets_its_name_back(stage: Stage) -> None:
    await stage.apply(channel("Plain", weight=1))
    await stage.apply(channel("Plain", weight=2))
    await stage.call("PUT", "/api/channel/", {"id": (await stage.row("Plain"))["id"], "name": "By hand"})

    (outcome,) = await stage.apply(channel("Plain", weight=2))

    assert outcome.action is Action.UPDATE
    assert await stage.pending(channel("Plain", weight=2)) == []


async def test_channels_no_longer_declared_are_deleted_and_foreign_ones_stay(stage: Stage) -> None:
    foreign = {"name": "Foreign", "type": 1, "key": "sk-f", "models": "gpt-4o"}
    await stage.call("POST", "/api/channel/", {"mode": "single", "channel": foreign})
    await stage.apply(channel("A"), channel("B"))

    outcomes = await stage.apply(channel("B"))

    assert [(o.address.name, o.action) for o in outcomes] == [("A", Action.DELETE)]
    assert sorted(c.name for c in (await stage.gateway.fetch()).channels) == ["B", "Foreign"]


async def test_emptying_other_replaces_the_channel_under_its_id(stage: Stage) -> None:
    await stage.apply(channel("Old", weight=4, newapi__other="v1", tag="T"))
    before = await stage.row("Old")
    if stage.generation == "base":
        await stage.call("PUT", "/api/channel/", {"id": before["id"], "used_quota": 77, "balance": 1.5})
        before = await stage.row("Old")

    (outcome,) = await stage.apply(channel("Old", newapi__other=""))

    after = await stage.row("Old")
    assert outcome.action is Action.REPLACE
    assert after["other"] == ""
    assert await stage.pending(channel("Old", newapi__other="")) == []
    kept = ("id", "weight", "tag", "group", "used_quota", "balance", "status")
    assert {column: after[column] for column in kept} == {column: before[column] for column in kept}


async def test_a_channel_with_several_keys_lives_its_life(stage: Stage) -> None:
    several = [secret("A", "sk-invented-aaaa"), secret("B", "sk-invented-bbbb")]

    def pool(keys: list[Any], **given: Any) -> Any:
        return pooled("Pool", keys=keys, **given)

    await stage.apply(pool(several))
    assert await stage.pending(pool(several[::-1])) == []
    assert (await stage.row("Pool"))["channel_info"]["multi_key_mode"] == "random"

    await stage.apply(pool(several, newapi__multi_key_mode="polling"))
    assert (await stage.row("Pool"))["channel_info"]["multi_key_mode"] == "polling"

    more = [*several, secret("C", "sk-invented-cccc")]
    assert await stage.pending(pool(more)) == [(Action.UPDATE, ["keys"])]
    await stage.apply(pool(more))
    assert await stage.pending(pool(more)) == []
    assert (await stage.row("Pool"))["channel_info"]["multi_key_size"] == 3


async def test_new_keys_are_not_left_flagged_as_the_ones_before(stage: Stage) -> None:
    keys = [secret("A", "sk-invented-aaaa"), secret("B", "sk-invented-bbbb")]
    await stage.apply(pooled("Pool", keys=keys))
    remote_id = (await stage.row("Pool"))["id"]
    flag = {"channel_id": remote_id, "action": "disable_key", "key_index": 0}
    await stage.call("POST", "/api/channel/multi_key/manage", flag)

    await stage.apply(pooled("Pool", keys=[secret("C", "sk-invented-cccc"), keys[1]]))

    assert not (await stage.row("Pool"))["channel_info"]["multi_key_status_list"]


async def test_one_key_becomes_several_by_a_replace(stage: Stage) -> None:
    await stage.apply(channel("Pool"))
    before = await stage.row("Pool")
    keys = [secret("A", "sk-invented-aaaa"), secret("B", "sk-invented-bbbb")]
    several = pooled("Pool", keys=keys, newapi__multi_key_mode="polling")

    (outcome,) = await stage.apply(several)

    assert outcome.action is Action.REPLACE
    assert await stage.pending(several) == []
    after = await stage.row("Pool")
    assert (after["id"], after["channel_info"]["is_multi_key"]) == (before["id"], True)


async def test_an_ejected_channel_counts_as_enabled(stage: Stage) -> None:
    row = {"name": "Down", "type": 1, "key": "sk-x", "models": "gpt-4o", "status": 3}
    await stage.call("POST", "/api/channel/", {"mode": "single", "channel": row})

    await stage.apply(channel("Down", enabled=True))

    (live,) = (await stage.gateway.fetch()).channels
    assert live.status is Status.EJECTED
    assert live.fields["enabled"] is True
    assert await stage.pending(channel("Down", enabled=True)) == []


async def test_a_status_call_on_other_info_of_null_is_preceded_by_its_mending(stage: Stage) -> None:
    row = {"name": "Poisoned", "type": 1, "key": "sk-x", "models": "gpt-4o", "other_info": "null"}
    await stage.call("POST", "/api/channel/", {"mode": "single", "channel": row})

    await stage.apply(channel("Poisoned", enabled=False))

    assert (await stage.row("Poisoned"))["status"] == 2
    assert await stage.pending(channel("Poisoned", enabled=False)) == []


def pooled(name: str, **given: Any) -> Any:
    made = channel(name, **given)
    return made.with_fields({path: value for path, value in made.fields.items() if path != "key"})
