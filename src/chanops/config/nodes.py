"""Values from nodes, strictly: text is text, a number a number; what is neither is noted and comes back as None."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from chanops.config import traps
from chanops.config.compose import PLAIN, QUOTED
from chanops.config.references import OPEN
from chanops.config.spelling import shown

if TYPE_CHECKING:
    from chanops.config.scope import Scope

Pair: TypeAlias = tuple[str, ScalarNode, Node]
"""An entry of a mapping: its key, where the key stands, its value."""

_STANDARD: Final = "tag:yaml.org,2002:"
_AS_PLAIN: Final = frozenset(_STANDARD + name for name in ("int", "float", "bool", "null", "map", "seq"))
_REFUSED: Final = ("binary", "omap", "pairs", "set", "timestamp")  # any other may hold anything, so it is not shown
MERGE: Final = "<<"


def is_null(node: Node) -> bool:
    """Tell whether *node* is an unquoted null, or nothing at all."""
    return type(node) is ScalarNode and node.value in traps.NOTHING and tag_of(node) == PLAIN


def tag_of(node: Node) -> str:
    """Return PLAIN or QUOTED for what YAML itself knows, any other tag as it is written."""
    tag: str = node.tag
    if tag in (PLAIN, QUOTED):
        return tag
    if tag == _STANDARD + "str":
        return QUOTED
    return PLAIN if tag in _AS_PLAIN else tag


def is_known(scope: Scope, node: Node) -> bool:
    """Tell whether *node* has no tag of its own; one that has is noted."""
    tag: str = node.tag
    if tag in (PLAIN, QUOTED) or tag_of(node) in (PLAIN, QUOTED):
        return True
    name = tag.removeprefix(_STANDARD)
    scope.error(
        node, f"the tag !!{name} is not supported" if name in _REFUSED else "tags are not supported", "write the plain value"
    )
    return False


def pairs(scope: Scope, node: Node, *, want: str = "a mapping", field: str = "") -> list[Pair] | None:
    """Return the entries of a mapping, those merged by `<<` last; None when it is none."""
    if not is_known(scope, node):
        return None
    if type(node) is not MappingNode:
        scope.error(node, f"{want} is wanted here, not {kind_of(node)}", "write key: value", field=field)
        return None
    found: dict[str, Pair] = {}
    merged: list[Node] = []
    for key, value in node.value:
        name = _key(scope, key, field)
        if name is None:
            continue
        if name == MERGE and key.tag == PLAIN and MERGE not in found:
            merged += value.value if type(value) is SequenceNode else [value]
        elif name in found or (name == MERGE and merged):
            line = (found[name][1] if name in found else merged[0]).start_mark.line + 1
            scope.error(key, f"this key stands here twice; the first is in line {line}", "take one of them out", field=field)
        else:
            found[name] = (name, key, value)
    for other in merged:
        for pair in pairs(scope, other, want="a mapping to merge") or ():
            found.setdefault(pair[0], pair)
    return list(found.values())


def _key(scope: Scope, key: Node, field: str) -> str | None:
    if type(key) is not ScalarNode:
        scope.error(key, f"a key is a text, not {kind_of(key)}", field=field)
        return None
    if not is_known(scope, key):
        return None
    name: str = key.value
    if tag_of(key) == PLAIN and (word := traps.reads_as(name)):
        scope.error(key, f"this key is read as {word}, not as text", "write it in quotes", field=field)
        return None
    return name


def items(scope: Scope, node: Node, *, want: str = "a list", field: str = "") -> list[Node] | None:
    """Return the items of a list; None when it is none."""
    if not is_known(scope, node):
        return None
    if type(node) is not SequenceNode:
        scope.error(
            node, f"{want} is wanted here, not {kind_of(node)}", "write [one, two], or one item a line after a -", field=field
        )
        return None
    found: list[Node] = node.value
    return found


def text(scope: Scope, node: Node, *, field: str = "", want: str = "a text", is_secret: bool = False) -> str | None:
    """Return the text of *node*, references unresolved; None when YAML reads something else."""
    if not is_known(scope, node):
        return None
    if type(node) is not ScalarNode:
        scope.error(node, f"{want} is wanted here, not {kind_of(node)}", field=field)
        return None
    value: str = node.value
    if tag_of(node) != PLAIN or not (word := traps.reads_as(value)):
        return value
    name = "this" if is_secret or not value else value
    detail = "write it in quotes" if is_secret or not value else f'write it in quotes: "{value}"'
    scope.error(node, f"{name} is read as {word}, not as text", detail, field=field)
    return None


def plain_text(scope: Scope, node: Node, *, what: str, field: str = "") -> str | None:
    """Return a text that takes no references: *what* says why in the message."""
    value = text(scope, node, field=field)
    if value is not None and OPEN in value:
        scope.error(node, f"{what} takes no reference", "write it out", field=field)
        return None
    return value


def boolean(scope: Scope, node: Node, *, field: str = "") -> bool | None:
    """Return true or false; every other way of saying so is refused."""
    if type(node) is ScalarNode and tag_of(node) == PLAIN:
        if node.value in traps.TRUE:
            return True
        if node.value in traps.FALSE:
            return False
    if not is_known(scope, node):
        return None
    detail = "write true or false"
    if type(node) is not ScalarNode:
        scope.error(node, f"true or false is wanted here, not {kind_of(node)}", detail, field=field)
    elif tag_of(node) == PLAIN and traps.reads_as(node.value) in ("true", "false"):
        word = traps.reads_as(node.value)
        scope.error(node, f"{node.value} is read as {word} by some and as text by others", f"write {word}", field=field)
    elif tag_of(node) == QUOTED and node.value in traps.TRUE | traps.FALSE:
        scope.error(node, "true or false is wanted here, not a text", "take the quotes away", field=field)
    else:
        scope.error(node, f"{shown(node.value)} is neither true nor false", detail, field=field)
    return None


def whole(scope: Scope, node: Node, lowest: int, highest: int, *, field: str = "") -> int | None:
    """Return a whole number from *lowest* to *highest*."""
    if not is_known(scope, node):
        return None
    if type(node) is not ScalarNode:
        scope.error(node, f"a whole number is wanted here, not {kind_of(node)}", field=field)
        return None
    value: str = node.value
    if tag_of(node) == PLAIN and re.fullmatch(traps.WHOLE, value):
        number = int(value) if len(value) < 100 else None
        if number is not None and lowest <= number <= highest:
            return number
        scope.error(node, f"{shown(value)[1:-1]} is not from {lowest} to {highest}", field=field)
    else:
        scope.error(node, *_no_number(node), field=field)
    return None


def _no_number(node: ScalarNode) -> tuple[str, str]:
    value: str = node.value
    if OPEN in value:
        return "a whole number is wanted here, and a reference gives text", "write the number out"
    if tag_of(node) != PLAIN:
        quotes = "take the quotes away" if re.fullmatch(traps.WHOLE, value) else ""
        return "a whole number is wanted here, not a text", quotes
    word = traps.reads_as(value)
    if word is None:
        return f"{shown(value)} is not a whole number", ""
    if word == "a whole number":
        return f"{value} is read differently by different readers", "write decimal digits alone, without leading zeros"
    return f"{value or 'this'} is read as {word}, not as a whole number", "write decimal digits alone"


def kind_of(node: Node) -> str:
    """Return what *node* is, for a message."""
    if type(node) is MappingNode:
        return "a mapping"
    if type(node) is SequenceNode:
        return "a list"
    return "nothing" if is_null(node) else "a single value"
