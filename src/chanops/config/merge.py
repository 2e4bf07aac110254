"""Layers to the fields of one channel: the nearest declaration wins, and what its site's gateway lacks is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from chanops.config.layers import EXCLUSIVE
from chanops.config.spelling import meant_or_list, shown
from chanops.domain.vocabulary import CHANNEL_TYPES, FIELDS, KIND_TITLES, SiteKind

if TYPE_CHECKING:
    from chanops.config.layers import Item, Layer
    from chanops.config.source import Place
    from chanops.domain.finding import Range
    from chanops.domain.value import Value


class Origins(Mapping[str, "Range"]):
    """Where each value of a channel stands; a range is made when somebody asks for it."""

    __slots__ = ("places",)

    def __init__(self, places: dict[str, Place]) -> None:
        self.places = places

    def __getitem__(self, path: str) -> Range:
        return self.places[path].range()

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def lay_over(nearer: Layer, farther: Layer) -> Layer:
    """Return both layers as one, *nearer* winning; `key` there takes away an inherited `keys`, and the other way round."""
    merged = dict(farther)
    for one, many in EXCLUSIVE:
        for mine, other in ((one, many), (many, one)):
            if mine in nearer and (nearer[mine].value is not None or nearer[mine].is_bad):
                merged.pop(other, None)
    merged.update(nearer)
    return merged


def settle(layer: Layer, kind: SiteKind | None) -> dict[str, Value]:
    """Return the values that hold on a site of *kind*; what it lacks is noted. A kind of None is not known."""
    fields: dict[str, Value] = {}
    for path, item in layer.items():
        if item.value is None or not _is_held(path, item, kind):
            continue
        value = _type_name(item, kind) if path == "type" else item.value
        if value is not None:
            fields[path] = value
    return fields


def _is_held(path: str, item: Item, kind: SiteKind | None) -> bool:
    field = FIELDS[path]
    if kind is None:
        return True
    if kind not in field.kinds:
        if field.block not in item.scope.tolerated:
            _refuse(path, item, kind)
        return False
    if path == "proxy" and isinstance(item.value, bool) and kind is SiteKind.NEWAPI:
        item.scope.error(item.node, "New API has no proxy of its own", "write the proxy's address", field=path)
        return False
    return True


def _refuse(path: str, item: Item, kind: SiteKind) -> None:
    field = FIELDS[path]
    title = KIND_TITLES[kind]
    if field.block:
        detail = f"the {field.block}: block is for {KIND_TITLES[field.kinds[0]]} sites"
    else:
        detail = f"take it out; `{path}: null` on this site or channel takes back an inherited one"
    item.scope.error(item.key, f"{title} has no field {path}", detail, field=path)


def _type_name(item: Item, kind: SiteKind | None) -> str | int | None:
    """Return the type as *kind* names it: numbers it knows become names; None when it has no such type."""
    value = item.value
    kinds = (kind,) if kind else tuple(SiteKind)
    if isinstance(value, int):
        return next((name for name, number in CHANNEL_TYPES[kind].items() if number == value), value) if kind else value
    if any(value in CHANNEL_TYPES[one] for one in kinds):
        return str(value)
    titles = " or ".join(KIND_TITLES[one] for one in kinds)
    names = {name: None for one in kinds for name in CHANNEL_TYPES[one]}
    detail = meant_or_list(str(value), names) if len(names) < 10 else _meant_type(str(value), names)
    item.scope.error(item.node, f"{shown(str(value))} is not a channel type of {titles}", detail, field="type")
    return None


def _meant_type(word: str, names: Mapping[str, None]) -> str:
    from chanops.config.spelling import meant  # noqa: PLC0415

    return meant(word, names) or "`chanops schema` lists the names; a bare number is taken too"
