"""Names that import proposes: of variables, of providers, and what goes to the defaults of a site."""

from __future__ import annotations

from typing import Any

import pytest

from builders import live
from chanops.authoring.draft import Draft
from chanops.authoring.factoring import factor
from chanops.authoring.providers import name_of
from chanops.authoring.references import References, env_name, in_files
from chanops.config.urls import root_of
from chanops.domain.secret import Secret


@pytest.mark.parametrize(
    ("whose", "what", "name"),
    [
        ("Qhaigc", "key", "QHAIGC_KEY"),
        ("my key", "key", "MY_KEY"),
        ("Crème brûlée (2)", "key", "CREME_BRULEE_2_KEY"),
        ("302ai", "key", "CH_302AI_KEY"),
        ("main 12", "key 1", "MAIN_12_KEY_1"),
        ("one", "x-api-key", "ONE_X_API_KEY"),
        ("https", "proxy", "CH_HTTPS_PROXY"),
        ("chanops", "key", "CH_CHANOPS_KEY"),
    ],
)
def test_a_variable_is_named_after_its_channel(whose: str, what: str, name: str) -> None:
    assert env_name(whose, what) == name


def test_equal_names_are_told_apart_by_the_id_and_taken_ones_are_avoided() -> None:
    references = References({"ONE_KEY"})

    names = [references.refer(("one", "key"), "", None, spare=str(number)).reference for number in (7, 8, 8)]

    assert names == ["env:ONE_KEY_7", "env:ONE_KEY_8", "env:ONE_KEY_2"]


def test_one_secret_of_one_upstream_has_one_name() -> None:
    references = References()

    names = [references.refer((whose, "key"), "", "sk-1", upstream=url).reference for whose, url in ("ax", "bx", "by")]

    assert names == ["env:A_KEY", "env:A_KEY", "env:B_KEY"]


def test_the_word_before_a_token_stays_plain() -> None:
    made = References().refer(("one", "authorization"), "", "Bearer sk-1")

    assert made.reference == "Bearer ${env:ONE_AUTHORIZATION}"


def test_files_stand_for_variables_but_not_for_a_plain_text_that_looks_like_one() -> None:
    assert in_files("${env:ONE_KEY} $${env:TWO}") == "${file:secrets/one_key} $${env:TWO}"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.qhaigc.net/v1", "qhaigc"),
        ("https://octopusx.ai", "octopusx"),
        ("https://api.example.co.uk", "example"),
        ("http://127.0.0.1:8080", "127-0-0-1"),
        ("http://localhost", "localhost"),
    ],
)
def test_a_provider_is_named_after_its_host(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize("url", ["https://h", "https://h/", "https://h/v1", "https://h/v1beta/", "https://h/api/v3"])
def test_versions_at_the_end_say_nothing_about_the_upstream(url: str) -> None:
    assert root_of(url) == "https://h"


def draft(name: str, **fields: Any) -> Draft:
    return Draft(live(name), dict(fields), {"weight": 0, **fields})


def test_what_most_channels_state_goes_to_the_defaults_and_the_others_state_their_own() -> None:
    drafts = [draft(name, groups=("vip",), weight=5) for name in "abcd"] + [draft("e", groups=("default",))]

    found = factor(drafts)

    assert found == {"groups": ("vip",), "weight": 5}
    assert [made.fields for made in drafts] == [{}] * 4 + [{"groups": ("default",), "weight": 0}]


def test_what_only_some_state_stays_with_them() -> None:
    drafts = [draft("a", weight=5), draft("b", weight=5), draft("c"), draft("d")]

    assert factor(drafts) == {}


def test_a_secret_never_goes_to_the_defaults() -> None:
    override = {"api_key": Secret("x", "env:X")}
    drafts = [draft(name, param_override=override) for name in "abcd"]

    assert factor(drafts) == {}
