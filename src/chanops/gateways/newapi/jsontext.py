"""JSON that the wire carries as text: read once, never trusted, `""` and `null` and `{}` being one value (4.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from chanops.gateways import strict_json

if TYPE_CHECKING:
    from chanops.domain.value import Value

EMPTY: Final = (None, "", "{}", "null")


def parse_map(text: str | None) -> Mapping[str, Value] | str:
    """Return the object that *text* holds, or *text* itself when it holds none: such a text equals no declared mapping."""
    if text in EMPTY:
        return {}
    assert text is not None
    value = _parse(text)
    return freeze_map(value) if isinstance(value, dict) else {} if value is None and text.strip() == "null" else text


def parse_object(text: str | None) -> dict[str, Any]:
    """Return the object that *text* holds as plain JSON, or an empty one: what a write is merged into."""
    value = None if text in EMPTY else _parse(text or "")
    return value if isinstance(value, dict) else {}


def to_text(value: object, *, empty: str = "") -> str:
    """Return *value* as the text the wire carries, half characters escaped; *empty* stands for an empty object."""
    if not value:
        return empty
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace").decode()


def freeze(value: Any) -> Value:  # noqa: ANN401 - JSON, or a value of the YAML
    """Return *value* in canonical form: lists as tuples, keys of mappings as text, as JSON has them."""
    if isinstance(value, Mapping):
        return freeze_map(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(freeze(item) for item in value)
    return value  # type: ignore[no-any-return]  # a scalar, or a secret


def freeze_map(value: Mapping[Any, Any]) -> dict[str, Value]:
    """Return the mapping *value* in canonical form."""
    return {key if isinstance(key, str) else _key(key): freeze(item) for key, item in value.items()}


def _key(key: object) -> str:
    return json.dumps(key) if isinstance(key, bool | int | float) or key is None else str(key)


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return strict_json.loads(text)
    except ValueError:
        return None
