"""What chanops may do on a site: its `guards:` and `manage:` (INTERFACE 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from yaml.nodes import MappingNode

from chanops.config import keys, nodes, words
from chanops.domain.policy import Guards, LastRoute, Limit, Manage, ManageMode

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope

MODES: Final = tuple(mode for mode in ManageMode if mode is not ManageMode.NAMES)


def read_guards(scope: Scope, node: Node) -> Guards | None:
    """Return the limits a plan of the site must keep."""
    entries = nodes.pairs(scope, node, field="guards")
    if entries is None:
        return None
    found = {
        name: _read(scope, name, value)
        for name, _, value in keys.known(scope, entries, words.GUARDS, "guards", field="guards")
        if not nodes.is_null(value)
    }
    return Guards(**{name: value for name, value in found.items() if value is not None})


def _read(scope: Scope, name: str, node: Node) -> Any:  # noqa: ANN401 - each guard has its own type
    field = f"guards.{name}"
    if name in words.LIMITS:
        return _limit(scope, node, field)
    if name in words.LIFTS:
        return globs(scope, node, field=field)
    if name == "allow_empty":
        return nodes.boolean(scope, node, field=field)
    word = keys.choice(scope, node, tuple(LastRoute), field=field, what=name)
    return LastRoute(word) if word else None


def _limit(scope: Scope, node: Node, field: str) -> Limit | None:
    return keys.limit(scope, node, field=field)


def globs(scope: Scope, node: Node, *, field: str) -> tuple[str, ...] | None:
    """Return a list of globs."""
    items = nodes.items(scope, node, want="a list of globs", field=field)
    if items is None:
        return None
    found = [nodes.plain_text(scope, item, what="a glob", field=field) for item in items]
    for item, glob in zip(items, found, strict=True):
        if glob == "":
            scope.error(item, "the glob is empty", "* covers everything", field=field)
    return tuple(glob for glob in found if glob)


def read_manage(scope: Scope, node: Node) -> Manage | None:
    """Return which live channels are chanops' own."""
    if type(node) is not MappingNode:
        word = keys.choice(scope, node, MODES, field="manage", what="manage")
        return Manage(ManageMode(word)) if word else None
    entries = nodes.pairs(scope, node, field="manage") or []
    for _, _, value in keys.known(scope, entries, words.MANAGE, "manage", field="manage"):
        glob = nodes.plain_text(scope, value, what="a glob", field="manage.names")
        if glob:
            return Manage(ManageMode.NAMES, glob)
        if glob is not None:
            scope.error(value, "the glob is empty", "* covers everything", field="manage.names")
        return None
    if not entries:
        scope.error(node, "manage names no glob", 'write manage: {names: "team-*"}', field="manage")
    return None
