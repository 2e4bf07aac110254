"""The `allow` of a channel: rules that it may break, each with the reason why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yaml.nodes import MappingNode

from chanops.config import nodes
from chanops.config.spelling import meant, shown
from chanops.domain.resources import Allowance

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope

_FIELD = "allow"


def read_allow(scope: Scope, node: Node) -> tuple[Allowance, ...] | None:
    """Return what *node* allows; None when it is no list. What is no rule is noted and left out."""
    items = nodes.items(scope, node, want="a list of rules", field=_FIELD)
    if items is None:
        return None
    found = [_read_item(scope, item) for item in items]
    return tuple(item for item in found if item is not None)


def _read_item(scope: Scope, node: Node) -> Allowance | None:
    if type(node) is not MappingNode:
        rule = nodes.plain_text(scope, node, what="a rule", field=_FIELD)
        return _allowance(scope, node, rule, "") if rule is not None else None
    entries = nodes.pairs(scope, node, field=_FIELD) or []
    if len(entries) != 1:
        scope.error(node, "one rule and its reason are wanted here", "write - rule-id: why", field=_FIELD)
        return None
    rule, key, value = entries[0]
    reason = nodes.plain_text(scope, value, what="a reason", field=_FIELD)
    return _allowance(scope, key, rule, reason) if reason is not None else None


def _allowance(scope: Scope, node: Node, rule: str, reason: str) -> Allowance | None:
    from chanops.domain.rules import ALLOWABLE, RULES  # noqa: PLC0415 - few channels allow anything

    if rule in ALLOWABLE:
        return Allowance(rule, reason.strip(), scope.place(node).range())
    if rule in RULES:
        scope.error(node, f"{rule} cannot be allowed", "no gateway could take the channel as it is", field=_FIELD)
    else:
        detail = meant(rule, ALLOWABLE) or "`chanops check --list-rules` shows them"
        scope.error(node, f"there is no rule {shown(rule)}", detail, field=_FIELD)
    return None
