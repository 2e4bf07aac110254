"""Addresses and the globs that cover them."""

from __future__ import annotations

import pytest

from chanops.domain.address import Address, exact_glob, matches_glob

A = Address.channel("main", "OpenAI [a]/b")


def test_an_address_reads_back() -> None:
    assert Address.parse(str(A)) == A


@pytest.mark.parametrize("text", ["", "main", "main/channel", "main/channel/", "/channel/x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as site/channel/name"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("main/channel/*", True),
        ("*", True),
        ("OpenAI*", True),
        ("openai*", False),
        ("edge/*", False),
        ("*[a]*", True),
        ("*a", False),
    ],
)
def test_globs(glob: str, expected: bool) -> None:
    assert A.matches(glob) is expected


def test_a_backslash_takes_a_sign_as_it_is() -> None:
    assert matches_glob("a*b", r"a\*b")
    assert not matches_glob("axb", r"a\*b")


@pytest.mark.parametrize("text", ["a", "*", "a?b", "\\", "a\\*", "line\nbreak", "[x]"])
def test_an_exact_glob_covers_its_text_and_nothing_else(text: str) -> None:
    assert matches_glob(text, exact_glob(text))
    assert not matches_glob(text + "x", exact_glob(text))
    assert not matches_glob("x" + text[1:], exact_glob(text))
