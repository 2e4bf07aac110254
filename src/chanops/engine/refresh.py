"""Read all sites side by side; a site that cannot be read whole is an error, never an empty one (DESIGN 2, law 2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.gateway import Gateway, LiveSite

AT_ONCE = 10  # sites


async def refresh(gateways: Mapping[str, Gateway]) -> dict[str, LiveSite | GatewayError]:
    """Return what every site holds, or why it could not be read."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def fetch(gateway: Gateway) -> LiveSite | GatewayError:
        async with turn:
            try:
                return await gateway.fetch()
            except GatewayError as fault:
                return fault

    names = list(gateways)
    results = await asyncio.gather(*(fetch(gateways[name]) for name in names))
    return dict(zip(names, results, strict=True))
