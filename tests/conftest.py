"""What all tests share."""

from __future__ import annotations

import pytest

from faults.summary import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
