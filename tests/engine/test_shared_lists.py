"""One list for each site, provider, key and type, however many channels follow it (DESIGN 7, 12)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from builders import channel, live, secret
from chanops.domain.discovery import Failure, Listing, Models, State
from chanops.domain.lock import Lock
from chanops.domain.models import ModelRule
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.models import Asking, Resolved, resolve_models
from chanops.sandbox.upstream import Provider
from gateways.newapi.stage import Stage, open_stage
from memory_gateway import MemoryDialect, MemoryGateway

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

pytestmark = pytest.mark.anyio

LISTED = Models(("gpt-4o", "o3"), "somebody")


@dataclass
class CountingGateway(MemoryGateway):
    """A gateway that asks providers itself, and notes the address of each."""

    asked: list[str] = field(default_factory=list)

    async def fetch_models(self, desired: DesiredChannel, held: LiveChannel | None) -> Listing:
        self.asked.append(str(desired.fields["base_url"]))
        return LISTED


class Nobody:
    """Providers that are not to be asked past the gateway."""

    async def list_models(self, kind: SiteKind, fields: Mapping[str, Value]) -> Listing:
        return Failure(State.UNSUPPORTED, "nobody was to be asked")


def following(name: str, provider: int = 0, **given: Any) -> DesiredChannel:
    """Return a channel that takes all that its provider lists; each provider has a key of its own."""
    whole: dict[str, Any] = {
        "base_url": f"http://p{provider}.invalid",
        "key": secret(f"K{provider}", f"sk-invented-{provider:012}"),
    }
    made = channel(name, **whole | given)
    return replace(made, rule=ModelRule(), fields={path: value for path, value in made.fields.items() if path != "models"})


async def resolve(gateway: Any, *sites: Site) -> Resolved:
    lives = {site.name: await gateway.fetch() for site in sites}
    return await resolve_models(Desired(sites), lives, {site.name: gateway for site in sites}, Asking(Lock(), Nobody()))


def site(*channels: DesiredChannel, name: str = "main") -> Site:
    return Site(name, SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.DECLARED), Guards(), channels=channels)


@pytest.mark.parametrize("lives", [False, True])
async def test_3000_channels_of_20_providers_fetch_20_lists(*, lives: bool) -> None:
    gateway = CountingGateway(dialect=MemoryDialect(has_marks=False))
    channels = [following(f"c{number}", number % 20) for number in range(3000)]
    if lives:
        gateway.put(*(live(c.name, remote_id=str(n), base_url=c.fields["base_url"]) for n, c in enumerate(channels)))

    resolved = await resolve(gateway, site(*channels))

    assert Counter(gateway.asked) == {f"http://p{number}.invalid": 1 for number in range(20)}
    assert {channel.fields["models"] for channel in resolved.desired.sites[0].channels} == {LISTED.names}
    assert len(resolved.desired.sites[0].channels) == 3000


async def test_key_type_and_site_each_have_a_list_of_their_own() -> None:
    gateway = CountingGateway(dialect=MemoryDialect(has_marks=False))
    one, same, key, kind = following("a"), following("b"), following("c", key=secret("X")), following("d", type="siliconflow")

    await resolve(gateway, site(one, same, key, kind), site(following("a"), name="other"))

    assert len(gateway.asked) == 4


@pytest.mark.parametrize("generation", ["base", "head"])
async def test_new_api_asks_each_provider_once_whether_its_channels_live_or_not(generation: str) -> None:
    provider = Provider(["gpt-4o", "o3"])
    channels = [following(f"c{number}", number % 3) for number in range(24)]
    async with open_stage(generation, outbound=provider) as stage:
        before = await count(stage, provider, channels)
        await stage.apply(*(replace(c, rule=None, fields={**c.fields, "models": ("gpt-4o",)}) for c in channels))
        after = await count(stage, provider, channels)

    assert before == after == (3, {f"p{number}.invalid": 1 for number in range(3)})


async def count(stage: Stage, provider: Provider, channels: list[DesiredChannel]) -> tuple[int, dict[str, int]]:
    """Return the gateway's calls and the providers' for working out *channels*."""
    await stage.gateway.fetch()
    live_site, calls = await stage.gateway.fetch(), stage.gateway.calls.read
    provider.requests.clear()
    asking = Asking(Lock(), Nobody())
    resolved = await resolve_models(Desired((stage.site(*channels),)), {"main": live_site}, {"main": stage.gateway}, asking)
    assert {channel.fields["models"] for channel in resolved.desired.sites[0].channels} == {("gpt-4o", "o3")}
    return stage.gateway.calls.read - calls, dict(Counter(request.url.host for request in provider.requests))


async def test_channels_whose_key_only_the_gateway_knows_are_asked_for_one_by_one() -> None:
    gateway = CountingGateway(dialect=MemoryDialect(has_marks=False))
    keyless = [replace(c, fields={p: v for p, v in c.fields.items() if p != "key"}) for c in map(following, "ab")]
    gateway.put(*(live(c.name, remote_id=c.name, base_url=c.fields["base_url"]) for c in keyless))

    await resolve(gateway, site(*keyless))

    assert len(gateway.asked) == 2


async def test_a_provider_that_nobody_reaches_is_left_alone_after_a_few_tries() -> None:
    class Dead(CountingGateway):
        async def fetch_models(self, desired: DesiredChannel, held: LiveChannel | None) -> Listing:
            await super().fetch_models(desired, held)
            return Failure(State.NETWORK_ERROR, "no such host") if "p0" in self.asked[-1] else LISTED

    gateway = Dead(dialect=MemoryDialect(has_marks=False))
    keys = [secret(f"K{number}", f"sk-invented-{number:012}") for number in range(30)]
    channels = [following(f"a{number}", key=key) for number, key in enumerate(keys)]

    resolved = await resolve(gateway, site(*channels, following("b", 1)))

    assert gateway.asked.count("http://p0.invalid") == 3
    assert (len(resolved.failed), len(resolved.lists)) == (30, 1)
    assert sum("not reached three times in this run" in found.summary for found in resolved.findings) == 27
