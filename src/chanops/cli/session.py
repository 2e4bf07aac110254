"""The sites of one run, opened and closed: adapters, pacing, and emulated gateways where a file asks for them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from chanops.cli.embedded import URL, is_embedded, open_embedded, state_folder
from chanops.domain.value import reveal
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from chanops.cli.loading import Configuration
    from chanops.domain.gateway import Gateway
    from chanops.domain.site import Site
    from chanops.engine.applier import Stop
    from chanops.sandbox.gateway import Sandbox

SANDBOX_NOTICE = "sandbox: nothing real is written"


@asynccontextmanager
async def open_gateways(
    configuration: Configuration, *, on_wait: Callable[[str, float, str], None] | None = None, stop: Stop | None = None
) -> AsyncIterator[dict[str, Gateway]]:
    """Yield the gateway of every site, not yet logged in; close them all at the end. A *stop* ends waits for rate limits.

    *on_wait* hears site, seconds and reason of every wait; without it a line on stderr says so.
    """
    desired = configuration.desired
    if any(is_embedded(site) for site in desired.sites):
        click.echo(SANDBOX_NOTICE, err=True)
    emulated: list[Sandbox] = []
    gateways: dict[str, Gateway] = {}
    try:
        for site in desired.sites:
            pacer = Pacer(on_wait=partial(on_wait or say_waiting, site.name))
            if stop is not None:  # a stop nobody asked for yet is false
                stop.hearers.append(pacer.end_waits)
            gateways[site.name] = _open(site, configuration, pacer, emulated)
        yield gateways
    finally:
        for gateway in gateways.values():
            await gateway.close()
        for sandbox in emulated:
            sandbox.close()


def say_waiting(site: str, seconds: float, reason: str) -> None:
    """Say on stderr why nothing happens."""
    from chanops.render.report_text import waiting_line  # noqa: PLC0415 - rarely needed

    click.echo(waiting_line(site, seconds, reason), err=True)


def _open(site: Site, configuration: Configuration, pacer: Pacer, emulated: list[Sandbox]) -> Gateway:
    adapter = find_adapter(site.kind)
    if not is_embedded(site):
        return adapter(site, ledger=configuration.ledger, pacer=pacer, url=str(reveal(site.url)))
    embedded = open_embedded(site, state_folder(configuration.desired.files))
    emulated.append(embedded.sandbox)
    return adapter(embedded.site, ledger=configuration.ledger, pacer=pacer, transport=embedded.transport, url=URL)
