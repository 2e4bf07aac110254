"""Secrets in the files: which are refused, and that none of them is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chanops.config import compose
from chanops.config.slow_parser import SlowParser
from chanops.domain.secret import WITHHELD, Ledger, Secret
from chanops.domain.value import reveal
from config.texts import NEWAPI, bare, channel, first, only, told

if TYPE_CHECKING:
    from chanops.config import Loaded
    from config.conftest import LoadText

LITERAL = "sk-abcdef0123456789"
ALLOWED = NEWAPI.replace("version: 1", "version: 1\nallow_plaintext_secrets: true")


def shown(loaded: Loaded) -> str:
    """Everything a finding may show."""
    return (
        repr(loaded.findings)
        + repr(loaded.desired)
        + "".join(
            repr(dict(channel.origins)) + repr(channel.range) for site in loaded.desired.sites for channel in site.channels
        )
    )


def with_key(text: str, *more: str) -> str:
    return channel(*more).replace("${env:KEY}", text)


def test_a_literal_key_is_refused_and_not_shown(load_text: LoadText) -> None:
    loaded = load_text(with_key(LITERAL))

    assert only(loaded)[:4] == ("error", 10, 14, "a secret stands here as plain text")
    assert loaded.findings[0].range is not None
    assert loaded.findings[0].range.source == '        key: "…"'
    assert LITERAL not in shown(loaded)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('access_token: "${env:TOKEN}", user_id: 1', f"access_token: {LITERAL}, user_id: 1"),
        ('access_token: "${env:TOKEN}", user_id: 1', f"username: admin, password: {LITERAL}"),
    ],
)
def test_literal_credentials_of_a_site_are_refused(load_text: LoadText, old: str, new: str) -> None:
    loaded = load_text(NEWAPI.replace(old, new))

    assert only(loaded)[3] == "a secret stands here as plain text"
    assert LITERAL not in shown(loaded)


def test_each_literal_of_a_list_of_keys_is_told(load_text: LoadText) -> None:
    loaded = load_text(channel().replace("key: ${env:KEY}", f"keys: [{LITERAL}1, '${{env:K}}', {LITERAL}2]"))

    assert [found[:3] for found in told(loaded)] == [("error", 10, 16), ("error", 10, 50)]
    assert LITERAL not in shown(loaded)


def test_a_file_may_allow_literals_which_stay_secrets(load_text: LoadText) -> None:
    ledger = Ledger()

    loaded = load_text(bare("name: a", "type: openai", f"key: {LITERAL}", "models: [m]", site=ALLOWED), ledger=ledger)

    key = first(loaded).fields["key"]
    assert isinstance(key, Secret)
    assert (told(loaded), str(key), key.reveal()) == ([], "(secret)", LITERAL)
    assert LITERAL not in shown(loaded)
    assert ledger.screen(f"bad key {LITERAL}") == WITHHELD


@pytest.mark.parametrize(
    ("key", "summary"),
    [
        ("' sk-1'", "the key has blanks at its ends"),
        ('"sk-1\\nsk-2"', "the key has several lines"),
        ("sk-1,sk-2", "the key holds a comma"),
    ],
)
def test_an_odd_literal_key_is_a_warning(load_text: LoadText, key: str, summary: str) -> None:
    loaded = load_text(bare("name: a", "type: openai", f"key: {key}", "models: [m]", site=ALLOWED))

    assert only(loaded)[:4] == ("warning", 11, 14, summary)
    assert loaded.findings[0].rule == "key-form"


def test_a_key_that_is_read_as_a_number_is_not_shown(load_text: LoadText) -> None:
    loaded = load_text(with_key("1234567890"))

    assert only(loaded)[3:] == ("this is read as a whole number, not as text", "write it in quotes")
    assert "1234567890" not in shown(loaded)


def test_secret_headers_are_secrets_with_a_warning(load_text: LoadText) -> None:
    loaded = load_text(channel(f"headers: {{X-Api-Key: {LITERAL}, X-Team: blue}}"))

    assert only(loaded)[:4] == ("warning", 13, 30, 'the value of the header "X-Api-Key" stands here as plain text')
    assert str(first(loaded).fields["headers"]) == "{'X-Api-Key': (secret), 'X-Team': 'blue'}"
    assert LITERAL not in shown(loaded)


@pytest.mark.parametrize("value", ["Bearer {api_key}", "Bearer ${env:T}"])
def test_a_secret_header_without_a_secret_of_its_own_is_no_warning(load_text: LoadText, value: str) -> None:
    loaded = load_text(channel(f"headers: {{Authorization: '{value}'}}"), environ={"T": "t"})

    assert not loaded.findings
    assert isinstance(first(loaded).fields["headers"]["Authorization"], Secret)  # type: ignore[index,call-overload]  # a map


def test_a_password_in_a_proxys_address_makes_it_a_secret(load_text: LoadText) -> None:
    loaded = load_text(channel(f"proxy: http://user:{LITERAL}@10.0.0.1:8080"))

    assert only(loaded)[:4] == ("warning", 13, 16, "the address holds a user or password as plain text")
    assert str(first(loaded).fields["proxy"]) == "(secret)"
    assert reveal(first(loaded).fields["proxy"]) == f"http://user:{LITERAL}@10.0.0.1:8080"
    assert LITERAL not in shown(loaded)


def test_the_proxy_inside_of_setting_is_guarded_too(load_text: LoadText) -> None:
    loaded = load_text(channel(f"newapi: {{setting: {{proxy: 'http://user:{LITERAL}@10.0.0.1'}}}}"))

    assert [finding.severity for finding in loaded.findings] == ["warning"]
    assert LITERAL not in shown(loaded)


def test_no_words_of_a_secret_text_with_references_are_shown(load_text: LoadText) -> None:
    loaded = load_text(with_key(f'"{LITERAL}${{env:K}}"', f"proxy: 'http://user:{LITERAL}@${{env:HOST}}'"))

    assert not loaded.has_errors
    assert LITERAL not in shown(loaded)


@pytest.mark.parametrize(
    "text",
    [
        f"key: [{LITERAL}]",
        f"key: {{{LITERAL}: 1}}",
        f"key: !x {LITERAL}",
        f"key: !{LITERAL} x",
        f"key: &{LITERAL} x",
        f"key: *{LITERAL}",
        f"key: '{LITERAL}",
        f"key: |\n          {LITERAL}\n          {LITERAL}",
        f"key: {LITERAL} # {LITERAL}",
        f"key: ${{env:{LITERAL}}}",
        f"key: ${{{LITERAL}:x}}",
        f"key: ${{env:K:-{LITERAL}}} #",
        f"key: ${{env:K}} # was {LITERAL}",
        f"headers: {{0}}#  Authorization: {LITERAL}",
        f"keey: {LITERAL}",
        f"key:{LITERAL}",
        f"key:{LITERAL}: x",
        f"keys: {LITERAL}",
        f"keys: {{a: {LITERAL}}}",
        f"{LITERAL}",
        f"weight: 1\n        key: {LITERAL}\n        weight: 1",
        f"provider: {{key: {LITERAL}}}",
        f"newapi: {LITERAL}",
        f"newapi: {{key: {LITERAL}}}",
        f"base_url: 'htp://u:{LITERAL}@x'",
        f"base_url: 'https://u:p@{LITERAL}@x/ /'",
        f"base_url: 'https://x/ ?api_key={LITERAL}'",
        f"proxy: 'ftp://{LITERAL}@x'",
        f"headers: {{Authorization: [{LITERAL}]}}",
        f"headers: [Authorization, {LITERAL}@//]",
        f"models: {{from: upstream, key: {LITERAL}}}",
        f"key: {LITERAL}, weight: x",
        f"<<: {{key: {LITERAL}}}",
    ],
)
def test_no_fault_shows_a_secret(load_text: LoadText, text: str) -> None:
    lines = ["name: a", "type: openai", "models: [m]", "wheight: 1"]

    loaded = load_text(bare(*lines, *text.split("\n")) if "\n" not in text else bare(*lines) + f"        {text}\n")

    assert loaded.findings
    assert LITERAL not in shown(loaded)


def test_a_literal_under_a_telling_name_inside_of_json_is_not_quoted(load_text: LoadText) -> None:
    loaded = load_text(channel(f"param_override: {{password: {LITERAL}, b: .inf}}"))

    assert loaded.findings[0].range is not None
    assert loaded.findings[0].range.source == '        param_override: {password: "…", b: .inf}'


@pytest.mark.parametrize("text", [f"key: *{LITERAL}", f"key: !{LITERAL}!x y", f"key: &{LITERAL} [&{LITERAL} x]"])
def test_without_libyaml_no_fault_shows_a_secret_either(
    load_text: LoadText, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(compose.Unresolved, SlowParser):
        pass

    monkeypatch.setattr(compose, "_Loader", Slow)

    loaded = load_text(bare("name: a", text))

    assert loaded.findings
    assert LITERAL not in shown(loaded)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 600),
    cut=st.integers(0, 12),
    junk=st.text(alphabet=" \t\n:#-[]{}\"'&*!|>,@%`?$\\abc0\x00ü", max_size=6),
)
def test_no_way_to_break_a_file_shows_its_key(load_text: LoadText, place: int, cut: int, junk: str) -> None:
    text = bare(
        "name: a",
        "type: openai",
        "models: [m]",
        f'key: "{LITERAL}"',
        "headers: {",
        f"  Authorization: '{LITERAL}' }}",
        f"proxy: http://user:{LITERAL}@10.0.0.1",
        site=ALLOWED,
    )
    broken = text[:place] + junk + text[place + cut :]

    loaded = load_text(broken.encode("utf-8", "replace"))

    if broken.count(LITERAL) == text.count(LITERAL):
        assert all(LITERAL not in repr(finding) for finding in loaded.findings)
