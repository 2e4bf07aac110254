"""Two faults in one run, several writes at once, a rate limit, a cache: drawn at random, the same at every run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from chanops.domain.vocabulary import SiteKind
from faults import kinds, story
from faults.checks import Case
from faults.summary import Count
from faults.transport import Strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.emulated import Template

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DRAWS = 60
NEWAPI = ((SiteKind.NEWAPI, "base"), (SiteKind.NEWAPI, "head"))
OCTOPUS = ((SiteKind.OCTOPUS, "g2"), (SiteKind.OCTOPUS, "g4"))


@pytest.mark.parametrize("parallelism", [1, 4, None])
@pytest.mark.parametrize(("kind", "generation"), NEWAPI + OCTOPUS)
async def test_two_faults_in_one_run_are_healed_by_running_again(
    kind: SiteKind,
    parallelism: int | None,
    template: Template,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    count = await draw(template, tmp_path, f"two faults, {kind}, {parallelism}", faults=2, parallelism=parallelism)
    record_property(*count.as_property())

    assert count.problems == []


@pytest.mark.parametrize("parallelism", [1, 4])
@pytest.mark.parametrize(("kind", "generation"), NEWAPI)
async def test_a_fault_under_a_rate_limit_is_healed_by_running_again(
    parallelism: int, template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = await draw(template, tmp_path, "limited", faults=1, parallelism=parallelism, rate_limit=(5, 30))
    record_property(*count.as_property())

    assert count.problems == []


@pytest.mark.parametrize(("kind", "generation"), NEWAPI)
async def test_a_fault_beside_a_stale_cache_is_healed_by_running_again(
    template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count = await draw(template, tmp_path, "cached", faults=1, parallelism=4, memory_cache=True)
    record_property(*count.as_property())

    assert count.problems == []


async def draw(template: Template, folder: Path, seed: str, *, faults: int, parallelism: int | None, **options: Any) -> Count:
    """Run the story with faults drawn at random, and count what became of it."""
    chance, count = random.Random(seed), Count(template.title)  # noqa: S311 - a draw, no secret
    for number in range(DRAWS):
        stage = template.open(folder, number, **options)
        stage.parallelism = parallelism
        drawn = [
            Strike(chance.choice(kinds.kinds_of(stage.kind)), chance.randrange(len(template.expected.log)))
            for _ in range(faults)
        ]
        foreign = await stage.foreign_rows()
        run = await stage.run(story.later(stage.kind), *drawn)
        if run.transport.struck:
            case = Case(template.expected, stage, run, foreign)
            count.add(" and ".join(f"{strike.fault.name} at {strike.at}" for strike in drawn), await case.problems())
        stage.close()
    return count
