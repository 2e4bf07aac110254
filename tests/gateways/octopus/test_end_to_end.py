"""Apply, then compare: nothing is left to do.

Against the emulators, and against real servers where `CHANOPS_CONFORMANCE_OCTOPUS_G2` and `_G4` give URL and way in as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel
from chanops import sandbox
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.gateway import Route
from chanops.domain.report import Result
from chanops.domain.resources import Status
from chanops.domain.secret import Ledger, Secret
from chanops.domain.value import reveal
from chanops.engine.comparison import compare
from chanops.errors import UnauthorisedError
from chanops.gateways.octopus.gateway import OctopusGateway, open_gateway
from chanops.gateways.pacing import Pacer
from gateways.octopus.script import site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.report import Outcome
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

pytestmark = pytest.mark.anyio

REAL = {name: os.environ.get(f"CHANOPS_CONFORMANCE_OCTOPUS_{name.upper()}") for name in ("g2", "g4")}
PARAMS = [*REAL, *(f"real-{name}" for name, address in REAL.items() if address)]

PLAIN: dict[str, Any] = {
    "type": "openai",
    "base_url": "https://one.invalid",
    "key": Secret("sk-first-key"),
    "models": ["m-a", "m-b"],
}
FULL: dict[str, Any] = PLAIN | {
    "type": "anthropic",
    "enabled": False,
    "headers": {"X-Api-Key": Secret("hidden-header"), "X-Org": "7"},
    "param_override": {"temperature": 0, "stop": ["a", "b"], "nested": {"deep": None}},
    "proxy": "http://user:word@proxy.invalid:3128",
    "octopus__match_regex": "^m-",
    "octopus__custom_models": ["m-c"],
    "octopus__auto_sync": False,
}
STEPS: list[dict[str, Any]] = [
    {"enabled": True},
    {"type": "gemini"},
    {"base_url": "https://two.invalid/v1/"},
    {"key": Secret("sk-other-key")},
    {"models": ["m-c", "m-b"]},
    {"models": [], "octopus__custom_models": ["m-a"]},
    {"headers": {}},
    {"headers": {"X-Org": ""}},
    {"param_override": {}},
    {"proxy": False},
    {"proxy": True},
    {"octopus__match_regex": ""},
    {"octopus__auto_sync": True},
]
OLD_STEPS: list[dict[str, Any]] = [
    {"octopus__auto_group": "exact"},
    {"type": "openai_embedding"},
    {"base_url": None, "base_urls": ["https://one.invalid", "https://two.invalid/v1"]},
    {"key": None, "keys": [Secret("sk-first-key"), Secret("sk-second-key")]},
    {"key": None, "keys": [Secret("sk-second-key"), Secret("sk-third-key")]},
    {"key": None, "keys": [Secret("sk-1-key"), Secret("sk-2-key"), Secret("sk-3-key")]},
    {"key": Secret("sk-2-key")},
]


Door = Callable[..., OctopusGateway]


@pytest.fixture(params=PARAMS)
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """Yield a function that opens one more adapter of the same site."""
    name = request.param.removeprefix("real-")
    given = json.loads(REAL[name] or "{}") if request.param.startswith("real-") else {}
    emulator = sandbox.create("octopus", name, seed=7, reachable=())
    way_in = {"username": emulator.credentials.username, "password": emulator.credentials.password} | given
    transport = None if given else httpx.ASGITransport(emulator.app)

    def open_door(**other: str) -> OctopusGateway:
        return open_gateway(site(**way_in | other), ledger=Ledger(), pacer=Pacer(), transport=transport)

    yield open_door
    emulator.close()


@pytest.fixture
async def edge(door: Door) -> AsyncIterator[OctopusGateway]:
    """Yield an adapter in front of an empty site."""
    gateway = door()
    await delete(gateway, *(await gateway.fetch()).channels)
    yield gateway
    await gateway.close()


def declared(name: str = "a", **given: Any) -> DesiredChannel:
    whole = channel(name, "edge", **given)
    return whole.with_fields({path: value for path, value in whole.fields.items() if value is not None and path != "name"})


async def bring(gateway: Gateway, wanted: DesiredChannel) -> tuple[Outcome, LiveChannel | None]:
    """Create or update *wanted* as a plan would."""
    live = await gateway.fetch()
    desired, _ = live.dialect.canonical(wanted)
    held = next((one for one in live.channels if one.name == wanted.name), None)
    if held is None:
        after = {**live.dialect.defaults(desired), **desired.fields}
        return await gateway.execute(Change(desired.address, Action.CREATE, "", None, after)), None
    difference = compare(desired, held, live.dialect)
    return await gateway.execute(update_of(held, difference.fields, desired.fields)), held


def update_of(held: LiveChannel, fields: tuple[FieldChange, ...], after: Any, action: Action = Action.UPDATE) -> Change:
    return Change(held.address, action, "", held.fields, after, fields, held)


async def left(gateway: Gateway, wanted: DesiredChannel) -> tuple[FieldChange, ...]:
    """Return what a plan would still change."""
    live = await gateway.fetch()
    desired, _ = live.dialect.canonical(wanted)
    return compare(desired, find(live, wanted.name), live.dialect).fields


def find(live: LiveSite, name: str) -> LiveChannel:
    return next(one for one in live.channels if one.name == name)


async def delete(gateway: Gateway, *held: LiveChannel) -> list[Result]:
    outcomes = await gateway.delete([update_of(one, (), None, Action.DELETE) for one in held])
    return [outcome.result for outcome in outcomes]


async def generation_of(gateway: Gateway) -> str:
    return (await gateway.fetch()).dialect.generation


async def test_a_new_channel_is_what_was_declared(edge: OctopusGateway) -> None:
    outcome, _ = await bring(edge, declared(**FULL))

    assert (outcome.result, outcome.error) == (Result.DONE, "")
    assert await left(edge, declared(**FULL)) == ()
    live = find(await edge.fetch(), "a")
    assert (live.remote_id, live.status) == (outcome.remote_id, Status.DISABLED)


@pytest.mark.parametrize("step", [*STEPS, *OLD_STEPS], ids="-".join)
@pytest.mark.parametrize("start", [PLAIN, FULL], ids=["plain", "full"])
async def test_an_update_leaves_nothing_to_do(edge: OctopusGateway, start: dict[str, Any], step: dict[str, Any]) -> None:
    if step in OLD_STEPS and await generation_of(edge) == "g4":
        pytest.skip("several keys and addresses, auto_group and embeddings ended with v0.10")
    await bring(edge, declared(**start))

    outcome, _ = await bring(edge, declared(**start | step))

    assert (outcome.result, outcome.error) == (Result.DONE, "")
    assert await left(edge, declared(**start | step)) == ()


async def test_what_is_not_declared_stays(edge: OctopusGateway) -> None:
    await bring(edge, declared(**FULL))
    before = find(await edge.fetch(), "a").fields

    await bring(edge, declared(type="anthropic", key=None, models=["m-z"]))

    after = find(await edge.fetch(), "a").fields
    assert {path for path in before if reveal(before[path]) != reveal(after[path])} == {"models"}


async def test_a_key_is_rotated_without_a_new_row(edge: OctopusGateway) -> None:
    if await generation_of(edge) == "g4":
        pytest.skip("one key, no rows")
    wanted = declared(**PLAIN | {"key": None, "keys": [Secret("sk-first-key"), Secret("sk-second-key")]})
    await bring(edge, wanted)
    before = find(await edge.fetch(), "a").wire["keys"]

    await bring(edge, declared(**PLAIN | {"key": None, "keys": [Secret("sk-first-key"), Secret("sk-third-key")]}))

    after = find(await edge.fetch(), "a").wire["keys"]
    assert [key["id"] for key in after] == [key["id"] for key in before]
    assert [key["channel_key"] for key in after] == ["sk-first-key", "sk-third-key"]


async def test_a_renamed_channel_keeps_its_id(edge: OctopusGateway) -> None:
    await bring(edge, declared(**PLAIN))
    held = find(await edge.fetch(), "a")
    renamed = (FieldChange("name", "a", "b"),)

    outcome = await edge.execute(replace(update_of(held, renamed, {}), address=replace(held.address, name="b")))

    assert outcome.result is Result.DONE
    assert [(one.name, one.remote_id) for one in (await edge.fetch()).channels] == [("b", held.remote_id)]


async def test_a_taken_name_fails_a_create_and_a_rename(edge: OctopusGateway) -> None:
    for name in ("a", "b"):
        await bring(edge, declared(name, **PLAIN))
    held = find(await edge.fetch(), "a")
    after: dict[str, Value] = declared(**PLAIN | {"base_url": "https://one.invalid/v1"}).fields  # type: ignore[assignment]  # a dict

    created = await edge.execute(Change(held.address, Action.CREATE, "", None, after))
    renamed = await edge.execute(
        replace(update_of(held, (FieldChange("name", "a", "b"),), {}), address=replace(held.address, name="b"))
    )

    assert (created.result, created.error) == (Result.FAILED, "a channel of this name exists")
    assert (renamed.result, renamed.error) == (Result.FAILED, "a channel of this name exists")


async def test_an_update_of_a_channel_that_is_gone_fails(edge: OctopusGateway) -> None:
    await bring(edge, declared(**PLAIN))
    held = find(await edge.fetch(), "a")
    await delete(edge, held)

    outcome = await edge.execute(update_of(held, (FieldChange("models", None, ("m-z",)),), {}))

    assert (outcome.result, outcome.error) == (Result.FAILED, "the channel is gone")


async def test_deleting_twice_is_done_twice(edge: OctopusGateway) -> None:
    await bring(edge, declared(**PLAIN))
    held = find(await edge.fetch(), "a")

    assert await delete(edge, held, held) == [Result.DONE, Result.DONE]
    assert (await edge.fetch()).channels == ()


async def test_many_writes_at_once_and_then_many_deletes_all_succeed(edge: OctopusGateway) -> None:
    wanted = [declared(f"c-{number}", **PLAIN) for number in range(40)]
    live = await edge.fetch()
    desired = [live.dialect.canonical(one)[0] for one in wanted]
    gate = asyncio.Semaphore(8)

    async def create(one: DesiredChannel) -> Outcome:
        async with gate:
            return await edge.execute(Change(one.address, Action.CREATE, "", None, {"enabled": True, **one.fields}))

    outcomes = await asyncio.gather(*map(create, desired))
    created = (await edge.fetch()).channels
    deleted = await delete(edge, *created)

    assert {outcome.result for outcome in outcomes} == {Result.DONE}
    assert {one.remote_id for one in created} == {outcome.remote_id for outcome in outcomes}
    assert set(deleted) == {Result.DONE}
    assert (await edge.fetch()).channels == ()


async def test_a_fetch_takes_four_calls_at_first_and_two_later(edge: OctopusGateway, door: Door) -> None:
    await bring(edge, declared(**PLAIN))
    another = door()

    await another.fetch()
    first = another.calls
    await another.fetch()
    await another.close()

    assert (first.read, first.write) == (4, 0)
    assert another.calls.read - first.read <= 2


async def test_a_wrong_password_is_refused(door: Door) -> None:
    wrong = door(password="wrong")

    with pytest.raises(UnauthorisedError):
        await wrong.fetch()

    await wrong.close()


async def test_routes_are_items_of_groups(edge: OctopusGateway) -> None:
    await bring(edge, declared("on", **PLAIN))
    await bring(edge, declared("off", **PLAIN | {"enabled": False}))
    live = await edge.fetch()
    ids = {one.name: one.remote_id for one in live.channels}
    items = [{"channel_id": int(one.remote_id), "model_name": "m-a", "priority": 1, "weight": 1} for one in live.channels]
    reply = await edge._api._write("POST", "/group/create", json={"name": f"g-{ids['on']}", "items": items})
    assert reply.is_done

    routes = await edge.fetch_routes(await edge.fetch())

    assert routes[Route(f"g-{ids['on']}", "m-a")] == frozenset({ids["on"]})
