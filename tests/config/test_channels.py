"""Keys of a channel: which there are, which are needed, and how the channel is to be treated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.domain.address import Address
from chanops.domain.resources import ChannelState
from config.texts import NEWAPI, OCTOPUS, bare, channel, first, only, told

if TYPE_CHECKING:
    from config.conftest import LoadText


@pytest.mark.parametrize(
    ("line", "column", "summary", "detail"),
    [
        ("wieght: 1", 9, '"wieght" is not a key of a channel', 'did you mean "weight"?'),
        ("group: a", 9, '"group" is not a key of a channel', 'did you mean "groups"?'),
        ("header_override: {}", 9, '"header_override" is not a key of a channel', 'did you mean "headers"?'),
        ("auto_ban: true", 9, '"auto_ban" is not a key of a channel', "it belongs in the newapi: block"),
        ("auto_sync: true", 9, '"auto_sync" is not a key of a channel', "it belongs in the octopus: block"),
        ("newapi: {weight: 1}", 18, '"weight" is not a key of the newapi: block', "it stands beside this block, not in it"),
        ("newapi: {auto_sync: true}", 18, '"auto_sync" is not a key of the newapi: block', "it belongs in the octopus: block"),
        ("newapi: {auto_bann: true}", 18, '"auto_bann" is not a key of the newapi: block', 'did you mean "auto_ban"?'),
        ("key:sk-1: x", 9, "this is not a key of a channel", "a blank stands after the : of a key"),
    ],
)
def test_an_unknown_key_is_told_at_the_key_with_what_was_meant(
    load_text: LoadText, line: str, column: int, summary: str, detail: str
) -> None:
    assert only(load_text(channel(line))) == ("error", 13, column, summary, detail)


@pytest.mark.parametrize("missing", ["type", "models", "key"])
def test_a_missing_field_is_told_at_the_first_line_of_the_channel(load_text: LoadText, missing: str) -> None:
    lines = ["name: a", "type: openai", "key: ${env:K}", "models: [m]"]

    loaded = load_text(bare(*(line for line in lines if not line.startswith(missing))))

    assert only(loaded)[:4] == ("error", 8, 9, f"{missing} is missing")
    assert loaded.findings[0].address == Address.channel("main", "a")
    assert loaded.findings[0].range is not None
    assert loaded.findings[0].range.source == "      - name: a"
    assert loaded.findings[0].range[3:5] == (8, 16)


def test_a_missing_name_is_told(load_text: LoadText) -> None:
    assert only(load_text(bare("type: openai", "key: ${env:K}", "models: [m]")))[:4] == ("error", 8, 9, "name is missing")


def test_an_ignored_field_may_be_missing(load_text: LoadText) -> None:
    assert not load_text(bare("name: a", "type: openai", "models: [m]", "ignore: [key]")).findings


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ('""', "the name of a channel is empty"),
        ('"  "', "the name of a channel is empty"),
        ('" a"', "the name of a channel has blanks at its ends"),
        ('"a\\nb"', "the name of a channel holds the character U+000A"),
        ('"a\\u202eb"', "the name of a channel holds the character U+202E"),
        ('"a\\u2028b"', "the name of a channel holds the character U+2028"),
        ('"a\\x7fb"', "the name of a channel holds the character U+007F"),
        ("${env:NAME}", "the name of a channel takes no reference"),
        ("[a]", "a text is wanted here, not a list"),
        ("12", "12 is read as a whole number, not as text"),
    ],
)
def test_a_name_is_one_visible_line(load_text: LoadText, name: str, summary: str) -> None:
    assert only(load_text(channel().replace("name: a", f"name: {name}")))[:4] == ("error", 8, 15, summary)


@pytest.mark.parametrize("name", ["a/b", "Qhaigc | 主 🐙", "[x] {y}", "a:b", "family 👩‍👩‍👧"])
def test_a_name_may_hold_any_visible_sign(load_text: LoadText, name: str) -> None:
    assert first(load_text(channel().replace("name: a", f'name: "{name}"'))).name == name


def test_a_name_declared_twice_is_told_at_the_second_with_the_place_of_the_first(load_text: LoadText) -> None:
    second = "      - {name: a, type: openai, key: '${env:K}', models: [m]}\n"

    loaded = load_text(channel() + second)

    assert only(loaded) == (
        "error",
        13,
        16,
        'main already has a channel "a", declared at channels.yaml:8',
        "give one of them another name",
    )
    assert loaded.findings[0].rule == "name-dup"


def test_a_channel_to_delete_needs_only_its_name(load_text: LoadText) -> None:
    assert first(load_text(bare("name: a", "state: absent"))).state is ChannelState.ABSENT


def test_the_life_cycle_keys_are_taken(load_text: LoadText) -> None:
    lines = ("protect: true", "moved_from: old", "ignore: [weight, newapi.setting, models]", "id: 12", "state: present")

    found = first(load_text(channel(*lines)))

    assert (found.protect, found.moved_from, found.pin) == (True, "old", "12")
    assert found.ignore == {"weight", "newapi.setting", "models"}


@pytest.mark.parametrize(
    ("line", "column", "summary", "detail"),
    [
        ("ignore: [wieght]", 18, '"wieght" is not a field that can be ignored', 'did you mean "weight"?'),
        ("ignore: [auto_ban]", 18, '"auto_ban" is not a field that can be ignored', 'did you mean "newapi.auto_ban"?'),
        ("ignore: [name]", 18, '"name" is not a field that can be ignored', ""),
        (
            "ignore: weight",
            17,
            "a list of fields is wanted here, not a single value",
            "write [one, two], or one item a line after a -",
        ),
        ("id: 0", 13, "an id is a whole number from 1", "`chanops list` shows the ids"),
        ("id: twelve", 13, "an id is a whole number from 1", "`chanops list` shows the ids"),
        ("state: gone", 16, '"gone" is not one of present, absent', ""),
        ("protect: yes", 18, "yes is read as true by some and as text by others", "write true"),
        ("moved_from: ''", 21, "a former name is empty", ""),
        ("moved_from: a", 21, "the channel has that name already", "take moved_from out"),
        ("provider: ${env:P}", 19, "the name of a provider takes no reference", "write it out"),
        ("sites: [main]", 9, "sites is for top-level channels", "take it out: this channel already stands under its site"),
    ],
)
def test_a_bad_life_cycle_value_is_told(load_text: LoadText, line: str, column: int, summary: str, detail: str) -> None:
    assert only(load_text(channel(line))) == ("error", 13, column, summary, detail)


def test_two_channels_cannot_have_moved_from_the_same_name(load_text: LoadText) -> None:
    second = "      - {name: b, type: openai, key: '${env:K}', models: [m], moved_from: old}\n"

    loaded = load_text(channel("moved_from: old") + second)

    assert only(loaded)[:4] == ("error", 14, 75, 'another channel has moved from "old" already, at channels.yaml:13')


def test_a_channel_cannot_have_moved_from_one_that_is_still_declared(load_text: LoadText) -> None:
    second = "      - {name: b, type: openai, key: '${env:K}', models: [m], moved_from: a}\n"

    assert only(load_text(channel() + second))[:4] == ("error", 13, 75, '"a" is still declared, at channels.yaml:8')


@pytest.mark.parametrize(
    ("lines", "column", "summary"),
    [
        (("keys: ['${env:A}', '${env:B}']",), 9, "key and keys stand here together"),
        (("base_urls: [https://up.example.com]",), 9, "base_url and base_urls stand here together"),
    ],
)
def test_two_ways_to_say_the_same_do_not_stand_together(
    load_text: LoadText, lines: tuple[str, ...], column: int, summary: str
) -> None:
    assert only(load_text(channel(*lines, site=OCTOPUS)))[:4] == ("error", 13, column, summary)


@pytest.mark.parametrize(
    "path", ["weight: 1", "priority: 1", "groups: [a]", "tag: a", "test_model: gpt-4o", "model_mapping: {gpt-4o: b}"]
)
def test_a_field_that_the_gateway_lacks_is_told_at_its_key(load_text: LoadText, path: str) -> None:
    name = path.partition(":")[0]

    assert only(load_text(channel(path, site=OCTOPUS))) == (
        "error",
        13,
        9,
        f"Octopus has no field {name}",
        f"take it out; {name}: null, on the channel or in the defaults of the site, takes back an inherited one",
    )


def test_a_block_of_the_other_gateway_is_told_at_its_keys(load_text: LoadText) -> None:
    found = only(load_text(channel("octopus: {auto_sync: false}")))

    assert found == ("error", 13, 19, "New API has no field octopus.auto_sync", "the octopus: block is for Octopus sites")


@pytest.mark.parametrize("kind", ["azure", "custom", "sunoapi", "xinference", "36"])
def test_types_without_an_address_of_their_own_need_one(load_text: LoadText, kind: str) -> None:
    lines = ("name: a", f"type: {kind}", "key: ${env:K}", "models: [m]")

    loaded = load_text(bare(*lines))

    assert only(loaded)[:4] == ("error", 8, 9, "base_url is missing")
    assert loaded.findings[0].rule == "url-required"
    assert not load_text(bare(*lines, "base_url: https://up.example.com")).findings
    assert only(load_text(bare(*lines, 'base_url: ""')))[:4] == ("error", 12, 19, "base_url is missing")


def test_octopus_always_needs_an_address(load_text: LoadText) -> None:
    lines = ("name: a", "type: openai", "key: ${env:K}", "models: [m]")

    assert only(load_text(bare(*lines, site=OCTOPUS)))[:4] == ("error", 8, 9, "base_url is missing")
    assert not load_text(bare(*lines, "base_urls: [https://up.example.com]", site=OCTOPUS)).findings
    assert not load_text(bare(*lines, site=NEWAPI)).findings


def test_every_value_knows_its_place(load_text: LoadText) -> None:
    found = first(load_text(channel("weight: 10", "newapi: {auto_ban: true}")))

    assert found.range is not None
    assert found.range[:5] == ("channels.yaml", 8, 15, 8, 16)
    assert found.origins["weight"][:5] == ("channels.yaml", 13, 17, 13, 19)
    assert found.origins["newapi.auto_ban"][:3] == ("channels.yaml", 14, 28)
    assert set(found.origins) == set(found.fields)


def test_the_faults_of_a_model_rule_are_found(load_text: LoadText) -> None:
    text = channel().replace("models: [gpt-4o, gpt-4o-mini]", "models: {from: upstraem, inclde: [a], max_removed: lots}")

    assert told(load_text(text)) == [
        ("error", 12, 24, '"upstraem" is not one of upstream, lock'),
        ("error", 12, 34, '"inclde" is not a key of a model rule'),
        ("error", 12, 60, "this is neither a number from 0 nor a percentage up to 100%"),
    ]
