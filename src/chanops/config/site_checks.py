"""What is wrong between the channels of one site: names declared twice, moves that cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.config.spelling import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.config.channels import Declared
    from chanops.config.source import Place


def check_names(site: str, declared: Sequence[Declared]) -> None:
    """Note every name that *site* declares twice, and every move from a name that is not free."""
    first: dict[str, Place] = {}
    for channel in declared:
        if channel.name is None:
            continue
        if channel.name in first:
            summary = f"{site} already has a channel {shown(channel.name)}, declared at {first[channel.name]}"
            channel.scope.error(channel.name_place, summary, "give one of them another name", field="name", rule="name-dup")
        else:
            first[channel.name] = channel.name_place
    _check_moves([channel for channel in declared if "moved_from" in channel.layer], first)


def _check_moves(movers: Sequence[Declared], names: dict[str, Place]) -> None:
    taken: dict[str, Place] = {}
    for channel in movers:
        item = channel.layer["moved_from"]
        former: str | None = item.value
        if former is None:
            continue
        if former == channel.name:
            item.scope.error(item.node, "the channel has that name already", "take moved_from out", field="moved_from")
        elif former in names:
            summary = f"{shown(former)} is still declared, at {names[former]}"
            item.scope.error(item.node, summary, "take one of them out", field="moved_from")
        elif former in taken:
            summary = f"another channel has moved from {shown(former)} already, at {taken[former]}"
            item.scope.error(item.node, summary, "take one of them out", field="moved_from")
        else:
            taken[former] = item.place
