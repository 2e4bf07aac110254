"""How the rules of a run get their model lists: the lock beside the files, the gateways, and providers directly."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from chanops.config.lock_file import lock_path, read_lock
from chanops.domain.discovery import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from chanops.cli.loading import Configuration
    from chanops.domain.discovery import Listing
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import SiteKind
    from chanops.engine.models import Asking
    from chanops.upstreams.line import Line


class Providers:
    """Providers, asked without a gateway between."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def list_models(self, kind: SiteKind, fields: Mapping[str, Value]) -> Listing:
        """Return what the provider of a channel with *fields* lists."""
        from chanops.upstreams.models import list_models  # noqa: PLC0415 - only for model rules
        from chanops.upstreams.provider import find_provider  # noqa: PLC0415

        provider = find_provider(kind, fields)
        return provider if isinstance(provider, Failure) else await list_models(self._line, provider)


def choose_counter() -> Callable[[int, int], None]:
    """Return what tells how many lists have come: on a terminal one line that goes away again, elsewhere nothing."""
    return _show_count if sys.stderr.isatty() else lambda _asked, _come: None


def _show_count(asked: int, come: int) -> None:
    is_over = come == asked
    click.echo("\r\x1b[K" + ("" if is_over else f"Asking for lists of models: {come} of {asked} ..."), nl=False, err=True)


@asynccontextmanager
async def open_asking(
    configuration: Configuration, *, is_locked_only: bool = False, ignores_lock: bool = False
) -> AsyncIterator[Asking | None]:
    """Yield how model lists are found; None when no channel has a rule."""
    if not any(channel.rule for site in configuration.desired.sites for channel in site.channels):
        yield None
        return
    async with open_any_asking(configuration, is_locked_only=is_locked_only, ignores_lock=ignores_lock) as asking:
        yield asking


@asynccontextmanager
async def open_any_asking(
    configuration: Configuration, *, is_locked_only: bool = False, ignores_lock: bool = False
) -> AsyncIterator[Asking]:
    """Yield how model lists are found, whether any channel has a rule or not."""
    from chanops.engine.models import Asking  # noqa: PLC0415 - only for model rules
    from chanops.upstreams.line import Line  # noqa: PLC0415

    line = Line(configuration.ledger)
    lock = read_lock(lock_path(configuration.desired.files))
    try:
        yield Asking(lock, Providers(line), is_locked_only=is_locked_only, ignores_lock=ignores_lock, on_list=choose_counter())
    finally:
        await line.close()
