"""What a model list depends on, and when a living channel asks in the declared way."""

from __future__ import annotations

from typing import Any

import pytest

from builders import KEY, channel, fields, live, secret
from chanops.domain.discovery import Balances, Failure, Models, State
from chanops.domain.model_source import asks_the_same, provider_shown, source_fields, source_identity
from chanops.domain.secret import Fingerprint, Secret

SALT = bytes(16)
PLAIN: dict[str, Any] = {"type": "openai", "base_url": "https://one.invalid", "headers": {}, "proxy": ""}


def test_channels_of_one_provider_key_and_type_share_a_list() -> None:
    one = channel("a", base_url="https://one.invalid", models=["x"], priority=3)
    other = channel("b", base_url="https://one.invalid", models=["y"])

    assert source_identity(one, None) == source_identity(other, live("b", **PLAIN))


@pytest.mark.parametrize(
    "given",
    [
        {"type": "gemini"},
        {"base_url": "https://two.invalid"},
        {"key": secret(value="sk-other")},
        {"headers": {"X-Org": "7"}},
        {"proxy": "http://proxy.invalid"},
    ],
)
def test_whatever_changes_the_question_changes_the_identity(given: dict[str, Any]) -> None:
    one = channel("a", base_url="https://one.invalid")

    assert source_identity(one, None) != source_identity(channel("a", **{"base_url": "https://one.invalid"} | given), None)


def test_channels_without_a_declared_key_share_with_nobody() -> None:
    fields_of = {"type": "openai", "base_url": "https://one.invalid"}
    one, other = (channel(name).with_fields(fields_of) for name in "ab")

    assert source_identity(one, live("a", remote_id="1")) != source_identity(other, live("b", remote_id="2"))


def test_an_identity_holds_no_key() -> None:
    assert KEY not in source_identity(channel("a"), None)


def test_what_is_not_declared_is_taken_from_what_lives() -> None:
    desired = channel("a").with_fields(fields(type="openai", base_urls=["https://two.invalid"]))

    found = source_fields(desired, live("a", **PLAIN, key=secret()))

    assert found["base_urls"] == ("https://two.invalid",)
    assert "base_url" not in found
    assert {"key", "headers", "proxy"} <= set(found)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"base_url": "https://user:word@one.invalid:8443/v1"}, "one.invalid:8443"),
        ({"base_urls": ["https://one.invalid", "https://two.invalid"]}, "one.invalid"),
        ({"base_url": secret("URL", "https://inner.invalid")}, "(secret, from env:URL)"),
        ({"base_url": "http://[broken"}, "of type openai"),
        ({}, "of type openai"),
    ],
)
def test_a_provider_is_shown_by_its_host_or_by_the_reference_that_names_it(given: dict[str, Any], shown: str) -> None:
    assert provider_shown(fields(type="openai", **given)) == shown


@pytest.mark.parametrize(
    ("given", "is_same"),
    [
        ({}, True),
        ({"models": ["other"], "priority": 9}, True),
        ({"base_url": "https://two.invalid"}, False),
        ({"type": "gemini"}, False),
        ({"headers": {"X-Org": "7"}}, False),
        ({"headers": {}}, True),
        ({"proxy": False}, True),
        ({"key": Secret("sk-other")}, False),
    ],
)
def test_a_channel_asks_the_same_unless_what_it_asks_with_differs(given: dict[str, Any], *, is_same: bool) -> None:
    held = live("a", **PLAIN, key=Fingerprint.make([KEY], SALT))

    assert asks_the_same(channel("a", **{"base_url": "https://one.invalid"} | given), held) is is_same


def test_a_key_that_nobody_knows_counts_as_the_same() -> None:
    assert asks_the_same(channel("a", base_url="https://one.invalid"), live("a", **PLAIN))


def test_an_answer_cannot_be_empty_and_a_failure_cannot_be_fine() -> None:
    for make in (lambda: Models(()), lambda: Balances(()), lambda: Failure(State.OK, "")):
        with pytest.raises(AssertionError):
            make()
    assert Models(("a",)).state is State.OK
