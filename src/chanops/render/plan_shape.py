"""What the JSON of a plan looks like, so that a file of another shape is told from one before anything is made of it."""

from __future__ import annotations

from typing import Any, Final

Shape = Any
"""A type, several of them in a tuple, `[shape]` for a list, `{str: shape}` for a mapping, or the keys that must be there."""

TEXT: Final = (str, type(None))
MAYBE: Final = (dict, type(None))

ROUTE: Final[dict[str, Shape]] = {"site": str, "group": str, "model": str, "before": int, "after": int}
GUARD: Final[dict[str, Shape]] = {
    "site": str, "guard": str, "limit": str, "found": int, "of": int, "lift": str, "lift_yaml": str, "message": str,
}  # fmt: skip
_DIAGNOSTIC: Final[dict[str, Shape]] = {
    "severity": str, "summary": str, "detail": str, "address": TEXT, "site": TEXT, "field": TEXT, "rule": TEXT, "range": MAYBE,
}  # fmt: skip
_RANGE: Final = {"filename": str, "start": {"line": int, "column": int}, "end": {"line": int, "column": int}}
_CHANGE: Final[dict[str, Shape]] = {
    "actions": [str], "before": MAYBE, "after": MAYBE, "before_sensitive": dict, "after_sensitive": dict,
    "after_references": dict, "fields": [str], "field_reasons": {str: str}, "replace_paths": [[str]], "importing": MAYBE,
}  # fmt: skip
_ENTRY: Final[dict[str, Shape]] = {
    "address": str, "site": str, "remote_id": TEXT, "previous_address": TEXT, "reason": str, "change": _CHANGE,
}  # fmt: skip
_SITE: Final[dict[str, Shape]] = {
    "kind": str, "status": str, "generation": TEXT, "version": TEXT, "live": int, "managed": int,
    "calls": {"read": int, "write": int},
}  # fmt: skip
PLAN: Final[dict[str, Shape]] = {
    "partial": bool,
    "configuration": {"digest": str, "files": [str]},
    "sites": {str: _SITE},
    "resource_changes": [_ENTRY],
    "impact": [ROUTE],
    "guards": [GUARD],
    "diagnostics": [_DIAGNOSTIC],
}


def check_plan(data: object) -> None:
    """Raise ValueError when *data* is not what `plan_to_json` writes."""
    check(data, PLAN)
    assert isinstance(data, dict)
    for entry in data["diagnostics"]:
        if entry["range"] is not None:
            check(entry["range"], _RANGE)


def check(value: object, shape: Shape) -> None:
    """Raise ValueError when *value* is not of *shape*; more keys than named may be there."""
    match shape:
        case list():
            _require(isinstance(value, list))
            for item in value:  # type: ignore[attr-defined]  # a list
                check(item, shape[0])
        case dict() if str in shape:
            _require(isinstance(value, dict))
            for item in value.values():  # type: ignore[attr-defined]  # a mapping
                check(item, shape[str])
        case dict():
            _require(isinstance(value, dict) and shape.keys() <= value.keys())
            for key, inner in shape.items():
                check(value[key], inner)  # type: ignore[index]  # a mapping
        case _:
            _require(isinstance(value, shape) and not (shape is int and isinstance(value, bool)))


def _require(holds: bool) -> None:  # noqa: FBT001 - it reads as a sentence
    if not holds:
        raise ValueError("this is not the JSON of a plan")
