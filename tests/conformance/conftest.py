"""Every test gets a bench of its own; which gateways there are is said in targets.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.bench import Bench, open_bench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def bench(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Bench]:
    async with open_bench(request.param) as made:
        yield made
