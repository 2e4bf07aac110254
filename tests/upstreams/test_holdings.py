"""What is left at the providers of declared channels: how often each is asked, and what ends that early."""

from __future__ import annotations

import httpx
import pytest

from builders import channel, secret
from chanops.domain.discovery import State
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.sandbox.upstream import Provider
from chanops.upstreams.holdings import ask_holdings
from upstreams.stage import line_to

pytestmark = pytest.mark.anyio


def site(hosts: int, keys: int) -> Site:
    """Return a site with one channel for each of so many keys at each of so many providers."""
    channels = tuple(
        channel(f"{host}-{key}", base_url=f"https://p{host}.invalid", key=secret(f"K{key}", f"sk-invented-{key:012}"))
        for host in range(hosts)
        for key in range(keys)
    )
    return Site("main", SiteKind.NEWAPI, "u", Auth(), Manage(ManageMode.DECLARED), Guards(), channels=channels)


async def test_a_provider_that_nobody_reaches_is_left_alone_after_a_few_tries() -> None:
    provider = Provider(["gpt-4o"])
    calls: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.host)
        if request.url.host == "p0.invalid":
            raise httpx.ConnectError("refused", request=request)
        return await provider(request)

    found = await ask_holdings(line_to(answer), [site(2, 30)])

    assert calls.count("p0.invalid") <= 2 * 3
    assert [holding.state for holding in found] == [State.NETWORK_ERROR.value] * 30 + [State.OK.value] * 30
    assert sum("was not reached three times in this run" in holding.reason for holding in found) == 27
