"""When values of two sides are the same though they are written in two ways: addresses, references, and ways to say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.config.urls import root_of
from chanops.domain.address import Address
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Secret
from chanops.domain.value import covers, is_list, same, same_keys, same_set
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.engine.comparison import TWINS

if TYPE_CHECKING:
    from chanops.domain.gateway import Dialect
    from chanops.domain.value import Value
    from chanops.engine.sides import Side

ADDRESSES: Final = ("base_url", "base_urls")


def at(path: str, values: Mapping[str, Value]) -> Value:
    """Return the value of *path*, or of its twin: `key` and `keys` are two ways to say one thing."""
    return values.get(path, values.get(TWINS.get(path, path)))


def has(path: str, values: Mapping[str, Value]) -> bool:
    """Tell whether *values* say *path*, in one way or the other."""
    return path in values or TWINS.get(path, path) in values


def is_same(path: str, before: Side, held: Mapping[str, Value], after: Side, wanted: Mapping[str, Value]) -> bool:
    """Tell whether *held* of *before* and *wanted* of *after* mean the same; raises ConfigError for an unset reference."""
    one, other = at(path, held), at(path, wanted)
    if not (before.is_live or after.is_live):
        return _is_same_text(path, one, other)
    if path in ADDRESSES:
        return _is_same_call(path, before, held, after, wanted)
    if before.kind is not after.kind and not one and not other:
        return True  # each gateway has its own way to say that there is none
    compare = FIELDS[path].compare
    if compare is Compare.KEYS:
        return same_keys(one, other)
    if compare is Compare.COVERED and before.is_live is not after.is_live:
        return covers(other, one) if before.is_live else covers(one, other)
    return same_set(one, other) if compare is Compare.SET else same(one, other)


def _is_same_call(path: str, before: Side, held: Mapping[str, Value], after: Side, wanted: Mapping[str, Value]) -> bool:
    """Tell whether both gateways would call the same URL (contracts/upstreams.md 2).

    A live address that is not in its gateway's own form calls something else than the form does. Gateways of two kinds never
    call the same for one text: one of them adds the version that the other has in it.
    """
    one, other = at(path, held), at(path, wanted)
    of_two_kinds = before.kind is not after.kind
    if not of_two_kinds and (same_set(one, other) or not (before.is_live and after.is_live)):
        return same_set(one, other)
    answers = []
    for side, values, own, foreign in ((before, held, one, other), (after, wanted, other, one)):
        if side.dialect:
            if not same_set(_in_form(side.dialect, values, own), own):
                return False
            answers.append(same_set(_in_form(side.dialect, values, foreign), own))
    return all(answers) and not same_set(one, other) if of_two_kinds else any(answers)


def _in_form(dialect: Dialect, values: Mapping[str, Value], address: Value) -> Value:
    """Return *address*, or several, as the gateway of *dialect* would hold it for the type that *values* name."""
    path = "base_urls" if is_list(address) else "base_url"
    asked = DesiredChannel(Address.channel("", ""), {"type": values.get("type"), path: address})
    return at(path, dialect.canonical(asked)[0].fields)


def _is_same_text(path: str, one: Value, other: Value) -> bool:
    """Tell whether two files say the same, references by their names: no secret is asked for."""
    if path in ADDRESSES:
        one, other = _reduced(one), _reduced(other)
    one, other = _by_reference(one), _by_reference(other)
    is_set = path in ADDRESSES or (path in FIELDS and FIELDS[path].compare in (Compare.SET, Compare.KEYS))
    return same_set(one, other) if is_set else same(one, other)


def _reduced(value: Value) -> Value:
    """Return declared addresses as their roots: any form of one is written in the same one."""
    if isinstance(value, str):
        return value if "#" in value or "?" in value else root_of(value.strip())
    return tuple(map(_reduced, value)) if isinstance(value, Sequence) else value


def _by_reference(value: Value) -> Value:
    match value:
        case Secret():
            return f"${{{value.reference}}}" if value.reference else value
        case str():
            return value
        case Mapping():
            return {key: _by_reference(item) for key, item in value.items()}
        case Sequence():
            return tuple(map(_by_reference, value))
        case _:
            return value
