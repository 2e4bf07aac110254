"""What is known of a write whose answer was odd, late or lost, and whether it may be sent again."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from builders import fields, secret
from chanops.domain.address import Address
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.report import Result
from chanops.domain.resources import LiveChannel, Status
from chanops.domain.secret import Secret
from gateways.newapi.fake import Fake, head_root, listed, no, ok, raw, row

pytestmark = pytest.mark.anyio

POST = "POST /api/channel/"
PUT = "PUT /api/channel/"
BATCH = "POST /api/channel/batch"
STATUS = "POST /api/channel/12/status"
ADDRESS = Address.channel("main", "A")
LOST = httpx.ReadTimeout("slow")
NEVER_SENT = httpx.ConnectError("refused")


def create(**given: Any) -> Change:
    after = fields(type="openai", key=secret(), models=["m"], **given)
    return Change(ADDRESS, Action.CREATE, "", None, after, owner="team")


def update(wire: dict[str, Any] | None = None, action: Action = Action.UPDATE, **given: Any) -> Change:
    after = fields(**given)
    return Change(
        ADDRESS, action, "", {}, after, tuple(FieldChange(path, None, value) for path, value in after.items()),
        LiveChannel(ADDRESS, "12", {}, Status.ENABLED, None, wire or row()), "team",
    )  # fmt: skip


def deletes(count: int) -> list[Change]:
    return [
        Change(
            ADDRESS, Action.DELETE, "", {}, None, (), LiveChannel(ADDRESS, str(number), {}, Status.ENABLED, None, row(number))
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("answer", "result", "may_repeat"),
    [
        (ok(), Result.DONE, False),
        (no("refused"), Result.FAILED, False),
        (no("database is locked"), Result.FAILED, True),
        (no("no", 403), Result.FAILED, False),
        (NEVER_SENT, Result.FAILED, True),
        (LOST, Result.UNKNOWN, False),
        (raw(502), Result.UNKNOWN, False),
        (raw(200, b"<html>"), Result.UNKNOWN, False),
        (raw(302), Result.FAILED, False),
    ],
)
async def test_a_create_is_never_repeated_blindly(answer: Any, result: Result, may_repeat: bool) -> None:
    fake = Fake().on(POST, answer)

    outcome = await fake.gateway().execute(create())

    assert (outcome.result, outcome.may_repeat) == (result, may_repeat)
    assert len(fake.sent(POST)) == 1


@pytest.mark.parametrize(
    ("answer", "result", "may_repeat"),
    [
        (ok(row()), Result.DONE, False),
        (ok(), Result.UNKNOWN, True),
        (no("refused"), Result.FAILED, True),
        (no("no", 403), Result.FAILED, False),
        (NEVER_SENT, Result.FAILED, True),
        (LOST, Result.UNKNOWN, True),
        (raw(500), Result.UNKNOWN, True),
        (raw(404, b"{}"), Result.FAILED, True),
    ],
)
async def test_an_update_may_be_sent_again(answer: Any, result: Result, may_repeat: bool) -> None:
    outcome = await Fake().on(PUT, answer).gateway().execute(update(weight=3))

    assert (outcome.result, outcome.may_repeat) == (result, may_repeat)


async def test_the_gateways_words_are_withheld_when_they_repeat_a_key() -> None:
    fake = Fake().on(POST, no(f"duplicate key {secret().reveal()}"))
    fake.ledger.remember(secret().reveal())

    outcome = await fake.gateway().execute(create())

    assert secret().reveal() not in outcome.error
    assert "withheld" in outcome.error


async def test_a_secret_that_is_not_set_fails_its_change_alone() -> None:
    from chanops.errors import ConfigError  # noqa: PLC0415 - only here

    def missing() -> str:
        raise ConfigError([])

    outcome = await Fake().gateway().execute(update(key=Secret(missing, "env:GONE")))

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, False)


async def test_a_new_channel_carries_status_and_mark_in_its_first_body() -> None:
    fake = Fake().on(POST, ok())

    await fake.gateway().execute(create(enabled=False))

    (body,) = fake.sent(POST)
    mark = json.loads(body["channel"]["other_info"])["chanops"]
    assert (body["mode"], body["channel"]["status"], body["channel"]["name"]) == ("single", 2, "A")
    assert (mark["owner"], mark["name"], mark["key"][:3]) == ("team", "A", "v1:")
    assert secret().reveal() not in body["channel"]["other_info"]


async def test_base_writes_the_status_in_its_one_put() -> None:
    fake = Fake().on(PUT, ok(row()))

    await fake.gateway().execute(update(enabled=False))

    (body,) = fake.sent(PUT)
    assert body["status"] == 2


async def test_head_writes_status_by_a_call_of_its_own_after_the_put() -> None:
    fake = Fake().on("GET /api/user/self", ok(head_root())).on(PUT, ok(row())).on(STATUS, ok(data=True))

    await fake.gateway().execute(update(enabled=False, weight=3))

    (body,) = fake.sent(PUT)
    assert "status" not in body
    assert fake.sent(STATUS) == [{"status": 2}]
    assert fake.requests[-1].url.path.endswith("/status")


async def test_a_status_call_that_changed_nothing_is_looked_at_and_sent_again_after_a_refresh() -> None:
    fake = Fake().on("GET /api/user/self", ok(head_root())).on(PUT, ok(row())).on(STATUS, ok(data=False), ok(data=True))
    fake.on("GET /api/channel/12", ok(row(status=1)))

    outcome = await fake.gateway().execute(update(enabled=False))

    assert outcome.result is Result.DONE
    assert fake.sent(PUT)[-1] == {"id": 12}
    assert len(fake.sent(STATUS)) == 2


async def test_a_status_that_is_already_so_is_done() -> None:
    fake = Fake().on("GET /api/user/self", ok(head_root())).on(PUT, ok(row())).on(STATUS, ok(data=False))
    fake.on("GET /api/channel/12", ok(row(status=2)))

    outcome = await fake.gateway().execute(update(enabled=False))

    assert outcome.result is Result.DONE
    assert len(fake.sent(STATUS)) == 1


async def test_a_status_that_will_not_change_is_a_failure() -> None:
    fake = Fake().on("GET /api/user/self", ok(head_root())).on(PUT, ok(row())).on(STATUS, ok(data=False))
    fake.on("GET /api/channel/12", ok(row(status=1)))

    outcome = await fake.gateway().execute(update(enabled=False))

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, True)


async def test_enabling_a_channel_whose_keys_are_all_flagged_clears_the_flags() -> None:
    info = {"is_multi_key": True, "multi_key_size": 2, "multi_key_status_list": {"0": 3, "1": 3}, "multi_key_mode": "random"}
    flagged = row(status=2, channel_info=info)
    fake = Fake().on(PUT, ok(flagged)).on("POST /api/channel/multi_key/manage", ok())

    await fake.gateway().execute(update(flagged, enabled=True))

    assert fake.sent("POST /api/channel/multi_key/manage") == [{"channel_id": 12, "action": "enable_all_keys"}]


async def test_what_the_gateway_keeps_in_other_info_survives_the_mark_and_its_end() -> None:
    kept = row(other_info='{"status_reason": "x", "chanops": {"owner": "team", "name": "B"}}')
    fake = Fake().on(PUT, ok(kept))
    gateway = fake.gateway()

    await gateway.execute(update(kept, weight=3))
    await gateway.execute(update(kept, Action.FORGET))

    written, forgotten = (json.loads(body["other_info"]) for body in fake.sent(PUT))
    assert written["status_reason"] == forgotten["status_reason"] == "x"
    assert written["chanops"]["name"] == "A"
    assert "chanops" not in forgotten


async def test_forgetting_the_last_of_other_info_leaves_an_empty_object() -> None:
    marked = row(other_info='{"chanops": {"owner": "team", "name": "A"}}')
    fake = Fake().on(PUT, ok(marked))

    await fake.gateway().execute(update(marked, Action.FORGET))

    assert fake.sent(PUT) == [{"id": 12, "other_info": "{}"}]


async def test_a_replace_creates_again_until_the_channel_stands() -> None:
    fake = Fake().on("DELETE /api/channel/12", ok()).on(POST, LOST, no("database is locked"), ok())
    fake.on("GET /api/channel/12", no("record not found"))

    outcome = await fake.gateway().execute(update(action=Action.REPLACE, type="openai", key=secret(), models=["m"]))

    assert outcome.result is Result.DONE
    assert [body["channel"]["id"] for body in fake.sent(POST)] == [12, 12, 12]


async def test_a_replace_whose_create_did_arrive_is_not_created_twice() -> None:
    fake = Fake().on("DELETE /api/channel/12", ok()).on(POST, LOST).on("GET /api/channel/12", ok(row()))

    outcome = await fake.gateway().execute(update(action=Action.REPLACE, key=secret()))

    assert outcome.result is Result.DONE
    assert len(fake.sent(POST)) == 1


async def test_a_replace_without_a_key_deletes_nothing() -> None:
    fake = Fake()

    outcome = await fake.gateway().execute(update(action=Action.REPLACE, weight=3))

    assert outcome.result is Result.FAILED
    assert fake.sent("DELETE /api/channel/12") == []


async def test_deletes_go_by_the_hundred_and_a_failed_hundred_leaves_the_next_alone() -> None:
    fake = Fake().on(BATCH, no("database is locked"), ok(100), ok(50))

    outcomes = await fake.gateway().delete(deletes(250))

    assert [len(body["ids"]) for body in fake.sent(BATCH)] == [100, 100, 50]
    assert [outcome.result for outcome in outcomes] == [Result.FAILED] * 100 + [Result.DONE] * 150
    assert {outcome.may_repeat for outcome in outcomes[:100]} == {True}


@pytest.mark.parametrize(
    ("answer", "result"), [(LOST, Result.UNKNOWN), (raw(503), Result.UNKNOWN), (NEVER_SENT, Result.FAILED)]
)
async def test_a_lost_delete_may_be_sent_again(answer: Any, result: Result) -> None:
    (outcome,) = await Fake().on(BATCH, answer).gateway().delete(deletes(1))

    assert (outcome.result, outcome.may_repeat) == (result, True)


async def test_calls_are_counted_by_what_they_do() -> None:
    gateway = Fake().on(POST, ok()).on("GET /api/channel/", listed()).gateway()

    await gateway.fetch()
    await gateway.execute(create())

    assert (gateway.calls.read, gateway.calls.write) == (2, 1)
