"""Worlds drawn at random: what stood on a gateway, what somebody made there by hand, and what the files want now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from builders import channel, secret
from chanops.domain.address import Address
from chanops.domain.report import Silence
from chanops.domain.resources import DesiredChannel
from chanops.domain.site import Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.applier import Conduct
from faults import story
from faults.emulated import EmulatedStage, open_stage
from faults.stage import Run
from faults.stage import run as run_site
from faults.transport import FaultyTransport

GATEWAYS: Final = ((SiteKind.NEWAPI, "base"), (SiteKind.NEWAPI, "head"), (SiteKind.OCTOPUS, "g2"), (SiteKind.OCTOPUS, "g4"))

NAMES: Final = tuple(
    story.PREFIX + name
    for name in ("a", "A", "b/c", "канал", "🚀", 'it\'s "q"', "two  blanks", "1", "null", "*", "[x]", "é", "e\u0301")
)
ELSE: Final = ("other", "Team-a", "TEAM-A", "-", "a")
"""Names that no file of the story declares."""

MODELS: Final = ("gpt-4o", "o3", "org/model:free", "модель", "GPT-4o", "true", "1e3", "a model")
KEYS: Final = tuple(secret("KEY", f"sk-invented-drawn-{number}-{number * 7919:x}") for number in range(4))


def _texts(*odd: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", "plain", "ünïcode 🚀", 'a "quote"', "null", "0", *odd])


def _names(pool: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(pool), min_size=1, max_size=4, unique=True)


_HEADERS: Final = st.dictionaries(st.sampled_from(["X-Team", "X-B", "User-Agent"]), _texts(), max_size=3)
_OBJECTS: Final = st.dictionaries(
    st.sampled_from(["temperature", "a.b", "ключ"]),
    st.sampled_from([0, 1, 0.5, True, False, None, "x", {"deep": [1, "2"]}]),
    max_size=3,
)

FIELDS: Final[Mapping[SiteKind, Mapping[str, st.SearchStrategy[Any]]]] = {
    SiteKind.NEWAPI: {
        "type": st.sampled_from(["openai", "anthropic", "gemini", 40]),
        "enabled": st.booleans(),
        "base_url": st.sampled_from(["https://up.example", "https://up.example/v1", "https://up.example/x/"]),
        "model_mapping": st.dictionaries(st.sampled_from(MODELS[:3]), st.sampled_from(["b", "c/d"]), max_size=2),
        "groups": _names(["default", "vip", "svip", "группа"]),
        "priority": st.sampled_from([0, 1, -5, 2**63 - 1]),
        "weight": st.sampled_from([0, 1, 2**31 - 1]),
        "tag": _texts(),
        "remark": _texts("one\ntwo"),
        "test_model": _texts(),
        "headers": _HEADERS,
        "param_override": _OBJECTS,
        "newapi__auto_ban": st.booleans(),
        "newapi__setting": st.fixed_dictionaries({}, optional={"force_format": st.booleans(), "system_prompt": _texts()}),
        "newapi__settings": st.fixed_dictionaries(
            {}, optional={"claude_beta_query": st.booleans(), "disable_store": st.booleans()}
        ),
    },
    SiteKind.OCTOPUS: {
        "type": st.sampled_from(["openai", "anthropic", "gemini"]),
        "enabled": st.booleans(),
        "headers": _HEADERS,
        "param_override": _OBJECTS,
        "proxy": st.sampled_from([True, False, "http://127.0.0.1:8080"]),
        "octopus__match_regex": _texts("^gpt"),
        "octopus__custom_models": _names(MODELS[4:]),
    },
}


@dataclass(frozen=True)
class World:
    """One case: *before* was applied by chanops, *by_hand* was made beside it, *now* is wanted."""

    kind: SiteKind
    before: tuple[DesiredChannel, ...]
    by_hand: tuple[str, ...]
    now: tuple[DesiredChannel, ...]


@st.composite
def channels(draw: st.DrawFn, kind: SiteKind, names: Sequence[str]) -> tuple[DesiredChannel, ...]:
    """Draw channels with different names out of *names*."""
    return tuple(draw(_channel(kind, name)) for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=6)))


@st.composite
def worlds(draw: st.DrawFn, kind: SiteKind) -> World:
    """Draw a world; Octopus has each name once."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2, max_size=7))
    before, now = draw(channels(kind, names)), draw(channels(kind, names))
    taken = {made.name for made in before} if kind is SiteKind.OCTOPUS else set()
    by_hand = draw(st.lists(st.sampled_from([*ELSE, *names]), unique=True, max_size=4))
    declared = {made.name for made in now}
    if kind is SiteKind.OCTOPUS:  # the site's `manage` takes what begins with the prefix and is not declared
        by_hand = [name for name in by_hand if name not in taken and (name in ELSE or name in declared)]
    return World(kind, before, tuple(by_hand), now)


@st.composite
def _channel(draw: st.DrawFn, kind: SiteKind, name: str) -> DesiredChannel:
    given: dict[str, Any] = {"models": draw(_names(MODELS[:4])), "key": draw(st.sampled_from(KEYS))}
    given |= draw(st.fixed_dictionaries({}, optional=dict(FIELDS[kind])))
    if kind is SiteKind.OCTOPUS:
        given["base_url"] = draw(st.sampled_from(["http://127.0.0.1:9/v1", "http://127.0.0.1:9/x/v1"]))
    elif draw(st.integers(0, 4)) == 0:
        given["keys"] = draw(st.lists(st.sampled_from(KEYS), min_size=2, max_size=3, unique=True))
    made = channel(name, story.SITE, **given)
    return made.with_fields({path: value for path, value in made.fields.items() if path != "key" or "keys" not in given})


def foreign_names(world: World) -> list[str]:
    """Return what was made by hand and stays foreign; what is declared and not ours yet is adopted."""
    ours = {made.name for made in world.before}
    declared = {made.name for made in world.now}
    return [name for name in world.by_hand if name in ours or name not in declared]


async def open_world(world: World, generation: str, seed: int = 0) -> EmulatedStage:
    """Return a gateway where *world* has come to the present."""
    stage = open_stage(world.kind, generation, seed=seed)
    await settle(stage, world.before)
    foreign = set()
    async with stage.open_client() as client:
        wire = stage.open_wire(client)
        for name in world.by_hand:
            made = await wire.create(name)
            if name in foreign_names(world):
                foreign.add(int(made))
    stage.foreign = frozenset(foreign)
    return stage


async def settle(stage: EmulatedStage, wanted: Sequence[DesiredChannel]) -> Run:
    """Apply *wanted*; every change must be done."""
    done = await run(stage, wanted)
    assert done.plan
    assert done.report, [found.summary for found in done.plan.all_findings]
    assert [(o.address.name, o.error) for o in done.report.outcomes if o.error] == []
    return done


async def run(
    stage: EmulatedStage, wanted: Sequence[DesiredChannel], site: Mapping[str, Any] | None = None, **options: Any
) -> Run:
    """Plan and apply *wanted* with other settings of the *site*."""
    made: Site = stage.site(wanted, **(site or {}))
    transport, conduct = FaultyTransport(stage.line()), Conduct(Silence(), settle_seconds=0)
    return await run_site(made, transport, stage.timer, conduct, **options)


def address_of(name: str) -> Address:
    """Return the address of a channel of the story."""
    return Address.channel(story.SITE, name)
