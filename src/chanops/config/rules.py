"""Model rules and redirects: `models: {from: …}` and `redirect: {…}` (contracts/models.md 1 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard

from yaml.nodes import ScalarNode

from chanops.config import keys, nodes, words
from chanops.config.spelling import meant, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from yaml.nodes import Node

    from chanops.config.scope import Scope
    from chanops.domain.model_redirect import Redirect, RedirectRule
    from chanops.domain.models import ModelRule

SOURCES: Final = ("upstream", "lock")
RULE_KEYS: Final = ("from", "to")
SWITCHES: Final = ("dated", "latest", "shared", "prune")


def is_rule(value: object) -> TypeGuard[ModelRule]:
    """Tell whether *value* is a model rule rather than a list."""
    return value is not None and type(value).__name__ == "ModelRule"  # its module is loaded only where a file has one


def read_rule(scope: Scope, node: Node) -> ModelRule | None:
    """Return the model rule *node*; None when it was noted as bad."""
    from chanops.domain.models import ModelRule, ModelsFrom  # noqa: PLC0415 - few files have rules

    known = _known(scope, node, words.RULE, "a model rule", "models")
    if known is None:
        return None
    if "from" not in known:
        scope.error(node, "a model rule needs from", "write from: upstream", field="models")
        return None
    source = keys.choice(scope, known["from"], SOURCES, field="models")
    lists = {name: _texts(scope, known.get(name), "models", _is_pattern(name)) for name in words.RULE_LISTS}
    limit = keys.limit(scope, known["max_removed"], field="models") if "max_removed" in known else None
    if source is None or None in lists.values() or ("max_removed" in known and limit is None):
        return None
    return ModelRule(ModelsFrom(source), **{name: texts or () for name, texts in lists.items()}, max_removed=limit)


def read_redirect(scope: Scope, node: Node) -> Redirect | None:
    """Return the redirect *node*, a preset written out; None when it was noted as bad."""
    from chanops.domain.model_redirect import Redirect  # noqa: PLC0415 - few files have redirects

    known = _known(scope, node, words.REDIRECT, "a redirect", "redirect")
    if known is None:
        return None
    switches = {name: nodes.boolean(scope, known[name], field="redirect") for name in SWITCHES if name in known}
    standards = _standards(scope, known["standards"]) if "standards" in known else ()
    rules = _redirect_rules(scope, known["rules"]) if "rules" in known else ()
    if standards is None or rules is None or None in switches.values():
        return None
    return Redirect(standards=standards, rules=rules, **{name: value is True for name, value in switches.items()})


def _standards(scope: Scope, node: Node) -> tuple[str, ...] | None:
    """Return the standard names: a list of them, or what a preset stands for."""
    from chanops.domain.model_presets import PRESETS  # noqa: PLC0415 - few files have redirects

    if type(node) is not ScalarNode:
        return _texts(scope, node, "redirect", None)
    name = nodes.plain_text(scope, node, what="a preset", field="redirect")
    if name in PRESETS or name is None:
        return PRESETS[name] if name else None
    detail = meant(name, PRESETS) or f"there is: {', '.join(PRESETS)}; or list the names"
    scope.error(node, f"there is no preset {shown(name)}", detail, field="redirect")
    return None


def _redirect_rules(scope: Scope, node: Node) -> tuple[RedirectRule, ...] | None:
    items = nodes.items(scope, node, want="a list of {from, to}", field="redirect")
    if items is None:
        return None
    found = [_redirect_rule(scope, item) for item in items]
    return None if None in found else tuple(rule for rule in found if rule is not None)


def _redirect_rule(scope: Scope, node: Node) -> RedirectRule | None:
    from chanops.domain.model_redirect import RedirectRule  # noqa: PLC0415 - few files have redirects
    from chanops.domain.patterns import compile_pattern, find_template_fault  # noqa: PLC0415

    known = _known(scope, node, RULE_KEYS, "a redirect rule", "redirect")
    if known is None:
        return None
    for key in RULE_KEYS:
        if key not in known:
            scope.error(node, f"a redirect rule needs {key}", "write {from: PATTERN, to: NAME}", field="redirect")
            return None
    pattern = _pattern(scope, known["from"], "redirect")
    target = nodes.plain_text(scope, known["to"], what="the name it is offered as", field="redirect")
    if pattern is None or target is None:
        return None
    if fault := find_template_fault(compile_pattern(pattern), target):
        scope.error(known["to"], fault, field="redirect")
        return None
    return RedirectRule(pattern, target)


def _known(scope: Scope, node: Node, allowed: tuple[str, ...], where: str, field: str) -> dict[str, Node] | None:
    entries = nodes.pairs(scope, node, field=field)
    if entries is None:
        return None
    return {name: value for name, _, value in keys.known(scope, entries, allowed, where, field=field)}


def _is_pattern(name: str) -> Callable[[Scope, Node, str], str | None] | None:
    return _pattern if name in ("include", "exclude") else None


def _texts(
    scope: Scope, node: Node | None, field: str, read: Callable[[Scope, Node, str], str | None] | None
) -> tuple[str, ...] | None:
    if node is None:
        return ()
    items = nodes.items(scope, node, want="a list of texts", field=field)
    if items is None:
        return None
    found: list[Any] = [(read or _name)(scope, item, field) for item in items]
    return None if None in found else tuple(found)


def _name(scope: Scope, node: Node, field: str) -> str | None:
    return nodes.plain_text(scope, node, what="the name of a model", field=field)


def _pattern(scope: Scope, node: Node, field: str) -> str | None:
    """Return a pattern that can be used: a glob, or `re:` with what an engine that cannot backtrack takes."""
    from chanops.domain.patterns import find_fault  # noqa: PLC0415 - few files have rules

    text = nodes.plain_text(scope, node, what="a pattern", field=field)
    if text is not None and (fault := find_fault(text)):
        scope.error(node, fault, field=field)
        return None
    return text
