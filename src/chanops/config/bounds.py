"""How deep a file may be and how far its aliases may expand it: measured on the tree, where an alias is a shared node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yaml.nodes import ScalarNode, SequenceNode

from chanops.config.source import place_of
from chanops.domain.finding import error

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.faults import Faults
    from chanops.config.source import Source

DEEPEST: Final = 64  # levels
FOLD: Final = 10  # how many times aliases may multiply a file
FEW: Final = 1000  # nodes that aliases may always make

TOO_DEEP: Final = (f"the file is nested deeper than {DEEPEST} levels", "a configuration needs about ten")


def is_bounded(root: Node, source: Source, faults: Faults) -> bool:
    """Tell whether depth and aliases stay within the limits; what does not is noted."""
    measure = _Measure()
    try:
        total = measure.size(root, 1)
    except _TooMuchError as fault:
        faults.add(error(*fault.texts), place_of(source, fault.node))
        return False
    if total <= max(FEW, FOLD * measure.written):
        return True
    summary = f"aliases expand the file more than {FOLD} times"
    faults.add(error(summary, "write the values out, or use defaults and providers"), place_of(source, measure.widest or root))
    return False


class _TooMuchError(Exception):
    def __init__(self, node: Node, texts: tuple[str, str]) -> None:
        super().__init__(texts[0])
        self.node = node
        self.texts = texts


class _Measure:
    """Counts nodes as written and as aliases expand them; each collection is visited once."""

    def __init__(self) -> None:
        self.written = 0
        self.widest: Node | None = None  # the repeated node that stands for most
        self._most = 0
        self._known: dict[int, tuple[int, int] | None] = {}  # id -> size, height; None while inside of it

    def size(self, node: Node, depth: int) -> int:
        """Return how many nodes *node*, which stands at level *depth*, stands for."""
        if type(node) is ScalarNode:
            self.written += 1
            return 1
        if id(node) in self._known:
            return self._again(node, depth)
        if depth > DEEPEST:
            raise _TooMuchError(node, TOO_DEEP)
        self._known[id(node)] = None
        children = node.value if type(node) is SequenceNode else [part for pair in node.value for part in pair]
        nested = [child for child in children if type(child) is not ScalarNode]
        scalars = len(children) - len(nested)
        self.written += 1 + scalars
        total = 1 + scalars + sum([self.size(child, depth + 1) for child in nested])
        self._known[id(node)] = (total, 1 + max(map(self._height, nested), default=0))
        return total

    def _again(self, node: Node, depth: int) -> int:
        """Return the size of a collection that an alias repeats."""
        known = self._known[id(node)]
        if known is None:
            raise _TooMuchError(node, ("an alias stands inside of what it repeats", "write the value out"))
        total, height = known
        if depth + height - 1 > DEEPEST:
            raise _TooMuchError(node, TOO_DEEP)
        self.written += 1
        if total > self._most:
            self._most, self.widest = total, node
        return total

    def _height(self, node: Node) -> int:
        known = self._known[id(node)]
        return known[1] if known else 0
