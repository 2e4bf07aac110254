"""Gateways in the middle of their lives, built once."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

import pytest

from faults.emulated import Template, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.domain.vocabulary import SiteKind


@pytest.fixture(scope="session")
def template_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[SiteKind, str], Template]:
    """Return the gateway that every case begins with."""
    folder = tmp_path_factory.mktemp("templates")

    @cache
    def find(kind: SiteKind, generation: str) -> Template:
        return asyncio.run(build(kind, generation, folder))

    return find


@pytest.fixture
def template(kind: SiteKind, generation: str, template_of: Callable[[SiteKind, str], Template]) -> Template:
    """Return the gateway of a test that is parametrised by it."""
    return template_of(kind, generation)
