"""Auto-group: a channel's models join groups that exist; nothing is ever taken out (contracts/octopus.md 8.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.sandbox.octopus import names, patterns, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row


def add_models(state: State, row: Row) -> None:
    """Add the models of the copy *row* to the groups they match."""
    fits = _MODES.get(row["auto_group"])
    if fits is None or row["id"] not in state.channels:
        return
    for group in list(state.groups.values()):
        matching = [model for model in names.unique(names.listed(row)) if fits(model, group)]
        if matching:
            _join(state, group, row["id"], matching)


def _join(state: State, group: Row, channel_id: int, models: list[str]) -> None:
    present = {(item["channel_id"], item["model_name"]) for item in group["items"]}
    added = [model for model in models if (channel_id, model) not in present]
    first = max((item["priority"] for item in group["items"]), default=0) + 1
    if not added:
        return
    with tables.writing(state.store):
        for priority, model in enumerate(added, first):
            values = (group["id"], channel_id, model, priority, 1)
            tables.insert_row(state.store, "group_items", dict(zip(tables.ITEM_COLUMNS, values, strict=True)))
    state.reload_group(group["id"])


def _is_contained(model: str, group: Row) -> bool:
    return group["name"].lower() in model.lower()


def _is_equal(model: str, group: Row) -> bool:
    return bool(group["name"].lower() == model.lower())


def _is_matched(model: str, group: Row) -> bool:
    if not group["match_regex"]:
        return _is_equal(model, group)
    return patterns.read(group["match_regex"], 500).search(model) is not None


_MODES: dict[int, Callable[[str, Row], bool]] = {1: _is_contained, 2: _is_equal, 3: _is_matched}
