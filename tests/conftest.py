"""What all tests share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("conformance.bench")  # before anybody imports it: a failed law then says what differs

from faults.summary import pytest_terminal_summary  # noqa: E402

__all__ = ["pytest_terminal_summary"]

SWEEPS = ("fuzz", "properties", "security")
"""Folders that try many inputs: `make test-slow` and CI run them, `make test` does not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in SWEEPS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
