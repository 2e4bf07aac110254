"""The order of contracts/models.md 1, step by step, and the guard of section 2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.domain.model_filter import check_removed, pick_models, select_models
from chanops.domain.model_redirect import Redirect
from chanops.domain.models import ModelRule, ModelsFrom, digest_rule
from chanops.domain.policy import Limit

NAMES = st.lists(st.text(alphabet="gpt-4o/ ", max_size=8), max_size=12)


def test_names_are_trimmed_and_blanks_and_repeats_dropped_the_first_wins() -> None:
    assert select_models(ModelRule(), [" gpt-4o ", "", "  ", "o3", "gpt-4o", "GPT-4o"]) == ("gpt-4o", "o3", "GPT-4o")


def test_the_allow_list_is_exact_and_letters_count() -> None:
    rule = ModelRule(allow=("gpt-4o", "O3"))

    assert select_models(rule, ["gpt-4o-mini", "gpt-4o", "o3"]) == ("gpt-4o",)


def test_a_name_of_the_allow_list_is_no_pattern() -> None:
    assert select_models(ModelRule(allow=("gpt-*",)), ["gpt-4o", "gpt-*"]) == ("gpt-*",)


def test_one_include_is_enough() -> None:
    rule = ModelRule(include=("gpt-*", "re:^o[0-9]$"))

    assert select_models(rule, ["gpt-4o", "o3", "o3-mini", "claude-4"]) == ("gpt-4o", "o3")


def test_without_includes_everything_is_included() -> None:
    assert select_models(ModelRule(exclude=("o*",)), ["gpt-4o", "o3"]) == ("gpt-4o",)


def test_one_exclude_is_enough_and_stronger_than_allow_and_include() -> None:
    rule = ModelRule(allow=("gpt-4o", "o3"), include=("*",), exclude=("x", "re:^gpt"))

    assert select_models(rule, ["gpt-4o", "o3"]) == ("o3",)


def test_extra_models_come_last_past_every_filter() -> None:
    rule = ModelRule(include=("gpt-*",), exclude=("gpt-3*", "mine"), extra=("mine", " gpt-3.5 ", "gpt-4o"))

    assert select_models(rule, ["gpt-4o", "gpt-3.5", "o3"]) == ("gpt-4o", "mine", "gpt-3.5")


def test_without_the_extra_models_the_rest_is_what_the_upstream_has() -> None:
    assert pick_models(ModelRule(extra=("mine",)), ["gpt-4o"]) == ("gpt-4o",)


def test_the_order_is_the_upstreams() -> None:
    assert select_models(ModelRule(include=("b*", "a*")), ["a1", "b1", "a2"]) == ("a1", "b1", "a2")


def test_what_includes_leave_is_filtered_by_excludes_as_the_peer_does() -> None:
    rule = ModelRule(include=("*gpt*",), exclude=("*vision*", "*preview*"))
    upstream = ["gpt-4o", "gpt-4-vision-preview", "o1-preview", "openai/gpt-4o:free"]

    assert select_models(rule, upstream) == ("gpt-4o", "openai/gpt-4o:free")


@given(NAMES)
def test_an_empty_rule_selects_every_name_once(upstream: list[str]) -> None:
    selected = select_models(ModelRule(), upstream)

    assert set(selected) == {name.strip() for name in upstream} - {""}
    assert len(set(selected)) == len(selected)


@given(NAMES, st.lists(st.sampled_from(["g*", "*o", "p?", "re:4", "re:^ ?$"]), max_size=3))
def test_include_and_exclude_split_a_list_without_loss(upstream: list[str], patterns: list[str]) -> None:
    kept = select_models(ModelRule(include=tuple(patterns)), upstream) if patterns else ()
    dropped = select_models(ModelRule(exclude=tuple(patterns)), upstream)

    assert set(kept) | set(dropped) == set(select_models(ModelRule(), upstream))
    assert not set(kept) & set(dropped)


@given(NAMES)
def test_filtering_what_was_filtered_changes_nothing(upstream: list[str]) -> None:
    rule = ModelRule(include=("g*", "*o"), exclude=("*4*",))
    once = pick_models(rule, upstream)

    assert pick_models(rule, once) == once


LIVE = [f"m{number}" for number in range(20)]


def test_of_twenty_models_four_may_go_and_five_may_not() -> None:
    four, five = (check_removed(ModelRule(), LIVE, LIVE[gone:]) for gone in (4, 5))

    assert (len(four.gone), four.of, four.allowed, four.is_refused) == (4, 20, 4, False)
    assert (len(five.gone), five.is_refused) == (5, True)


def test_below_ten_live_models_the_default_limit_says_nothing() -> None:
    assert not check_removed(ModelRule(), LIVE[:9], ["new"]).is_refused
    assert check_removed(ModelRule(), LIVE[:10], LIVE[:7]).is_refused
    assert not check_removed(ModelRule(), LIVE[:10], LIVE[:8]).is_refused


@pytest.mark.parametrize(("limit", "gone", "is_refused"), [("2", 2, False), ("2", 3, True), ("0", 1, True), ("50%", 1, False)])
def test_a_written_limit_holds_at_any_size(limit: str, gone: int, *, is_refused: bool) -> None:
    rule = ModelRule(max_removed=Limit.parse(limit))

    assert check_removed(rule, LIVE[:4], LIVE[gone:4]).is_refused is is_refused


def test_new_models_never_count_against_the_limit() -> None:
    removal = check_removed(ModelRule(max_removed=Limit(0)), LIVE, [*LIVE, "new"])

    assert (removal.gone, removal.is_refused) == ((), False)


def test_what_goes_is_named_in_order() -> None:
    assert check_removed(ModelRule(), ["b", "a", "c"], ["c"]).gone == ("a", "b")


def test_a_rules_digest_says_what_it_selects_and_not_where_from() -> None:
    rule = ModelRule(include=("gpt-*",))
    same = ModelRule(ModelsFrom.LOCK, include=("gpt-*",), max_removed=Limit(3))
    others = [ModelRule(exclude=("gpt-*",)), ModelRule(include=("gpt-*",), extra=("a",)), ModelRule()]

    assert digest_rule(rule) == digest_rule(same)
    assert digest_rule(rule) not in {*map(digest_rule, others), digest_rule(rule, Redirect(("gpt-4o",)))}
    assert digest_rule(rule).startswith("sha256:")
    assert "gpt" not in digest_rule(rule)
