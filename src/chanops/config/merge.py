"""A layer to the values that hold on one site: what its gateway lacks is refused, types get their canonical name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from chanops.config.spelling import meant, shown
from chanops.domain.vocabulary import CHANNEL_TYPES, FIELDS, KIND_TITLES, SiteKind

if TYPE_CHECKING:
    from chanops.config.layers import Item, Layer
    from chanops.config.source import Place
    from chanops.domain.finding import Range
    from chanops.domain.value import Value


class Origins(Mapping[str, "Range"]):
    """Where each value of a channel stands; a range is made when somebody asks for it."""

    __slots__ = ("_places",)

    def __init__(self, places: dict[str, Place]) -> None:
        self._places = places

    def __getitem__(self, path: str) -> Range:
        return self._places[path].range()

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def settle(layer: Layer, kind: SiteKind | None) -> dict[str, Value]:
    """Return the field values that hold on a site of *kind* (None: not known); what it lacks is noted."""
    fields: dict[str, Value] = {}
    for path, item in layer.items():
        if path not in FIELDS or not item.is_declared or not _is_held(path, item, kind):
            continue
        value = _type_name(item, kind) if path == "type" and not item.is_bad else item.value
        if value is not None:
            fields[path] = value
    return fields


def _is_held(path: str, item: Item, kind: SiteKind | None) -> bool:
    field = FIELDS[path]
    if kind is None:
        return True
    if kind not in field.kinds:
        if not field.block or field.block not in item.scope.tolerated:
            _refuse(path, item, kind)
        return False
    if path == "proxy" and isinstance(item.value, bool) and kind is SiteKind.NEWAPI:
        item.scope.error(item.node, "New API has no proxy of its own to switch on", "write the proxy's address", field=path)
        return False
    return True


def _refuse(path: str, item: Item, kind: SiteKind) -> None:
    field = FIELDS[path]
    if field.block:
        detail = f"the {field.block}: block is for {KIND_TITLES[field.kinds[0]]} sites"
    else:
        detail = f"take it out; {path}: null, on the channel or in the defaults of the site, takes back an inherited one"
    item.scope.error(item.key, f"{KIND_TITLES[kind]} has no field {path}", detail, field=path)


def _type_name(item: Item, kind: SiteKind | None) -> str | int | None:
    """Return the type as *kind* names it: numbers it knows become names; None when it has no such type, which is noted."""
    value: str | int = item.value
    kinds = (kind,) if kind else tuple(SiteKind)
    if isinstance(value, int):
        return next((name for name, number in CHANNEL_TYPES[kind].items() if number == value), value) if kind else value
    if any(value in CHANNEL_TYPES[one] for one in kinds):
        return value
    titles = " or ".join(KIND_TITLES[one] for one in kinds)
    names = dict.fromkeys(name for one in kinds for name in CHANNEL_TYPES[one])
    few = f"one of: {', '.join(names)}" if len(names) < 10 else "write one of its type names, or a bare number"
    detail = meant(value, names) or few
    item.scope.error(item.node, f"{shown(value)} is not a channel type of {titles}", detail, field="type", rule="type-unknown")
    return None
