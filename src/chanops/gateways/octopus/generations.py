"""Which generation a site runs, told by shapes and not by version texts, and what chanops must know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind
from chanops.errors import NotUnderstoodError, UnknownGenerationError
from chanops.gateways.octopus import wire
from chanops.gateways.octopus.login import LoginShape

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from chanops.gateways.octopus.api import OctopusApi

    Recognise: TypeAlias = Callable[[OctopusApi, list[Any] | None], Awaitable[tuple["Profile", str]]]
    """Returns the profile of the site that listed these rows, and its version."""

TYPE_NUMBERS: Final = CHANNEL_TYPES[SiteKind.OCTOPUS]
TYPE_NAMES: Final = {number: name for name, number in TYPE_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Profile:
    """How one generation holds channels (contracts/octopus.md 1 and 5)."""

    name: str
    versions: str
    row: type[wire.AnyChannel]
    types: tuple[str, ...]
    has_lists: bool  # several keys and addresses; else exactly one
    has_numbers: bool  # the type is a number; else its name
    has_auto_group: bool
    completes_urls: bool  # adds the version to an address; else calls it as it stands
    sorts_models: bool  # takes custom models out of the others, and deletes group items of models that went
    hides_storage: bool  # the list is not the database, its export is
    waits_without_channel: bool  # holds a request for a group without a channel; else refuses it (9.5)


G2: Final = Profile(
    name="G2",
    versions="v0.9",
    row=wire.ChannelG2,
    types=("openai", "openai_responses", "anthropic", "gemini", "volcengine", "openai_embedding"),
    has_lists=True,
    has_numbers=True,
    has_auto_group=True,
    completes_urls=False,
    sorts_models=False,
    hides_storage=True,
    waits_without_channel=False,
)
G4: Final = Profile(
    name="G4",
    versions="v0.11",
    row=wire.ChannelG4,
    types=("openai", "openai_responses", "anthropic", "gemini", "volcengine"),
    has_lists=False,
    has_numbers=False,
    has_auto_group=False,
    completes_urls=True,
    sorts_models=True,
    hides_storage=False,
    waits_without_channel=True,
)

REFUSED: Final = {
    "G1": "v0.1 to v0.8: an update replaces the whole channel",
    "G3": "v0.10: groups route by hand only; v0.11 followed it",
    "G5": "v0.12: models are objects of their own",
    "G6": "v0.13: channels have grants and no type",
}


class Shape(NamedTuple):
    """What a channel's row looks like: where addresses stand, the JSON type of `type`, where models stand."""

    login: LoginShape
    addresses: str
    type: str
    models: str


TOKEN, COOKIE = LoginShape.TOKEN, LoginShape.COOKIE
SHAPES: Final = {
    Shape(TOKEN, "base_url", "int", "model"): "G1",
    Shape(TOKEN, "base_urls", "int", "model"): "G2",
    Shape(COOKIE, "base_url", "str", "model"): "G3 or G4",
    Shape(COOKIE, "base_url", "str", "models"): "G5",
}
UPDATE_STATUS: Final = {500: "G1", 400: "G2"}
MINORS: Final = ((13, "G6"), (12, "G5"), (11, "G4"), (10, "G3"), (9, "G2"), (1, "G1"))
REBUILD_STATUS: Final = {404: "G3", 415: "G4"}


async def find_profile(api: OctopusApi, rows: list[Any] | None) -> tuple[Profile, str]:
    """Return the profile of the site that listed *rows*, and its version; two calls at most, and none that can write."""
    name, seen = await _find_name(api, rows)
    version = await api.now_version()
    if not rows and name == "G4" and _minor(version) >= 12:  # an empty v0.12 answers as v0.11 does
        name, seen = "G5", f"version {version[:20]} and no channels"
    for profile in (G2, G4):
        if profile.name == name:
            return profile, version
    raise UnknownGenerationError(api.site, _refusal(name, seen), hint="chanops speaks with Octopus v0.9 and v0.11")


async def _find_name(api: OctopusApi, rows: list[Any] | None) -> tuple[str, str]:
    candidates, seen = _candidates(api, rows)
    if "G3" in candidates:
        status = await api.probe_rebuild_price()
        return REBUILD_STATUS.get(status, "unknown"), f"{seen}, HTTP {status} to a price rebuild without a content type"
    if len(candidates) > 1:
        status = await api.probe_update()
        return UPDATE_STATUS.get(status, "unknown"), f"{seen}, HTTP {status} to an update of nothing"
    return candidates[0], seen


async def find_profile_by_reading(api: OctopusApi, rows: list[Any] | None) -> tuple[Profile, str]:
    """Return what `find_profile` does, told by shapes, version and groups: no call is made to be refused.

    An empty site that was built from source may be its elder brother, which a plan finds out.
    """
    candidates, seen = _candidates(api, rows)
    version = await api.now_version()
    told = next((name for least, name in MINORS if _minor(version) >= least), "")
    if told in candidates:
        candidates = [told]
    elif "G3" in candidates and any(group.retry_interval is not None for group in await api.list_groups()):
        candidates = ["G3"]
    for profile in (G2, G4):
        if profile.name in candidates:
            return profile, version
    raise UnknownGenerationError(api.site, _refusal(candidates[0], seen), hint="chanops speaks with Octopus v0.9 and v0.11")


def _candidates(api: OctopusApi, rows: list[Any] | None) -> tuple[list[str], str]:
    """Return the generations that the login and the first row allow, and what was seen."""
    assert api.login_shape is not None, "the list was read"
    if rows is None:
        return ["G6"], "no /channel/list"
    if not rows:
        names = ["G2", "G1"] if api.login_shape is TOKEN else ["G4", "G3", "G5"]
        return names, f"a login with a {api.login_shape} and no channels"
    shape = _shape_of(api, rows[0])
    seen = f"a login with a {shape.login}, rows with {shape.addresses}, type as {shape.type}, {shape.models}"
    return SHAPES.get(shape, "unknown").split(" or "), seen


def _shape_of(api: OctopusApi, row: object) -> Shape:
    if not isinstance(row, dict):
        raise NotUnderstoodError(api.site, "GET /channel/list: data[0]: an object was expected")
    assert api.login_shape is not None, "the list was read"
    addresses = next((key for key in ("base_urls", "base_url") if key in row), "neither base_url nor base_urls")
    models = next((key for key in ("models", "model") if key in row), "no models")
    return Shape(api.login_shape, addresses, type(row.get("type")).__name__, models)


def is_telling(version: str) -> bool:
    """Tell whether *version* names a release; a build from source says `dev`."""
    return _minor(version) > 0


def _minor(version: str) -> int:
    found = re.match(r"v?0\.(\d{1,4})\b", version)
    return int(found[1]) if found else 0


def _refusal(name: str, seen: str) -> str:
    known = f"Octopus {name} ({REFUSED[name]}) is not supported" if name in REFUSED else "this Octopus is not known"
    return f"{known}; seen: {seen}"
