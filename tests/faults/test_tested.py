"""`apply --test` broken off at any request: what it leaves, and how the next one ends.

Three new channels take over from one that goes: it waits for all of them, and none of them gets traffic before it has passed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from chanops.domain.vocabulary import SiteKind
from chanops.sandbox.upstream import Provider, connect
from faults import kinds, story
from faults.checks import Case
from faults.stage import Expected, rehearse
from faults.summary import Count
from faults.transport import Fault, Strike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from faults.emulated import EmulatedStage, Template
    from faults.stage import Row

pytestmark = pytest.mark.anyio

HOST: Final = "provider.invalid"
NEW: Final = frozenset({"new-1", "new-2", "new-3"})
GATEWAYS: Final = ((SiteKind.NEWAPI, "head"), (SiteKind.OCTOPUS, "g4"))


@dataclass
class Judge:
    """Who has passed a test, as far as chanops was told; and what then may stand on the gateway."""

    stage: EmulatedStage
    passed: set[str] = field(default_factory=set)

    def watch(self, request: httpx.Request, response: httpx.Response) -> None:
        """Note a test that passed: New API's own, or on Octopus a list of models (contracts/octopus.md 8.3)."""
        path = request.url.path
        try:
            answer = response.json()
        except ValueError:
            return
        if path.startswith("/api/channel/test/") and answer.get("success") is True:
            self.passed.add(self._name_of(int(path.rpartition("/")[2])))
        if path.endswith("/fetch-model") and answer.get("data"):
            self.passed.update(name for name in NEW if story.key_of(name).encode() in request.content)

    def problems(self) -> list[str]:
        """Return what should not be: traffic for what did not pass, and a channel that went too early."""
        rows = {row["name"].removeprefix(story.PREFIX): row for row in self.stage.store.rows("SELECT * FROM channels")}
        enabled = {name for name in NEW & rows.keys() if self._is_on(rows[name])}
        found = [f"enabled untested: {sorted(enabled - self.passed)}"] if enabled - self.passed else []
        return [*found, "gone before its heirs were on"] if story.GONE[0] not in rows and enabled != NEW else found

    def _is_on(self, row: Row) -> bool:
        """Tell whether traffic may come: Octopus's creates are enabled, but nobody calls a channel without models (5.3)."""
        if self.stage.kind is SiteKind.NEWAPI:
            return bool(row["status"] == 1)
        doc = json.loads(row["doc"])
        return doc["enabled"] is True and bool(doc["model"] or doc["custom_model"])

    def _name_of(self, remote_id: int) -> str:
        (row,) = self.stage.store.rows("SELECT name FROM channels WHERE id = ?", [remote_id])
        return str(row["name"]).removeprefix(story.PREFIX)


def open_tested(template: Template, folder: Path, seed: int = 0) -> tuple[EmulatedStage, Judge]:
    """Return the gateway of a story with tests, a provider behind it, and a judge of what stands on it."""
    provider = Provider(["gpt-4o", "gpt-5", "o3"])
    stage = template.open(folder, seed, outbound=connect({HOST: provider}))
    judge = Judge(stage)
    stage.is_tested, stage.watch = True, judge.watch
    stage.wanted = partial(story.replacing, address=f"http://{HOST}/v1" if stage.kind is SiteKind.OCTOPUS else f"http://{HOST}")
    return stage, judge


async def rehearse_tested(template: Template, folder: Path) -> Expected:
    """Run the story without faults: all three pass, and the one that was to go is gone."""
    stage, judge = open_tested(template, folder)
    expected = await rehearse(stage)
    assert judge.passed == NEW
    assert judge.problems() == []
    assert story.PREFIX + story.GONE[0] not in [row["name"] for row in expected.end]
    stage.close()
    return expected


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name.replace(" ", "_"), marks=() if fault is kinds.DEATHS[0] else pytest.mark.slow)
        for fault in kinds.BREAKS
    ],
)
@pytest.mark.parametrize(("kind", "generation"), GATEWAYS)
async def test_an_apply_with_tests_broken_at_any_request_is_healed_by_running_again(
    fault: Fault, template: Template, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    count, expected = Count(template.title), await rehearse_tested(template, tmp_path)

    for at, request in enumerate(expected.log):
        stage, judge = open_tested(template, tmp_path, at)
        foreign = await stage.foreign_rows()
        run = await stage.run(stage.wanted(stage.kind), Strike(fault, at))
        assert run.transport.struck
        left = [f"after the fault: {problem}" for problem in judge.problems()]
        problems = await Case(expected, stage, run, foreign).problems()
        count.add(f"{fault.name} at {at}, {request}", [*left, *problems, *judge.problems()])
        stage.close()
    record_property(*count.as_property())

    assert count.problems == []
