"""Every recorded exchange is answered by the emulators as the real servers answered it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chanops.sandbox import GENERATIONS
from sandbox.replay import recordings_folder, replay

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

pytestmark = pytest.mark.anyio

NOT_EMULATED: dict[str, str] = {}
"""Recordings that an emulator cannot pass, each with its reason; one that passes must leave the list."""

FOLDERS = [f"{kind}-{generation}" for kind, generations in GENERATIONS.items() for generation in generations]


def recordings() -> list[ParameterSet]:
    files = [file for folder in FOLDERS for file in sorted((recordings_folder() / folder).glob("*.json"))]
    return [pytest.param(file, id=name(file), marks=marks(name(file))) for file in files]


def name(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def marks(of: str) -> list[pytest.MarkDecorator]:
    reason = NOT_EMULATED.get(of)
    return [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]


@pytest.mark.parametrize("file", recordings())
async def test_the_emulator_answers_as_the_recorded_server_did(file: Path) -> None:
    assert await replay(file) == []


def test_the_list_of_what_is_not_emulated_names_existing_recordings() -> None:
    kept = Path(__file__).parents[1] / "recordings"

    assert [of for of in NOT_EMULATED if not (kept / f"{of}.json").is_file()] == []
