"""One declared channel: its name, and what its own mapping says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.config import keys, nodes, texts, words
from chanops.config.allowances import read_allow
from chanops.config.layers import Layer, read_layer
from chanops.config.source import first_line_of
from chanops.domain.address import Address

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope
    from chanops.config.source import Place
    from chanops.domain.finding import Range


class Declared:
    """A channel before anything is inherited; *place* is the first line of its mapping. A name of None was bad."""

    __slots__ = ("layer", "name", "name_place", "place", "scope")

    def __init__(self, scope: Scope, node: Node, name: str | None, name_place: Place, layer: Layer) -> None:
        self.scope = scope
        self.name = name
        self.name_place = name_place
        self.place = first_line_of(scope.source, node)
        self.layer = layer


def read_channel(scope: Scope, node: Node, site: str | None) -> Declared | None:
    """Return the channel that *node* declares on *site* (None: at the top level); None when it is no mapping."""
    entries = nodes.pairs(scope, node, want="a channel")
    if entries is None:
        return None
    name, name_place = _read_name(scope, node, entries)
    scope = scope.about(Address.channel(site, name) if site and name else None)
    known = keys.known(scope, entries, words.CHANNEL, "a channel")
    scope.allowed = _read_allowed(scope, known)
    declared = Declared(scope, node, name, name_place, read_layer(scope, known))
    if site is not None and "sites" in declared.layer:
        detail = "take it out: this channel already stands under its site"
        scope.error(declared.layer["sites"].key, "sites is for top-level channels", detail, field="sites")
    return declared


def _read_allowed(scope: Scope, entries: list[Pair]) -> dict[str, Range]:
    """Return what the channel allows, before the rest of it is read."""
    node = next((value for key, _, value in entries if key == "allow"), None)
    items = None if node is None or nodes.is_null(node) else read_allow(scope, node)
    return {item.rule: item.range for item in items or ()}


def _read_name(scope: Scope, node: Node, entries: list[Pair]) -> tuple[str | None, Place]:
    for key, _, value in entries:
        if key == "name":
            return texts.line(scope, value, "the name of a channel", field="name"), scope.place(value)
    place = first_line_of(scope.source, node)
    scope.error(place, "name is missing", "every channel has a name", field="name")
    return None, place
