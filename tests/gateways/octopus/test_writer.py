"""A write that fails is looked up before it is judged, and never raises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import change
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.report import Result
from chanops.domain.secret import Secret
from gateways.octopus.script import (
    CREATE,
    EXPORT,
    LIST,
    UPDATE,
    Script,
    export_of,
    g2_row,
    g2_script,
    g4_row,
    g4_script,
    html,
    no,
    ok,
    open_script,
)

if TYPE_CHECKING:
    from chanops.domain.report import Outcome
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

pytestmark = pytest.mark.anyio

DELETE = "DELETE channel/delete/1"
NEW = {"type": "openai", "base_url": "https://one.invalid/v1", "key": "sk-first-key", "models": ["m-a", "m-b"]}
ROW = g4_row(id=4, name="new")
LOST = httpx.ReadTimeout("lost")
LOCKED = no(500, "database is locked (5) (SQLITE_BUSY)")
TAKEN = no(500, "constraint failed: UNIQUE constraint failed: channels.name (2067)")


async def create(script: Script, **given: Any) -> Outcome:
    gateway = open_script(script)
    await gateway.fetch()
    return await gateway.execute(change("new", Action.CREATE, after=NEW | given))


async def update(script: Script, *fields: FieldChange, rename: str = "a") -> Outcome:
    gateway = open_script(script)
    live = (await gateway.fetch()).channels[0]
    return await gateway.execute(update_of(live, *fields, name=rename))


async def delete(script: Script) -> Outcome:
    gateway = open_script(script)
    live = (await gateway.fetch()).channels[0]
    (outcome,) = await gateway.delete([replace(update_of(live), action=Action.DELETE)])
    return outcome


def update_of(live: LiveChannel, *fields: FieldChange, name: str = "a") -> Change:
    address = replace(live.address, name=name)
    after = {**live.fields, **{field.path: field.after for field in fields}}
    return Change(address, Action.UPDATE, "", live.fields, after, fields, live)


def to(path: str, after: Value) -> FieldChange:
    return FieldChange(path, None, after)


async def test_a_create_brings_the_id_of_its_reply() -> None:
    script = g4_script(**{CREATE: ok(ROW)})

    outcome = await create(script)

    assert (outcome.result, outcome.remote_id) == (Result.DONE, "4")
    assert script.sent(CREATE) == [
        {"name": "new", "type": "openai", "model": "m-a,m-b", "base_url": "https://one.invalid/v1", "key": "sk-first-key"}
    ]


async def test_a_disabled_channel_gets_its_models_by_the_call_that_switches_it_off() -> None:
    script = g4_script(**{CREATE: ok(ROW | {"model": ""}), UPDATE: ok(ROW | {"enabled": False})})

    outcome = await create(script, enabled=False)

    assert outcome.result is Result.DONE
    assert [body["model"] for body in script.sent(CREATE)] == [""]
    assert script.sent(UPDATE) == [{"id": 4, "enabled": False, "model": "m-a,m-b", "custom_model": ""}]


async def test_a_channel_that_cannot_be_switched_off_is_a_failure_with_its_id() -> None:
    outcome = await create(g4_script(**{CREATE: ok(ROW | {"model": ""}), UPDATE: no(500, "disk full")}), enabled=False)

    assert (outcome.result, outcome.remote_id) == (Result.FAILED, "4")
    assert "still enabled, though without models" in outcome.error


async def test_a_reply_that_holds_another_value_is_a_failure() -> None:
    outcome = await create(g4_script(**{CREATE: ok(ROW | {"base_url": ""})}))

    assert (outcome.result, outcome.remote_id) == (Result.FAILED, "4")
    assert "base_url" in outcome.error


async def test_a_taken_name_is_a_failure_without_a_look() -> None:
    script = g4_script(**{CREATE: TAKEN})

    outcome = await create(script)

    assert (outcome.result, outcome.error, outcome.may_repeat) == (Result.FAILED, "a channel of this name exists", False)
    assert len(script.sent(LIST)) == 1


@pytest.mark.parametrize("trouble", [LOST, no(500, "price rows"), html(502), html(200)])
async def test_a_create_that_was_done_without_saying_so_is_done(trouble: Any) -> None:
    script = g4_script(**{LIST: [ok([]), ok([ROW])], CREATE: trouble, UPDATE: ok(ROW)})

    outcome = await create(script)

    assert (outcome.result, outcome.remote_id) == (Result.DONE, "4")
    assert script.sent(UPDATE) == [{"id": 4}]
    assert len(script.sent(CREATE)) == 1


@pytest.mark.parametrize("trouble", [LOST, no(500, "disk full"), html(502)])
async def test_a_create_that_was_not_done_may_be_repeated(trouble: Any) -> None:
    outcome = await create(g4_script(**{CREATE: trouble}))

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, True)


async def test_a_repeated_create_finds_what_the_first_one_left() -> None:
    script = g4_script(**{LIST: [ok([]), ok([]), ok([ROW])], CREATE: [LOST, TAKEN], UPDATE: ok(ROW)})
    gateway = open_script(script)
    await gateway.fetch()
    wanted = change("new", Action.CREATE, after=NEW)

    first, second = await gateway.execute(wanted), await gateway.execute(wanted)

    assert (first.result, second.result, second.remote_id) == (Result.FAILED, Result.DONE, "4")


async def test_another_channel_that_took_the_name_meanwhile_is_not_taken_over() -> None:
    outcome = await create(g4_script(**{LIST: [ok([]), ok([ROW | {"model": "m-z"}])], CREATE: LOST}))

    assert (outcome.result, outcome.error) == (Result.FAILED, "a channel of this name exists")


async def test_a_look_that_fails_leaves_the_create_unknown() -> None:
    outcome = await create(g4_script(**{LIST: [ok([]), html()], CREATE: LOST}))

    assert (outcome.result, outcome.may_repeat) == (Result.UNKNOWN, True)


async def test_a_locked_database_is_waited_for() -> None:
    script = g4_script(**{CREATE: [LOCKED, LOCKED, ok(ROW)]})

    assert (await create(script)).result is Result.DONE


async def test_a_database_that_stays_locked_is_given_up() -> None:
    script = g4_script(**{CREATE: LOCKED})

    outcome = await create(script)

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, True)
    assert len(script.sent(CREATE)) < 20


async def test_a_call_that_never_left_may_be_repeated() -> None:
    outcome = await create(g4_script(**{CREATE: httpx.ConnectError("no")}))

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, True)


async def test_a_plain_no_is_a_failure_with_the_gateways_words() -> None:
    outcome = await create(g4_script(**{CREATE: no(400, "Invalid JSON format")}))

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, False)
    assert "Invalid JSON format" in outcome.error


async def test_words_that_repeat_a_key_are_withheld() -> None:
    script = g4_script(g4_row(), **{CREATE: no(400, "cannot store sk-first-key")})

    outcome = await create(script)

    assert "sk-first" not in outcome.error
    assert "withheld" in outcome.error


async def test_an_update_sends_only_what_changes() -> None:
    script = g4_script(g4_row(), **{UPDATE: ok(g4_row(auto_sync=True))})

    outcome = await update(script, to("octopus.auto_sync", after=True))

    assert (outcome.result, outcome.remote_id) == (Result.DONE, "1")
    assert script.sent(UPDATE) == [{"id": 1, "auto_sync": True}]


async def test_a_rename_is_an_update_of_the_name() -> None:
    script = g4_script(g4_row(), **{UPDATE: ok(g4_row(name="b"))})

    outcome = await update(script, rename="b")

    assert outcome.result is Result.DONE
    assert script.sent(UPDATE) == [{"id": 1, "name": "b"}]


async def test_an_adoption_of_equal_channels_calls_nobody() -> None:
    script = g4_script(g4_row())

    assert (await update(script)).result is Result.DONE
    assert script.sent(UPDATE) == []


async def test_an_update_that_stored_another_value_is_a_failure() -> None:
    outcome = await update(g4_script(g4_row(), **{UPDATE: ok(g4_row())}), to("models", ("m-c",)))

    assert (outcome.result, outcome.error) == (Result.FAILED, "the gateway stored another models")


@pytest.mark.parametrize("trouble", [LOST, no(500, "price rows"), html(503)])
async def test_an_update_that_did_not_answer_is_sent_again_even_if_the_row_looks_right(trouble: Any) -> None:
    after = g4_row(model="m-c")
    script = g4_script(**{LIST: [ok([g4_row()]), ok([after])], UPDATE: [trouble, ok(after)]})

    outcome = await update(script, to("models", ("m-c",)))

    assert outcome.result is Result.DONE
    assert script.sent(UPDATE) == [{"id": 1, "model": "m-c", "custom_model": ""}] * 2


async def test_added_keys_are_not_added_twice_after_a_lost_answer() -> None:
    first = g2_row()["keys"][0]
    both = g2_row(keys=[first, first | {"id": 6, "channel_key": "sk-second-key"}])
    script = g2_script(g2_row(), **{EXPORT: [export_of(g2_row()), export_of(both)], UPDATE: [LOST, ok(both)]})

    outcome = await update(script, to("keys", (Secret("sk-first-key"), Secret("sk-second-key"))))

    assert outcome.result is Result.DONE
    assert [list(body) for body in script.sent(UPDATE)] == [["id", "keys_to_add"], ["id"]]


async def test_a_repeated_update_looks_before_it_adds_keys() -> None:
    first = g2_row()["keys"][0]
    both = g2_row(keys=[first, first | {"id": 6, "channel_key": "sk-second-key"}])
    exports = [export_of(g2_row()), export_of(g2_row()), export_of(both)]
    script = g2_script(g2_row(), **{EXPORT: exports, UPDATE: [LOST, LOST, ok(both)]})
    gateway = open_script(script)
    live = (await gateway.fetch()).channels[0]
    wanted = update_of(live, to("keys", (Secret("sk-first-key"), Secret("sk-second-key"))))

    first_time, second_time = await gateway.execute(wanted), await gateway.execute(wanted)

    assert (first_time.result, first_time.may_repeat, second_time.result) == (Result.FAILED, True, Result.DONE)
    assert script.sent(UPDATE)[-1] == {"id": 1}


@pytest.mark.parametrize(
    ("words", "error"),
    [("channel not found", "the channel is gone"), ("Error 1062: Duplicate entry", "a channel of this name exists")],
)
async def test_an_update_refused_for_good_is_not_repeated(words: str, error: str) -> None:
    script = g4_script(g4_row(), **{UPDATE: no(500, words)})

    outcome = await update(script, to("octopus.auto_sync", after=True))

    assert (outcome.result, outcome.error, outcome.may_repeat) == (Result.FAILED, error, False)
    assert len(script.sent(UPDATE)) == 1


async def test_a_channel_that_went_during_an_update_is_gone() -> None:
    script = g4_script(**{LIST: [ok([g4_row()]), ok([])], UPDATE: LOST})

    outcome = await update(script, to("octopus.auto_sync", after=True))

    assert (outcome.result, outcome.error) == (Result.FAILED, "the channel is gone")


async def test_a_rotated_key_that_the_relay_puts_back_is_loaded_again_by_the_next_read() -> None:
    rotated = g2_row(keys=[g2_row()["keys"][0] | {"channel_key": "sk-second-key"}])
    exports = [export_of(g2_row()), export_of(rotated)]
    script = g2_script(g2_row(), **{EXPORT: exports, UPDATE: ok(rotated)})
    gateway = open_script(script)
    live = (await gateway.fetch()).channels[0]

    await gateway.execute(update_of(live, to("key", Secret("sk-second-key"))))
    again = await gateway.fetch()

    assert again.findings == ()
    assert script.sent(UPDATE)[-1] == {"id": 1}


async def test_deleting_what_is_gone_is_done() -> None:
    outcome = await delete(g4_script(g4_row(), **{DELETE: no(500, "channel not found")}))

    assert (outcome.result, outcome.remote_id) == (Result.DONE, "1")


@pytest.mark.parametrize("trouble", [LOCKED, LOST, html(502)])
async def test_a_delete_is_sent_again(trouble: Any) -> None:
    script = g4_script(g4_row(), **{DELETE: [trouble, trouble, ok()]})

    assert (await delete(script)).result is Result.DONE
    assert len(script.sent(DELETE)) == 3


async def test_a_delete_that_never_succeeds_is_a_failure() -> None:
    script = g4_script(g4_row(), **{DELETE: LOCKED})

    outcome = await delete(script)

    assert (outcome.result, outcome.may_repeat) == (Result.FAILED, True)
    assert len(script.sent(DELETE)) < 20


async def test_a_delete_whose_answers_are_all_lost_is_unknown() -> None:
    assert (await delete(g4_script(g4_row(), **{DELETE: LOST}))).result is Result.UNKNOWN


async def test_one_failed_delete_does_not_stop_the_next() -> None:
    script = g4_script(g4_row(), g4_row(id=2, name="b"), **{DELETE: no(400), "DELETE channel/delete/2": ok()})
    gateway = open_script(script)
    changes = [replace(update_of(live), action=Action.DELETE) for live in (await gateway.fetch()).channels]

    outcomes = await gateway.delete(changes)

    assert [outcome.result for outcome in outcomes] == [Result.FAILED, Result.DONE]


@pytest.mark.parametrize("action", [Action.FORGET, Action.NO_OP])
async def test_forgetting_writes_nothing(action: Action) -> None:
    gateway = open_script(g4_script(g4_row()))
    live = (await gateway.fetch()).channels[0]

    outcome = await gateway.execute(replace(update_of(live), action=action))

    assert (outcome.result, gateway.calls.write) == (Result.DONE, 0)


async def test_routes_are_the_items_of_groups_with_their_enabled_channels() -> None:
    groups = [
        {"id": 1, "name": "g", "items": [{"channel_id": 1, "model_name": "m-a"}, {"channel_id": 2, "model_name": "m-a"}]},
        {"id": 2, "name": "empty"},
    ]
    script = g4_script(g4_row(), g4_row(id=2, name="b", enabled=False), **{"GET group/list": ok(groups)})
    gateway = open_script(script)

    routes = await gateway.fetch_routes(await gateway.fetch())

    assert routes == {("g", "m-a"): frozenset({"1"})}


async def test_closing_never_fails() -> None:
    gateway = open_script(g4_script())

    await gateway.close()
    await gateway.close()

    assert gateway.calls.read == 0
