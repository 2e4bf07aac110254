"""The sites of one run, opened and closed: adapters, pacing, and emulated gateways where a file asks for them."""

from __future__ import annotations

from contextlib import asynccontextmanager
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
    from chanops.sandbox.gateway import Sandbox

SANDBOX_NOTICE = "sandbox: nothing real is written"


@asynccontextmanager
async def open_gateways(
    configuration: Configuration, *, on_wait: Callable[[str, float, str], None] | None = None
) -> AsyncIterator[dict[str, Gateway]]:
    """Yield the gateway of every site, not yet logged in; close them all at the end."""
    desired = configuration.desired
    if any(is_embedded(site) for site in desired.sites):
        click.echo(SANDBOX_NOTICE, err=True)
    emulated: list[Sandbox] = []
    gateways: dict[str, Gateway] = {}
    try:
        for site in desired.sites:
            gateways[site.name] = _open(site, configuration, on_wait, emulated)
        yield gateways
    finally:
        for gateway in gateways.values():
            await gateway.close()
        for sandbox in emulated:
            sandbox.close()


def _open(
    site: Site,
    configuration: Configuration,
    on_wait: Callable[[str, float, str], None] | None,
    emulated: list[Sandbox],
) -> Gateway:
    pacer = Pacer(on_wait=(lambda seconds, reason: on_wait(site.name, seconds, reason)) if on_wait else None)
    adapter = find_adapter(site.kind)
    if not is_embedded(site):
        return adapter(site, ledger=configuration.ledger, pacer=pacer, url=str(reveal(site.url)))
    embedded = open_embedded(site, state_folder(configuration.desired.files))
    emulated.append(embedded.sandbox)
    return adapter(embedded.site, ledger=configuration.ledger, pacer=pacer, transport=embedded.transport, url=URL)
