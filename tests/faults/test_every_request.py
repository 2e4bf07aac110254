"""Every fault at every request of an apply: what is left behind, and how the next run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Stop
from faults import kinds, story
from faults.checks import Case
from faults.summary import Count
from faults.transport import Fault, Heals, Strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.emulated import EmulatedStage, Template

pytestmark = pytest.mark.anyio

GATEWAYS = ((SiteKind.NEWAPI, "base"), (SiteKind.NEWAPI, "head"), (SiteKind.OCTOPUS, "g2"), (SiteKind.OCTOPUS, "g4"))
YOUNGEST = ("head", "g4")
NOT_WRITES = ("GET ", "POST /api/v1/user/login", "POST /api/v1/model/rebuild-price")


def is_quick(generation: str, fault: Fault) -> bool:
    """Tell whether a fault is tried in every run of the tests; `make test-slow` and CI try all of them."""
    return fault.name in kinds.ALWAYS or (generation in YOUNGEST and (fault.kills or fault.name in kinds.OFTEN))


@pytest.mark.parametrize(
    ("kind", "generation", "fault"),
    [
        pytest.param(
            kind,
            generation,
            fault,
            id=f"{generation}-{fault.name}".replace(" ", "_"),
            marks=() if is_quick(generation, fault) else pytest.mark.slow,
        )
        for kind, generation in GATEWAYS
        for fault in kinds.kinds_of(kind)
        if generation == "head" or fault.hits is not kinds.sets_status
    ],
)
async def test_a_fault_at_any_request_is_healed_by_running_again(
    fault: Fault, template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = Count(template.title)

    for at, request in enumerate(template.expected.log):
        await try_case(template, lambda _stage: fault, at, request, count, tmp_path)
    record_property(*count.as_property())

    assert count.problems == []
    assert count.run > 0


@pytest.mark.parametrize(("kind", "generation"), GATEWAYS[:2])
async def test_an_update_that_left_the_routes_old_is_sent_again(
    template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = Count(template.title)

    for at, request in enumerate(template.expected.log):
        await try_case(template, kinds.half_written, at, request, count, tmp_path)
    record_property(*count.as_property())

    assert count.problems == []
    assert count.run == sum(request.startswith("PUT") for request in template.expected.log)


@pytest.mark.parametrize(("kind", "generation"), GATEWAYS)
async def test_a_run_stopped_at_any_request_is_taken_up_by_the_next(
    template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = Count(template.title)

    for at in range(len(template.expected.log)):
        stage, stop = template.open(tmp_path, at), Stop()
        foreign = await stage.foreign_rows()
        run = await stage.run(story.later(stage.kind), Strike(kinds.asking(stop), at), stop=stop)
        assert run.report
        assert run.report.was_interrupted
        case = Case(template.expected, stage, run, foreign)
        count.add(f"stopped at {at}, {template.expected.log[at]}", await case.problems())
        stage.close()
    record_property(*count.as_property())

    assert count.problems == []


async def try_case(
    template: Template, make: Callable[[EmulatedStage], Fault], at: int, request: str, count: Count, folder: Path
) -> None:
    """Run the story with a fault at one request and count what became of it; a request that it passes over is no case."""
    stage = template.open(folder, at)
    fault, foreign = make(stage), await stage.foreign_rows()
    run = await stage.run(story.later(stage.kind), Strike(fault, at))
    if run.transport.struck:
        case = Case(template.expected, stage, run, foreign, heals=is_healed(fault, request))
        count.add(f"{fault.name} at {at}, {request}", await case.problems())
    stage.close()


def is_healed(fault: Fault, request: str) -> bool:
    """Tell whether a run gets over *fault* at *request* without another run."""
    return fault.heals is Heals.EVERYWHERE or (fault.heals is Heals.WRITES and not request.startswith(NOT_WRITES))
