"""Secrets cannot print themselves, and what others wrote is screened for them."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
import traceback
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.domain.secret import WITHHELD, Fingerprint, Ledger, Secret

VALUE = 'sk-äö"quoted"\n<tag>&more=1'


def test_a_secret_shows_only_where_it_came_from() -> None:
    secret = Secret(VALUE, "env:KEY")

    for shown in (str(secret), repr(secret), f"{secret}", f"{secret:>40}", f"{[secret]}", f"{secret!r}"):
        assert VALUE not in shown
        assert "env:KEY" in shown


def test_a_secret_is_never_saved() -> None:
    for thing in (Secret(VALUE), Fingerprint.make([VALUE], b"salt")):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            json.dumps(thing)


def test_a_secret_does_not_stand_in_a_traceback() -> None:
    try:
        raise ValueError(Secret(VALUE))  # noqa: TRY301 - the traceback is what is looked at
    except ValueError:
        assert "quoted" not in traceback.format_exc()


def test_a_value_is_fetched_at_the_first_reveal_and_once() -> None:
    asked: list[int] = []

    def fetch() -> str:
        asked.append(1)
        return "x"

    secret = Secret(fetch)

    assert asked == []
    assert [secret.reveal(), secret.reveal()] == ["x", "x"]
    assert asked == [1]


def test_a_fingerprint_knows_its_keys_in_any_order() -> None:
    made = Fingerprint.make(["b", "a"], b"0123456789abcdef")

    assert made.matches(["a", "b"])
    assert not made.matches(["a"])
    assert made.text.split(":")[:2] == ["v1", b"0123456789abcdef".hex()]


@pytest.mark.parametrize("text", ["", "v1", "v1:zz:00", "v2:00:00", "plain"])
def test_what_is_no_fingerprint_matches_nothing(text: str) -> None:
    assert not Fingerprint(text).matches(["a"])


def test_a_fingerprint_never_prints_itself() -> None:
    made = Fingerprint.make([VALUE], b"salt")

    assert made.text not in f"{made} {made!r}"


def forms(value: str) -> list[str]:
    data = value.encode()
    return [
        value,
        json.dumps(value),
        json.dumps(value, ensure_ascii=False),
        urllib.parse.quote(value),
        urllib.parse.quote_plus(value),
        html.escape(value),
        base64.b64encode(data).decode(),
        base64.b64encode(b"x" + data).decode(),
        base64.b64encode(b"xy" + data + b"z").decode(),
        base64.urlsafe_b64encode(data).decode(),
        value[:9],
        value[-9:],
    ]


@pytest.mark.parametrize("form", forms('sk-äö"quoted"<tag>&more=1&longer-than-that'))
def test_a_message_that_repeats_a_secret_in_any_form_is_withheld_whole(form: str) -> None:
    ledger = Ledger()
    ledger.remember('sk-äö"quoted"<tag>&more=1&longer-than-that')

    assert ledger.screen(f"upstream said: {form}!") == WITHHELD


@given(st.text(min_size=10, max_size=60))
def test_no_form_of_any_secret_passes(value: str) -> None:
    ledger = Ledger()
    ledger.remember(value)

    assert all(ledger.screen(f"said {form}.") == WITHHELD for form in forms(value)[:6])


def test_a_short_secret_is_found_too() -> None:
    ledger = Ledger()
    ledger.remember("8080")

    assert ledger.screen("port 8080 is closed") == WITHHELD
    assert ledger.screen("port 80 is closed") == "port 80 is closed"


def test_a_message_without_a_secret_stays() -> None:
    ledger = Ledger()
    ledger.remember("sk-invented-0123456789")

    assert ledger.screen("record not found") == "record not found"


def test_copies_of_a_secret_are_not_made() -> None:
    with pytest.raises(TypeError):
        copy.deepcopy(Secret("x"))
