"""Model rules become lists: from the lock, or by asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from builders import channel, live, secret
from chanops.domain.address import Address
from chanops.domain.discovery import Failure, Listing, Models, State
from chanops.domain.lock import Lock, LockEntry
from chanops.domain.model_redirect import Redirect
from chanops.domain.models import ModelRule, ModelsFrom, digest_rule
from chanops.domain.policy import Guards, Limit, Manage, ManageMode
from chanops.domain.resources import DesiredChannel, LiveChannel
from chanops.domain.secret import Secret
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.value import Value
from chanops.domain.vocabulary import SiteKind
from chanops.engine.models import Asking, Resolved, resolve_models
from memory_gateway import MemoryDialect, MemoryGateway

pytestmark = pytest.mark.anyio

UPSTREAM = Models(("gpt-4o", "gpt-4o-mini", "o3"), "provider h.example (OpenAI)")
DOWN = Failure(State.NETWORK_ERROR, "no connection", "provider h.example (OpenAI)")
CANNOT = Failure(State.UNSUPPORTED, "one page only", "the gateway")


@dataclass
class Provider:
    """Answers every question with *listing*, and counts them."""

    listing: Listing = UPSTREAM
    asked: list[Mapping[str, Value]] = field(default_factory=list)

    async def list_models(self, kind: SiteKind, fields: Mapping[str, Value]) -> Listing:
        self.asked.append(fields)
        return self.listing


@dataclass
class AskingGateway(MemoryGateway):
    """A gateway that asks providers itself."""

    listing: Listing = CANNOT
    questions: int = 0

    async def fetch_models(self, desired: DesiredChannel, held: LiveChannel | None) -> Listing:
        self.questions += 1
        return self.listing


def ruled(name: str, rule: ModelRule | None = None, *, redirect: Redirect | None = None, **given: Any) -> DesiredChannel:
    whole = channel(name, base_url="https://h.example", **given)
    fields = {path: value for path, value in whole.fields.items() if path != "models"}
    return replace(whole, fields=fields, rule=rule or ModelRule(), redirect=redirect)


async def resolve(
    *channels: DesiredChannel,
    held: tuple[LiveChannel, ...] = (),
    gateway: MemoryGateway | None = None,
    provider: Provider | None = None,
    auth: Auth | None = None,
    **asking: Any,
) -> Resolved:
    gateway = gateway or MemoryGateway(dialect=MemoryDialect(has_marks=False))
    gateway.put(*held)
    site = Site("main", SiteKind.NEWAPI, "u", auth or Auth(), Manage(ManageMode.DECLARED), Guards(), channels=channels)
    given: dict[str, Any] = {"lock": Lock(), "direct": provider or Provider()} | asking
    return await resolve_models(Desired((site,)), {"main": await gateway.fetch()}, {"main": gateway}, Asking(**given))


def models_of(resolved: Resolved, name: str = "a") -> Value:
    return next(c.fields.get("models") for c in resolved.desired.sites[0].channels if c.name == name)


def locked(name: str, *models: str, rule: ModelRule | None = None) -> Lock:
    entry = LockEntry(models, "provider h.example (OpenAI)", "2026-01-01T00:00:00Z", digest_rule(rule or ModelRule()))
    return Lock({Address.channel("main", name): entry})


async def test_a_rule_takes_what_the_provider_lists() -> None:
    resolved = await resolve(ruled("a", ModelRule(include=("gpt-*",), exclude=("*-mini",), extra=("mine",))))

    assert models_of(resolved) == ("gpt-4o", "mine")
    assert [f.severity.value for f in resolved.findings] == ["notice"]


async def test_the_gateway_is_asked_first_and_the_provider_where_it_cannot() -> None:
    able, unable, provider = AskingGateway(listing=Models(("x",), "the gateway")), AskingGateway(), Provider()

    assert models_of(await resolve(ruled("a"), gateway=able, provider=provider)) == ("x",)
    assert provider.asked == []
    assert models_of(await resolve(ruled("a"), gateway=unable, provider=provider)) == UPSTREAM.names
    assert unable.questions == 1


async def test_channels_that_ask_alike_share_one_fetch() -> None:
    provider = Provider()

    await resolve(*(ruled(f"c{n}") for n in range(50)), ruled("other", key=secret("B", "sk-b-0000000000")), provider=provider)

    assert len(provider.asked) == 2


async def test_a_lock_entry_needs_no_upstream() -> None:
    provider = Provider(DOWN)

    resolved = await resolve(ruled("a"), provider=provider, lock=locked("a", "kept"))

    assert (models_of(resolved), provider.asked, resolved.findings) == (("kept",), [], [])


async def test_an_entry_of_another_rule_is_no_entry() -> None:
    resolved = await resolve(ruled("a", ModelRule(include=("o3",))), lock=locked("a", "kept"))

    assert models_of(resolved) == ("o3",)


@pytest.mark.parametrize("asked", [{"is_locked_only": True}, {}])
async def test_without_an_entry_the_lock_alone_gives_nothing(asked: dict[str, Any]) -> None:
    rule = ModelRule() if asked else ModelRule(ModelsFrom.LOCK)
    provider = Provider()

    resolved = await resolve(ruled("a", rule), held=(live("a"),), provider=provider, **asked)

    assert (models_of(resolved), provider.asked) == (None, [])
    assert "run `chanops lock`" in resolved.findings[0].summary


async def test_whoever_makes_the_lock_asks_for_rules_that_take_it_alone() -> None:
    resolved = await resolve(ruled("a", ModelRule(ModelsFrom.LOCK)), ignores_lock=True)

    assert models_of(resolved) == UPSTREAM.names


@pytest.mark.parametrize("listing", [DOWN, Models(("claude",), "p")])
async def test_a_list_that_cannot_be_had_leaves_the_live_one_alone(listing: Listing) -> None:
    resolved = await resolve(ruled("a", ModelRule(include=("gpt*",))), held=(live("a"),), provider=Provider(listing))

    assert models_of(resolved) is None
    assert [f.severity.value for f in resolved.findings][-1] == "error"
    assert "it keeps the models it has" in resolved.findings[-1].summary


async def test_a_channel_without_a_list_is_not_created() -> None:
    resolved = await resolve(ruled("a"), channel("b"), provider=Provider(DOWN))

    assert [c.name for c in resolved.desired.sites[0].channels] == ["b"]
    assert "it is not created" in resolved.findings[0].summary


async def test_a_disabled_channel_is_not_asked_for() -> None:
    provider = Provider()

    resolved = await resolve(ruled("a", enabled=False), held=(live("a"),), provider=provider)

    assert (models_of(resolved), provider.asked) == (None, [])


async def test_a_list_that_shrank_too_far_is_refused() -> None:
    held = live("a", models=[f"m{n}" for n in range(7)] + ["gpt-4o", "gpt-4o-mini", "o3"])

    hit = (await resolve(ruled("a"), held=(held,))).guards[0]

    assert (hit.guard, hit.limit, hit.found, hit.of) == ("max_removed", "20%", 7, 10)
    assert hit.lift_yaml == "models: {max_removed: 7}"


async def test_a_written_limit_lets_them_go() -> None:
    held = live("a", models=[f"m{n}" for n in range(7)] + ["gpt-4o", "gpt-4o-mini", "o3"])

    assert (await resolve(ruled("a", ModelRule(max_removed=Limit(7))), held=(held,))).guards == []


async def test_a_name_no_gateway_can_hold_gives_no_list() -> None:
    resolved = await resolve(ruled("a"), held=(live("a"),), provider=Provider(Models(("fine", "a,b"), "p")))

    assert models_of(resolved) is None
    assert resolved.failed == {Address.channel("main", "a")}


async def test_a_redirect_makes_mapping_and_models_together() -> None:
    redirect = Redirect(standards=("claude-4.5-sonnet",))
    provider = Provider(Models(("claude-sonnet-4-5",), "p"))

    resolved = await resolve(ruled("a", redirect=redirect, model_mapping={"mine": "claude-sonnet-4-5"}), provider=provider)

    fields = resolved.desired.sites[0].channels[0].fields
    assert fields["model_mapping"] == {"mine": "claude-sonnet-4-5", "claude-4.5-sonnet": "claude-sonnet-4-5"}
    assert set(fields["models"]) == {"claude-sonnet-4-5", "mine", "claude-4.5-sonnet"}  # type: ignore[arg-type]


async def test_the_lists_that_were_found_can_be_kept() -> None:
    resolved = await resolve(ruled("a"), ignores_lock=True, lock=locked("a", "old"))

    entry = resolved.lists[Address.channel("main", "a")]
    assert (entry.models, entry.source, entry.rule) == (UPSTREAM.names, UPSTREAM.source, digest_rule(ModelRule()))


@pytest.mark.parametrize("where", ["key", "keys", "headers", "token"])
async def test_a_list_of_the_gateway_that_repeats_a_credential_is_no_list(where: str) -> None:
    hidden = "sk-7Qx1Vw9Zk3Hd5Rt8"
    credentials: dict[str, Any] = {
        "key": {"key": secret(value=hidden)},
        "keys": {"key": None, "keys": (secret(), secret(value=hidden))},
        "headers": {"headers": {"X-Api-Key": hidden}},
    }
    gateway = AskingGateway(listing=Models(("gpt-4o", f"{hidden},o3"), "the gateway"))
    auth = Auth(access_token=Secret(hidden)) if where == "token" else Auth()

    resolved = await resolve(ruled("a", **credentials.get(where, {})), gateway=gateway, auth=auth)

    assert [found.rule for found in resolved.findings] == ["models-unknown"]
    assert resolved.lists == {}
    assert hidden not in repr(resolved)
