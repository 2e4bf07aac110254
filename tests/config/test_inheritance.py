"""What a channel takes from its provider and from the defaults: the nearest declaration wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.texts import only, site, told

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel
    from config.conftest import LoadText

TOP = """\
version: 1
providers:
  up: {base_url: https://up.example.com, key: "${env:UP}"%s}
defaults: {%s}
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    defaults: {%s}
    channels:
      - {name: a, type: openai, models: [m], %s}
"""


def text(*, top: str = "", provider: str = "", site: str = "", channel: str = "provider: up") -> str:
    return TOP % (f", {provider}" if provider else "", top, site, channel)


def loaded_channel(load_text: LoadText, **parts: str) -> DesiredChannel:
    (channel,) = site(load_text(text(**parts))).channels
    return channel


def test_the_nearest_declaration_wins(load_text: LoadText) -> None:
    parts = {"top": "weight: 1", "site": "weight: 2", "provider": "weight: 3", "channel": "provider: up, weight: 4"}

    for nearest, expected in (("channel", 4), ("provider", 3), ("site", 2), ("top", 1)):
        assert loaded_channel(load_text, **parts).fields["weight"] == expected
        parts[nearest] = "provider: up" if nearest == "channel" else ""


def test_a_provider_fills_address_and_key(load_text: LoadText) -> None:
    fields = loaded_channel(load_text).fields

    assert (fields["base_url"], str(fields["key"])) == ("https://up.example.com", "(secret, from env:UP)")


def test_a_provider_may_come_from_the_defaults(load_text: LoadText) -> None:
    assert loaded_channel(load_text, site="provider: up", channel="weight: 1").fields["base_url"] == "https://up.example.com"


def test_a_null_takes_an_inherited_value_back(load_text: LoadText) -> None:
    assert "weight" not in loaded_channel(load_text, top="weight: 1", channel="provider: up, weight: null").fields
    assert "weight" not in loaded_channel(load_text, top="weight: 1", site="weight: ~").fields


def test_a_null_at_the_site_is_undone_by_the_channel(load_text: LoadText) -> None:
    parts = {"top": "weight: 1", "site": "weight: null", "channel": "provider: up, weight: 2"}

    assert loaded_channel(load_text, **parts).fields["weight"] == 2


def test_maps_and_lists_replace_whole(load_text: LoadText) -> None:
    parts = {"top": "headers: {a: x}, groups: [g]", "channel": "provider: up, headers: {b: y}, groups: [h]"}

    fields = loaded_channel(load_text, **parts).fields

    assert (fields["headers"], fields["groups"]) == ({"b": "y"}, ("h",))


def test_blocks_merge_key_by_key_and_their_values_replace_whole(load_text: LoadText) -> None:
    parts = {
        "top": "newapi: {auto_ban: false, other: x, setting: {force_format: true}}",
        "channel": "provider: up, newapi: {other: y, setting: {proxy: 'http://10.0.0.1'}}",
    }

    fields = loaded_channel(load_text, **parts).fields

    assert (fields["newapi.auto_ban"], fields["newapi.other"]) == (False, "y")
    assert fields["newapi.setting"] == {"proxy": "http://10.0.0.1"}


def test_a_null_block_takes_the_whole_block_back(load_text: LoadText) -> None:
    parts = {"top": "newapi: {auto_ban: false, other: x}", "channel": "provider: up, newapi: null"}

    assert not [path for path in loaded_channel(load_text, **parts).fields if path.startswith("newapi.")]


@pytest.mark.parametrize(("channel", "gone", "there"), [("keys: ['${env:A}', '${env:B}']", "key", "keys")])
def test_a_nearer_list_of_keys_takes_an_inherited_key_away(load_text: LoadText, channel: str, gone: str, there: str) -> None:
    fields = loaded_channel(load_text, channel=f"provider: up, {channel}").fields

    assert gone not in fields
    assert there in fields


def test_a_nearer_key_takes_inherited_keys_away(load_text: LoadText) -> None:
    parts = {"top": "keys: ['${env:A}', '${env:B}']", "channel": "key: '${env:C}'"}

    fields = loaded_channel(load_text, **parts).fields

    assert "keys" not in fields
    assert str(fields["key"]) == "(secret, from env:C)"


def test_life_cycle_defaults_are_inherited(load_text: LoadText) -> None:
    channel = loaded_channel(load_text, top="protect: true, ignore: [weight]")

    assert (channel.protect, channel.ignore) == (True, frozenset({"weight"}))
    assert loaded_channel(load_text, top="protect: true", channel="provider: up, protect: false").protect is False


def test_an_inherited_value_knows_its_own_place(load_text: LoadText) -> None:
    assert loaded_channel(load_text, top="weight: 1").origins["weight"][:3] == ("channels.yaml", 4, 20)


def test_an_unknown_provider_is_told_once_where_it_is_named(load_text: LoadText) -> None:
    found = told(load_text(text(channel="key: '${env:K}', provider: upp")))

    assert found == [("error", 11, 73, 'there is no provider "upp"')]


def test_a_bad_default_is_one_finding_for_all_channels(load_text: LoadText) -> None:
    more = "      - {name: b, type: openai, models: [m], provider: up}\n"

    assert only(load_text(text(top="weight: many") + more))[:4] == ("error", 4, 20, '"many" is not a whole number')


SHARED = """\
version: 1
defaults: {%s}
sites:
  main: {kind: newapi, url: "sandbox:newapi"}
  edge: {kind: octopus, url: "sandbox:octopus"}
channels:
  - {name: a, type: openai, base_url: https://up.example.com, key: "${env:K}", models: [m], sites: [%s]%s}
"""


def test_a_top_level_channel_lives_on_every_site_it_names(load_text: LoadText) -> None:
    loaded = load_text(SHARED % ("", "main, edge", ""))

    assert not loaded.findings
    assert [(found.name, [str(channel.address) for channel in found.channels]) for found in loaded.desired.sites] == [
        ("main", ["main/channel/a"]),
        ("edge", ["edge/channel/a"]),
    ]


def test_blocks_in_shared_places_are_for_the_sites_that_have_them(load_text: LoadText) -> None:
    parts = ("newapi: {auto_ban: false}", "main, edge", ", octopus: {auto_sync: false}")

    main, edge = load_text(SHARED % parts).desired.sites

    assert not load_text(SHARED % parts).findings
    assert ("newapi.auto_ban" in main.channels[0].fields, "newapi.auto_ban" in edge.channels[0].fields) == (True, False)
    assert ("octopus.auto_sync" in main.channels[0].fields, "octopus.auto_sync" in edge.channels[0].fields) == (False, True)


def test_a_block_for_none_of_the_sites_of_a_shared_channel_is_told(load_text: LoadText) -> None:
    found = only(load_text(SHARED % ("", "main", ", octopus: {auto_sync: false}")))

    assert found[:4] == ("error", 7, 118, "New API has no field octopus.auto_sync")


def test_an_inherited_field_that_the_gateway_lacks_is_told_where_it_was_declared(load_text: LoadText) -> None:
    assert only(load_text(SHARED % ("weight: 1", "main, edge", "")))[:4] == ("error", 2, 12, "Octopus has no field weight")


@pytest.mark.parametrize(
    ("sites", "column", "summary", "detail"),
    [
        ("man", 101, 'there is no site "man"', 'did you mean "main"?'),
        ("main, main", 107, 'the site "main" stands here twice', "take one of them out"),
        ("", 100, "the list of sites is empty", "name the sites it lives on"),
        ("'${env:S}'", 101, "the name of a site takes no reference", "write it out"),
    ],
)
def test_bad_sites_of_a_shared_channel_are_told(
    load_text: LoadText, sites: str, column: int, summary: str, detail: str
) -> None:
    assert only(load_text(SHARED % ("", sites, ""))) == ("error", 7, column, summary, detail)


def test_a_top_level_channel_without_sites_is_told(load_text: LoadText) -> None:
    found = only(load_text((SHARED % ("", "", "")).replace(", sites: []", "")))

    assert found[:4] == ("error", 7, 5, "sites is missing")


def test_what_a_shared_channel_lacks_on_two_sites_is_one_finding(load_text: LoadText) -> None:
    found = only(load_text((SHARED % ("", "main, edge", "")).replace("models: [m], ", "")))

    assert found[:4] == ("error", 7, 5, "models is missing")
