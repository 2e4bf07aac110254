"""What stands in a field must be what the field holds, whatever YAML makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.texts import OCTOPUS, channel, first, only, told

if TYPE_CHECKING:
    from config.conftest import LoadText


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("on", "true"),
        ("Yes", "true"),
        ("no", "false"),
        ("OFF", "false"),
        ("true", "true"),
        ("010", "a whole number"),
        ("0o10", "a whole number"),
        ("0x1F", "a whole number"),
        ("1_000", "a whole number"),
        ("-5", "a whole number"),
        ("12:30", "a number to the base of 60"),
        ("1e3", "a decimal number"),
        ("1.10", "a decimal number"),
        (".5", "a decimal number"),
        (".inf", "a decimal number"),
        (".NaN", "a decimal number"),
        ("2024-02-01", "a date"),
        ("2024-02-01T10:00:00Z", "a date"),
    ],
)
def test_a_text_that_yaml_reads_as_something_else_needs_quotes(load_text: LoadText, value: str, word: str) -> None:
    loaded = load_text(channel(f"tag: {value}"))

    assert only(loaded) == ("error", 13, 14, f"{value} is read as {word}, not as text", f'write it in quotes: "{value}"')
    assert first(load_text(channel(f"tag: '{value}'"))).fields["tag"] == value


@pytest.mark.parametrize("value", ["v1", "gpt-4o", "1.2.3", "10a", "-", "=x", "nothing", "2024-02", "y", "e3", "1.10.0", ".a"])
def test_plain_words_need_no_quotes(load_text: LoadText, value: str) -> None:
    assert first(load_text(channel(f"tag: {value}" if value != "-" else 'tag: "-"'))).fields["tag"] == value


@pytest.mark.parametrize(
    ("value", "summary", "detail"),
    [
        ("on", "on is read as true by some and as text by others", "write true"),
        ("no", "no is read as false by some and as text by others", "write false"),
        ("'true'", "true or false is wanted here, not a text", "take the quotes away"),
        ("1", '"1" is neither true nor false', "write true or false"),
        ("enabled", '"enabled" is neither true nor false', "write true or false"),
        ("[true]", "true or false is wanted here, not a list", "write true or false"),
    ],
)
def test_only_true_and_false_are_true_and_false(load_text: LoadText, value: str, summary: str, detail: str) -> None:
    assert only(load_text(channel(f"enabled: {value}"))) == ("error", 13, 18, summary, detail)


@pytest.mark.parametrize(
    ("value", "summary"),
    [
        ("010", "010 is read differently by different readers"),
        ("1_000", "1_000 is read differently by different readers"),
        ("+5", "+5 is read differently by different readers"),
        ("12:30", "12:30 is read as a number to the base of 60, not as a whole number"),
        ("1.0", "1.0 is read as a decimal number, not as a whole number"),
        ("'10'", "a whole number is wanted here, not a text"),
        ("ten", '"ten" is not a whole number'),
        ("{a: 1}", "a whole number is wanted here, not a mapping"),
        ("${env:N}", "a whole number is wanted here, and a reference gives text"),
        ("2147483648", "2147483648 is not from 0 to 2147483647"),
        ("-1", "-1 is not from 0 to 2147483647"),
    ],
)
def test_a_weight_is_a_whole_number_in_its_limits(load_text: LoadText, value: str, summary: str) -> None:
    assert only(load_text(channel(f"weight: {value}")))[:4] == ("error", 13, 17, summary)


def test_a_priority_takes_64_bits(load_text: LoadText) -> None:
    assert first(load_text(channel("priority: -9223372036854775808"))).fields["priority"] == -(2**63)
    assert only(load_text(channel("priority: 9223372036854775808")))[3].startswith("9223372036854775808 is not from")


@pytest.mark.parametrize(
    ("line", "column", "summary"),
    [
        ("on: 1", 9, "this key is read as true, not as text"),
        ("1: 1", 9, "this key is read as a whole number, not as text"),
        ("[a]: 1", 9, "a key is a text, not a list"),
        ("model_mapping: {1: gpt-4o}", 25, "this key is read as a whole number, not as text"),
        ("newapi: {status_code_mapping: {429: 500}}", 40, "this key is read as a whole number, not as text"),
    ],
)
def test_keys_are_texts(load_text: LoadText, line: str, column: int, summary: str) -> None:
    assert told(load_text(channel(line))) == [("error", 13, column, summary)]


def test_a_quoted_number_may_be_a_key(load_text: LoadText) -> None:
    fields = first(load_text(channel("newapi: {status_code_mapping: {'429': '500'}}"))).fields

    assert fields["newapi.status_code_mapping"] == {"429": "500"}


def test_json_maps_keep_json_types(load_text: LoadText) -> None:
    line = 'param_override: {a: 1, b: 1.5, c: true, d: null, e: [1, "2", {}], f: text, g: -1.5e+3}'

    fields = first(load_text(channel(line))).fields

    assert fields["param_override"] == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": (1, "2", {}),
        "f": "text",
        "g": -1500.0,
    }


@pytest.mark.parametrize("value", [".inf", ".nan", "1e3", "010", "2024-01-01", "on", "12:30", "1.0e+999", "9" * 200])
def test_what_json_does_not_know_is_refused_inside_of_json_maps(load_text: LoadText, value: str) -> None:
    severity, line, column, summary, _ = only(load_text(channel(f"param_override: {{a: {value}}}")))

    assert (severity, line, column) == ("error", 13, 29)
    assert "is read as" in summary


def test_zero_and_empty_values_are_values(load_text: LoadText) -> None:
    lines = ("weight: 0", 'remark: ""', "groups: []", "model_mapping: {}", "enabled: false")

    fields = first(load_text(channel(*lines))).fields

    assert [fields[path] for path in ("weight", "remark", "groups", "model_mapping", "enabled")] == [0, "", (), {}, False]


def test_a_null_is_not_managed(load_text: LoadText) -> None:
    fields = first(load_text(channel("weight: null", "remark:", "tag: ~"))).fields

    assert not {"weight", "remark", "tag"} & set(fields)


def test_a_choice_is_one_of_its_words(load_text: LoadText) -> None:
    assert only(load_text(channel("newapi: {multi_key_mode: randm}"))) == (
        "error",
        13,
        34,
        '"randm" is not one of random, polling',
        'did you mean "random"?',
    )


def test_a_proxy_is_an_address_and_on_octopus_also_a_switch(load_text: LoadText) -> None:
    assert first(load_text(channel("proxy: socks5://10.0.0.1:1080"))).fields["proxy"] == "socks5://10.0.0.1:1080"
    assert first(load_text(channel("proxy: true", site=OCTOPUS))).fields["proxy"] is True
    assert only(load_text(channel("proxy: true")))[:4] == ("error", 13, 16, "New API has no proxy of its own to switch on")
    assert only(load_text(channel("proxy: ftp://x")))[3] == "the address starts with ftp://"


@pytest.mark.parametrize(
    ("shape", "summary"),
    [
        ("{a: 1}", "a list of texts is wanted here, not a mapping"),
        ("gpt-4o", "a list of texts is wanted here, not a single value"),
    ],
)
def test_a_list_is_a_list(load_text: LoadText, shape: str, summary: str) -> None:
    assert only(load_text(channel(f"groups: {shape}")))[:4] == ("error", 13, 17, summary)


@pytest.mark.parametrize(("written", "name"), [("1", "openai"), ("openai", "openai"), ("14", "anthropic"), ("99", 99)])
def test_known_type_numbers_of_new_api_become_names(load_text: LoadText, written: str, name: str | int) -> None:
    text = channel().replace("type: openai", f"type: {written}")

    assert first(load_text(text)).fields["type"] == name


def test_type_numbers_of_octopus_become_names(load_text: LoadText) -> None:
    text = channel(site=OCTOPUS).replace("type: openai", "type: 5")

    assert first(load_text(text)).fields["type"] == "openai_embedding"


@pytest.mark.parametrize(
    ("written", "site_text", "summary", "detail"),
    [
        ("opnai", None, '"opnai" is not a channel type of New API', 'did you mean "openai"?'),
        ("OpenAI", None, '"OpenAI" is not a channel type of New API', 'did you mean "openai"?'),
        (
            "azure",
            OCTOPUS,
            '"azure" is not a channel type of Octopus',
            "one of: openai, openai_responses, anthropic, gemini, volcengine, openai_embedding",
        ),
    ],
)
def test_an_unknown_type_is_told_at_its_value(
    load_text: LoadText, written: str, site_text: str | None, summary: str, detail: str
) -> None:
    text = (channel(site=site_text) if site_text else channel()).replace("type: openai", f"type: {written}")

    assert only(load_text(text)) == ("error", 9, 15, summary, detail)


def test_with_an_unknown_kind_types_are_checked_against_all_gateways(load_text: LoadText) -> None:
    text = channel().replace("kind: newapi", "kind: nuapi")

    assert told(load_text(text)) == [("error", 4, 11, '"nuapi" is not one of newapi, octopus')]
    assert told(load_text(text.replace("type: openai", "type: nope")))[1] == (
        "error",
        9,
        15,
        '"nope" is not a channel type of New API or Octopus',
    )
