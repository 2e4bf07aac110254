"""No message of others repeats a secret, however it is encoded there, and none shows a fingerprint."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chanops.domain.secret import PIECE, WITHHELD, Fingerprint, Ledger
from chanops.domain.wording import LONGEST, fit_to_show
from security.planted import Planted

ODD = {
    "long": "sk-invented-0123456789-abcdef",
    "unicode": "pässwört-鍵鍵鍵-🔑🔑",
    "quotes": 'a"b\'c"d\'e"f',
    "newlines": "line one\nline two\r\n\tline three",
    "backslashes": "\\n\\\\path\\u0041\\x",
    "percent": "%41%2f%%25+%20",
    "markup": "<b>&amp;</b>&lt;&#60;",
    "terminal": "\x1b[31mred\x07\x9b0m\u202eleft",
    "digits": "8080",
    "tiny": "<&>",
    "huge": "0123456789abcdef" * 256,
}


def go_json(text: str) -> str:
    """Return *text* as Go's encoder writes it: what HTML would take for markup is escaped."""
    return json.dumps(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def go_html(text: str) -> str:
    return html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "json": json.dumps,
    "json as it is": lambda text: json.dumps(text, ensure_ascii=False),
    "json of Go": go_json,
    "json in json": lambda text: json.dumps({"error": json.dumps({"key": text})}),
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "url in lower case": lambda text: urllib.parse.quote(text, safe="").replace("%C3", "%c3").replace("%E9", "%e9"),
    "form": urllib.parse.quote_plus,
    "url in json": lambda text: json.dumps({"url": urllib.parse.quote(text)}),
    "html": html.escape,
    "html of Go": go_html,
    "html by numbers": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "json in html": lambda text: html.escape(json.dumps(text)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of a header": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64 of more": lambda text: base64.b64encode(f"xy{text}z".encode()).decode(),
    "base64 of a url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in a url": lambda text: urllib.parse.quote(base64.b64encode(text.encode()).decode(), safe=""),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ODD)
def test_a_message_with_a_secret_in_any_form_is_withheld(name: str, form: str) -> None:
    ledger = Ledger()
    ledger.remember(ODD[name])

    assert ledger.screen(f"upstream said [{FORMS[form](ODD[name])}] twice") == WITHHELD


@pytest.mark.parametrize("form", [name for name in FORMS if name != "json in json"])
@pytest.mark.parametrize("cut", [slice(None, PIECE + 2), slice(5, 5 + PIECE + 2), slice(-PIECE - 2, None)])
def test_a_piece_is_as_good_as_the_whole(cut: slice, form: str) -> None:
    ledger = Ledger()
    ledger.remember(ODD["long"])

    assert ledger.screen(f"Incorrect key: {FORMS[form](ODD['long'][cut])}****") == WITHHELD


def test_a_masked_key_is_no_piece() -> None:
    ledger = Ledger()
    ledger.remember(ODD["long"])

    assert ledger.screen("Incorrect API key: sk-inv****cdef") == "Incorrect API key: sk-inv****cdef"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(min_size=PIECE, max_size=40), st.sampled_from(sorted(FORMS)))
def test_no_form_of_any_secret_passes(secret: str, form: str) -> None:
    ledger = Ledger()
    ledger.remember(secret)

    assert ledger.screen(f"said [{FORMS[form](secret)}].") == WITHHELD


@pytest.mark.parametrize("text", ["port 8081 is closed", "model gpt-4o-mini not found", "数据库 is locked", "a" * 5000])
def test_what_holds_no_secret_stays(text: str) -> None:
    ledger = Ledger()
    ledger.remember(*ODD.values())

    assert ledger.screen(text) == text


def test_a_fingerprint_is_withheld_though_nobody_noted_it() -> None:
    text = Fingerprint.make(["a"], b"0123456789abcdef").text

    for form in (str, json.dumps, urllib.parse.quote, FORMS["json in json"]):
        assert Ledger().screen(f"Data too long for other_info: {form(text)}") == WITHHELD


@pytest.mark.parametrize("between", ["\u200b", "\x00", "\u202e", "\x1b", "\ufeff"])
def test_signs_that_are_not_shown_part_no_secret(between: str) -> None:
    ledger = Ledger()
    ledger.remember(ODD["long"])

    assert fit_to_show(ledger, f"wrong key {between.join(ODD['long'])}") == WITHHELD


def test_words_are_shown_on_one_short_line_that_moves_no_cursor() -> None:
    shown = fit_to_show(Ledger(), "\x1b[2Jbusy\n\u202etry\tlater " + "x" * 10**6)

    assert shown.startswith("[2Jbusy try later xxx")
    assert shown.isprintable()
    assert len(shown) == LONGEST


@pytest.mark.parametrize("shift", range(6))
def test_the_sweep_finds_what_it_looks_for(shift: int) -> None:
    planted = Planted()
    core = planted.core()
    encoded = base64.b64encode(b"x" * shift + core.encode() + b"y").decode()

    assert planted.found_in(f"a {core} b") == planted.found_in(f"a {encoded} b") == [core]
    assert planted.found_in("a b") == []
