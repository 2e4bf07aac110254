"""References in texts: what they may look like, where they may stand, and what becomes of them when they are resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chanops.config import check_addresses, check_references
from chanops.domain.address import Address
from chanops.domain.secret import WITHHELD, Ledger, Secret
from chanops.domain.value import reveal
from chanops.errors import ConfigError
from config.texts import NEWAPI, channel, first, only, site, told

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.domain.finding import Finding
    from config.conftest import LoadText


def with_key(text: str, *more: str) -> str:
    return channel(*more).replace("${env:KEY}", text)


def test_loading_needs_no_value(load_text: LoadText) -> None:
    assert not load_text(channel(), environ={}).findings


@pytest.mark.parametrize(
    ("written", "environ", "value", "shown"),
    [
        ("${env:KEY}", {"KEY": "sk-1"}, "sk-1", "(secret, from env:KEY)"),
        ("${env:KEY:-sk-0}", {"KEY": "sk-1"}, "sk-1", "(secret, from env:KEY)"),
        ("${env:KEY:-sk-0}", {}, "sk-0", "(secret, from env:KEY)"),
        ("${env:KEY:-sk-0}", {"KEY": ""}, "sk-0", "(secret, from env:KEY)"),
        ("a-${env:A}|${env:B}", {"A": "1", "B": "2"}, "a-1|2", "(secret, from …${env:A}…${env:B})"),
        ("$${${env:A}", {"A": "1"}, "${1", "(secret, from …${env:A})"),
    ],
)
def test_a_reference_is_resolved_when_it_is_revealed(
    load_text: LoadText, written: str, environ: dict[str, str], value: str, shown: str
) -> None:
    key = first(load_text(with_key(f'"{written}"'), environ=environ)).fields["key"]

    assert (str(key), reveal(key)) == (shown, value)


@pytest.mark.parametrize(
    ("content", "value"), [("sk-1\n", "sk-1"), ("sk-1\n\n", "sk-1\n"), ("sk-1\r\n", "sk-1"), ("sk-1", "sk-1")]
)
def test_a_file_gives_its_text_without_one_line_end(load_text: LoadText, tmp_path: Path, content: str, value: str) -> None:
    (tmp_path / "key").write_bytes(content.encode())

    key = first(load_text(with_key("${file:key}"))).fields["key"]

    assert (str(key), reveal(key)) == ("(secret, from file:key)", value)


def test_references_work_in_any_text(load_text: LoadText) -> None:
    lines = ("tag: ${env:T}", "headers: {X-Team: 'a ${env:T}'}", "param_override: {a: ['${env:T}']}", "groups: ['${env:T}', b]")

    fields = first(load_text(channel(*lines), environ={"T": "t"})).fields

    assert reveal(fields["tag"]) == "t"
    assert str(fields["headers"]) == "{'X-Team': (secret, from a ${env:T})}"
    assert reveal(fields["headers"]) == {"X-Team": "a t"}
    assert reveal(fields["param_override"]) == {"a": ("t",)}
    assert set(reveal(fields["groups"])) == {"t", "b"}  # type: ignore[arg-type]  # a list


def test_a_doubled_dollar_is_a_plain_text(load_text: LoadText) -> None:
    assert first(load_text(channel('tag: "$${env:T} costs 5$"'))).fields["tag"] == "${env:T} costs 5$"


@pytest.mark.parametrize(
    ("written", "summary", "detail"),
    [
        ("${evn:T}", '"evn" is not a source of references', 'did you mean "env"?'),
        ("${T}", "a reference names no source", "write ${env:NAME} or ${file:PATH}; a plain ${ is written $${"),
        ("${env:T", "a reference is not closed", "write ${env:NAME}; a plain ${ is written $${"),
        (
            "${env:T-1}",
            "this is not the name of an environment variable",
            "letters, digits and _: ${env:NAME} or ${env:NAME:-default}",
        ),
        ("${file:}", "a file reference names no path", "write ${file:/run/secrets/name}"),
    ],
)
def test_a_malformed_reference_is_told(load_text: LoadText, written: str, summary: str, detail: str) -> None:
    assert only(load_text(channel(f'tag: "a {written}"'))) == ("error", 13, 14, summary, detail)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: a", "name: ${env:X}"),
        ("type: openai", "type: ${env:X}"),
        ("kind: newapi", "kind: ${env:X}"),
        ("version: 1", "version: 1\nowner: ${env:X}"),
        ("    channels:", "    manage: ${env:X}\n    channels:"),
        ("    channels:", "    tls: {ca_file: '${env:X}'}\n    channels:"),
    ],
)
def test_names_and_words_take_no_reference(load_text: LoadText, old: str, new: str) -> None:
    assert "takes no reference" in only(load_text(channel().replace(old, new)))[3]


def checked(load_text: LoadText, text: str, **environ: str) -> list[Finding]:
    loaded = load_text(text, environ={"TOKEN": "t", **environ})
    assert not loaded.has_errors
    return list(check_references(loaded.desired))


def test_a_reference_without_a_value_is_told_at_its_place(load_text: LoadText) -> None:
    (found,) = checked(load_text, channel())

    assert (found.summary, found.detail) == ("${env:KEY} is not set", "export KEY=…")
    assert found.range is not None
    assert found.range[1:3] == (10, 14)
    assert found.range.source == "        key: ${env:KEY}"
    assert (found.address, found.field) == (Address.channel("main", "a"), "key")


def test_a_reference_without_a_value_beside_an_env_file_tells_how_to_read_that(load_text: LoadText, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEY=k\n")

    (found,) = checked(load_text, channel())

    assert found.detail == "`set -a; . ./.env; set +a` reads the .env beside the file"


def test_an_empty_value_counts_as_not_set(load_text: LoadText) -> None:
    assert [found.summary for found in checked(load_text, channel(), KEY="")] == ["${env:KEY} is empty"]


@pytest.mark.parametrize(
    ("path", "summary"),
    [
        ("nowhere", "${file:nowhere} cannot be read: no such file or directory"),
        (".", "${file:.} cannot be read: is a directory"),
        ("empty", "${file:empty} is empty"),
        ("binary", "${file:binary} cannot be read: it is not UTF-8 text"),
    ],
)
def test_a_file_without_a_value_is_told(load_text: LoadText, tmp_path: Path, path: str, summary: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")

    assert [found.summary for found in checked(load_text, with_key(f"${{file:{path}}}"))] == [summary]


def test_a_value_that_many_channels_share_is_told_once(load_text: LoadText) -> None:
    more = "".join(f"      - {{name: b{n}, type: openai, models: [m]}}\n" for n in range(3))
    text = NEWAPI + "    defaults: {key: '${env:KEY}'}\n    channels:\n" + more

    assert len(checked(load_text, text)) == 1


def test_the_login_is_checked_too(load_text: LoadText) -> None:
    loaded = load_text(NEWAPI)

    assert [found.summary for found in check_references(loaded.desired)] == ["${env:TOKEN} is not set"]


def test_channels_to_delete_need_no_secret(load_text: LoadText) -> None:
    assert checked(load_text, channel("state: absent")) == []


def test_a_reference_that_gives_no_address_is_told_without_its_value(load_text: LoadText) -> None:
    text = channel().replace("https://up.example.com", "${env:UP}")

    (found,) = checked(load_text, text, KEY="k", UP="gopher://hidden")

    assert (found.summary, found.detail) == ("env:UP gives no address", "write https://…")
    assert found.range is not None
    assert found.range[1:3] == (11, 19)
    assert checked(load_text, text, KEY="k", UP="https://up.example.com") == []


def test_a_certificate_that_is_not_there_is_told(load_text: LoadText) -> None:
    text = NEWAPI + "    tls: {ca_file: ca.pem}\n"

    assert [found.summary for found in checked(load_text, text)] == ["the ca_file of main is not there"]


def test_revealing_what_is_not_set_raises_the_finding(load_text: LoadText) -> None:
    key = first(load_text(channel())).fields["key"]
    assert isinstance(key, Secret)

    with pytest.raises(ConfigError) as caught:
        key.reveal()

    assert [found.summary for found in caught.value.findings] == ["${env:KEY} is not set"]


def test_resolved_values_are_known_to_the_ledger(load_text: LoadText) -> None:
    ledger = Ledger()
    key = first(load_text(with_key("sk-${env:KEY}"), environ={"KEY": "resolved-value"}, ledger=ledger)).fields["key"]
    assert ledger.screen("a resolved-value") == "a resolved-value"

    reveal(key)

    assert ledger.screen("a resolved-value") == WITHHELD


def test_the_url_of_a_site_may_be_a_reference(load_text: LoadText) -> None:
    text = NEWAPI.replace("https://main.example.com", "${env:URL}")

    found = site(load_text(text, environ={"URL": "https://main.example.com"}))

    assert (str(found.url), reveal(found.url)) == ("(secret, from env:URL)", "https://main.example.com")
    assert [told.summary for told in checked(load_text, text, URL="nonsense")] == ["env:URL gives no address"]


def test_a_reference_is_no_key_of_a_map(load_text: LoadText) -> None:
    assert told(load_text(channel("headers: {'${env:H}': x}"))) == [("error", 13, 19, "a reference works in values only")]


@pytest.mark.parametrize(
    ("value", "told"),
    [("http://main.example.com", 1), ("https://main.example.com", 0), ("http://127.0.0.1:3000", 0), ("sandbox:newapi", 0)],
)
def test_a_site_whose_address_comes_from_a_reference_is_warned_of_like_any_other(
    load_text: LoadText, value: str, told: int
) -> None:
    text = channel().replace("url: https://main.example.com", "url: ${env:URL}")
    loaded = load_text(text, environ={"TOKEN": "t", "KEY": "k", "URL": value})

    warnings = [found.summary for found in check_addresses(loaded.desired)]

    assert warnings == ["credentials will travel unencrypted"] * told
