"""Every test gets a bench of its own; which gateways there are is said in targets.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite("conformance.bench")  # before its import: a failed law then says what differs

from conformance.bench import Bench, open_bench  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def bench(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Bench]:
    async with open_bench(request.param) as made:
        yield made
