"""Every test of the command line has a folder and an environment of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from security.stage import Stage


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for name in [name for name in os.environ if name.startswith("CHANOPS_") or name in ("FORCE_COLOR", "NO_COLOR")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("CHANOPS_SANDBOX_DIR", str(tmp_path / "sites"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.chdir(folder)
    return Stage(folder, monkeypatch)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
