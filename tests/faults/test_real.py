"""The deaths and lost answers once more, on the real servers that the environment names (tests/conformance/README.md).

One process at a time: the story has its own names, and a server has room for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.targets import ALL, Target
from faults import kinds, story
from faults.checks import Case
from faults.real import open_real
from faults.stage import rehearse
from faults.summary import Count
from faults.transport import Fault, Strike

if TYPE_CHECKING:
    from collections.abc import Callable

REAL = [target for target in ALL if target.server]
HARD = ("broken after", "timed out after", "cut after", "gone for good")

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.skipif(not REAL, reason="the environment names no real server")]


@pytest.mark.parametrize(
    "fault", [*kinds.DEATHS, *(fault for fault in kinds.LINE + kinds.GONE if fault.name in HARD)], ids=lambda fault: fault.name
)
@pytest.mark.parametrize("target", REAL, ids=str)
async def test_a_real_server_is_healed_by_running_again(
    target: Target, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    async with open_real(target) as stage:
        count, expected = Count(stage.title), await rehearse(stage)

    for at, request in enumerate(expected.log):
        async with open_real(target) as stage:
            foreign = await stage.foreign_rows()
            run = await stage.run(story.later(stage.kind), Strike(fault, at))
            assert run.transport.struck
            case = Case(expected, stage, run, foreign)
            count.add(f"{fault.name} at {at}, {request}", await case.problems())
    record_property(*count.as_property())

    assert count.problems == []
