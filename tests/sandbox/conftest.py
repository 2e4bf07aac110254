"""Tests of the emulators run on asyncio alone: that is what the engine uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.newapi_site import Start, starter

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def start() -> Iterator[Start]:
    yield from starter()
