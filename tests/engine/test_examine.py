"""Sites are examined side by side: each for itself, in bounded time, and their channels are counted by whose they are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from builders import channel, live
from chanops.domain.examination import ChannelCounts, Examination, Facts, Observation, Topic, Verdict
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.examine import count_channels, examine
from memory_gateway import MemoryGateway, marked

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel

pytestmark = pytest.mark.anyio

OURS, THEIRS, NOBODYS = marked(live("A", remote_id="1")), marked(live("B", remote_id="2"), "others"), live("C", remote_id="3")


@dataclass
class Examined(MemoryGateway):
    """A gateway whose examination takes *seconds* and brings *verdict*."""

    verdict: Verdict = Verdict.OK
    seconds: float = 0
    under_way: list[str] = field(default_factory=list)
    most: list[int] = field(default_factory=list)

    async def examine(self) -> Examination:
        self.under_way.append(self.site)
        self.most.append(len(self.under_way))
        await asyncio.sleep(self.seconds)
        self.under_way.remove(self.site)
        return Examination((Observation(Topic.LOGIN, self.verdict, "so"),), Facts("memory"), await self.fetch())


def site(name: str = "main", *channels: DesiredChannel) -> Site:
    manage = Manage(ManageMode.MARKED)
    return Site(name, SiteKind.NEWAPI, "http://x.invalid", Auth(), manage, Guards(), "team", channels=channels)


async def test_channels_are_counted_by_whose_they_are() -> None:
    gateway = Examined()
    gateway.put(OURS, THEIRS, NOBODYS)

    found = (await examine([site()], {"main": gateway}))["main"]

    assert found.facts == Facts("memory", channels=ChannelCounts(3, 1, 1, 1))
    assert [told.text for told in found.about(Topic.CHANNELS)] == ["3 live: 1 ours, 1 foreign, 1 marked by others"]


async def test_a_declared_channel_without_a_mark_is_ours() -> None:
    gateway = Examined()
    gateway.put(NOBODYS)

    assert count_channels(site("main", channel("C")), await gateway.fetch()) == ChannelCounts(1, 1, 0, 0)


async def test_examining_writes_nothing() -> None:
    gateway = Examined()
    gateway.put(OURS, NOBODYS)

    await examine([site()], {"main": gateway})

    assert gateway.sent == []


async def test_a_site_that_takes_too_long_failed_and_the_others_are_told() -> None:
    slow, quick = Examined("slow", seconds=30), Examined("quick")

    found = await examine([site("slow"), site("quick")], {"slow": slow, "quick": quick}, 0.2)

    assert [found[name].verdict for name in ("slow", "quick")] == [Verdict.FAILED, Verdict.OK]
    (told,) = found["slow"].about(Topic.ADDRESS)
    assert (told.text, told.hint) == ("it was not done within 0.2 s", "give --timeout more seconds")


async def test_ten_sites_at_most_are_examined_at_once() -> None:
    under_way: list[str] = []
    most: list[int] = []
    names = [f"site-{number}" for number in range(25)]
    gateways = {name: Examined(name, seconds=0.001, under_way=under_way, most=most) for name in names}

    found = await examine([site(name) for name in names], gateways)

    assert (list(found), max(most)) == (names, 10)


async def test_a_gateway_that_cannot_be_examined_is_told() -> None:
    found = (await examine([site()], {"main": MemoryGateway()}))["main"]

    assert found.verdict is Verdict.FAILED
    assert {told.verdict for told in found.observations if told.topic is not Topic.ADDRESS} == {Verdict.UNKNOWN}


def test_the_worst_topic_is_the_sites_verdict_and_what_is_not_known_is_no_fault() -> None:
    ok = Observation(Topic.LOGIN, Verdict.OK, "")
    unknown, warning, failed = (replace(ok, verdict=v) for v in (Verdict.UNKNOWN, Verdict.WARNING, Verdict.FAILED))

    assert Examination((ok, unknown)).verdict is Verdict.OK
    assert Examination((ok, warning, unknown)).verdict is Verdict.WARNING
    assert Examination((warning, failed, ok)).verdict is Verdict.FAILED


async def test_a_site_that_waits_for_its_turn_behind_slow_ones_has_all_its_time() -> None:
    slow = {f"slow-{number}": Examined(f"slow-{number}", seconds=30) for number in range(10)}
    gateways = slow | {"quick": Examined("quick")}

    found = await examine([site(name) for name in gateways], gateways, 0.2)

    assert {name for name in gateways if found[name].verdict is Verdict.OK} == {"quick"}
