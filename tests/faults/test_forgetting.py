"""`chanops forget` broken off at any request: what it leaves, and how the next one ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.domain.address import Address
from chanops.domain.policy import Selection
from chanops.domain.vocabulary import SiteKind
from chanops.engine.planner import Asked
from faults import kinds, story
from faults.checks import Case
from faults.stage import rehearse
from faults.summary import Count
from faults.transport import Fault, Strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.emulated import EmulatedStage, Template

pytestmark = pytest.mark.anyio

GONE = tuple(Address.channel(story.SITE, story.PREFIX + name) for name in story.GONE)


def open_forgetting(template: Template, folder: Path, seed: int = 0) -> EmulatedStage:
    """Return a gateway where three of our channels shall be forgotten, which the files declare no more."""
    stage = template.open(folder, seed)
    stage.asked, stage.wanted = Asked(Selection(), forget=GONE), lambda _kind: []
    return stage


@pytest.mark.parametrize("fault", kinds.BREAKS, ids=lambda fault: fault.name.replace(" ", "_"))
@pytest.mark.parametrize(("kind", "generation"), [(SiteKind.NEWAPI, "head")])
async def test_a_forgetting_broken_at_any_request_is_healed_by_running_again(
    fault: Fault, template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    stage, count = open_forgetting(template, tmp_path), Count(template.title)
    before = await stage.own_rows()
    expected = await rehearse(stage)
    stage.close()

    for at, request in enumerate(expected.log):
        stage = open_forgetting(template, tmp_path, at)
        foreign = await stage.foreign_rows()
        run = await stage.run([], Strike(fault, at))
        assert run.transport.struck
        count.add(f"{fault.name} at {at}, {request}", await Case(expected, stage, run, foreign).problems())
        stage.close()
    record_property(*count.as_property())

    assert count.problems == []
    assert [row | {"other_info": None} for row in expected.end] == [row | {"other_info": None} for row in before]
    changed = [row["name"] for row, was in zip(expected.end, before, strict=True) if row["other_info"] != was["other_info"]]
    assert changed == [address.name for address in GONE]
