"""One reader for each shape of the vocabulary: node in, canonical value out; None when it was noted as bad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yaml.nodes import ScalarNode

from chanops.config import keys, nodes, texts, traps
from chanops.config.addresses import read_proxy, read_url, read_urls
from chanops.config.compose import PLAIN
from chanops.config.lists import read_groups, read_models, read_secret, read_secrets
from chanops.config.maps import read_json_map, read_text_map, read_text_or_map
from chanops.domain.vocabulary import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from yaml.nodes import Node

    from chanops.config.scope import Scope
    from chanops.domain.secret import Secret
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import Field

INT64: Final = (-(2**63), 2**63 - 1)
NUMBERS: Final = {"weight": (0, 2**31 - 1), "priority": INT64}  # contracts/new-api.md 2.2: above, every list breaks
LONGEST: Final = {"remark": 255}  # characters


def read(scope: Scope, field: Field, node: Node) -> Value:
    """Return the canonical value of *node* for *field*; None when it was noted as bad."""
    return READERS[field.shape](scope, field, node)


def whole_limits(field: Field) -> tuple[int, int]:
    """Return the lowest and the highest number that *field* takes."""
    return NUMBERS.get(field.path, INT64)


def _text(scope: Scope, field: Field, node: Node) -> str | Secret | None:
    value = texts.text(scope, node, field=field.path)
    most = LONGEST.get(field.path)
    if most and isinstance(value, str) and len(value) > most:
        scope.error(
            node, f"{field.path} is longer than {most} characters", f"it has {len(value)}", field=field.path, rule="json-field"
        )
        return None
    return value


def _int(scope: Scope, field: Field, node: Node) -> int | None:
    return nodes.whole(scope, node, *whole_limits(field), field=field.path)


def _bool(scope: Scope, field: Field, node: Node) -> bool | None:
    return nodes.boolean(scope, node, field=field.path)


def _type(scope: Scope, field: Field, node: Node) -> str | int | None:
    """Return a type as written; which gateway knows it is asked later, for each site."""
    if type(node) is ScalarNode and nodes.tag_of(node) == PLAIN and traps.reads_as(node.value) == "a whole number":
        return nodes.whole(scope, node, 0, NUMBERS["weight"][1], field=field.path)
    return nodes.plain_text(scope, node, what="the type of a channel", field=field.path)


def _names(scope: Scope, field: Field, node: Node) -> Value:
    return (read_groups if field.path == "groups" else read_models)(scope, field, node)


def _choice(scope: Scope, field: Field, node: Node) -> str | None:
    return keys.choice(scope, node, field.choices, field=field.path, what=field.path)


def _json_map(scope: Scope, field: Field, node: Node) -> Value:
    value = read_json_map(scope, field, node)
    if value is None or field.path != "newapi.status_code_mapping":
        return value
    import json  # noqa: PLC0415 - only here, and `validate` starts without it

    if len(json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))) > 1024:
        scope.error(node, "status_code_mapping is longer than 1024 characters of JSON", field=field.path, rule="json-field")
    return value


READERS: Final[dict[Shape, Callable[[Scope, Field, Node], Value]]] = {
    Shape.TEXT: _text,
    Shape.INT: _int,
    Shape.BOOL: _bool,
    Shape.URL: read_url,
    Shape.URLS: read_urls,
    Shape.SECRET: read_secret,
    Shape.SECRETS: read_secrets,
    Shape.TYPE: _type,
    Shape.MODELS: read_models,
    Shape.NAMES: _names,
    Shape.TEXT_MAP: read_text_map,
    Shape.JSON_MAP: _json_map,
    Shape.TEXT_OR_MAP: read_text_or_map,
    Shape.URL_OR_BOOL: read_proxy,
    Shape.CHOICE: _choice,
}
