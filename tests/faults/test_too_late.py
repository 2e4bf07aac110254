"""The limit of looking: New API names no id and takes any name twice, so a create may arrive after the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from chanops.domain.plan import SiteStatus
from chanops.domain.vocabulary import SiteKind
from faults import kinds, story
from faults.transport import Fault, Strike

if TYPE_CHECKING:
    from pathlib import Path

    from faults.emulated import Template

pytestmark = pytest.mark.anyio

LATE = Fault("after the end", kinds.before(kinds.breaking(httpx.ReadTimeout)), late=1000)


@pytest.mark.parametrize(("kind", "generation"), [(SiteKind.NEWAPI, "base"), (SiteKind.NEWAPI, "head")])
async def test_a_create_that_arrives_after_the_last_look_is_told_with_both_ids_and_nothing_is_guessed(
    template: Template, tmp_path: Path
) -> None:
    stage, at = template.open(tmp_path), template.expected.log.index("POST /api/channel/")
    foreign = await stage.foreign_rows()
    await stage.run(story.later(stage.kind), Strike(LATE, at))
    twins = [str(row["id"]) for row in stage.store.rows("SELECT id FROM channels WHERE name = 'team-new-1'")]

    again = await stage.run(story.later(stage.kind))

    assert len(twins) == 2
    assert again.plan
    assert again.plan.sites[0].status is SiteStatus.ERROR
    assert [call for call in again.transport.log if not call.startswith("GET")] == []
    assert any(all(remote_id in found.summary for remote_id in twins) for found in again.plan.all_findings)
    assert await stage.foreign_rows() == foreign
    stage.close()


@pytest.mark.parametrize(("kind", "generation"), [(SiteKind.NEWAPI, "base"), (SiteKind.NEWAPI, "head")])
async def test_with_either_twin_deleted_by_hand_the_next_run_ends_as_ever(template: Template, tmp_path: Path) -> None:
    stage, at = template.open(tmp_path), template.expected.log.index("POST /api/channel/")
    await stage.run(story.later(stage.kind), Strike(LATE, at))
    twins = stage.store.rows("SELECT id FROM channels WHERE name = 'team-new-1'")
    async with stage.open_client() as client:
        await stage.open_wire(client).delete(str(twins[0]["id"]))

    await stage.run(story.later(stage.kind))

    again = await stage.run(story.later(stage.kind))
    assert again.plan
    assert again.plan.pending == ()
    assert await stage.own_rows() == template.expected.end
    stage.close()
