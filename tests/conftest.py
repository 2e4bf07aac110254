"""What all tests share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("conformance.bench")  # before anybody imports it: a failed law then says what differs

from faults.summary import pytest_terminal_summary  # noqa: E402

__all__ = ["pytest_terminal_summary"]

SWEEPS = ("fuzz", "properties", "security")
"""Folders that try many inputs: `make test-slow` and CI run them, `make test` does not."""


FIELD_BY_FIELD = "test_fields.py"
OLDER = ("newapi-base", "octopus-g2")
"""Where the conformance suite tries each field by itself; `make test` does so on the youngest generations."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_older = item.path.name == FIELD_BY_FIELD and any(generation in item.name for generation in OLDER)
        if item.path.parent.name in SWEEPS or is_older:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
