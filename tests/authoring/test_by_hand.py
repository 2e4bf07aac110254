"""Forty channels made by hand, on the emulators or on the real servers of tests/conformance/README.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authoring.by_hand import channels
from authoring.rows import SECRET, SECRETS
from authoring.walk import channels_of, declare, import_all, load, make, rows
from chanops.authoring.formatting import format_text
from chanops.authoring.references import KeyMode
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.report import Result
from chanops.domain.vocabulary import SiteKind
from conformance.bench import Bench, assert_in_sync, describe, errors, open_bench
from conformance.targets import ALL, Target

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.authoring.importing import Imported

pytestmark = pytest.mark.anyio
on_every_gateway = pytest.mark.parametrize("target", ALL, ids=str)
KEYS = ("key", "keys")


@on_every_gateway
async def test_what_was_made_by_hand_is_adopted_and_stays_as_it_is(target: Target, tmp_path: Path) -> None:
    async with open_bench(target) as bench:
        await make(bench, channels(target.kind, target.generation))
        before = await rows(bench)
        path = declare(bench, tmp_path)

        imported = await import_all(bench, path, KeyMode.IGNORE)
        loaded = load(path, imported.whole(), known(imported))
        plan = await bench.plan(*channels_of(loaded))
        report = await bench.try_apply(*channels_of(loaded))

        assert len(before) == len(imported.drafts) == 40
        assert [found.summary for found in loaded.findings if found.severity is Severity.ERROR] == []
        assert errors(plan) == []
        assert [describe(change) for change in plan.pending if change.fields] == []
        assert {c.action for c in plan.pending} == ({Action.ADOPT} if target.kind is SiteKind.NEWAPI else set())
        assert [(o.address.name, o.error) for o in report.outcomes if o.result is not Result.DONE] == []
        assert await rows(bench) == before
        assert_in_sync(await bench.plan(*channels_of(loaded)))


@on_every_gateway
async def test_keys_that_are_supplied_are_the_ones_that_live(target: Target, tmp_path: Path) -> None:
    async with open_bench(target) as bench:
        await make(bench, channels(target.kind, target.generation))
        before, holders = await rows(bench), await holders_of(bench, SECRET)
        path = declare(bench, tmp_path)

        imported = await import_all(bench, path, KeyMode.ENV)
        loaded = load(path, imported.whole(), known(imported))
        plan = await bench.plan(*channels_of(loaded))
        report = await bench.try_apply(*channels_of(loaded))

        assert {field.path for change in plan.pending for field in change.fields} <= set(KEYS)
        assert [(o.address.name, o.error) for o in report.outcomes if o.result is not Result.DONE] == []
        assert await rows(bench) == before
        assert await holders_of(bench, SECRET) == holders
        assert_in_sync(await bench.plan(*channels_of(loaded)))


@on_every_gateway
async def test_no_secret_stands_in_the_file_and_every_channel_does(target: Target, tmp_path: Path) -> None:
    async with open_bench(target) as bench:
        await make(bench, channels(target.kind, target.generation))
        path = declare(bench, tmp_path)

        imported = await import_all(bench, path, KeyMode.ENV)
        text = imported.whole()
        again = (await import_all(bench, path, KeyMode.ENV)).whole()

        assert [secret for secret in (*SECRETS, "abcdefgh12345", "sk-by-hand") if secret in text] == []
        assert len(re.findall(r"^ *(?:# )?- name: ", text, re.MULTILINE)) == 40
        assert [draft.name for draft in imported.silent if f"id: {draft.live.remote_id}\n" not in text] == []
        assert again == text


def known(imported: Imported) -> dict[str, str]:
    """Return the secrets as somebody would supply them: those that the gateway hides are the ones made by hand."""
    hidden = {"KEY_2": "sk-by-hand-2", "KEY_3": "sk-by-hand-3"}
    return {
        needed.name: needed.value
        or next((v for end, v in hidden.items() if needed.name.endswith(f"SEVERAL_KEYS_{end}")), SECRET)
        for needed in imported.needed
    }


@on_every_gateway
async def test_what_is_imported_is_formatted_already(target: Target, tmp_path: Path) -> None:
    async with open_bench(target) as bench:
        await make(bench, channels(target.kind, target.generation))

        text = (await import_all(bench, declare(bench, tmp_path), KeyMode.ENV)).whole()

        assert format_text(text) == text


async def holders_of(bench: Bench, key: str) -> list[str]:
    """Return which channels hold *key*, where only the gateway's search tells."""
    return await bench.newapi.find_key(key) if bench.kind is SiteKind.NEWAPI else []
