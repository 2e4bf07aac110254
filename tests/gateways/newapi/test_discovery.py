"""Model lists through New API: by channel and by address, and every no of a provider (contracts/new-api.md 8.1)."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from builders import channel, live, secret
from chanops.domain.discovery import Failure, Models, State
from chanops.domain.model_names import find_unfit
from chanops.domain.secret import Secret
from chanops.domain.site import Auth
from chanops.sandbox.gateway import SandboxUser
from chanops.sandbox.upstream import Fault, Provider
from gateways.newapi.fake import Fake, no, ok, raw
from gateways.newapi.stage import Stage, open_stage
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from chanops.domain.discovery import Listing
    from chanops.domain.resources import DesiredChannel, LiveChannel

pytestmark = pytest.mark.anyio

NAMES = ("zeta", "alpha", "Mid")
KEY, OTHER = "sk-invented-0123456789", "sk-another-9876543210"
GATEWAYS = pytest.mark.parametrize("generation", ["base", "head"])


@dataclass
class Scene:
    """A gateway and the one provider it can reach."""

    stage: Stage
    provider: Provider
    url: str

    def channel(self, type_name: str = "openai", **given: Any) -> DesiredChannel:
        return channel("a", type=type_name, **({"base_url": self.url, "models": ["m"]} | given))

    async def alive(self, desired: DesiredChannel) -> LiveChannel:
        """Return *desired* as it lives: created when it is not there."""
        await self.stage.apply(desired)
        (found,) = (await self.stage.gateway.fetch()).channels
        return found

    async def ask(self, desired: DesiredChannel, found: LiveChannel | None = None) -> Listing:
        """Return what comes back, with the calls that the provider got."""
        self.provider.requests.clear()
        return await self.stage.gateway.fetch_models(desired, found)


@asynccontextmanager
async def scene(generation: str, provider: Provider | None = None, **options: Any) -> AsyncIterator[Scene]:
    provider = provider or Provider(NAMES, keys=frozenset({KEY, OTHER}))
    async with open_stage(generation, outbound=provider, **options) as stage:
        with reachable(provider, is_real=stage.is_real) as url:
            yield Scene(stage, provider, url)


@contextmanager
def reachable(provider: Provider, *, is_real: bool) -> Iterator[str]:
    if not is_real:
        yield "http://provider.invalid"
        return
    with served(provider) as url:
        yield url


LISTED = [
    ("openai", "/v1/models"),
    ("gemini", "/v1beta/models"),
    ("ollama", "/api/tags"),
    ("ali", "/compatible-mode/v1/models"),
    ("zhipuv4", "/api/paas/v4/models"),
    ("siliconflow", "/v1/models"),
    ("openrouter", "/v1/models"),
]


@GATEWAYS
@pytest.mark.parametrize(("type_name", "path"), LISTED)
async def test_a_channel_that_lives_is_asked_for_by_its_id(generation: str, type_name: str, path: str) -> None:
    async with scene(generation) as here:
        desired = here.channel(type_name)

        found = await here.ask(desired, await here.alive(desired))

        assert found == Models(NAMES, "New API fetch_models")
        assert [request.url.path for request in here.provider.requests] == [path]


@GATEWAYS
@pytest.mark.parametrize(("type_name", "path"), LISTED)
async def test_one_that_does_not_live_yet_is_asked_for_by_address_where_the_generation_can(
    generation: str, type_name: str, path: str
) -> None:
    async with scene(generation) as here:
        found = await here.ask(here.channel(type_name))

        if generation == "base" and type_name in {"ali", "zhipuv4"}:
            assert state_of(found) is State.UNSUPPORTED
            assert here.provider.requests == []
        else:
            assert found == Models(NAMES, "New API fetch_models")
            assert [request.url.path for request in here.provider.requests] == [path]


@GATEWAYS
async def test_all_pages_of_gemini_come(generation: str) -> None:
    async with scene(generation, Provider(NAMES, most_on_page=1)) as here:
        desired = here.channel("gemini")

        for found in (await here.ask(desired), await here.ask(desired, await here.alive(desired))):
            assert isinstance(found, Models)
            assert found.names == NAMES


@GATEWAYS
@pytest.mark.parametrize("type_name", ["anthropic", "azure", "custom", "midjourney", "sunoapi", "vidu"])
async def test_what_the_gateway_cannot_list_is_unsupported_and_not_asked(generation: str, type_name: str) -> None:
    async with scene(generation) as here:
        desired = here.channel(type_name)

        for found in (await here.ask(desired), await here.ask(desired, live("a", type=type_name))):
            assert state_of(found) is State.UNSUPPORTED
            assert here.provider.requests == []


@GATEWAYS
async def test_a_disabled_channel_can_be_asked_for(generation: str) -> None:
    async with scene(generation) as here:
        desired = here.channel(enabled=False)

        assert isinstance(await here.ask(desired, await here.alive(desired)), Models)


@GATEWAYS
@pytest.mark.parametrize("change", [{"key": secret(value=OTHER)}, {"type": "siliconflow"}, {"base_url": "/other"}])
async def test_a_channel_that_would_ask_differently_is_asked_for_by_address(generation: str, change: dict[str, Any]) -> None:
    async with scene(generation) as here:
        found = await here.alive(here.channel())
        changed = {name: here.url + value if name == "base_url" else value for name, value in change.items()}
        desired = here.channel(**({"type_name": changed.pop("type")} if "type" in changed else {}), **changed)

        assert isinstance(await here.ask(desired, found), Models)
        (request,) = here.provider.requests
        assert request.url.path == ("/other/v1/models" if "base_url" in change else "/v1/models")
        assert request.headers["authorization"] == f"Bearer {OTHER if 'key' in change else KEY}"


@GATEWAYS
async def test_the_first_of_several_keys_asks(generation: str) -> None:
    async with scene(generation) as here:
        desired = here.channel(key=None, keys=[secret(), secret("B", OTHER)])
        fields = {path: value for path, value in desired.fields.items() if value is not None}

        assert isinstance(await here.ask(desired.with_fields(fields)), Models)
        assert here.provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


FAULTS = [
    (Fault.UNAUTHORISED, State.AUTH_FAILED),
    (Fault.BARE_UNAUTHORISED, State.AUTH_FAILED),
    (Fault.FORBIDDEN, State.AUTH_FAILED),
    (Fault.NOT_FOUND, State.UPSTREAM_ERROR),
    (Fault.RATE_LIMITED, State.RATE_LIMITED),
    (Fault.BROKEN, State.UPSTREAM_ERROR),
    (Fault.HTML, State.INVALID_RESPONSE),
    (Fault.CUT, State.INVALID_RESPONSE),
    (Fault.ERROR_UNDER_200, State.INVALID_RESPONSE),
    (Fault.EMPTY, State.INVALID_RESPONSE),
    (Fault.NO_DATA, State.INVALID_RESPONSE),
    (Fault.NO_IDS, State.INVALID_RESPONSE),
    (Fault.HUGE, State.INVALID_RESPONSE),
]


UNTOLD = {Fault.UNAUTHORISED, Fault.BARE_UNAUTHORISED, Fault.FORBIDDEN, Fault.RATE_LIMITED}
"""What BASE does not tell from a broken provider when it was asked by address."""


@GATEWAYS
@pytest.mark.parametrize(
    ("fault", "state"),
    [pytest.param(*pair, id=pair[0].value, marks=pytest.mark.slow if pair[0] is Fault.HUGE else ()) for pair in FAULTS],
)
async def test_a_fault_of_the_provider_is_a_failure_and_never_an_empty_list(
    generation: str, fault: Fault, state: State
) -> None:
    async with scene(generation) as here:
        desired = here.channel()
        found = await here.alive(desired)
        here.provider.fault = fault

        by_address = await here.ask(desired)
        assert len(here.provider.requests) == 1
        by_id = await here.ask(desired, found)
        assert len(here.provider.requests) == 1

        assert state_of(by_id) is state
        assert state_of(by_address) is (State.UPSTREAM_ERROR if generation == "base" and fault in UNTOLD else state)
        assert KEY[:12] not in repr((by_address, by_id))


@GATEWAYS
@pytest.mark.parametrize("fault", [Fault.COMMAS, Fault.CONTROL_CHARACTERS])
async def test_odd_names_come_through_for_the_rule_to_judge(generation: str, fault: Fault) -> None:
    async with scene(generation) as here:
        here.provider.fault = fault

        found = await here.ask(here.channel())

        assert isinstance(found, Models)
        assert set(NAMES) < set(found.names)
        assert find_unfit(found.names)


@GATEWAYS
async def test_a_provider_that_nobody_reaches_is_a_network_error(generation: str) -> None:
    async with scene(generation) as here:
        here.provider.fault = Fault.UNREACHABLE
        desired = here.channel(base_url="http://127.0.0.1:9")
        found = await here.alive(desired)

        for answer in (await here.ask(desired), await here.ask(desired, found)):
            assert state_of(answer) is State.NETWORK_ERROR


@GATEWAYS
async def test_asking_counts_as_one_read(generation: str) -> None:
    async with scene(generation) as here:
        desired = here.channel()
        found = await here.alive(desired)
        before = here.stage.gateway.calls
        here.provider.fault = Fault.BROKEN

        await here.ask(desired, found)
        await here.ask(desired)

        after = here.stage.gateway.calls
        assert (after.read - before.read, after.write - before.write) == (2, 0)


@GATEWAYS
async def test_an_account_that_may_not_let_the_gateway_ask_leaves_it_to_us(generation: str) -> None:
    user = SandboxUser("adm", 10, "invented-admin-token-0001")
    async with scene(generation, users=[user]) as here:
        others = here.stage.credentials.get("users") or {}
        if here.stage.is_real and "adm" not in others:
            pytest.skip("the real server has no second account here")
        token, user_id = (others["adm"]["access_token"], others["adm"]["user_id"]) if others else (user.access_token, 2)
        gateway = here.stage.open_with(Auth(Secret(token), user_id))

        assert state_of(await gateway.fetch_models(here.channel(), None)) is State.UNSUPPORTED


async def test_a_channel_without_a_declared_key_is_asked_for_by_its_id_alone() -> None:
    async with scene("head") as here:
        found = await here.alive(here.channel())
        fields = {path: value for path, value in here.channel().fields.items() if path != "key"}
        keyless = here.channel().with_fields(fields)
        moved = keyless.with_fields(fields | {"base_url": f"{here.url}/other"})

        assert isinstance(await here.ask(keyless, found), Models)
        assert state_of(await here.ask(moved, found)) is State.UNSUPPORTED


async def test_a_complete_address_is_not_asked() -> None:
    async with scene("head") as here:
        assert state_of(await here.ask(here.channel(base_url=f"{here.url}/chat#"))) is State.UNSUPPORTED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ok([]), State.INVALID_RESPONSE),
        (ok(None), State.INVALID_RESPONSE),
        (ok({"a": 1}), State.INVALID_RESPONSE),
        (ok([{"id": "a"}]), State.INVALID_RESPONSE),
        (ok(["a", " "]), State.INVALID_RESPONSE),
        (ok([f"m{n}" for n in range(2001)]), State.INVALID_RESPONSE),
        (no("status code: 401"), State.AUTH_FAILED),
        (no("fetch failed with status code 403: no"), State.AUTH_FAILED),
        (no("status code: 429"), State.RATE_LIMITED),
        (no("status code: 503"), State.UPSTREAM_ERROR),
        (no("dial tcp 127.0.0.1:9: connect: connection refused"), State.NETWORK_ERROR),
        (no("invalid character '<' looking for beginning of value"), State.INVALID_RESPONSE),
        (no("something else"), State.UPSTREAM_ERROR),
        (raw(500, b"<html>"), State.INVALID_RESPONSE),
        (raw(200, b"<html>"), State.INVALID_RESPONSE),
        (no("no permission", 403), State.UNSUPPORTED),
    ],
)
async def test_every_answer_of_the_gateway_has_a_state(answer: Any, state: State) -> None:
    fake = Fake().on("GET /api/channel/fetch_models/12", answer)
    desired = channel("a")

    assert state_of(await fake.gateway().fetch_models(desired, live("a"))) is state


async def test_a_lost_answer_is_a_failure_and_not_asked_for_again() -> None:

    fake = Fake().on("GET /api/channel/fetch_models/12", httpx.ReadTimeout("slow"))

    assert state_of(await fake.gateway().fetch_models(channel("a"), live("a"))) is State.NETWORK_ERROR
    assert len(fake.sent("GET /api/channel/fetch_models/12")) == 1


async def test_names_are_trimmed_and_each_is_there_once() -> None:
    fake = Fake().on("GET /api/channel/fetch_models/12", ok([" b ", "a", "b"]))

    found = await fake.gateway().fetch_models(channel("a"), live("a"))

    assert isinstance(found, Models)
    assert found.names == ("b", "a")


def state_of(found: Listing) -> State:
    assert isinstance(found, Failure), found
    return found.state
