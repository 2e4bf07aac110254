"""A layer: what one mapping declares of a channel: the channel itself, a provider, or the defaults of a site or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chanops.config import keys, life_cycle, nodes, shapes, words
from chanops.config.source import Place, place_of
from chanops.domain.vocabulary import BLOCKS, FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml.nodes import Node, ScalarNode

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope

EXCLUSIVE: Final = (("key", "keys"), ("base_url", "base_urls"))
"""Two ways to say the same: only one of them may stand in a mapping, and the nearer one wins."""


class Item:
    """One declared value. *value* is None when it is taken back (`null`), and when it was bad, which is noted."""

    __slots__ = ("is_bad", "key", "node", "scope", "value")

    def __init__(self, scope: Scope, key: ScalarNode, node: Node, value: Any, *, is_bad: bool) -> None:  # noqa: ANN401
        self.scope = scope
        self.key = key
        self.node = node
        self.value = value
        self.is_bad = is_bad

    @property
    def place(self) -> Place:
        """Return where the value stands."""
        return place_of(self.scope.source, self.node)

    @property
    def is_declared(self) -> bool:
        """Tell whether it says something, be it wrong, and does not take back what is inherited."""
        return self.value is not None or self.is_bad


Layer: TypeAlias = dict[str, Item]
"""Declared values by their path in the vocabulary, life-cycle keys among them."""


def read_layer(scope: Scope, entries: Iterable[Pair]) -> Layer:
    """Return what *entries* declare."""
    layer: Layer = {}
    for name, key, node in entries:
        if name in BLOCKS:
            _read_block(scope, layer, name, (key, node))
        elif name != "name":
            layer[name] = _read_item(scope, name, key, node)
    for one, many in EXCLUSIVE:
        if one in layer and many in layer and layer[one].is_declared and layer[many].is_declared:
            scope.error(layer[many].key, f"{one} and {many} stand here together", "take one of them out", field=many)
    return layer


def lay_over(nearer: Layer, farther: Layer) -> Layer:
    """Return both layers as one, *nearer* winning; `key` there takes away an inherited `keys`, and the other way round."""
    merged = dict(farther)
    for one, many in EXCLUSIVE:
        if one in nearer and nearer[one].is_declared:
            merged.pop(many, None)
        if many in nearer and nearer[many].is_declared:
            merged.pop(one, None)
    merged.update(nearer)
    return merged


def _read_item(scope: Scope, path: str, key: ScalarNode, node: Node) -> Item:
    if nodes.is_null(node):
        return Item(scope, key, node, None, is_bad=False)
    field = FIELDS.get(path)
    value = shapes.read(scope, field, node) if field else life_cycle.READERS[path](scope, node)
    return Item(scope, key, node, value, is_bad=value is None)


def _read_block(scope: Scope, layer: Layer, block: str, entry: tuple[ScalarNode, Node]) -> None:
    key, node = entry
    paths = words.IN_BLOCK[block]
    if nodes.is_null(node):
        layer.update({path: Item(scope, key, node, None, is_bad=False) for path in paths.values()})
        return
    entries = nodes.pairs(scope, node, field=block) or []
    for name, inner, value in keys.known(scope, entries, paths, f"the {block}: block", field=block):
        layer[paths[name]] = _read_item(scope, paths[name], inner, value)
