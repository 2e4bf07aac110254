"""What another gateway calls where one called an address, or why nothing of it does. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.authoring.losses import Loss
from chanops.authoring.protocols import find_vendor
from chanops.authoring.stating import shown
from chanops.config.urls import PLAN_WORDS
from chanops.domain.address import Address
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Secret
from chanops.domain.value import reveal

if TYPE_CHECKING:
    from chanops.authoring.protocols import Spoken
    from chanops.domain.gateway import Dialect
    from chanops.domain.value import Value

BY_HAND: Final = "declare it by hand, with a type and an address that fit"


class RefusedError(Exception):
    """Why a channel cannot be had on the other site; it ends where the channel is translated."""


class Call(NamedTuple):
    """One side: a gateway, and the type that the channel has there."""

    dialect: Dialect
    type: Value

    def form(self, url: str) -> str:
        """Return *url* as the gateway has it for that type."""
        asked = DesiredChannel(Address.channel("", ""), {"type": self.type, "base_url": url})
        return str(reveal(self.dialect.canonical(asked)[0].fields.get("base_url")))


class Route(NamedTuple):
    """The address on the other side, the type that goes with it, and what is not the same."""

    url: str | Secret
    type: Value
    losses: tuple[Loss, ...] = ()

    def hidden(self) -> Route:
        """Return it for an address that a file declares by a reference: it is told nowhere."""
        url = str(reveal(self.url))
        losses = tuple(loss._replace(what=loss.what.replace(shown(url), "this one")) for loss in self.losses)
        return Route(Secret(url), self.type, losses)


def to_octopus(text: str, source: Call, target: Call, spoken: Spoken) -> Route:
    """Return what Octopus calls where New API called *text*. Raises RefusedError."""
    if text in PLAN_WORDS:
        raise RefusedError(f"its address is the name of a plan, {text}, which only New API knows; {BY_HAND}")
    if "#" in text or "?" in text:
        raise RefusedError(f"its address is complete, and Octopus marks that in another way; {BY_HAND}")
    root = text or spoken.url
    if not root:
        raise RefusedError(f"it names no address, and Octopus needs one; {BY_HAND}")
    made = target.form(root.rstrip("/") + spoken.path)
    if not text:
        return Route(made, target.type, (Loss("base_url", f"the default of the type is written out: {made}"),))
    if not spoken.path and source.form(made) != text:
        what = f"the gateway called another address than {_open(made)} before"
        return Route(made, target.type, (Loss("base_url", what, "check the address"),))
    return Route(made, target.type)


def to_newapi(text: str, source: Call, target: Call) -> Route:
    """Return what New API calls where Octopus called *text*, perhaps with the type of a vendor. Raises RefusedError."""
    bare = text[:-1] if text.endswith("#") and not text.endswith("##") else text
    if vendor := find_vendor(target.type, bare):
        name, url = vendor
        return Route(url, name, (Loss("type", f"{shown(source.type)} becomes {name}, whose version the address has"),))
    made = target.form(bare)
    if made == bare or source.form(made) != text:
        raise RefusedError(f"New API would append a version to its address, and call another one; {BY_HAND}")
    return Route(made, target.type)


def to_other_generation(text: str, target: Call) -> Route:
    """Return what another version of the same gateway calls where this one called *text*. Raises RefusedError."""
    if text.endswith("##") or "?" in text:
        raise RefusedError(f"its address is complete, and the other version marks that in another way; {BY_HAND}")
    return Route(target.form(text.removesuffix("#")) if text else text, target.type)


def _open(url: str) -> str:
    """Return *url* where nothing in it is secret."""
    return shown(url) if "@" not in url else "this one"
