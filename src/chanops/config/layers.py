"""A layer: the channel fields that one mapping declares: a channel, a provider, or the defaults of a site or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from chanops.config import keys, nodes, words
from chanops.config.shapes import read
from chanops.config.source import Place, place_of
from chanops.domain.vocabulary import BLOCKS, FIELDS

if TYPE_CHECKING:
    from yaml.nodes import Node, ScalarNode

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope
    from chanops.domain.value import Value


class Item:
    """One declared value. *value* is None when it is taken back (`null`), or when it was bad, which is noted."""

    __slots__ = ("is_bad", "key", "node", "scope", "value")

    def __init__(self, scope: Scope, key: ScalarNode, node: Node, value: Value, *, is_bad: bool) -> None:
        self.scope = scope
        self.key = key
        self.node = node
        self.value = value
        self.is_bad = is_bad

    @property
    def place(self) -> Place:
        """Return where the value stands."""
        return place_of(self.scope.source, self.node)


Layer: TypeAlias = dict[str, Item]
"""Declared values by their path in the vocabulary."""

EXCLUSIVE: Final = (("key", "keys"), ("base_url", "base_urls"))


def read_layer(scope: Scope, entries: list[Pair]) -> Layer:
    """Return the fields among *entries*; life-cycle keys are left to others."""
    layer: Layer = {}
    for name, key, node in entries:
        if name in BLOCKS:
            _read_block(scope, layer, name, (name, key, node))
        elif name in FIELDS and name != "name":
            layer[name] = _read_item(scope, name, key, node)
    for one, many in EXCLUSIVE:
        if one in layer and many in layer and not nodes.is_null(layer[one].node) and not nodes.is_null(layer[many].node):
            scope.error(layer[many].key, f"{one} and {many} stand here together", "take one of them out", field=many)
    return layer


def _read_item(scope: Scope, path: str, key: ScalarNode, node: Node) -> Item:
    if nodes.is_null(node):
        return Item(scope, key, node, None, is_bad=False)
    value = read(scope, FIELDS[path], node)
    return Item(scope, key, node, value, is_bad=value is None)


def _read_block(scope: Scope, layer: Layer, block: str, pair: Pair) -> None:
    _, key, node = pair
    paths = words.IN_BLOCK[block]
    if nodes.is_null(node):
        layer.update({path: Item(scope, key, node, None, is_bad=False) for path in paths.values()})
        return
    entries = nodes.pairs(scope, node, field=block) or []
    for name, inner, value in keys.known(scope, entries, paths, f"the {block}: block", field=block):
        layer[paths[name]] = _read_item(scope, paths[name], inner, value)
