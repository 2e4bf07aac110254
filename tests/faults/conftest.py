"""Gateways in the middle of their lives, built once."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

import pytest

from faults import stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.domain.vocabulary import SiteKind


@pytest.fixture(scope="session")
def template_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[SiteKind, str], stage.Template]:
    """Return the gateway that every case begins with."""
    folder = tmp_path_factory.mktemp("templates")

    @cache
    def build(kind: SiteKind, generation: str) -> stage.Template:
        return asyncio.run(stage.build(kind, generation, folder))

    return build


@pytest.fixture
def template(kind: SiteKind, generation: str, template_of: Callable[[SiteKind, str], stage.Template]) -> stage.Template:
    """Return the gateway of a test that is parametrised by it."""
    return template_of(kind, generation)
