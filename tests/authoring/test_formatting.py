"""Formatting changes how a file looks and nothing else: what it says, its comments, the order of its lists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from authoring.ugly import ugly
from chanops.authoring.formatting import format_text
from chanops.authoring.key_order import PLACES
from chanops.authoring.tree import read_tree
from chanops.config import words
from chanops.config.compose import compose
from chanops.config.digest import digest_of
from chanops.config.faults import Faults
from chanops.config.source import Source
from chanops.errors import UsageError


def digest(text: str) -> str:
    root = compose(Source("", text, Path()), Faults())
    assert root is not None, text
    return digest_of([root])


def site(*lines: str) -> str:
    """Return a file with *lines* as the channels of a site."""
    return "\n".join(["version: 1", "sites:", "  main:", "    channels:", *(f"      {line}".rstrip() for line in lines), ""])


def formatted(*lines: str) -> list[str]:
    """Return the lines that those of a site's channels become."""
    return [line[6:] for line in format_text(site(*lines)).splitlines()[4:]]


@pytest.mark.parametrize("examples", [30, pytest.param(300, marks=pytest.mark.slow)])
def test_whatever_is_formatted_says_the_same_with_the_same_comments_and_stays_so(examples: int) -> None:
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(ugly())
    def law(text: str) -> None:
        made = format_text(text)

        assert digest(made) == digest(text), made
        assert Counter(read_tree(made).comments) == Counter(read_tree(text).comments)
        assert format_text(made) == made

    law()


# The order of keys


def test_the_keys_of_each_mapping_stand_in_the_order_of_the_vocabulary() -> None:
    text = "sites:\n  a:\n    channels: []\n    auth: {user_id: 1, access_token: x}\n    kind: newapi\nowner: t\nversion: 1\n"

    assert format_text(text) == (
        "version: 1\nowner: t\nsites:\n  a:\n    kind: newapi\n    auth: {access_token: x, user_id: 1}\n    channels: []\n"
    )


def test_a_channel_begins_with_its_name_and_ends_with_how_it_is_treated() -> None:
    lines = formatted(
        "- ignore: [key]", "  newapi: {tag: x}", "  models: [a]", "  provider: p", "  type: openai", "  id: 3", "  name: A"
    )

    keys = [line[2:].partition(":")[0] for line in lines]
    assert keys == ["name", "id", "type", "provider", "models", "newapi", "ignore"]


def test_the_order_of_channels_and_of_models_is_the_writers() -> None:
    lines = ["- name: B", "  models: [z, a]", "- name: A"]

    assert formatted(*lines) == lines


def test_unknown_keys_come_last_in_their_own_order() -> None:
    assert formatted("- zebra: 1", "  apple: 2", "  name: A") == ["- name: A", "  zebra: 1", "  apple: 2"]


def test_the_keys_of_a_free_mapping_stay_where_they_are() -> None:
    lines = ["- name: A", "  headers: {X-B: b, X-A: a}", "  param_override:", "    type: x", "    name: y"]

    assert formatted(*lines) == lines


def test_every_key_that_the_yaml_knows_has_its_place() -> None:
    known = {
        "top": words.TOP, "site": words.SITE, "auth": words.AUTH, "tls": words.TLS, "manage": words.MANAGE,
        "guards": words.GUARDS, "channel": (*words.CHANNEL, *words.DEFAULTS, *words.PROVIDER), "rule": words.RULE,
        "redirect": words.REDIRECT, **{block: tuple(keys) for block, keys in words.IN_BLOCK.items()},
    }  # fmt: skip

    assert {place: set(keys) - set(PLACES[place].keys) for place, keys in known.items()} == {place: set() for place in known}


# Comments and blank lines


def test_a_comment_above_a_key_moves_with_it() -> None:
    lines = formatted("- weight: 3", "  # the name", "  # of it", "  name: A")

    assert lines == ["# the name", "# of it", "- name: A", "  weight: 3"]


def test_a_comment_behind_a_value_stays_behind_it() -> None:
    lines = formatted("- weight: 3   # heavy", "  name: A  # short", "  models:  # two", "  - a # first", "  - b")

    assert lines == ["- name: A # short", "  models: # two", "    - a # first", "    - b", "  weight: 3 # heavy"]


def test_a_comment_between_channels_belongs_to_the_one_below() -> None:
    lines = ["- name: A", "", "# about B", "- name: B", "# - name: C"]

    assert formatted(*lines) == lines


def test_a_comment_that_is_indented_deeper_belongs_to_what_stands_above() -> None:
    lines = formatted("- name: A", "  weight: 3", "    # or 5?", "  # to do: tag", "- name: B")

    assert lines == ["- name: A", "  weight: 3", "    # or 5?", "  # to do: tag", "- name: B"]


def test_what_is_commented_out_under_a_key_stays_under_it() -> None:
    text = "version: 1\nsites:\n  main:\n    channels: []\n      # - name: A\n    kind: newapi\n"

    assert format_text(text).splitlines()[3:] == ["    kind: newapi", "    channels: []", "      # - name: A"]


def test_what_heads_the_file_stays_on_top() -> None:
    assert format_text("# ours\n# all\nsites: {}\nversion: 1\n") == "# ours\n# all\nversion: 1\nsites: {}\n"


def test_what_a_blank_line_parts_from_the_head_moves_with_its_key() -> None:
    made = format_text("# ours\n\n# the sites\nsites: {}\nversion: 1\n")

    assert made == "# ours\n\nversion: 1\n\n# the sites\nsites: {}\n"


def test_of_several_blank_lines_one_stays() -> None:
    assert formatted("- name: A", "", "", "", "- name: B") == ["- name: A", "", "- name: B"]


def test_what_looks_like_a_comment_in_a_text_is_none() -> None:
    lines = ['- name: "a # b"', "  remark: |", "    # one", "    two"]

    assert formatted(*lines) == lines


# Quotes, indentation, lines


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("'plain'", "plain"),
        ('"with blanks"', "with blanks"),
        ("'no'", '"no"'),
        ("'010'", '"010"'),
        ("'${env:KEY}'", "${env:KEY}"),
        ("'${env:KEY:-sk-1}'", "${env:KEY:-sk-1}"),
        ("'Bearer ${env:KEY}'", '"Bearer ${env:KEY}"'),
        (r"'^o\d$'", r"'^o\d$'"),
        (r'"^o\\d$"', r'"^o\\d$"'),
        ("'say \"hi\"'", "'say \"hi\"'"),
        ("claude-*", "claude-*"),
        ('"claude-*"', '"claude-*"'),
        ("two\n          lines", "two lines"),
        ("[ 'a',b ]", "[a, b]"),
        ("{ a: '${env:KEY}' }", '{a: "${env:KEY}"}'),
        ("~", "~"),
    ],
)
def test_quotes_stay_only_where_they_are_needed(written: str, made: str) -> None:
    assert formatted(f"- name: A\n        tag: {written}")[1] == f"  tag: {made}"


def test_indentation_is_two_blanks_and_a_list_is_indented_under_its_key() -> None:
    assert format_text("sites:\n    a:\n        channels:\n        -   name: A\n") == (
        "sites:\n  a:\n    channels:\n      - name: A\n"
    )


def test_a_list_over_several_lines_keeps_them() -> None:
    lines = ["- name: A", "  models: [", "    a, # first", "    b,", "  ]"]

    assert formatted(*lines) == lines


def test_a_block_of_text_keeps_its_lines() -> None:
    lines = formatted("- name: A", "  remark: |", "        one", "", "", "          two")

    assert lines == ["- name: A", "  remark: |", "    one", "", "", "      two"]


def test_anchors_and_merged_keys_stay() -> None:
    text = site("- &base", "  name: A", "  models: &m [a]", "- weight: 1", "  <<: *base", "  name: B", "  models: *m")

    assert format_text(text) == site(
        "- &base", "  name: A", "  models: &m [a]", "- <<: *base", "  name: B", "  models: *m", "  weight: 1"
    )


def test_where_sorting_would_put_an_alias_above_its_anchor_keys_stay_where_they_are() -> None:
    text = "version:   1\nchannels: &all []\nsites:\n  a:\n    channels: *all\n"

    assert format_text(text) == "version: 1\nchannels: &all []\nsites:\n  a:\n    channels: *all\n"


def test_the_ends_of_lines_and_the_mark_of_utf8_stay() -> None:
    assert format_text("\ufeffversion:  1\r\nowner: 't'\r\n") == "\ufeffversion: 1\r\nowner: t\r\n"


def test_the_document_marker_stays() -> None:
    assert format_text("# a\n--- # b\n# c\nversion:  1\n") == "# a\n--- # b\n# c\nversion: 1\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: !!str 1\n", "it has a tag"),
        ("%YAML 1.1\n---\na: 1\n", "it has a directive or an end marker"),
        ("? a\n: 1\n", "it has a key behind a question mark"),
        ("a: |+\n  x\n\nb: 1\n", "it has a block that keeps the blank lines below it"),
    ],
)
def test_what_one_style_cannot_say_is_left_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        format_text(text)

    assert str(caught.value) == why


def test_three_thousand_channels_are_formatted_whole() -> None:
    text = site(*(line for number in range(3000) for line in (f"- type: openai # {number}", f"  name: c{number}")))

    assert format_text(text).count("\n      - name: c") == 3000
