"""Channel types: every one of the table, by name and by number, and from one to another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pytest

from builders import secret
from chanops.domain.change import Action
from chanops.domain.plan import SiteStatus
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind
from conformance.bench import actions, assert_in_sync, errors, part
from conformance.tables import each_of, on, on_newapi, on_octopus
from conformance.targets import NEWAPI, OCTOPUS

if TYPE_CHECKING:
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

NUMBERS: Final = CHANNEL_TYPES[SiteKind.NEWAPI]
YOUNG: Final = frozenset({"advanced_custom", "sub2api", "new_api"})  # only HEAD has them (contracts/new-api.md 7.1)
ROUTE: Final = {"incoming_path": "/v1/chat/completions", "upstream_path": "/v1/chat/completions", "converter": "none"}
NEEDS: Final[dict[str, dict[str, Any]]] = {  # contracts/new-api.md 7.2, what a channel cannot do without
    "vertexai": {"newapi.other": {"default": "us-central1"}},
    "codex": {"key": secret(value='{"access_token": "a", "account_id": "b"}')},
    "advanced_custom": {"newapi.settings": {"advanced_custom": {"advanced_routes": (ROUTE,)}}},
    "new_api": {"base_url": "https://api.example.com"},
    "baidu": {"key": secret(value="ak-1|sk-1")},
    "xunfei": {"key": secret(value="app-1|secret-1|key-1")},
    "tencent": {"key": secret(value="app-1|id-1|key-1")},
    "aws": {"key": secret(value="ak-1|sk-1|us-east-1")},
    "azure": {"base_url": "https://azure.example.com", "newapi.other": "2024-06-01"},
}


def known(bench: Bench) -> list[str]:
    if bench.kind is SiteKind.NEWAPI:
        return [name for name in NUMBERS if bench.generation == "head" or name not in YOUNG]
    return [name for name in CHANNEL_TYPES[SiteKind.OCTOPUS] if bench.generation == "g2" or name != "openai_embedding"]


@on(NEWAPI + OCTOPUS)
async def test_a_channel_of_every_type_is_created(bench: Bench) -> None:
    names = known(bench)

    await bench.settle(*(bench.channel(name, **{"type": name, **NEEDS.get(name, {})}) for name in names))

    assert await bench.names() == sorted(names)
    numbers = CHANNEL_TYPES[bench.kind]
    held = {
        row["name"].removeprefix(bench.prefix): row["type"] for row in await bench.wire.rows() if bench.prefix in row["name"]
    }
    assert {name: held[name] for name in names} == {name: name if bench.generation == "g4" else numbers[name] for name in names}


@on(NEWAPI + OCTOPUS)
async def test_a_number_means_the_type_of_that_number(bench: Bench) -> None:
    names = known(bench)
    numbers = CHANNEL_TYPES[bench.kind]
    await bench.settle(*(bench.channel(name, **{"type": name, **NEEDS.get(name, {})}) for name in names))

    assert_in_sync(await bench.plan(*(bench.channel(n, **{"type": numbers[n], **NEEDS.get(n, {})}) for n in names)))


@on_newapi
async def test_a_type_becomes_another_in_place(bench: Bench) -> None:
    chain = [
        name for name in ("openai", "anthropic", "vertexai", "codex", "new_api", "gemini", "azure") if name in known(bench)
    ]
    beside = {"base_url": "https://api.example.com", "newapi.other": {"default": "us-central1"}, "key": NEEDS["codex"]["key"]}
    await bench.settle(bench.channel(**{**beside, "type": chain[0]}))
    remote_id = await bench.remote_id()

    for _, after in pairwise(chain):
        plan = await bench.settle(bench.channel(**{**beside, "type": after}))

        assert set(actions(plan).values()) == {Action.UPDATE}
        assert (await bench.row())["type"] == NUMBERS[after]
    assert await bench.remote_id() == remote_id


@on_newapi
async def test_a_type_that_asks_for_more_is_reached_with_what_lives_already(bench: Bench) -> None:
    await bench.settle(bench.channel(base_url="https://api.example.com", newapi__other={"default": "us-central1"}))

    await bench.settle(bench.channel(type="vertexai"))

    assert (await bench.row())["type"] == NUMBERS["vertexai"]


@on_newapi
@pytest.mark.parametrize("name", sorted(NEEDS.keys() - {"azure"}))
async def test_a_type_without_what_it_needs_is_refused_at_plan_time(bench: Bench, name: str) -> None:
    plan = await bench.plan(bench.channel(type=name))

    assert part(plan).status is SiteStatus.ERROR
    assert errors(plan)[0].field


@on(target for target in NEWAPI if target.generation == "base")
@pytest.mark.parametrize("name", sorted(YOUNG))
async def test_a_type_of_a_younger_gateway_is_refused_at_plan_time(bench: Bench, name: str) -> None:
    plan = await bench.plan(bench.channel(**{"type": name, **NEEDS.get(name, {})}))

    assert part(plan).status is SiteStatus.ERROR
    assert [found.field for found in errors(plan)] == ["type"]


@each_of(NEWAPI, "number", {"unused": 28, "of a fork": 1000})
async def test_a_bare_number_without_a_name_is_taken(bench: Bench, number: int) -> None:
    await bench.settle(bench.channel(type=number))

    assert (await bench.row())["type"] == number


@on_octopus
@pytest.mark.parametrize("name", ["azure", "openai_embeddings", 7, -1])
async def test_a_type_that_octopus_lacks_is_refused_at_plan_time(bench: Bench, name: str | int) -> None:
    plan = await bench.plan(bench.channel(type=name))

    assert part(plan).status is SiteStatus.ERROR
    assert [found.field for found in errors(plan)] == ["type"]
