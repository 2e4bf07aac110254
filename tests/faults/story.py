"""The story that every case tells: what stood before, twelve changes, and neighbours that nobody may touch.

Names begin with `team-`. Every key is another one, so that none can be taken for another and each can be looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from builders import channel, secret
from chanops.domain.policy import Guards, LastRoute, Limit, Manage, ManageMode
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.resources import DesiredChannel

SITE: Final = "main"
OWNER: Final = "platform-team"
UPSTREAM: Final = "http://127.0.0.1:9/v1"
PREFIX: Final = "team-"
CHANGES: Final = 12

FREE: Final = Guards(max_deletes=Limit(100), last_route=LastRoute.OFF, allow_empty=True, allow_replace=("*",))
MANAGE: Final = {
    SiteKind.NEWAPI: Manage(ManageMode.MARKED),
    SiteKind.OCTOPUS: Manage(ManageMode.NAMES, f"{PREFIX}*"),
}

GONE: Final = ("old-1", "old-2", "old-3")
KEPT: Final = ("kept",)
HAND_MADE: Final = "by-hand"
"""A channel that somebody made by hand and that the files declare afterwards."""


def key_of(name: str, turn: int = 1) -> str:
    """Return the invented key of a channel; every *turn* brings another."""
    return f"sk-invented-{name}-{turn}-{sum(map(ord, name)) * 7919 * turn:x}"


def earlier(kind: SiteKind) -> list[DesiredChannel]:
    """Return what the files declared until now."""
    return [
        *(_made(kind, name) for name in (*GONE, "models", "off", "rotated", *KEPT)),
        _made(kind, "on", enabled=False),
    ]


def marked_again(kind: SiteKind) -> list[DesiredChannel]:
    """Return the same with a change to each: the second write is the one that knows ids."""
    again = [f"{name}" for name in (*GONE, "models", "off", "rotated", *KEPT)]
    models = ["gpt-4o", "o3"]
    return [*(_made(kind, name, models=models) for name in again), _made(kind, "on", enabled=False, models=models)]


def later(kind: SiteKind) -> list[DesiredChannel]:
    """Return what the files declare now: four new channels, five that change, three gone; one is kept as it is."""
    whole = _whole(kind)
    models = ["gpt-4o", "o3"]
    return [
        _made(kind, "new-1"),
        _made(kind, "new-2", enabled=False, models=["claude-sonnet-4", "gpt-4o"]),
        _made(kind, "new-3", **_several(kind)),
        _made(kind, "new-4", **whole),
        _made(kind, "models", models=["o3", "gpt-5", "gpt-5-mini"], **whole),
        _made(kind, "off", enabled=False, models=models),
        _made(kind, "on", enabled=True, models=models),
        _made(kind, "rotated", turn=2, models=models),
        _made(kind, HAND_MADE, turn=2),
        *(_made(kind, name, models=models) for name in KEPT),
    ]


def replacing(kind: SiteKind, address: str) -> list[DesiredChannel]:
    """Return what the files declare when three new channels, at *address*, take over from one that goes; all else stays."""
    stay = [made for made in marked_again(kind) if made.name != PREFIX + GONE[0]]
    new = {"new-1": ["gpt-4o"], "new-2": ["o3"], "new-3": ["gpt-4o", "gpt-5"]}
    return [
        *stay,
        _made(kind, HAND_MADE, turn=2),
        *(_made(kind, name, enabled=True, base_url=address, models=models) for name, models in new.items()),
    ]


def secrets_of(kind: SiteKind) -> set[str]:
    """Return every key of the story and what stands in secret headers."""
    names = [made.name.removeprefix(PREFIX) for made in (*earlier(kind), *later(kind))]
    keys = {key_of(name, turn) for name in names for turn in (1, 2, 3)}
    return keys | {HEADER}


HEADER: Final = "Bearer invented-header-secret-5141"
HEADERS: Final = {"Authorization": secret("HEADER", HEADER), "X-Team": "platform"}


def _made(kind: SiteKind, name: str, *, turn: int = 1, **fields: Any) -> DesiredChannel:
    address = {"base_url": UPSTREAM} if kind is SiteKind.OCTOPUS else {}
    made = channel(PREFIX + name, SITE, key=secret("KEY", key_of(name, turn)), **(address | fields))
    return made.with_fields({path: value for path, value in made.fields.items() if path != "key" or "keys" not in fields})


def _several(kind: SiteKind) -> Mapping[str, Any]:
    """Return several keys where every generation of the gateway takes them."""
    if kind is SiteKind.OCTOPUS:
        return {}
    return {"keys": [secret("KEY", key_of("new-3", turn)) for turn in (1, 2, 3)]}


def _whole(kind: SiteKind) -> Mapping[str, Any]:
    """Return fields of every shape."""
    both: dict[str, Any] = {"headers": HEADERS, "param_override": {"temperature": 0}}
    if kind is SiteKind.OCTOPUS:
        return both
    return both | {
        "groups": ["default", "vip"],
        "priority": 7,
        "weight": 3,
        "tag": "fast",
        "remark": "set by the files",
        "model_mapping": {"gpt-5-mini": "gpt-5-mini-2025-08-07"},
        "newapi__setting": {"force_format": True},
    }
