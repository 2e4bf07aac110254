"""Lists of names: models and groups, with what no gateway can hold (contracts/upstreams.md 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from yaml.nodes import MappingNode, ScalarNode

from chanops.config import nodes, texts, traps
from chanops.config.compose import PLAIN, QUOTED
from chanops.config.rules import read_rule
from chanops.config.spelling import shown

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope
    from chanops.domain.secret import Secret
    from chanops.domain.vocabulary import Field

Names = tuple["str | Secret", ...]

_FINE: Final = re.compile(r"(?:[A-Za-z@][A-Za-z0-9._:/@+\-]{0,200}(?:\n|\Z))+")
_TAGS: Final = frozenset({PLAIN, QUOTED})
_MODEL_BYTES: Final = 255
_GROUP_SIGNS: Final = 64


def read_models(scope: Scope, field: Field, node: Node) -> Any:  # noqa: ANN401 - names, a ModelRule, or None
    """Return the declared model names, or the rule that finds them."""
    if type(node) is MappingNode:
        return read_rule(scope, node)
    found = _read_names(scope, field, node, _model_complaint)
    if found == () and field.path == "models":
        scope.error(
            node, "the list of models is empty", "a channel needs at least one model", field=field.path, rule="models-empty"
        )
        return None
    return found


def read_groups(scope: Scope, field: Field, node: Node) -> Names | None:
    """Return the declared groups."""
    found = _read_names(scope, field, node, _group_complaint)
    if found and sum(len(name) + 1 for name in found if isinstance(name, str)) - 1 > _GROUP_SIGNS:
        summary = f"the groups make more than {_GROUP_SIGNS} characters when joined by commas"
        scope.error(node, summary, "New API stores no more", field=field.path, rule="group-length")
    return found


def read_secrets(scope: Scope, field: Field, node: Node) -> tuple[Secret, ...] | None:
    """Return a list of secrets."""
    items = nodes.items(scope, node, want="a list of references", field=field.path)
    if items is None:
        return None
    found = [read_secret(scope, field, item) for item in items]
    return None if None in found else tuple(item for item in found if item is not None)


def read_secret(scope: Scope, field: Field, node: Node) -> Secret | None:
    """Return one secret; what a literal key cannot look like is a warning."""
    found = texts.secret(scope, node, field=field.path)
    if found is not None and found.reference is None and (word := _key_complaint(found.reveal())):
        scope.warning(node, *word, field=field.path, rule="key-form")
    return found


def _key_complaint(key: str) -> tuple[str, str] | None:
    if key != key.strip():
        return "the key has blanks at its ends", "take them out"
    if "\n" in key:
        return "the key has several lines", "several keys are a list: keys: [one, two]"
    if "," in key and not key.startswith(("{", "[")):
        return "the key holds a comma", "several keys are a list: keys: [one, two]"
    return None


def _read_names(scope: Scope, field: Field, node: Node, complaint: Complaint) -> Names | None:
    items = nodes.items(scope, node, want="a list of texts", field=field.path)
    if items is None:
        return None
    return _fine_names(items) or _checked_names(scope, field, items, complaint)


def _fine_names(items: list[Node]) -> Names | None:
    """Return the names when all are beyond doubt, looked at in bulk: lists of models are most of a configuration."""
    if {type(item) for item in items} != {ScalarNode} or not _TAGS.issuperset([item.tag for item in items]):
        return None
    names = [item.value for item in items]
    if not _FINE.fullmatch("\n".join(names)) or not traps.WORDS.keys().isdisjoint(names):
        return None
    return tuple(names) if len({name.lower() for name in names}) == len(names) else None


def _checked_names(scope: Scope, field: Field, items: list[Node], complaint: Complaint) -> Names | None:
    found: dict[str, Node] = {}
    secrets: list[Secret] = []
    is_fine = True
    for item in items:
        name = texts.text(scope, item, field=field.path)
        if not isinstance(name, str):
            is_fine = is_fine and name is not None
            secrets += [name] if name else []
        elif words := complaint(name):
            summary, detail, rule = words
            scope.error(item, summary, detail, field=field.path, rule=rule)
            is_fine = False
        elif name in found:
            summary = f"{shown(name)} stands here twice; the first is in line {found[name].start_mark.line + 1}"
            scope.error(item, summary, "take one of them out", field=field.path, rule="model-dup")
        else:
            found[name] = item
    _warn_of_case(scope, field, found)
    return (*found, *secrets) if is_fine else None


def _warn_of_case(scope: Scope, field: Field, found: dict[str, Node]) -> None:
    seen: dict[str, str] = {}
    for name, node in found.items():
        first = seen.setdefault(name.lower(), name)
        if first != name:
            summary = f"{shown(name)} differs from {shown(first)} by case alone"
            detail = "New API on MySQL takes them for the same"
            scope.warning(node, summary, detail, field=field.path, rule="model-dup")


def _model_complaint(name: str) -> tuple[str, str, str] | None:
    if not name.strip():
        return "a model has no name", "", "model-name"
    if name != name.strip():
        return f"{shown(name)} has blanks at its ends", f"write {shown(name.strip())}", "model-name"
    if "," in name:
        return f"{shown(name)} holds a comma", "the gateway splits there; write two items", "model-name"
    if texts.strange_sign(name):
        return f"{shown(name)} holds a control character", "take it out", "model-name"
    if len(name.encode("utf-8", "replace")) > _MODEL_BYTES:
        return f"{shown(name)} is longer than {_MODEL_BYTES} bytes", "New API stores no more", "model-name"
    return None


def _group_complaint(name: str) -> tuple[str, str, str] | None:
    if not name.strip():
        return "a group has no name", "", "group-blank"
    if name != name.strip():
        return f"{shown(name)} has blanks at its ends", f"write {shown(name.strip())}", "group-blank"
    if "," in name:
        return f"{shown(name)} holds a comma", "the gateway splits there; write two items", "group-blank"
    if texts.strange_sign(name):
        return f"{shown(name)} holds a control character", "take it out", "group-blank"
    return None


if TYPE_CHECKING:
    from collections.abc import Callable

    Complaint = Callable[[str], tuple[str, str, str] | None]
