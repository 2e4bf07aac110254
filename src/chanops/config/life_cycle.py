"""The keys that say how a channel is to be treated: one reader for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from chanops.config import keys, nodes, texts
from chanops.config.allowances import read_allow
from chanops.config.rules import read_redirect
from chanops.config.spelling import meant, shown
from chanops.domain.resources import ChannelState
from chanops.domain.vocabulary import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from yaml.nodes import Node

    from chanops.config.scope import Scope

IGNORABLE: Final = tuple(path for path in FIELDS if path != "name")
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")


def _provider(scope: Scope, node: Node) -> str | None:
    return nodes.plain_text(scope, node, what="the name of a provider", field="provider")


def _sites(scope: Scope, node: Node) -> dict[str, Node] | None:
    """Return the named sites, each with the node of its name."""
    items = nodes.items(scope, node, want="a list of sites", field="sites")
    if items is None:
        return None
    found: dict[str, Node] = {}
    for item in items:
        name = nodes.plain_text(scope, item, what="the name of a site", field="sites")
        if name is not None and name in found:
            scope.error(item, f"the site {shown(name)} stands here twice", "take one of them out", field="sites")
        elif name is not None:
            found[name] = item
    if not items:
        scope.error(node, "the list of sites is empty", "name the sites it lives on", field="sites")
    return found


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
        if path in IGNORABLE:
            found.add(path)
        elif path is not None:
            hint = next((f'did you mean "{other}"?' for other in IGNORABLE if other.endswith(f".{path}")), "")
            summary = f"{shown(path)} is not a field that can be ignored"
            scope.error(item, summary, hint or meant(path, IGNORABLE), field="ignore")
    return frozenset(found)


def _id(scope: Scope, node: Node) -> str | None:
    value = getattr(node, "value", None)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    scope.error(node, "an id is a whole number from 1", "`chanops list` shows the ids", field="id")
    return None


READERS: Final[dict[str, Callable[[Scope, Node], Any]]] = {
    "provider": _provider,
    "sites": _sites,
    "protect": _protect,
    "state": _state,
    "moved_from": _moved_from,
    "ignore": _ignore,
    "id": _id,
    "redirect": read_redirect,
    "allow": read_allow,
}
