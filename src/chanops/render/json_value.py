"""Values as JSON: null in every secret place, and beside that, which places those are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chanops.render.conceal import holds_hidden, is_hidden, reference_of

if TYPE_CHECKING:
    from chanops.domain.value import Value


def json_value(value: Value) -> Any:  # noqa: ANN401 - JSON
    """Return *value* as JSON, null in every secret place."""
    if is_hidden(value):
        return None
    if isinstance(value, Mapping):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [json_value(item) for item in value]
    return value


def secret_places(value: Value) -> Any:  # noqa: ANN401 - JSON
    """Return `true` in every secret place, as Terraform does: maps leave the others out, lists keep their places."""
    if is_hidden(value):
        return True
    if isinstance(value, Mapping):
        return {key: secret_places(item) for key, item in value.items() if holds_hidden(item)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [secret_places(item) if holds_hidden(item) else False for item in value]
    return False


def references(value: Value) -> Any:  # noqa: ANN401 - JSON
    """Return where the secrets of *value* come from, at the same places."""
    if is_hidden(value):
        return reference_of(value) or None
    if isinstance(value, Mapping):
        return {key: references(item) for key, item in value.items() if holds_hidden(item)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [references(item) if holds_hidden(item) else None for item in value]
    return None
