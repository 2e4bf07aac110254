"""Any live state comes out as files that a plan only adopts, and that leave every row as it is."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authoring.rows import SECRETS, Made, made
from authoring.walk import channels_of, declare, import_all, load, make, rows
from chanops.authoring.references import KeyMode
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.report import Result
from chanops.domain.vocabulary import SiteKind
from conformance.bench import assert_in_sync, describe, errors, open_bench
from conformance.targets import ALL, Target

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=pytest.mark.slow)])
@pytest.mark.parametrize("target", ALL, ids=str)
def test_any_live_state_is_imported_so_that_a_plan_only_adopts_it(target: Target, examples: int) -> None:
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(made(target.kind, target.generation), min_size=1, max_size=8), st.sampled_from([KeyMode.IGNORE, KeyMode.ENV])
    )
    def try_state(channels: Sequence[Made], keys: KeyMode) -> None:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(import_and_adopt(target, channels, keys, Path(folder)))

    try_state()


async def import_and_adopt(target: Target, channels: Sequence[Made], keys: KeyMode, folder: Path) -> None:
    async with open_bench(target) as bench:
        await make(bench, channels)
        before = await rows(bench)
        path = declare(bench, folder)

        imported = await import_all(bench, path, keys)
        text = imported.whole()

        assert (await import_all(bench, path, keys)).whole() == text, "importing twice gives the same bytes"
        assert [secret for secret in SECRETS if secret in text] == []
        loaded = load(path, text, {needed.name: needed.value or "sk-new" for needed in imported.needed})
        assert [(f.summary, f.field) for f in loaded.findings if f.severity is Severity.ERROR] == [], text
        assert len(channels_of(loaded)) + len(imported.silent) == len(before)
        assert [row["id"] for row in before if not _is_told(row, imported.whole(), bench.prefix)] == []

        plan = await bench.plan(*channels_of(loaded))
        assert errors(plan) == [], text
        wanted = {Action.ADOPT} if target.kind is SiteKind.NEWAPI else set()
        assert {change.action for change in plan.pending} <= wanted, text
        held = {"key", "keys"} if keys is KeyMode.ENV else set()
        assert [describe(c) for c in plan.pending if {f.path for f in c.fields} - held] == [], text
        if keys is KeyMode.ENV and target.kind is SiteKind.NEWAPI:
            return  # the real keys are not known here: applying would write others

        report = await bench.try_apply(*channels_of(loaded))
        assert [(o.address.name, o.error) for o in report.outcomes if o.result is not Result.DONE] == []
        assert await rows(bench) == before
        assert_in_sync(await bench.plan(*channels_of(loaded)))


def _is_told(row: dict[str, object], text: str, prefix: str) -> bool:
    return prefix in text and (f"id: {row['id']}" in text or "name: " in text)
