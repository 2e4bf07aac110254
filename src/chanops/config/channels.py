"""One declared channel: its name, its fields as a layer, and how it is to be treated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from chanops.config import keys, nodes, texts, words
from chanops.config.layers import read_layer
from chanops.config.source import first_line_of
from chanops.config.spelling import meant, shown
from chanops.domain.address import Address
from chanops.domain.resources import ChannelState
from chanops.domain.vocabulary import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from yaml.nodes import Node, ScalarNode

    from chanops.config.layers import Layer
    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope
    from chanops.config.source import Place

_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
_NO_IGNORE: Final = ("name",)


class Life:
    """How a channel is to be treated: life-cycle keys that were declared, with the node of each value."""

    __slots__ = ("nodes", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.nodes: dict[str, Node] = {}


class Declared:
    """A channel as one mapping declares it, before anything is inherited."""

    __slots__ = ("layer", "life", "name", "name_place", "node", "place", "scope")

    def __init__(self, scope: Scope, node: Node, name: str | None, name_place: Place) -> None:
        self.scope = scope
        self.node = node
        self.name = name
        self.name_place = name_place
        self.place = first_line_of(scope.source, node)
        self.layer: Layer = {}
        self.life = Life()


def read_channel(scope: Scope, node: Node, site: str | None) -> Declared | None:
    """Return the channel that *node* declares on *site* (None: at the top level); None when it is no mapping."""
    entries = nodes.pairs(scope, node, want="a channel")
    if entries is None:
        return None
    name, name_place = _read_name(scope, node, entries)
    if site is not None and name is not None:
        scope = scope.about(Address.channel(site, name), tolerated=scope.tolerated)
    declared = Declared(scope, node, name, name_place)
    entries = keys.known(scope, entries, words.CHANNEL, "a channel")
    declared.layer = read_layer(scope, entries)
    declared.life = read_life(scope, entries)
    if site is not None and "sites" in declared.life.nodes:
        key = next(key for name, key, _ in entries if name == "sites")
        scope.error(
            key, "sites: is for top-level channels", "take it out: this channel already stands under its site", field="sites"
        )
    return declared


def _read_name(scope: Scope, node: Node, entries: list[Pair]) -> tuple[str | None, Place]:
    for key, _, value in entries:
        if key == "name":
            return texts.line(scope, value, "the name of a channel", field="name"), scope.place(value)
    place = first_line_of(scope.source, node)
    scope.error(place, "name is missing", "every channel has a name", field="name")
    return None, place


def read_life(scope: Scope, entries: list[Pair]) -> Life:
    """Return the life-cycle keys among *entries*; a value of None was taken back or bad."""
    life = Life()
    for name, _, node in entries:
        if name in _READERS:
            life.nodes[name] = node
            life.values[name] = None if nodes.is_null(node) else _READERS[name](scope, node)
    return life


def _provider(scope: Scope, node: Node) -> str | None:
    return nodes.plain_text(scope, node, what="the name of a provider", field="provider")


def _sites(scope: Scope, node: Node) -> list[tuple[str, ScalarNode]] | None:
    items = nodes.items(scope, node, want="a list of sites", field="sites")
    if items is None:
        return None
    found: dict[str, Any] = {}
    for item in items:
        name = nodes.plain_text(scope, item, what="the name of a site", field="sites")
        if name in found:
            scope.error(item, f"the site {shown(str(name))} stands here twice", "take one of them out", field="sites")
        elif name is not None:
            found[name] = item
    if not items:
        scope.error(node, "the list of sites is empty", "name the sites it lives on", field="sites")
    return list(found.items())


def _protect(scope: Scope, node: Node) -> bool | None:
    return nodes.boolean(scope, node, field="protect")


def _state(scope: Scope, node: Node) -> ChannelState | None:
    word = keys.choice(scope, node, tuple(ChannelState), field="state", what="the state of a channel")
    return ChannelState(word) if word else None


def _moved_from(scope: Scope, node: Node) -> str | None:
    return texts.line(scope, node, "a former name", field="moved_from")


def _ignore(scope: Scope, node: Node) -> frozenset[str] | None:
    items = nodes.items(scope, node, want="a list of fields", field="ignore")
    if items is None:
        return None
    found = set()
    for item in items:
        path = nodes.plain_text(scope, item, what="a field", field="ignore")
        if path in FIELDS and path not in _NO_IGNORE:
            found.add(path)
        elif path is not None:
            _refuse_path(scope, item, path)
    return frozenset(found)


def _refuse_path(scope: Scope, node: Node, path: str) -> None:
    known = [field for field in FIELDS if field not in _NO_IGNORE]
    hint = next((f'did you mean "{field}"?' for field in known if field.endswith("." + path)), "") or meant(path, known)
    scope.error(node, f"{shown(path)} is not a field that can be ignored", hint, field="ignore")


def _id(scope: Scope, node: Node) -> str | None:
    value = getattr(node, "value", None)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    scope.error(node, "an id is a whole number from 1", "`chanops list` shows the ids", field="id")
    return None


_READERS: Final[dict[str, Callable[[Scope, Node], Any]]] = {
    "provider": _provider,
    "sites": _sites,
    "protect": _protect,
    "state": _state,
    "moved_from": _moved_from,
    "ignore": _ignore,
    "id": _id,
}
