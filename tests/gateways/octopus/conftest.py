"""Tests of the Octopus adapter run on asyncio alone: that is what the engine uses."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
