"""The table of promises names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "safety.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z_/]+/test_[a-z_]+\.py(?:::test_\w+)?)`", PAGE)))


def test_the_table_names_tests() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named: str) -> None:
    path, _, name = named.partition("::")

    text = (ROOT / "tests" / path).read_text(encoding="utf-8")

    assert not name or re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)
