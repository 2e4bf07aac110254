"""What all tests share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("conformance.bench")  # before anybody imports it: a failed law then says what differs

from faults.summary import pytest_terminal_summary  # noqa: E402

__all__ = ["pytest_terminal_summary"]

SWEEPS = ("fuzz", "properties", "security")
"""Folders that try many inputs: `make test-slow` and CI run them, `make test` does not."""


MANY = ("test_fields.py", "test_law.py", "test_models.py", "test_names.py")
OLDER = ("newapi-base", "octopus-g2")
"""What the conformance suite tries by the hundred; `make test` does so on the youngest generations alone."""


RUNS_A_PAGE = "test_what_a_page_runs_prints_what_it_shows"
FIRST_PAGES = ("README.md", "docs/tutorial/first-plan.md")
"""Pages that `make test` runs; the others take their time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)


def is_slow(item: pytest.Item) -> bool:
    """Tell whether *item* waits for `make test-slow` and CI."""
    is_many = item.path.parent.name == "conformance" and item.path.name in MANY
    is_older = is_many and any(generation in item.name for generation in OLDER)
    is_later_page = RUNS_A_PAGE in item.name and not any(page in item.name for page in FIRST_PAGES)
    return item.path.parent.name in SWEEPS or is_older or is_later_page


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
