"""Patterns: what globs and regular expressions cover, and what is no pattern."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.domain.address import matches_glob
from chanops.domain.patterns import compile_pattern, find_fault, find_template_fault, rewrite


@pytest.mark.parametrize(
    ("pattern", "name", "covers"),
    [
        ("gpt-*", "gpt-4o", True),
        ("gpt-*", "GPT-4o", False),
        ("gpt-*", "a/gpt-4o", False),
        ("gpt-?", "gpt-4o", False),
        ("[A]*", "[A]gpt", True),
        ("[A]*", "Agpt", False),
        ("gpt-4o", "gpt-4o", True),
        ("gpt.4o", "gpt-4o", False),
        ("*", "", True),
        ("re:gpt", "openai/gpt-4o", True),
        ("re:^gpt", "openai/gpt-4o", False),
        ("re:^gpt-4o$", "gpt-4o\n", False),
        ("re:(?i)^GPT", "gpt-4o", True),
        ("re:日.$", "x日本", True),
        ("re:.", "\ud800", True),
    ],
)
def test_a_glob_covers_the_whole_name_and_an_expression_any_part(pattern: str, name: str, *, covers: bool) -> None:
    assert compile_pattern(pattern).matches(name) is covers


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("re:[", "cannot be compiled"),
        ("re:(", "cannot be compiled"),
        ("re:a**", "cannot be compiled"),
        (r"re:\p{Nothing}", "cannot be compiled"),
        ("re:(?:a{1000}){1000}", "cannot be compiled"),
        ("re:((a{100}){100}){100}", "cannot be compiled"),
        (r"re:(a)\1", "backtracks"),
        ("re:a(?=b)", "backtracks"),
        ("re:(?<!a)b", "backtracks"),
        ("re:(?>a*)b", "backtracks"),
        ("re:\ud800", "half a character"),
        ("", "empty"),
        ("  ", "empty"),
        ("re:" + "a" * 1000, "longer than 1000"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, words: str) -> None:
    assert words in (find_fault(pattern) or "")


@pytest.mark.parametrize("pattern", ["re:^(a+)+$", "re:^(a|a)*$", "re:(.*)*x", "re:.*.*.*.*.*.*x", "re:^(a?){30}a{30}$"])
def test_expressions_that_ruin_other_engines_end(pattern: str) -> None:
    assert find_fault(pattern) is None
    assert not compile_pattern(pattern).matches("a" * 255 + "!")


@pytest.mark.parametrize("pattern", ["*" * 200, "*a" * 100, "*a*b*c*d*e*f*g*h*i*j*k"])
def test_globs_that_ruin_other_engines_end(pattern: str) -> None:
    assert compile_pattern(pattern).matches("a" * 255) is matches_glob("a" * 255, pattern)


@given(st.text(alphabet="ab*?[]!-", min_size=1, max_size=8), st.text(alphabet="ab[]!-", max_size=8))
def test_globs_mean_here_what_they_mean_for_addresses(pattern: str, name: str) -> None:
    if pattern.strip():
        assert compile_pattern(pattern).matches(name) is matches_glob(name, pattern)


@given(st.text(alphabet="ab.*+?|()^$[]", min_size=1, max_size=10), st.text(alphabet="ab.", max_size=8))
def test_where_both_engines_know_an_expression_they_agree(expression: str, name: str) -> None:
    try:
        other = re.compile(expression)
    except (re.error, FutureWarning):
        return
    if find_fault(f"re:{expression}") is None:
        assert compile_pattern(f"re:{expression}").matches(name) is (other.search(name) is not None)


@pytest.mark.parametrize(
    ("pattern", "template", "name", "made"),
    [
        (r"re:^(.+)-(\d{8})$", r"\1", "claude-4-20250929", "claude-4"),
        (r"re:^(.+)-(\d{8})$", r"\1@\2", "claude-4-20250929", "claude-4@20250929"),
        (r"re:^(.+)-(\d{8})$", r"\1", "claude-4", None),
        ("re:gpt", r"\0!", "a-gpt-b", "gpt!"),
        ("re:(a)|(b)", r"x\1", "b", "x"),
        ("gpt-*", "default", "gpt-4o", "default"),
        ("gpt-*", r"my-\0", "gpt-4o", "my-gpt-4o"),
        ("gpt-*", r"a\\b", "gpt-4o", r"a\b"),
    ],
)
def test_a_template_is_filled_from_what_was_found(pattern: str, template: str, name: str, made: str | None) -> None:
    assert rewrite(compile_pattern(pattern), template, name) == made


@pytest.mark.parametrize(
    ("pattern", "template", "is_fine"),
    [
        ("re:(a)", r"\1", True),
        ("re:(a)", r"\2", False),
        ("a*", r"\1", False),
        ("a*", r"\\", True),
        ("a*", "\\", False),
        ("a", "b", True),
    ],
)
def test_a_template_names_groups_that_are_there(pattern: str, template: str, *, is_fine: bool) -> None:
    assert (find_template_fault(compile_pattern(pattern), template) is None) is is_fine
