"""Model rules (`models: {from: …}`): their form is checked, they are not carried out yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.config import keys, nodes, words

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope

SOURCES: Final = ("upstream", "lock")


def refuse_rule(scope: Scope, node: Node) -> None:
    """Note that the model rule *node* is not supported; its own faults first."""
    entries = nodes.pairs(scope, node, field="models") or []
    known = {name: value for name, _, value in keys.known(scope, entries, words.RULE, "a model rule", field="models")}
    if "from" in known:
        keys.choice(scope, known["from"], SOURCES, field="models")
    for name in words.RULE_LISTS:
        for item in (nodes.items(scope, known[name], field="models") or ()) if name in known else ():
            nodes.text(scope, item, field="models")
    if "max_removed" in known:
        keys.limit(scope, known["max_removed"], field="models")
    scope.error(node, "model rules are not supported yet; list the models", "models: [name, name]", field="models")
