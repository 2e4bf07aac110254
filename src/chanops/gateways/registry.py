"""Which adapter speaks to which kind of site; one line each, imported when a site needs it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, Protocol, cast

from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    import httpx

    from chanops.domain.gateway import Dialect, Gateway
    from chanops.domain.secret import Ledger
    from chanops.domain.site import Site
    from chanops.gateways.pacing import Pacer

ADAPTERS: Final = {
    SiteKind.NEWAPI: "chanops.gateways.newapi.gateway",
    SiteKind.OCTOPUS: "chanops.gateways.octopus.gateway",
}


class OpenGateway(Protocol):
    """What every adapter's module offers: a gateway for a site, not yet logged in."""

    def __call__(
        self,
        site: Site,
        *,
        ledger: Ledger,
        pacer: Pacer,
        transport: httpx.AsyncBaseTransport | None = None,
        url: str | None = None,
    ) -> Gateway:
        """Return the gateway of *site*; *url* and *transport* stand in for the site's own (the sandbox)."""
        ...


def find_adapter(kind: SiteKind) -> OpenGateway:
    """Return the function that opens a gateway of *kind*."""
    return cast("OpenGateway", importlib.import_module(ADAPTERS[kind]).open_gateway)


DIALECTS: Final = {
    SiteKind.NEWAPI: "chanops.gateways.newapi.dialect",
    SiteKind.OCTOPUS: "chanops.gateways.octopus.dialect",
}


def find_dialects(kind: SiteKind) -> tuple[Dialect, ...]:
    """Return how the generations of *kind* hold channels, the newest first; what an account may do is not known."""
    return cast("tuple[Dialect, ...]", importlib.import_module(DIALECTS[kind]).make_dialects())
