"""What a field may hold, and when two values are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeGuard

from chanops.domain.secret import Fingerprint, Secret

Value: TypeAlias = "bool | int | float | str | Secret | Fingerprint | Sequence[Value] | Mapping[str, Value] | None"
"""Canonical: lists are tuples, mappings are read only, a secret is a type."""


def reveal(value: Value) -> Value:
    """Return *value* with every secret inside it as plain text: for the wire, never for a screen."""
    match value:
        case Secret():
            return value.reveal()
        case str():
            return value
        case Mapping():
            return {key: reveal(item) for key, item in value.items()}
        case Sequence():
            return tuple(reveal(item) for item in value)
        case _:
            return value


def is_list(value: Value) -> TypeGuard[Sequence[Value]]:
    """Tell whether *value* is a list."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def texts(value: Value) -> tuple[str, ...]:
    """Return the items of a list as texts, secrets revealed: for lookups, never for a screen. Empty when it is none."""
    return tuple(str(reveal(item)) for item in value) if is_list(value) else ()


def same(one: Value, other: Value) -> bool:
    """Tell whether two values mean the same: as JSON does, so 1 is 1.0 but never true; order of lists counts."""
    if isinstance(one, Secret) or isinstance(other, Secret):
        return _same_secret(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if is_list(one) and is_list(other):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def same_set(one: Value, other: Value) -> bool:
    """Tell whether two lists hold the same things; order and repeats mean nothing."""
    if not (is_list(one) and is_list(other)):
        return same(one, other)
    return {reveal(item) for item in one} == {reveal(item) for item in other}


def covers(part: Value, whole: Value) -> bool:
    """Tell whether *whole* already holds every declared key of the mapping *part*."""
    if not (isinstance(part, Mapping) and isinstance(whole, Mapping)):
        return same(part, whole)
    return all(key in whole and same(item, whole[key]) for key, item in part.items())


def same_keys(desired: Value, live: Value) -> bool:
    """Tell whether live credentials are the desired ones; *live* is a fingerprint where the gateway hides keys."""
    wanted = [str(reveal(item)) for item in (desired if is_list(desired) else (desired,))]
    if isinstance(live, Fingerprint):
        return live.matches(wanted)
    held = [str(reveal(item)) for item in (live if is_list(live) else (live,))]
    return sorted(wanted) == sorted(held)


def _same_secret(one: Value, other: Value) -> bool:
    return isinstance(one, Secret | str) and isinstance(other, Secret | str) and reveal(one) == reveal(other)
