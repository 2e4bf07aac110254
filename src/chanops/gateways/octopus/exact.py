"""What Octopus would not store as it is declared: it checks nothing and takes everything (contracts/octopus.md 3, 5.1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain.secret import Secret
from chanops.domain.value import reveal, texts
from chanops.gateways.octopus.codec import MODEL_PATHS

if TYPE_CHECKING:
    from chanops.domain.value import Value

Fault = tuple[str, str, str]  # summary, detail, field

TWICE: Final = (("key", "keys"), ("base_url", "base_urls"))


def tidy_names(value: Value) -> Value:
    """Return declared names as they are read from a comma list: trimmed, none empty, none twice."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value
    plain = (item.strip() if isinstance(item, str) else item for item in value)
    return tuple(dict.fromkeys(item for item in plain if item))


def faults_of(fields: Mapping[str, Value]) -> Iterator[Fault]:
    """Yield what the gateway would store as something else."""
    for one, several in TWICE:
        if one in fields and several in fields:
            yield f"both {one} and {several} are declared", f"keep `{one}` for one, `{several}` for several", several
    for path in MODEL_PATHS & fields.keys():
        if any("," in name for name in texts(fields[path])):
            yield "a model name holds a comma", "Octopus splits its lists there: write one name each", path
    for path in {"key", "keys"} & fields.keys():
        held = fields[path]
        if any(not key.strip() for key in (texts(held) if path == "keys" else [str(reveal(held))])):
            yield "a key is empty", "no upstream would take it", path
    headers = fields.get("headers")
    if isinstance(headers, Mapping) and "" in headers:
        yield "a header has no name", "Octopus skips it: take it out", "headers"
    for path, value in fields.items():
        if fault := _unsendable(value):
            yield f"{path} holds {fault}", "Octopus would store something else", path


def _unsendable(value: Value) -> str:
    """Name what JSON or UTF-8 cannot carry in *value*, if anything."""
    match value:
        case Secret():
            return _unsendable(value.reveal())
        case str():
            return "half a character (a lone surrogate)" if any("\ud800" <= letter <= "\udfff" for letter in value) else ""
        case float():
            return "" if math.isfinite(value) else "a number that is not finite"
        case Mapping():
            return next(filter(None, map(_unsendable, (*value, *value.values()))), "")
        case Sequence():
            return next(filter(None, map(_unsendable, value)), "")
        case _:
            return ""
