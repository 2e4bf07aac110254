"""What the static checks say when values of references are known: a run with the sites looked them up."""

from __future__ import annotations

import pytest

from builders import channel, live, secret
from chanops.checks import static
from chanops.checks.dialect import hold, hold_newest
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import SiteKind
from chanops.gateways.registry import find_dialects
from checks.subjects import subject, told

UNKNOWN = Secret(lambda: pytest.fail("a reference is looked up"), "env:KEY")


@pytest.mark.parametrize("key", [" sk-1", "sk-1\n", "sk-1\nsk-2", "sk-1,sk-2"])
def test_a_key_that_cannot_be_one_key_is_an_error_wherever_it_comes_from(key: str) -> None:
    assert told(static.check_key_form, subject(channel("A", key=secret(value=key)))) == [("error", "key-form", "key")]
    assert told(static.check_key_form, subject(channel("A", keys=(secret(value=key),)))) == [("error", "key-form", "keys")]


@pytest.mark.parametrize("key", ["sk-1", '{"type": "service_account",\n "x": 1}', '["a", "b"]'])
def test_keys_and_accounts_in_json_are_fine(key: str) -> None:
    assert told(static.check_key_form, subject(channel("A", key=secret(value=key)))) == []


def test_a_key_of_a_channel_that_lives_needs_the_parts_of_its_type() -> None:
    there = live("A", type="aws")

    assert told(static.check_key_type, subject(channel("A", type="aws", key=secret(value="a|b")), live=there)) == [
        ("error", "key-type", "key")
    ]
    assert told(static.check_key_type, subject(channel("A", type="aws", key=secret(value="a|b|us-east-1")), live=there)) == []
    assert told(static.check_key_type, subject(channel("A", key=secret(value="a|b")), live=live("A"))) == []


def test_no_check_looks_up_a_reference() -> None:
    declared = channel("A", type="aws", key=UNKNOWN, base_url=UNKNOWN, models=(UNKNOWN,), test_model="")

    for check in static.STATIC:
        assert told(check, subject(declared, live=live("A", type="aws"))) == []
    for kind in SiteKind:
        for dialect in find_dialects(kind):
            assert hold(declared, None, dialect).canonical.fields["key"] is UNKNOWN


def test_two_references_are_told_apart_by_their_names() -> None:
    first, same = channel("A", key=secret("ONE", "")), channel("B", key=Secret(lambda: "", "env:ONE"))
    first = first.with_fields({**first.fields, "key": Secret(lambda: "", "env:ONE")})
    other = channel("B", key=Secret(lambda: "", "env:TWO"))

    assert told(static.check_targets, subject(same, first)) == [("warning", "target-dup", "")]
    assert told(static.check_targets, subject(other, first)) == []


def test_the_generation_that_takes_all_channels_speaks_for_the_site() -> None:
    dialects = find_dialects(SiteKind.OCTOPUS)
    urls = ("https://a.example.com/v1", "https://b.example.com/v1")

    (held,) = hold_newest([channel("A", base_urls=urls)], dialects)
    assert (held.generation, held.has_errors) == ("g2", False)
    (held,) = hold_newest([channel("A", base_urls=urls, type="no such type")], dialects)
    assert (held.generation, held.has_errors) == ("g4", True)
