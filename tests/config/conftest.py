"""Files of a configuration, written for one test, and what is found in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from chanops.config import load
from chanops.domain.secret import Ledger

if TYPE_CHECKING:
    from chanops.config import Loaded


class LoadText(Protocol):
    """Writes *text* and other files into a folder and loads the first."""

    def __call__(self, text: str | bytes, *, environ: dict[str, str] | None = None, ledger: Ledger | None = None) -> Loaded: ...


@pytest.fixture
def load_text(tmp_path: Path) -> LoadText:
    def load_it(text: str | bytes, *, environ: dict[str, str] | None = None, ledger: Ledger | None = None) -> Loaded:
        (tmp_path / "channels.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return load([Path("channels.yaml")], environ=environ or {}, ledger=ledger, cwd=tmp_path)

    return load_it
