"""Channels of one site for another: what each type becomes, what is lost of each field, and that the file holds."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authoring.rows import SECRETS, Made, made
from authoring.walk import ENVIRON, declare, load, make, read_live
from builders import channel, live, secret
from chanops import config
from chanops.authoring.hiding import hide
from chanops.authoring.losses import CONVERTED, KEPT, LOST
from chanops.authoring.migrating import End, Migration, OnConflict, Wish, migrate
from chanops.authoring.protocols import PROTOCOLS, Spoken, speak
from chanops.authoring.references import UNKNOWN, holds_secret
from chanops.authoring.translating import Translated, translate
from chanops.cli.drafting import Desk
from chanops.cli.loading import Configuration
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.report import Result
from chanops.domain.resources import Status
from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.vocabulary import CHANNEL_TYPES, FIELDS, SiteKind
from chanops.engine.ownership import pair_channels
from chanops.gateways.newapi.dialect import NewApiDialect
from chanops.gateways.newapi.generations import BASE, HEAD, Permissions
from chanops.gateways.octopus.dialect import OctopusDialect
from chanops.gateways.octopus.generations import G2 as PROFILE_G2
from chanops.gateways.octopus.generations import G4 as PROFILE_G4
from conformance.bench import assert_in_sync, errors, open_bench
from conformance.targets import NEWAPI, OCTOPUS, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.domain.gateway import Dialect
    from conformance.bench import Bench

NEW = NewApiDialect(HEAD, Permissions())
OLD = NewApiDialect(BASE, Permissions())
G2 = OctopusDialect(PROFILE_G2)
G4 = OctopusDialect(PROFILE_G4)
OCTOPUS_TYPES = CHANNEL_TYPES[SiteKind.OCTOPUS]
UNUSED = {28, 29, 30, 32}  # contracts/new-api.md 7.1


def to_octopus(target: Dialect = G4, **fields: Any) -> Translated:
    return translate(live("A", **({"base_url": "https://h"} | fields)), NEW, target, "edge")


def to_newapi(source: Dialect = G4, **fields: Any) -> Translated:
    return translate(live("A", **({"base_url": "https://h/v1"} | fields)), source, NEW, "main")


def lost(translated: Translated) -> list[str]:
    return [loss.field for loss in translated.losses]


# Types


def test_every_type_of_new_api_is_decided() -> None:
    decided = {CHANNEL_TYPES[SiteKind.NEWAPI][name] for name in PROTOCOLS[SiteKind.NEWAPI]}

    assert decided | UNUSED == set(range(1, 61))
    assert PROTOCOLS[SiteKind.NEWAPI].keys() == CHANNEL_TYPES[SiteKind.NEWAPI].keys()
    assert PROTOCOLS[SiteKind.OCTOPUS].keys() == OCTOPUS_TYPES.keys()


@pytest.mark.parametrize("kind", SiteKind)
def test_every_type_becomes_one_that_the_other_gateway_has_or_is_refused_with_a_reason(kind: SiteKind) -> None:
    (other,) = set(SiteKind) - {kind}
    rows = PROTOCOLS[kind].values()

    assert {row.type for row in rows if isinstance(row, Spoken)} <= CHANNEL_TYPES[other].keys()
    assert all(row for row in rows)


@pytest.mark.parametrize(
    ("number", "type_name"),
    [(14, "anthropic"), (24, "gemini"), (41, "gemini"), (45, "volcengine"), (1, "openai"), (43, "openai")],
)
def test_a_type_of_new_api_becomes_the_protocol_it_speaks(number: int, type_name: str) -> None:
    names = {number: name for name, number in CHANNEL_TYPES[SiteKind.NEWAPI].items()}

    assert to_octopus(type=names[number]).live.fields["type"] == type_name


@pytest.mark.parametrize(
    "name", ["midjourney", "midjourneyplus", "replicate", "sunoapi", "kling", "jimeng", "vidu", "doubaovideo", "sora"]
)
def test_images_videos_and_music_are_refused_by_name(name: str) -> None:
    assert to_octopus(type=name).refused.startswith(f"type {name}: it makes ")


def test_a_number_without_a_name_is_refused() -> None:
    assert to_octopus(type=99).refused == "type 99: 99 is no type that is known"
    assert isinstance(speak(SiteKind.NEWAPI, 0), str)


def test_a_type_that_the_other_version_lacks_is_refused_or_becomes_openai() -> None:
    refused = translate(live("A", type="new_api", base_url="https://h"), NEW, OLD, "old").refused
    embedding = translate(live("A", type="openai_embedding", base_url="https://h/v1"), G2, G4, "edge")

    assert refused == "this New API (base) has no channel type new_api"
    assert (embedding.live.fields["type"], lost(embedding)) == ("openai", ["type"])


# Addresses


@pytest.mark.parametrize("target", [G2, G4])
@pytest.mark.parametrize(
    ("type_name", "url", "made"),
    [
        ("openai", "https://h", "https://h/v1"),
        ("gemini", "https://h", "https://h/v1beta"),
        ("volcengine", "https://h", "https://h/api/v3"),
        ("ali", "", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        ("anthropic", "", "https://api.anthropic.com/v1"),
    ],
)
def test_octopus_gets_the_address_that_new_api_called(target: Dialect, type_name: str, url: str, made: str) -> None:
    translated = to_octopus(target, type=type_name, base_url=url)

    assert translated.live.fields["base_url"] == made
    assert ("base_url" in lost(translated)) is (url == "")


def test_a_version_of_the_provider_s_own_is_kept_there_and_back() -> None:
    for dialect, url in {G2: "https://open.bigmodel.cn/api/paas/v4", G4: "https://open.bigmodel.cn/api/paas/v4#"}.items():
        there = to_octopus(dialect, type="zhipuv4", base_url="https://open.bigmodel.cn")
        back = to_newapi(dialect, base_url=url)

        assert there.live.fields["base_url"] == url
        assert (back.live.fields["type"], back.live.fields["base_url"]) == ("zhipuv4", "https://open.bigmodel.cn")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"base_url": "https://h/x#"}, "its address is complete"),
        ({"type": "moonshot", "base_url": "kimi-coding-plan"}, "its address is the name of a plan"),
        ({"type": "xinference", "base_url": ""}, "it names no address"),
    ],
)
def test_an_address_that_octopus_cannot_call_is_refused(fields: dict[str, Any], reason: str) -> None:
    assert to_octopus(**fields).refused.startswith(reason)


@pytest.mark.parametrize(
    ("source", "url"), [(G2, "https://h"), (G2, "https://h/v4"), (G4, "https://h/v4#"), (G4, "https://h/x##")]
)
def test_an_address_that_new_api_would_call_otherwise_is_refused(source: Dialect, url: str) -> None:
    assert to_newapi(source, base_url=url).refused.startswith("New API would append a version to its address")


def test_an_address_that_was_called_twice_is_told_of() -> None:
    translated = to_octopus(base_url="https://h/v1")

    assert translated.live.fields["base_url"] == "https://h/v1"
    assert [loss.what for loss in translated.losses] == ['the gateway called another address than "https://h/v1" before']


def test_of_several_addresses_the_first_is_kept_where_one_is_all() -> None:
    several = live("A", base_urls=["https://a/v1", "https://b/v1"])

    assert lost(translate(several, G2, G4, "edge")) == ["base_urls"]
    assert translate(several, G2, NEW, "main").live.fields["base_url"] == "https://a"
    assert lost(translate(several, G2, G2, "edge")) == []


# Fields


@pytest.mark.parametrize("kind", SiteKind)
def test_every_field_that_the_other_kind_lacks_is_named_when_it_holds_something(kind: SiteKind) -> None:
    (other,) = set(SiteKind) - {kind}
    alone = {path for path, field in FIELDS.items() if kind in field.kinds and other not in field.kinds}

    assert alone <= LOST.keys() | CONVERTED
    assert FIELDS.keys() == LOST.keys() | CONVERTED | KEPT


FULL: dict[str, Any] = {
    "groups": ["vip"], "priority": 5, "weight": 3, "tag": "t", "remark": "r", "test_model": "gpt-4o",
    "newapi__auto_ban": False, "newapi__status_code_mapping": {"429": "500"}, "newapi__setting": {"force_format": True},
    "newapi__settings": {"allow_speed": True}, "newapi__other": "x", "newapi__openai_organization": "org",
}  # fmt: skip
EMPTY: dict[str, Any] = {
    "groups": ["default"], "priority": 0, "weight": 0, "tag": "", "remark": "", "test_model": "", "newapi__auto_ban": True,
    "newapi__status_code_mapping": {}, "newapi__setting": {}, "newapi__settings": {}, "newapi__other": "",
    "newapi__openai_organization": "", "model_mapping": {}, "headers": {}, "proxy": "",
}  # fmt: skip


def test_what_new_api_alone_has_is_lost_with_a_line_each() -> None:
    assert sorted(lost(to_octopus(**FULL))) == sorted(path.replace("__", ".") for path in FULL)


def test_what_says_nothing_is_not_lost() -> None:
    assert lost(to_octopus(**EMPTY)) == []


def test_what_octopus_alone_has_is_lost_with_a_line_each() -> None:
    full = to_newapi(octopus__auto_sync=True, octopus__auto_group="fuzzy", octopus__match_regex="^gpt")
    empty = to_newapi(octopus__auto_sync=False, octopus__auto_group="none", octopus__match_regex="", octopus__custom_models=[])

    assert lost(full) == ["octopus.auto_sync", "octopus.auto_group", "octopus.match_regex"]
    assert lost(empty) == []


def test_custom_models_go_with_the_others() -> None:
    made = to_newapi(models=["a", "b"], octopus__custom_models=["b", "c"]).live.fields

    assert made["models"] == ("a", "b", "c")
    assert "octopus.custom_models" not in made


def test_an_alias_is_replaced_by_its_upstream_name_and_told_of() -> None:
    mapping = {"mini": "small", "small": "small-2024", "self": "self", "one": "two", "two": "one", "unlisted": "x"}
    translated = to_octopus(models=["gpt-4o", "mini", "self", "one", "two"], model_mapping=mapping)

    assert translated.live.fields["models"] == ("gpt-4o", "small-2024", "self", "one", "two")
    assert "model_mapping" not in translated.live.fields
    (loss,) = translated.losses
    assert loss.what == "clients no longer find mini here: the model is listed as small-2024, its upstream name"
    assert loss.advice == "make a group mini on Octopus with small-2024 of this channel"


def test_headers_with_rules_of_new_api_are_lost_and_an_organization_becomes_one() -> None:
    headers = {"X-Team": "a", "re:^X-": "pass", "*": "", "X-Api-Key": Secret("{api_key}")}
    translated = to_octopus(headers=headers, newapi__openai_organization="org")

    assert translated.live.fields["headers"] == {"X-Team": "a", "OpenAI-Organization": "org"}
    assert lost(translated) == ["headers", "headers", "headers", "newapi.openai_organization"]


def test_the_gateway_s_own_proxy_is_lost_and_another_one_kept() -> None:
    assert lost(to_newapi(proxy=True)) == ["proxy"]
    assert to_newapi(proxy="http://p:1").live.fields["proxy"] == "http://p:1"
    assert "proxy" not in to_newapi(proxy=False).live.fields


def test_an_ejected_channel_is_written_as_disabled_with_a_line() -> None:
    translated = translate(live("A", base_url="https://h", status=Status.EJECTED), NEW, G4, "edge")

    assert translated.live.fields["enabled"] is False
    assert lost(translated) == ["enabled"]


def test_between_two_of_one_kind_nothing_is_lost() -> None:
    fields = {path: value for path, value in FULL.items() if path != "newapi__other"}
    translated = translate(live("A", base_url="https://h#", model_mapping={"a": "b"}, **fields), NEW, OLD, "old")

    assert lost(translated) == []
    assert translated.live.fields["model_mapping"] == {"a": "b"}


# What the files keep out of sight


def test_a_live_value_whose_place_is_declared_by_a_reference_becomes_a_secret() -> None:
    held = live("A", tag="t", remark="open", models=["gpt-4o", "own"], headers={"X-A": "a", "X-B": "b"}, proxy="http://p:1")
    said = channel("A", tag=secret("T"), models=["gpt-4o", secret("M")], headers={"X-A": "a", "X-B": secret("B")})
    said = said.with_fields({**said.fields, "newapi.setting": {"proxy": secret("P")}})

    hidden = hide(held, said).fields

    assert {path for path, value in hidden.items() if holds_secret(value)} == {"tag", "models", "headers", "proxy"}
    assert isinstance(hidden["models"], tuple)
    assert [isinstance(model, Secret) for model in hidden["models"]] == [False, True]


def test_an_address_that_is_declared_by_a_reference_is_not_told() -> None:
    hidden = hide(live("A", base_url="https://private/v1"), channel("A", base_url=secret("U")))

    translated = translate(hidden, NEW, G4, "edge")

    assert isinstance(translated.live.fields["base_url"], Secret)
    assert [loss.what for loss in translated.losses] == ["the gateway called another address than this one before"]


# Keys


def test_a_fingerprint_is_no_key() -> None:
    assert "key" not in to_octopus(key=Fingerprint("v1:00:00")).live.fields


def test_several_keys_stay_several_where_the_gateway_takes_them() -> None:
    hidden = {"newapi__multi_key_mode": "random"}

    assert "keys" in to_octopus(G2, **hidden).live.fields
    assert lost(to_octopus(G2, **hidden)) == ["newapi.multi_key_mode"]
    assert lost(to_octopus(G4, **hidden)) == ["keys"]
    assert lost(translate(live("A", base_url="https://h/v1", keys=[Secret("a"), Secret("b")]), G2, G4, "edge")) == ["keys"]


# The whole


PAIRS = [(NEWAPI[1], OCTOPUS[1]), (NEWAPI[0], OCTOPUS[0]), (OCTOPUS[0], NEWAPI[1]), (OCTOPUS[1], NEWAPI[0]),
         (OCTOPUS[0], OCTOPUS[1]), (NEWAPI[1], NEWAPI[0])]  # fmt: skip


@pytest.mark.parametrize("examples", [6, pytest.param(80, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("source", "target"), PAIRS, ids=str)
def test_any_live_state_migrates_into_a_file_that_only_creates_and_then_holds(
    source: Target, target: Target, examples: int
) -> None:
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(made(source.kind, source.generation), min_size=1, max_size=8))
    def try_state(channels: Sequence[Made]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            migrated.append(asyncio.run(migrate_and_apply(source, target, channels, Path(folder))))

    migrated: list[int] = []
    try_state()
    assert sum(migrated) > 0, "some channels can be had"


async def migrate_and_apply(source: Target, target: Target, channels: Sequence[Made], folder: Path) -> int:
    """Return how many channels were migrated."""
    async with open_bench(source) as before, open_bench(target) as after:
        await make(before, [Made(after.prefix + one.name, one.columns, one.enabled) for one in channels])
        migration = await migrate_all(before, after, folder)
        text = migration.text()

        assert [secret for secret in SECRETS if secret in text] == []
        told = repr([(one.losses, one.refused) for one in migration.channels])
        assert [secret for secret in SECRETS if secret in told] == []
        loaded = load(folder / "channels.yaml", text, {needed.name: needed.value or UNKNOWN for needed in migration.needed})
        assert [(f.summary, f.field) for f in loaded.findings if f.severity is Severity.ERROR] == [], text
        (site,) = loaded.desired.sites
        assert len(site.channels) == len(migration.stated)

        plan = await after.plan(*site.channels)
        assert errors(plan) == [], text
        assert {change.action for change in plan.pending} <= {Action.CREATE}
        assert len(plan.pending) == len(migration.stated)

        report = await after.try_apply(*site.channels)
        assert [(o.address.name, o.error) for o in report.outcomes if o.result is not Result.DONE] == []
        assert_in_sync(await after.plan(*site.channels))
        return len(migration.stated)


async def migrate_all(before: Bench, after: Bench, folder: Path) -> Migration:
    """Migrate every channel of this test from one bench to the other."""
    path = declare(after, folder)
    loaded = config.load([path], environ=ENVIRON)
    assert not loaded.has_errors, loaded.findings
    (site,) = loaded.desired.sites
    live_before, live_after = await read_live(before), await read_live(after)
    desk = Desk((path,), Configuration(loaded.desired), site, live_after, tuple(pair_channels(site, live_after).pairs))
    target = End(site, live_after, desk.load, lambda channels, _: desk.judge(channels))
    source = End(before.site(), live_before, desk.load, target.judge)
    return migrate(source, target, Wish(f"{before.prefix}*", on_conflict=OnConflict.FAIL))
