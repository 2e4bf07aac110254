"""Golden files: what output looks like, kept as text. `CHANOPS_UPDATE_GOLDEN=1 pytest tests/render` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("golden")


def assert_golden(name: str, text: str) -> None:
    """Hold *text* against the golden file *name*, or write it when asked to."""
    path, text = FOLDER / name, text.rstrip("\n") + "\n"
    if os.environ.get("CHANOPS_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; CHANOPS_UPDATE_GOLDEN=1 writes it anew"
