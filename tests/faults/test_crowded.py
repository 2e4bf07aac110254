"""More than a page of channels on New API, so that a whole read is a list and a search held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.domain.vocabulary import SiteKind
from faults import kinds, story
from faults.checks import Case
from faults.stage import Expected
from faults.summary import Count
from faults.transport import Fault, Strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.emulated import EmulatedStage, Template

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CROWD = 120


@pytest.mark.parametrize("fault", kinds.kinds_of(SiteKind.NEWAPI), ids=lambda fault: fault.name)
@pytest.mark.parametrize(("kind", "generation"), [(SiteKind.NEWAPI, "head")])
async def test_a_fault_at_any_read_of_a_crowded_site_is_healed_by_running_again(
    fault: Fault, template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    stage = crowded(template, tmp_path)
    log = (await stage.run(story.later(stage.kind))).transport.log
    stage.close()
    expected = Expected(tuple(log), template.expected.actions, template.expected.end)
    count = Count(template.title)

    for at, request in enumerate(log):
        if not request.startswith("GET"):
            continue
        stage = crowded(template, tmp_path)
        foreign = await stage.foreign_rows()
        run = await stage.run(story.later(stage.kind), Strike(fault, at))
        if run.transport.struck:
            count.add(f"{fault.name} at {at}, {request}", await Case(expected, stage, run, foreign).problems())
        stage.close()
    record_property(*count.as_property())

    assert "GET /api/channel/search" in log
    assert count.problems == []


def crowded(template: Template, folder: Path) -> EmulatedStage:
    """Return a stage with a crowd of neighbours, copies of one that has no mark."""
    stage = template.open(folder)
    (row,) = stage.store.rows("SELECT * FROM channels WHERE name = 'neighbour'")
    columns = [name for name in row if name != "id"]
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f"INSERT INTO channels ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - the gateway's own columns
    made = [stage.store.execute(sql, [row[name] for name in columns]).lastrowid for _ in range(CROWD)]
    stage.foreign |= frozenset(made)
    return stage
