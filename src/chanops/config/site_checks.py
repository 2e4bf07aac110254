"""What is wrong between the channels of one site: names declared twice, moves that cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.config.spelling import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.config.channels import Declared
    from chanops.config.source import Place


def check_names(site: str, declared: Sequence[Declared]) -> None:
    """Note every name that *site* declares twice."""
    first: dict[str, Place] = {}
    for channel in declared:
        if channel.name is None:
            continue
        if channel.name in first:
            place = first[channel.name]
            where = f"{place.source.name}:{place.line + 1}"
            summary = f"{site} already has a channel {shown(channel.name)}, declared at {where}"
            channel.scope.error(channel.name_place, summary, "give one of them another name", field="name", rule="name-dup")
        else:
            first[channel.name] = channel.name_place
