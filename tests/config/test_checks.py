"""The static checks of contracts/upstreams.md 5, by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.texts import OCTOPUS, channel, first, only, told

if TYPE_CHECKING:
    from config.conftest import LoadText


def with_models(text: str) -> str:
    return channel().replace("[gpt-4o, gpt-4o-mini]", text)


def with_url(text: str, *, site: str | None = None) -> str:
    return (channel(site=site) if site else channel()).replace("https://up.example.com", text)


@pytest.mark.parametrize(
    ("models", "column", "summary", "rule"),
    [
        ("[]", 17, "the list of models is empty", "models-empty"),
        ("[a, ' b']", 21, '" b" has blanks at its ends', "model-name"),
        ('[a, "b,c"]', 21, '"b,c" holds a comma', "model-name"),
        ('["a\\tb"]', 18, '"a\\u0009b" holds a control character', "model-name"),
        ("['']", 18, "a model has no name", "model-name"),
        (f"[{'ü' * 128}]", 18, f'"{"ü" * 60}…" is longer than 255 bytes', "model-name"),
        ("[a, b, a]", 24, '"a" stands here twice; the first is in line 12', "model-dup"),
    ],
)
def test_bad_models_are_told_at_their_place(load_text: LoadText, models: str, column: int, summary: str, rule: str) -> None:
    loaded = load_text(with_models(models))

    assert only(loaded)[:4] == ("error", 12, column, summary)
    assert loaded.findings[0].rule == rule


def test_models_that_differ_by_case_alone_are_a_warning(load_text: LoadText) -> None:
    loaded = load_text(with_models("[gpt-4o, GPT-4o]"))

    assert only(loaded)[:4] == ("warning", 12, 26, '"GPT-4o" differs from "gpt-4o" by case alone')
    assert first(loaded).fields["models"] == ("gpt-4o", "GPT-4o")


def test_255_bytes_are_a_model(load_text: LoadText) -> None:
    assert not load_text(with_models(f"[{'x' * 255}]")).findings


@pytest.mark.parametrize(
    ("groups", "column", "summary", "rule"),
    [
        ("[a, 'b ']", 21, '"b " has blanks at its ends', "group-blank"),
        ("['']", 18, "a group has no name", "group-blank"),
        (f"[{'a' * 32}, {'b' * 32}]", 17, "the groups make more than 64 characters when joined by commas", "group-length"),
    ],
)
def test_bad_groups_are_told_at_their_place(load_text: LoadText, groups: str, column: int, summary: str, rule: str) -> None:
    loaded = load_text(channel(f"groups: {groups}"))

    assert only(loaded)[:4] == ("error", 13, column, summary)
    assert loaded.findings[0].rule == rule


def test_groups_of_64_characters_are_taken(load_text: LoadText) -> None:
    assert not load_text(channel(f"groups: [{'a' * 32}, {'b' * 31}]")).findings


@pytest.mark.parametrize("mapping", ["{gpt-4o: x, x: gpt-4o}", "{gpt-4o: x, x: y, y: z, z: x}"])
def test_a_model_mapped_in_a_circle_is_told(load_text: LoadText, mapping: str) -> None:
    loaded = load_text(with_models("[gpt-4o, x, y, z]").rstrip() + f"\n        model_mapping: {mapping}\n")

    assert only(loaded)[:4] == ("error", 13, 25, '"gpt-4o" is mapped in a circle')
    assert loaded.findings[0].rule == "map-cycle"


@pytest.mark.parametrize(
    "mapping", ["{gpt-4o: gpt-4o}", "{gpt-4o: gpt-4o-mini, gpt-4o-mini: x}", "{gpt-4o: x, gpt-4o-mini: x}"]
)
def test_chains_and_names_for_themselves_are_no_circle(load_text: LoadText, mapping: str) -> None:
    assert not load_text(channel(f"model_mapping: {mapping}")).findings


def test_a_mapped_model_that_is_not_served_is_told_at_its_key(load_text: LoadText) -> None:
    loaded = load_text(channel("model_mapping:", "  gpt-4o: a", "  gpt-5: b"))

    assert only(loaded)[:4] == ("error", 15, 11, '"gpt-5" is mapped but not among the models')
    assert loaded.findings[0].rule == "map-source"


def test_a_test_model_that_is_not_served_is_a_warning(load_text: LoadText) -> None:
    loaded = load_text(channel("test_model: gpt-5"))

    assert only(loaded)[:4] == ("warning", 13, 21, '"gpt-5" is not among the models')
    assert loaded.findings[0].rule == "test-model"


@pytest.mark.parametrize(
    ("line", "site", "column"),
    [
        ("octopus: {auto_sync: true}", OCTOPUS, 30),
        ("newapi: {settings: {upstream_model_update_auto_sync_enabled: true}}", None, 28),
    ],
)
def test_a_gateway_that_writes_the_models_too_is_told(load_text: LoadText, line: str, site: str | None, column: int) -> None:
    text = channel(line, site=site) if site else channel(line)

    loaded = load_text(text)

    assert (only(loaded)[:3], loaded.findings[0].rule) == (("error", 13, column), "auto-sync")
    assert not load_text(text + "        ignore: [models]\n").findings


@pytest.mark.parametrize(
    ("url", "summary"),
    [
        ("up.example.com", "the address has no scheme"),
        ("//up.example.com", "the address has no scheme"),
        ("ftp://up.example.com", "the address starts with ftp://"),
        ("'https://up .example.com'", "the address holds a blank"),
        ('"https://up.example.com/\\u0007"', "the address holds a control character"),
        ("https://up.example.com:port", "the port of the address is not a number"),
        ("https://[::1", "the address has a broken IPv6 host"),
        ("'https://[::1]x'", "the port of the address is not a number"),
        ("https://", "the address has no host"),
        ("https://:443", "the address has no host"),
        ("https://up.example.com/%zz", "the address holds a % that is no %XX escape"),
        ("https://up%zz.example.com", "the host of the address holds a sign that no host has"),
        ("https://a:b:1", "the host of the address holds a sign that no host has"),
    ],
)
def test_an_address_that_go_cannot_parse_or_nobody_can_call_is_told(load_text: LoadText, url: str, summary: str) -> None:
    loaded = load_text(with_url(url))

    assert only(loaded)[:4] == ("error", 11, 19, summary)
    assert loaded.findings[0].rule == "url-form"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "https://[::1]:443/v1",
        "'HTTPS://Up.Example.com/a%20b'",
        "https://up.example.com/{model}?x=%zz",
        "'https://up.example.com/complete#'",
        "https://münchen.example",
        "glm-coding-plan",
    ],
)
def test_addresses_that_can_be_called_are_taken_as_they_are(load_text: LoadText, url: str) -> None:
    loaded = load_text(with_url(url))

    assert told(loaded) == []
    assert first(loaded).fields["base_url"] == url.strip("'")


def test_a_slash_at_the_end_is_a_notice(load_text: LoadText) -> None:
    loaded = load_text(with_url("https://up.example.com/v1/"))

    assert only(loaded)[:4] == ("notice", 11, 19, "the slash at the end of the address will be trimmed")
    assert first(loaded).fields["base_url"] == "https://up.example.com/v1/"


def test_blanks_at_the_ends_are_trimmed_with_a_notice(load_text: LoadText) -> None:
    loaded = load_text(with_url("' https://up.example.com '"))

    assert only(loaded)[:4] == ("notice", 11, 19, "the blanks at the ends of the address will be trimmed")
    assert first(loaded).fields["base_url"] == "https://up.example.com"


def test_a_word_that_only_new_api_takes_for_an_address_is_no_address_on_octopus(load_text: LoadText) -> None:
    assert only(load_text(with_url("glm-coding-plan", site=OCTOPUS)))[:4] == (
        "error",
        11,
        19,
        "glm-coding-plan is a word of New API, not an address",
    )


def test_a_remark_has_255_characters(load_text: LoadText) -> None:
    assert not load_text(channel(f"remark: {'ü' * 255}")).findings
    assert only(load_text(channel(f"remark: {'ü' * 256}")))[:4] == ("error", 13, 17, "remark is longer than 255 characters")


def test_a_status_code_mapping_has_1024_characters_of_json(load_text: LoadText) -> None:
    def mapping(length: int) -> str:
        return channel(f"newapi: {{status_code_mapping: {{'429': '{'x' * (length - 10)}'}}}}")

    assert not load_text(mapping(1024)).findings
    assert only(load_text(mapping(1025)))[3] == "status_code_mapping is longer than 1024 characters of JSON"


def test_a_proxy_declared_twice_is_told(load_text: LoadText) -> None:
    lines = ("proxy: http://10.0.0.1", "newapi: {setting: {proxy: 'http://10.0.0.2'}}")

    assert only(load_text(channel(*lines)))[:4] == ("error", 14, 28, "the proxy is declared twice")
