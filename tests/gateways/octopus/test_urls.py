"""Addresses are written in one form, and are equal when the gateway would call the same URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.gateways.octopus import urls

TABLE = [  # contracts/upstreams.md 2, canonical output
    ("https://h", "https://h/v1", "https://h/v1beta"),
    ("https://h/", "https://h/v1", "https://h/v1beta"),
    ("https://h/v1", "https://h/v1", "https://h/v1beta"),
    ("https://h/v1/", "https://h/v1", "https://h/v1beta"),
    ("https://h/v1beta", "https://h/v1", "https://h/v1beta"),
    ("https://h/api", "https://h/api/v1", "https://h/api/v1beta"),
    (" https://h/v1\n", "https://h/v1", "https://h/v1beta"),
]
TYPES = sorted(urls.VERSIONS)
PATHS = st.lists(st.sampled_from(["v1", "v1beta", "v3", "v4", "api", "x", ""]), max_size=4).map(
    lambda parts: "/".join(["", *parts])
)
ADDRESSES = st.builds(
    lambda path, end: f"https://h{path}{end}", PATHS, st.sampled_from(["", "/", "//", "#", "##", "?a=1", " "])
)


@pytest.mark.parametrize(("declared", "openai", "gemini"), TABLE)
@pytest.mark.parametrize("completes", [False, True])
def test_declared_addresses_become_their_root_and_the_version_of_their_type(
    declared: str, openai: str, gemini: str, *, completes: bool
) -> None:
    made = [urls.rewrite(declared, name, completes=completes).url for name in ("openai", "gemini")]

    assert made == [openai, gemini]


@pytest.mark.parametrize("declared", ["https://h", "https://h/api", "https://h/v3", "https://h/api/v3/", "https://h/v1"])
def test_volcengine_addresses_end_in_api_v3(declared: str) -> None:
    assert urls.rewrite(declared, "volcengine", completes=False).url == "https://h/api/v3"


def test_every_change_of_an_address_has_a_check_and_a_reason() -> None:
    root, slash, blank = (
        urls.rewrite(url, "openai", completes=True) for url in ("https://h", "https://h/v1/", " https://h/v1")
    )

    assert (root.rule, slash.rule, blank.rule) == ("url-version", "url-form", "url-form")
    assert all(form.reason for form in (root, slash, blank))


def test_an_address_in_its_form_is_left_without_a_word() -> None:
    assert urls.rewrite("https://h/v1", "openai", completes=True) == urls.Rewritten("https://h/v1")


def test_a_vendors_own_version_stays_and_is_kept_from_another_one() -> None:
    declared = "https://h/api/paas/v4"

    assert urls.rewrite(declared, "openai", completes=False).url == declared
    assert urls.rewrite(declared, "openai", completes=True).url == f"{declared}#"


def test_complete_addresses_are_kept() -> None:
    for url in ("https://h/full/chat##", "https://h/x#", "https://h/x?y=1"):
        assert urls.rewrite(url, "openai", completes=True) == urls.Rewritten(url)


@pytest.mark.parametrize(
    ("live", "channel_type", "called"),
    [
        ("https://h", "openai", "https://h/v1"),
        ("https://h/v1/", "openai", "https://h/v1"),
        ("https://h/v1/x/", "openai", "https://h/v1/x"),
        ("https://h/v1beta", "openai", "https://h/v1beta/v1"),
        ("https://h/v1#", "openai", "https://h/v1"),
        ("https://h/x#", "openai", "https://h/x#"),
        ("https://h", "gemini", "https://h/v1beta"),
        ("https://h/v1", "gemini", "https://h/v1"),
        ("https://h/", "gemini", "https://h//v1beta"),
        ("https://h", "volcengine", "https://h/v3"),
        ("https://h/api", "volcengine", "https://h/api/v3"),
        ("https://h", "no-such-type", "https://h"),
        ("", "openai", ""),
    ],
)
def test_a_live_address_reads_as_the_url_that_v0_11_calls(live: str, channel_type: str, called: str) -> None:
    assert urls.called(live, channel_type) == called


@given(ADDRESSES, st.sampled_from(TYPES))
def test_what_is_written_reads_back_as_itself(declared: str, channel_type: str) -> None:
    completed = urls.rewrite(declared, channel_type, completes=True).url
    plain = urls.rewrite(declared, channel_type, completes=False).url

    assert urls.called(completed, channel_type) == completed
    assert urls.verbatim(plain) == plain


@given(ADDRESSES, st.sampled_from([*TYPES, None]), st.booleans())
def test_rewriting_twice_changes_nothing_more(declared: str, channel_type: str | None, completes: bool) -> None:
    once = urls.rewrite(declared, channel_type, completes=completes).url

    assert urls.rewrite(once, channel_type, completes=completes) == urls.Rewritten(once)


def test_addresses_with_credentials_are_seen() -> None:
    assert urls.has_userinfo("http://user:word@proxy.invalid:3128")
    assert urls.has_userinfo("user@proxy")
    assert not urls.has_userinfo("https://h/path@version")
