"""What must not be shown: secrets, what stands opposite to one, secret headers, and passwords inside addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from chanops.domain.secret import SECRET_WORD, Fingerprint, Secret
from chanops.domain.telling import CREDENTIALS, SECRET_NAMES
from chanops.domain.value import is_list
from chanops.domain.vocabulary import FIELDS, Compare, is_secret_header

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from chanops.domain.value import Value


TWINS: Final = {"key": "keys", "keys": "key", "base_url": "base_urls", "base_urls": "base_url"}
"""Two ways to declare one thing."""


class Hidden(Secret):
    """A plain value in a secret place: shown as a secret, compared by what it is."""

    __slots__ = ("plain",)

    def __init__(self, plain: Value) -> None:
        super().__init__("")
        self.plain = plain


class Pair(NamedTuple):
    """Both sides of one field, safe to show."""

    before: Value
    after: Value


def conceal(path: str, before: Value, after: Value) -> Pair:
    """Return both sides of the field *path* with secrets in every place where either side has one.

    Of a field whose undeclared keys stay, only the keys of *after* are kept.
    """
    field = FIELDS.get(path)
    if field and field.is_secret:
        return Pair(_hide(before), _hide(after))
    if field and field.compare is Compare.COVERED and _is_map(before) and _is_map(after):
        before = {key: item for key, item in before.items() if key in after}
    return _conceal_pair(before, after, are_headers=path == "headers")


def conceal_all(fields: Mapping[str, Value]) -> dict[str, Value]:
    """Return the fields of one channel that stands alone, without its name, every secret hidden."""
    return {path: conceal(path, value, None).before for path, value in fields.items() if path != "name"}


def conceal_beside(fields: Mapping[str, Value], declared: Mapping[str, Value]) -> dict[str, Value]:
    """Return the live *fields* with secrets in every place where what is *declared* of the channel has a reference."""
    return {path: _beside(path, value, declared) for path, value in fields.items()}


def is_hidden(value: Value) -> bool:
    """Tell whether *value* itself is secret."""
    return isinstance(value, Secret | Fingerprint)


def holds_hidden(value: Value) -> bool:
    """Tell whether *value* is secret or has a secret inside."""
    return not isinstance(value, str) and (is_hidden(value) or any(holds_hidden(item) for item in _items(value)))


def secret_text(value: Value) -> str:
    """Return what is shown instead of a secret: where it comes from, if a reference says so."""
    reference = reference_of(value)
    return f"(secret, from {reference})" if reference else SECRET_WORD


def reference_of(value: Value) -> str:
    """Return how the file names a secret, without the default that stands behind `:-`; empty when it is none."""
    return (value.reference or "").partition(":-")[0] if isinstance(value, Secret) else ""


def identity(value: Value) -> Hashable:
    """Return what tells values apart, as `domain.value.same` does; a secret that was not asked for yet stays unasked."""
    match value:
        case Hidden():
            return identity(value.plain)
        case Secret():
            return _secret_identity(value)
        case Fingerprint():
            return ("fingerprint", value.text)
        case bool() | str() | None:
            return (type(value), value)
        case Mapping():
            return ("map", frozenset((key, identity(item)) for key, item in value.items()))
        case Sequence():
            return ("list", tuple(identity(item) for item in value))
        case _:
            return ("number", value)


def _beside(path: str, value: Value, declared: Mapping[str, Value]) -> Value:
    setting = declared.get("newapi.setting")
    inner = setting.get("proxy") if path == "proxy" and _is_map(setting) else None  # the other place to declare it
    after = declared.get(path, declared.get(TWINS.get(path, path), inner))
    return _conceal_pair(value, after, are_headers=path == "headers").before


def _secret_identity(secret: Secret) -> Hashable:
    if secret.is_known:
        return (str, secret.reveal())
    return ("reference", secret.reference) if secret.reference else ("secret", id(secret))


def _conceal_pair(before: Value, after: Value, *, are_headers: bool = False) -> Pair:
    if _is_secret_text(before) or _is_secret_text(after):
        return Pair(_hide_whole(before), _hide_whole(after))
    if _is_map(before) and _is_map(after):
        return _conceal_maps(before, after, are_headers=are_headers)
    if is_list(before) and is_list(after):
        return Pair(_conceal_list(before, after), _conceal_list(after, before))
    hides_before, hides_after = holds_hidden(after), holds_hidden(before)
    return Pair(
        _hide_whole(before) if hides_before else _conceal_alone(before, are_headers=are_headers),
        _hide_whole(after) if hides_after else _conceal_alone(after, are_headers=are_headers),
    )


def _conceal_maps(before: Mapping[str, Value], after: Mapping[str, Value], *, are_headers: bool) -> Pair:
    """Conceal key by key; an entry without a counterpart may be a secret's former place when the other side has one."""
    sides: tuple[dict[str, Value], dict[str, Value]] = ({}, {})
    hides = (holds_hidden(after), holds_hidden(before))
    for key in [*before, *(key for key in after if key not in before)]:
        if _is_secret_entry(key, before.get(key), are_headers) or _is_secret_entry(key, after.get(key), are_headers):
            pair = (_hide_whole(before.get(key)), _hide_whole(after.get(key)))
        elif key in before and key in after:
            pair = _conceal_pair(before[key], after[key], are_headers=_names_headers(key))
        else:
            alone = [_conceal_alone(side.get(key), are_headers=_names_headers(key)) for side in (before, after)]
            pair = (_hide_if(hides[0], alone[0]), _hide_if(hides[1], alone[1]))
        for side, source, shown in zip(sides, (before, after), pair, strict=True):
            if key in source:
                side[key] = shown
    return Pair(*sides)


def _conceal_list(items: Sequence[Value], others: Sequence[Value]) -> tuple[Value, ...]:
    """Conceal each item; one that the other side lacks may stand for a secret there."""
    known = {identity(item) for item in others if not holds_hidden(item)} if holds_hidden(others) else None
    return tuple(_hide_if(known is not None and identity(item) not in known, _conceal_alone(item)) for item in items)


def _conceal_alone(value: Value, *, are_headers: bool = False) -> Value:
    if _is_secret_text(value):
        return _hide_whole(value)
    if _is_map(value):
        return {
            key: _hide_whole(item)
            if _is_secret_entry(key, item, are_headers)
            else _conceal_alone(item, are_headers=_names_headers(key))
            for key, item in value.items()
        }
    return tuple(map(_conceal_alone, value)) if is_list(value) else value


def _hide(value: Value) -> Value:
    """Hide a credential; of a list, each."""
    return tuple(map(_hide_whole, value)) if is_list(value) else _hide_whole(value)


def _hide_whole(value: Value) -> Value:
    return value if value is None or is_hidden(value) else Hidden(value)


def _hide_if(condition: bool, value: Value) -> Value:  # noqa: FBT001 - it reads as a sentence
    return _hide_whole(value) if condition else value


def _is_secret_text(value: Value) -> bool:
    return is_hidden(value) or (isinstance(value, str) and CREDENTIALS.search(value) is not None)


def _is_secret_entry(key: str, value: Value, are_headers: bool) -> bool:  # noqa: FBT001 - of the map, not of the call
    if are_headers:
        return is_secret_header(key)
    return isinstance(value, str) and SECRET_NAMES.search(key) is not None


def _names_headers(key: str) -> bool:
    return "header" in key.lower()


def _is_map(value: Value) -> TypeGuard[Mapping[str, Value]]:
    return isinstance(value, Mapping)


def _items(value: Value) -> Iterable[Value]:
    if _is_map(value):
        return value.values()
    return value if is_list(value) else ()
