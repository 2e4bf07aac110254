"""Every fault at every request of a run: the next run ends the same, nothing foreign moves, nothing is doubled, nothing leaks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from chanops.domain.vocabulary import SiteKind
from faults import kinds, stage, story
from faults.checks import Case
from faults.summary import Count
from faults.transport import Fault, Strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.stage import Template

pytestmark = pytest.mark.anyio

GATEWAYS = (
    (SiteKind.NEWAPI, "base"),
    (SiteKind.NEWAPI, "head"),
    (SiteKind.OCTOPUS, "g2"),
    (SiteKind.OCTOPUS, "g4"),
)
CASES = [
    pytest.param(kind, generation, fault, id=f"{generation}-{fault.name}".replace(" ", "_"))
    for kind, generation in GATEWAYS
    for fault in kinds.kinds_of(kind)
]


@pytest.mark.parametrize(("kind", "generation", "fault"), CASES)
async def test_a_fault_at_any_request_is_healed_by_running_again(
    kind: SiteKind,
    generation: str,
    fault: Fault,
    template: Template,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    count = Count(f"{kind.value} {generation}")

    for at in range(len(template.log)):
        opened = template.open(tmp_path, at)
        foreign = opened.foreign_rows()
        case = Case(template, opened, await opened.run(story.later(kind), Strike(fault, at)), foreign)
        if case.run.transport.struck:
            count.add(f"{fault.name} at {at}, {template.log[at]}", await case.problems())
        opened.close()
    record_property(*count.as_property())

    assert count.problems == []
    assert count.run > 0
