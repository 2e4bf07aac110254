"""Mappings that the gateways carry as JSON: text to text, headers, and free JSON values."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from yaml.nodes import MappingNode, SequenceNode

from chanops.config import nodes, texts, traps
from chanops.config.addresses import read_proxy
from chanops.config.compose import PLAIN
from chanops.config.references import OPEN
from chanops.config.spelling import shown
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import is_secret_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import Field

API_KEY: Final = "{api_key}"  # New API puts the channel's key there
_LONGEST_NUMBER: Final = 100


def read_text_map(scope: Scope, field: Field, node: Node) -> dict[str, Value] | None:
    """Return a mapping of text to text."""
    scope = scope.under("map-json" if field.path == "model_mapping" else "json-field")
    read_one = _header if field.path == "headers" else _text
    entries = _entries(scope, node, field)
    if entries is None:
        return None
    found: dict[str, Value] = {name: read_one(scope, field, name, value) for name, _, value in entries}
    if field.path == "model_mapping":
        _check_cycles(scope, field, entries, found)
    return None if None in found.values() else found


def read_json_map(scope: Scope, field: Field, node: Node) -> dict[str, Value] | None:
    """Return a mapping of JSON values."""
    scope = scope.under("json-field")
    entries = _entries(scope, node, field)
    return None if entries is None else {name: _json(scope, field, value, name) for name, _, value in entries}


def read_text_or_map(scope: Scope, field: Field, node: Node) -> Value:
    """Return a text, or a mapping of JSON values."""
    if type(node) is MappingNode:
        return read_json_map(scope, field, node)
    return texts.text(scope, node, field=field.path)


def _entries(scope: Scope, node: Node, field: Field) -> list[Pair] | None:
    entries = nodes.pairs(scope, node, field=field.path)
    for name, key, _ in entries or ():
        if OPEN in name:
            scope.error(key, "a reference works in values only", "write the key out", field=field.path)
        elif not name.strip():
            scope.error(key, "this key is empty", field=field.path)
    return entries


def _check_cycles(scope: Scope, field: Field, entries: list[Pair], mapping: Mapping[str, Value]) -> None:
    """Note a model that is mapped back to itself by way of others; chains, and a name for itself, are legal."""
    finished: set[object] = set()
    for name, key, _ in entries:
        path: dict[object, None] = {}
        last: object = None
        here: object = name
        while isinstance(here, str) and here in mapping and here not in finished and here not in path:
            path[here] = None
            last, here = here, mapping[here]
        if isinstance(here, str) and here in path and here != last:
            summary = f"{shown(name)} is mapped in a circle"
            scope.error(key, summary, "a model must end at a name of the upstream", field=field.path, rule="map-cycle")
        finished.update(path)


def _text(scope: Scope, field: Field, _name: str, node: Node) -> str | Secret | None:
    return texts.text(scope, node, field=field.path)


def _header(scope: Scope, field: Field, name: str, node: Node) -> str | Secret | None:
    """Return a header's value: a Secret when its name says so (DESIGN 2, law 4)."""
    is_secret = is_secret_header(name)
    value = texts.text(scope, node, field=field.path, is_secret=is_secret)
    if not is_secret or not isinstance(value, str):
        return value
    if API_KEY in value:
        return Secret(value)
    summary = f"the value of the header {shown(name)} stands here as plain text"
    scope.warning(node, summary, "write ${env:NAME} or {api_key}", field=field.path)
    return texts.remember(scope, value)


def _json(scope: Scope, field: Field, node: Node, key: str = "") -> Value:
    """Return the JSON value of *node*; None stands for null, and for what JSON does not know, which is noted."""
    if not nodes.is_known(scope, node):
        return None
    if type(node) is SequenceNode:
        return tuple(_json(scope, field, item) for item in node.value)
    if type(node) is MappingNode:
        return read_json_map(scope, field, node)
    return _scalar(scope, field, node, key)


def _scalar(scope: Scope, field: Field, node: Node, key: str) -> Value:
    value: str = node.value
    word = traps.reads_as(value) if nodes.tag_of(node) == PLAIN else None
    if word is None:
        if key == "proxy" and field.path == "newapi.setting":
            return read_proxy(scope, field, node)
        return texts.text(scope, node, field=field.path, is_secret=is_secret_header(key))
    if value in traps.NOTHING:
        return None
    if value in traps.TRUE or value in traps.FALSE:
        return value in traps.TRUE
    if len(value) < _LONGEST_NUMBER and re.fullmatch(traps.WHOLE, value):
        return int(value)
    if len(value) < _LONGEST_NUMBER and re.fullmatch(traps.DECIMAL, value) and math.isfinite(float(value)):
        return float(value)
    summary = f"{shown(value)[1:-1]} is read as {word} by some and differently by others"
    scope.error(node, summary, "write it in quotes when it is a text, else as JSON would", field=field.path)
    return None
