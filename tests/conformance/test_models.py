"""Rules, locks and redirects: a provider behind the gateway, from the YAML to the row; apply, then plan: empty (DESIGN 7)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from chanops.cli.exit_codes import ExitCode
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.vocabulary import SiteKind
from chanops.errors import ConfigError
from chanops.sandbox.upstream import Fault, Provider, connect
from conformance.bench import actions, assert_in_sync, changed_paths, errors, only_change, open_bench
from conformance.following import HOST, Follower, differences, ended, told, where
from conformance.tables import each_of, on_all, on_newapi, on_octopus
from conformance.targets import ALL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

LISTED = ("gpt-4o", "gpt-4o-mini", "gpt-5", "o3", "o3-preview", "text-embedding-3-small")
MANY = tuple(f"model-{number:02}" for number in range(45))
"""Three pages of twenty."""

RULES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "whole": ({}, {*LISTED}),
    "include": ({"include": ["gpt-*"]}, {"gpt-4o", "gpt-4o-mini", "gpt-5"}),
    "include-exclude": ({"include": ["gpt-*", "re:^o[0-9]"], "exclude": ["*-mini", "re:preview$"]}, {"gpt-4o", "gpt-5", "o3"}),
    "allow": ({"allow": ["o3", "gpt-5", "not-listed"]}, {"gpt-5", "o3"}),
    "extra": ({"include": ["o3"], "extra": ["by-hand", "o3"]}, {"by-hand", "o3"}),
}
TYPES = {"openai": ("openai", 1), "anthropic": ("anthropic", 3), "gemini": ("gemini", 3)}
"""A type, and how many pages its list of MANY has; OpenAI's has no pages."""

BAD = {
    f"{type_name}-{fault}": (type_name, fault)
    for type_name in ("openai", "anthropic")
    for fault in (Fault.UNAUTHORISED, Fault.BROKEN, Fault.HTML, Fault.EMPTY)
}


@pytest.fixture
def provider() -> Provider:
    return Provider(LISTED)


@pytest.fixture
async def bench(request: pytest.FixtureRequest, provider: Provider, anyio_backend: str) -> AsyncIterator[Bench]:
    async with open_bench(request.param, connect({HOST: provider})) as made:
        yield made


@pytest.fixture
async def follower(bench: Bench, provider: Provider, tmp_path: Path) -> AsyncIterator[Follower]:
    with where(bench, provider) as url:
        yield Follower(bench, provider, url, tmp_path)


def is_asked_past(bench: Bench, type_name: str) -> bool:
    """Tell whether a provider of this type is asked past the gateway: New API reads one page of Anthropic's list."""
    return bench.kind is SiteKind.NEWAPI and type_name == "anthropic"


async def mapping(follower: Follower) -> dict[str, str]:
    """Return the model mapping that New API holds."""
    found: dict[str, str] = json.loads((await follower.bench.row())["model_mapping"])
    return found


@each_of(ALL, "ruled", RULES)
async def test_a_rule_writes_the_models_it_selects_on_a_new_channel_and_on_a_living_one(
    follower: Follower, ruled: tuple[dict[str, Any], set[str]]
) -> None:
    rule, selected = ruled
    follower.declare(follower.entry(rule=rule), follower.entry("living", models=["something-else"]))
    await follower.settle()
    follower.declare(follower.entry(rule=rule), follower.entry("living", rule=rule))

    change = only_change(await follower.settle())

    assert (change.address.name, changed_paths(change)) == (follower.bench.name("living"), ["models"])
    assert [await follower.models(short) for short in ("one", "living")] == [sorted(selected)] * 2


@each_of(ALL, "listing", TYPES)
async def test_a_list_is_read_to_its_last_page_for_a_new_channel_and_for_a_living_one(
    follower: Follower, listing: tuple[str, int]
) -> None:
    type_name, pages = listing
    follower.provider.models, follower.provider.most_on_page = MANY, 20
    follower.declare(follower.entry(type=type_name))

    for is_new in (True, False):
        follower.provider.requests.clear()
        plan = await follower.plan()

        assert bool(plan.pending) is is_new
        assert len(follower.asked()) == pages
        assert len(follower.asked(by_gateway=not is_asked_past(follower.bench, type_name))) == pages
        assert any(urlsplit(follower.url).netloc in said for said in told(plan, follower.bench.name("one")))
        await follower.settle()
    assert await follower.models() == list(MANY)


@on_all
async def test_what_the_provider_lists_anew_arrives_as_an_update(follower: Follower) -> None:
    follower.declare(follower.entry(rule={"include": ["gpt-*"]}))
    await follower.settle()
    follower.provider.models = [*reversed(LISTED), "gpt-6", "o4"]

    plan = await follower.settle()

    assert changed_paths(only_change(plan)) == ["models"]
    assert await follower.models() == ["gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-6"]


@each_of(ALL, "bad", BAD)
async def test_a_list_that_cannot_be_had_leaves_its_channel_alone_and_the_others_go_on(
    follower: Follower, bad: tuple[str, Fault]
) -> None:
    type_name, fault = bad
    one = follower.entry(key="bad", type=type_name)
    follower.declare(one, follower.entry("good"), follower.entry("plain", models=["a"]))
    await follower.settle()
    follower.provider.models, follower.provider.faults = [*LISTED, "gpt-6"], {follower.key("bad"): fault}
    changed = one | {"param_override": {"temperature": 1}}
    follower.declare(changed, follower.entry("good"), follower.entry("plain", models=["b"]))

    report = await follower.try_apply()

    assert {outcome.address.name: outcome.result.value for outcome in report.outcomes} == dict.fromkeys(
        map(follower.bench.name, ("one", "good", "plain")), "done"
    )
    assert ended(report.plan) is ExitCode.ERROR
    (reason,) = [found.summary for found in errors(report.plan)]
    assert "its models have no value" in reason
    assert urlsplit(follower.url).netloc in reason
    assert [await follower.models(short) for short in ("one", "good", "plain")] == [
        sorted(LISTED), sorted([*LISTED, "gpt-6"]), ["b"]
    ]  # fmt: skip
    assert json.loads((await follower.bench.row())["param_override"]) == {"temperature": 1}

    follower.provider.faults = {}

    assert changed_paths(only_change(await follower.settle())) == ["models"]


@on_all
async def test_a_new_channel_without_a_list_is_not_created_and_the_others_are(follower: Follower) -> None:
    follower.provider.faults = {follower.key("bad"): Fault.UNAUTHORISED}
    follower.declare(follower.entry(key="bad"), follower.entry("good"))

    report = await follower.try_apply()

    assert ended(report.plan) is ExitCode.ERROR
    assert any("it is not created" in said for said in told(report.plan, follower.bench.name("one")))
    assert await follower.bench.names() == ["good"]


@on_all
async def test_a_channel_that_is_off_is_not_asked_for(follower: Follower) -> None:
    follower.declare(follower.entry(enabled=False))
    await follower.settle()
    follower.provider.requests.clear()
    follower.provider.models = ["gpt-6"]

    assert_in_sync(await follower.plan())

    assert follower.asked() == []


@on_all
async def test_a_list_that_shrank_too_far_is_refused_until_a_line_lets_it(follower: Follower) -> None:
    follower.provider.models = MANY
    follower.declare(follower.entry())
    await follower.settle()
    follower.provider.models = MANY[:3]

    plan = await follower.plan()

    assert ended(plan) is ExitCode.REFUSED
    assert [(hit.guard, hit.found, hit.of, hit.lift_yaml) for hit in plan.guards] == [
        ("max_removed", 42, 45, "models: {max_removed: 42}")
    ]
    follower.declare(follower.entry(rule={"max_removed": 42}))
    await follower.settle()
    assert await follower.models() == list(MANY[:3])


@on_all
async def test_a_written_limit_holds_for_short_lists_too(follower: Follower) -> None:
    follower.declare(follower.entry(rule={"max_removed": 0}))
    await follower.settle()
    follower.provider.models = LISTED[1:]

    plan = await follower.plan()

    assert [(hit.guard, hit.found) for hit in plan.guards] == [("max_removed", 1)]


@on_all
async def test_with_a_lock_nobody_is_asked_and_its_list_is_written(follower: Follower) -> None:
    follower.declare(follower.entry(), follower.entry("from-lock", models={"from": "lock"}))
    await follower.lock()
    follower.provider.requests.clear()
    follower.provider.models = ["gpt-6"]

    await follower.settle()

    assert follower.asked() == []
    assert [await follower.models(short) for short in ("one", "from-lock")] == [sorted(LISTED)] * 2


@on_all
async def test_a_changed_lock_arrives_as_an_update(follower: Follower) -> None:
    follower.declare(follower.entry())
    await follower.lock()
    await follower.settle()
    follower.provider.models = [*LISTED, "gpt-6"]
    assert_in_sync(await follower.plan())

    await follower.lock()
    plan = await follower.settle()

    assert changed_paths(only_change(plan)) == ["models"]
    assert await follower.models() == sorted([*LISTED, "gpt-6"])


@on_all
async def test_a_lock_keeps_its_entry_when_the_provider_fails(follower: Follower) -> None:
    follower.declare(follower.entry())
    await follower.lock()
    await follower.settle()
    follower.provider.fault = Fault.EMPTY

    resolved = await follower.lock()

    assert len(resolved.failed) == 1
    assert_in_sync(await follower.plan())


@pytest.mark.parametrize("lives", [True, False], ids=["living", "new"])
@on_all
async def test_from_lock_without_an_entry_is_refused_and_nobody_is_asked(follower: Follower, *, lives: bool) -> None:
    if lives:
        follower.declare(follower.entry(models=["a"]))
        await follower.settle()
    follower.declare(follower.entry(models={"from": "lock"}))
    follower.provider.requests.clear()

    plan = await follower.plan()

    assert ended(plan) is ExitCode.ERROR
    (reason,) = [found.summary for found in errors(plan)]
    assert "the lock has no entry for this rule; run `chanops lock`" in reason
    assert plan.pending == ()
    assert follower.provider.requests == []


@on_all
async def test_another_rule_has_no_entry_in_the_lock(follower: Follower) -> None:
    follower.declare(follower.entry(models={"from": "lock"}))
    await follower.lock()
    await follower.settle()
    follower.declare(follower.entry(models={"from": "lock", "exclude": ["o3*"]}))

    refused = await follower.plan()
    await follower.lock()
    plan = await follower.settle()

    assert (ended(refused), refused.pending) == (ExitCode.ERROR, ())
    assert changed_paths(only_change(plan)) == ["models"]
    assert await follower.models() == sorted({*LISTED} - {"o3", "o3-preview"})


@on_all
async def test_channels_of_one_provider_key_and_type_cause_one_request(follower: Follower) -> None:
    alike = [follower.entry(f"alike-{number}") for number in range(5)]
    follower.declare(*alike, follower.entry("key", key="other"), follower.entry("type", type="gemini"))

    for is_new in (True, False):
        follower.provider.requests.clear()
        plan = await follower.plan()

        assert actions(plan) == (
            {follower.bench.name(short): Action.CREATE for short in (*(f"alike-{n}" for n in range(5)), "key", "type")}
            if is_new
            else {}
        )
        assert len(follower.asked(by_gateway=True)) == len(follower.asked()) == 3
        await follower.settle()


REDIRECT: dict[str, Any] = {"redirect": {"standards": ["glm-4.5", "claude-4.5-sonnet", "gpt-4o"]}}


@on_newapi
async def test_a_redirect_writes_the_mapping_and_its_models_together(follower: Follower) -> None:
    follower.provider.models = ["GLM-4.5", "claude-sonnet-4-5", "gpt-4o", "o3"]
    follower.declare(follower.entry(**REDIRECT))

    await follower.settle()

    assert await mapping(follower) == {"glm-4.5": "GLM-4.5", "claude-4.5-sonnet": "claude-sonnet-4-5"}
    assert await follower.models() == sorted([*follower.provider.models, "glm-4.5", "claude-4.5-sonnet"])


@on_newapi
async def test_entries_written_by_hand_win_over_computed_ones(follower: Follower) -> None:
    follower.provider.models = ["GLM-4.5", "zhipu-flagship", "gpt-4o"]
    follower.declare(follower.entry(**REDIRECT, model_mapping={"glm-4.5": "zhipu-flagship", "mine": "gpt-4o"}))

    await follower.settle()

    assert await mapping(follower) == {"glm-4.5": "zhipu-flagship", "mine": "gpt-4o"}
    assert await follower.models() == sorted(["GLM-4.5", "glm-4.5", "gpt-4o", "mine", "zhipu-flagship"])


@on_newapi
async def test_a_name_that_serves_a_standard_name_better_arrives_as_an_update(follower: Follower) -> None:
    follower.declare(follower.entry(**REDIRECT))
    follower.provider.models = ["GLM-4.5", "gpt-4o"]
    await follower.settle()

    follower.provider.models = ["GLM-4.5", "gpt-4o", "zai-org/glm-4.5"]
    better = await follower.settle()
    renamed = await mapping(follower)
    follower.provider.models = ["GLM-4.5", "gpt-4o", "zai-org/glm-4.5", "glm-4.5"]
    exact = await follower.settle()

    assert changed_paths(only_change(better)) == ["models", "model_mapping"]
    assert renamed == {"glm-4.5": "zai-org/glm-4.5"}
    assert changed_paths(only_change(exact)) == ["model_mapping"], "the name itself was served before, too"
    assert (await follower.bench.row())["model_mapping"] in ("", "{}")
    assert await follower.models() == sorted(["GLM-4.5", "gpt-4o", "zai-org/glm-4.5", "glm-4.5"])


@on_newapi
async def test_a_mapping_changed_by_hand_is_put_back_with_its_models(follower: Follower) -> None:
    follower.provider.models = ["GLM-4.5", "gpt-4o"]
    follower.declare(follower.entry(**REDIRECT))
    await follower.settle()
    await follower.bench.wire.change(await follower.bench.remote_id(), models="GLM-4.5,gpt-4o", model_mapping="{}")

    plan = await follower.settle()

    assert sorted(changed_paths(only_change(plan))) == ["model_mapping", "models"], differences(plan)
    assert await mapping(follower) == {"glm-4.5": "GLM-4.5"}


@on_newapi
async def test_without_a_list_the_mapping_stays_as_it_is_too(follower: Follower) -> None:
    follower.provider.models = ["GLM-4.5", "gpt-4o"]
    follower.declare(follower.entry(**REDIRECT))
    await follower.settle()
    follower.provider.fault = Fault.BROKEN

    plan = await follower.plan()

    assert (ended(plan), plan.pending) == (ExitCode.ERROR, ())


@on_newapi
async def test_a_lock_holds_for_a_redirect(follower: Follower) -> None:
    follower.provider.models = ["GLM-4.5", "gpt-4o"]
    follower.declare(follower.entry(**REDIRECT))
    await follower.lock()
    follower.provider.requests.clear()
    follower.provider.models = ["glm-4.5"]

    await follower.settle()

    assert follower.asked() == []
    assert await mapping(follower) == {"glm-4.5": "GLM-4.5"}


@on_octopus
async def test_a_redirect_is_a_finding_where_no_models_are_mapped(follower: Follower) -> None:
    follower.declare(follower.entry(**REDIRECT))

    with pytest.raises(ConfigError) as refused:
        await follower.plan()

    (fault,) = [found for found in refused.value.findings if found.severity is Severity.ERROR]
    assert fault.field == "redirect"
    assert "Octopus maps no models" in fault.summary
    assert await follower.bench.names() == []
