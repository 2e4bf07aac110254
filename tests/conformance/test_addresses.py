"""Base URLs: one written form, and the same when the gateway would call the same (contracts/upstreams.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from chanops.domain.plan import SiteStatus
from chanops.domain.vocabulary import SiteKind
from conformance.bench import assert_in_sync, changed_paths, errors, only_change, part
from conformance.tables import each_of, on_newapi, on_octopus
from conformance.targets import NEWAPI, OCTOPUS

if TYPE_CHECKING:
    from conformance.bench import Bench

pytestmark = pytest.mark.anyio

H: Final = "http://127.0.0.1:9"

ON_NEWAPI: Final = {  # type, declared, stored
    "root": ("openai", H, H),
    "slash": ("openai", f"{H}/", H),
    "slashes": ("openai", f"{H}///", H),
    "version": ("openai", f"{H}/v1", H),
    "version and slash": ("openai", f"{H}/v1/", H),
    "gemini's version": ("openai", f"{H}/v1beta", H),
    "blanks": ("openai", f"  {H}/v1  ", H),
    "path": ("openai", f"{H}/api", f"{H}/api"),
    "path and version": ("openrouter", f"{H}/api/v1", f"{H}/api"),
    "case": ("openai", "https://API.Example.COM/Path", "https://API.Example.COM/Path"),
    "complete": ("openai", f"{H}/v1/chat/completions#", f"{H}/v1/chat/completions#"),
    "query": ("openai", f"{H}/v1?x=1", f"{H}/v1?x=1"),
    "messages": ("anthropic", f"{H}/v1/messages", H),
    "anthropic": ("anthropic", f"{H}/v1/", H),
    "gemini": ("gemini", f"{H}/v1beta/", H),
    "gemini v1": ("gemini", f"{H}/v1", H),
    "ollama": ("ollama", f"{H}/api", H),
    "ali": ("ali", f"{H}/compatible-mode/v1", H),
    "zhipu": ("zhipuv4", f"{H}/api/paas/v4/", H),
    "plan": ("zhipuv4", "glm-coding-plan", "glm-coding-plan"),
    "volcengine": ("volcengine", f"{H}/api/v3", H),
    "custom": ("custom", f"{H}/v1/{{model}}/", f"{H}/v1/{{model}}/"),
    "azure": ("azure", f"{H}/openai/deployments/x", H),
    "cloudflare": (
        "openai",
        "https://gateway.ai.cloudflare.com/v1/a/g/openai",
        "https://gateway.ai.cloudflare.com/v1/a/g/openai",
    ),
    "perplexity": ("perplexity", f"{H}/v1", f"{H}/v1"),
}

ON_OCTOPUS: Final = {
    "root": ("openai", H, f"{H}/v1"),
    "slash": ("openai", f"{H}/", f"{H}/v1"),
    "version": ("openai", f"{H}/v1", f"{H}/v1"),
    "version and slash": ("openai", f"{H}/v1/", f"{H}/v1"),
    "gemini's version": ("openai", f"{H}/v1beta", f"{H}/v1"),
    "blanks": ("openai", f"  {H}  ", f"{H}/v1"),
    "path": ("openai", f"{H}/api", f"{H}/api/v1"),
    "responses": ("openai_responses", H, f"{H}/v1"),
    "anthropic": ("anthropic", f"{H}/", f"{H}/v1"),
    "gemini": ("gemini", H, f"{H}/v1beta"),
    "gemini v1": ("gemini", f"{H}/v1/", f"{H}/v1beta"),
    "gemini path": ("gemini", f"{H}/api", f"{H}/api/v1beta"),
    "volcengine": ("volcengine", H, f"{H}/api/v3"),
    "volcengine's own": ("volcengine", f"{H}/api/v3/", f"{H}/api/v3"),
    "query": ("openai", f"{H}/v1?x=1", f"{H}/v1?x=1"),
}

FATAL: Final = {  # contracts/octopus.md 5.5: Go cannot parse them, and the gateway does not survive that
    "blank in host": "http://a b/v1",
    "escape": f"{H}/%zz",
    "port": "http://127.0.0.1:port/v1",
    "brackets": "http://[::1/v1",
    "control": f"{H}/\x07/v1",
    "line": f"{H}/a\nb",
    "host escape": "http://%zz/v1",
}
WRONG: Final = {"none": "", "word": "x", "scheme": "ftp://127.0.0.1/v1", "no host": "http://", "relative": "//127.0.0.1/v1"}


async def stored(bench: Bench) -> str:
    row = await bench.row()
    return str(row["base_urls"][0]["url"] if "base_urls" in row else row["base_url"])


async def write_by_hand(bench: Bench, url: str) -> None:
    remote_id = await bench.remote_id()
    if bench.generation == "g2":
        await bench.wire.change(remote_id, base_urls=[{"url": url, "delay": 0}])
    else:
        await bench.wire.change(remote_id, base_url=url)


async def assert_normalised(bench: Bench, form: tuple[str, str, str]) -> None:
    type_name, declared, wanted = form
    more: dict[str, Any] = {"newapi.other": "v"} if bench.kind is SiteKind.NEWAPI else {}

    plan = await bench.settle(bench.channel(**{"type": type_name, "base_url": declared, **more}))

    assert await stored(bench) == wanted
    notices = [
        found.rule for found in plan.all_findings if found.field == "base_url" and found.rule in ("url-version", "url-form")
    ]
    assert bool(notices) is (declared != wanted)
    assert_in_sync(await bench.plan(bench.channel(**{"type": type_name, "base_url": wanted, **more})))


@each_of(NEWAPI, "form", ON_NEWAPI)
async def test_an_address_is_written_without_what_new_api_appends(bench: Bench, form: tuple[str, str, str]) -> None:
    await assert_normalised(bench, form)


@each_of(OCTOPUS, "form", ON_OCTOPUS)
async def test_an_address_is_written_with_the_version_that_octopus_calls(bench: Bench, form: tuple[str, str, str]) -> None:
    await assert_normalised(bench, form)


@on_newapi
async def test_a_live_version_that_breaks_the_path_is_an_update_with_its_reason(bench: Bench) -> None:
    await bench.settle(bench.channel(base_url=H))
    await write_by_hand(bench, f"{H}/v1")

    plan = await bench.settle(bench.channel(base_url=H))

    (changed,) = only_change(plan).fields
    assert changed.path == "base_url"
    assert "/v1" in changed.reason
    assert await stored(bench) == H


@on_newapi
async def test_a_live_slash_is_no_difference(bench: Bench) -> None:
    await bench.settle(bench.channel(base_url=H))
    await write_by_hand(bench, f"{H}/")

    assert_in_sync(await bench.plan(bench.channel(base_url=H)))


@on_newapi
async def test_an_address_left_out_is_the_types_own_and_not_written(bench: Bench) -> None:
    await bench.settle(bench.channel())

    assert await stored(bench) == ""


@on_octopus
@pytest.mark.parametrize("ending", ["/v1/", "", "/"])
async def test_a_live_address_is_the_same_when_octopus_would_call_the_same(bench: Bench, ending: str) -> None:
    await bench.settle(bench.channel(base_url=H))
    await write_by_hand(bench, H + ending)
    calls_the_same = bench.generation == "g4" or ending == "/v1/"  # v0.9 calls an address as it stands

    plan = await bench.plan(bench.channel(base_url=H))

    assert [changed_paths(change) for change in plan.pending] == ([] if calls_the_same else [["base_url"]])


@on_octopus
async def test_a_change_of_type_moves_the_version_too(bench: Bench) -> None:
    await bench.settle(bench.channel(base_url=H))

    await bench.settle(bench.channel(base_url=H, type="gemini"))

    assert await stored(bench) == f"{H}/v1beta"


@each_of(OCTOPUS, "url", FATAL | WRONG)
async def test_an_address_that_octopus_would_not_survive_is_refused_at_plan_time(bench: Bench, url: str) -> None:
    plan = await bench.plan(bench.channel(base_url=url))

    assert part(plan).status is SiteStatus.ERROR
    assert {found.field for found in errors(plan)} == {"base_url"}


@each_of(OCTOPUS, "url", FATAL | WRONG)
async def test_such_an_address_is_refused_for_a_living_channel_too(bench: Bench, url: str) -> None:
    await bench.settle(bench.channel())
    before = await bench.row()

    plan = await bench.plan(bench.channel(base_url=url))

    assert part(plan).status is SiteStatus.ERROR
    assert await bench.row() == before


@each_of(OCTOPUS, "url", FATAL)
async def test_a_proxy_that_octopus_would_not_survive_is_refused_at_plan_time(bench: Bench, url: str) -> None:
    plan = await bench.plan(bench.channel(proxy=url))

    assert {found.field for found in errors(plan)} == {"proxy"}
