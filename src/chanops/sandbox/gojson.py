"""Decode JSON as Go's encoding/json does: contracts/new-api.md 2.2, octopus.md 3."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Scalar = Literal["int", "uint", "float", "string", "bool", "object", "raw", "string_list", "int_list"]


@dataclass(frozen=True)
class ListOf:
    """A Go slice."""

    item: GoType


@dataclass(frozen=True)
class MapOf:
    """A Go map with text keys."""

    value: GoType


@dataclass(frozen=True)
class Struct:
    """A Go struct: its JSON keys and their types."""

    fields: Mapping[str, GoType]


GoType: TypeAlias = Scalar | ListOf | MapOf | Struct


class GoJsonError(ValueError):
    """The text is no JSON, or of another type than the field."""


def parse(body: bytes, *, strict_tail: bool = False) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return the first JSON value of *body*; text after it is ignored unless *strict_tail*."""
    text = body.decode("utf-8", errors="replace-each-byte").lstrip(_BLANKS)
    if not text:
        raise GoJsonError("EOF")
    try:
        value, end = _DECODER.raw_decode(text)
    except GoJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise GoJsonError(f"invalid JSON: {error}") from None
    if strict_tail and text[end:].strip(_BLANKS):
        raise GoJsonError("invalid character after top-level value")
    return _mend_surrogates(value) if _SURROGATE_ESCAPE.search(text) else value


def decode_object(value: Any, fields: Mapping[str, GoType]) -> dict[str, Any]:  # noqa: ANN401
    """Return the *fields* that *value* sets.

    Keys match in any case, the last of several wins, null and unknown keys are left out.
    """
    return _decode_struct(value, fields, "")


def dump(value: Any) -> str:  # noqa: ANN401 - JSON of any shape
    """Return *value* as Go writes a decoded map: sorted keys, `<>&` escaped, numbers that came from text as floats."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def as_floats(value: Any) -> Any:  # noqa: ANN401
    """Return *value* with the numbers that Go keeps of any JSON: 64-bit floats, written without a fraction if whole."""
    match value:
        case bool():
            return value
        case int() | float():
            number = float(value)
            return int(number) if number.is_integer() and abs(number) < _LARGEST_PLAIN else number
        case list():
            return [as_floats(item) for item in value]
        case dict():
            return {key: as_floats(item) for key, item in value.items()}
        case _:
            return value


def _decode_struct(value: Any, fields: Mapping[str, GoType], path: str) -> dict[str, Any]:  # noqa: ANN401
    if value is None:
        return {}
    if not isinstance(value, dict):
        _refuse(value, "struct", path)
    folded = {name.casefold(): name for name in fields}
    result: dict[str, Any] = {}
    for key, item in value.items():
        name = folded.get(key.casefold())
        if name is not None and item is not None:
            result[name] = _decode(item, fields[name], f"{path}.{name}" if path else name)
    return result


def _decode(value: Any, kind: GoType, path: str) -> Any:  # noqa: ANN401
    match kind:
        case Struct(fields):
            return _decode_struct(value, fields, path)
        case ListOf(item):
            return _decode_list(value, item, path)
        case MapOf(item):
            return _decode_map(value, item, path)
        case "string_list":
            return _decode_list(value, "string", path)
        case "int_list":
            return _decode_list(value, "int", path)
        case _:
            return value if _FITS[kind](value) else _refuse(value, kind, path)


def _decode_list(value: Any, item: GoType, path: str) -> list[Any]:  # noqa: ANN401
    if not isinstance(value, list):
        _refuse(value, "list", path)
    return [_ZERO.get(item) if each is None and isinstance(item, str) else _decode(each, item, path) for each in value]


def _decode_map(value: Any, item: GoType, path: str) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        _refuse(value, "map", path)
    return {
        key: _ZERO.get(item) if each is None and isinstance(item, str) else _decode(each, item, f"{path}.{key}")
        for key, each in value.items()
    }


def _refuse(value: Any, kind: str, path: str) -> NoReturn:  # noqa: ANN401
    sort = next((name for types, name in _SORTS if isinstance(value, types)), "null")
    raise GoJsonError(f"json: cannot unmarshal {sort} into Go struct field {path} of type {kind}")


def _last_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep the last of doubled keys, in its place."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for key, value in pairs:
        result.pop(key, None)
        result[key] = value
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise GoJsonError(f"invalid character {name[0]!r} looking for beginning of value")


def _mend_surrogates(value: Any) -> Any:  # noqa: ANN401
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case list():
            return [_mend_surrogates(item) for item in value]
        case dict():
            return {_SURROGATE.sub("\ufffd", key): _mend_surrogates(item) for key, item in value.items()}
        case _:
            return value


def _replace_each_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error("replace-each-byte", _replace_each_byte)

_BLANKS = " \t\r\n"
_INFINITY = float("inf")
_DECODER = json.JSONDecoder(object_pairs_hook=_last_wins, parse_constant=_refuse_constant)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_FITS: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "uint": lambda value: type(value) is int and 0 <= value < 2**64,
    "float": lambda value: type(value) in (int, float) and abs(value) < _INFINITY,
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "raw": lambda _: True,
}
_UNSAFE = re.compile("[<>&\u2028\u2029]")
_LARGEST_PLAIN = 1e21
_ZERO: dict[str, Any] = {"int": 0, "uint": 0, "float": 0, "string": "", "bool": False}
_SORTS = ((bool, "bool"), ((int, float), "number"), (str, "string"), (list, "array"), (dict, "object"))
