"""Model rules and redirects, as they are written."""

from __future__ import annotations

import pytest

from chanops.domain.model_redirect import Redirect, RedirectRule
from chanops.domain.models import ModelRule, ModelsFrom
from chanops.domain.policy import Limit
from config.conftest import LoadText
from config.texts import channel, first, told

LIST = "models: [gpt-4o, gpt-4o-mini]"


def ruled(rule: str = "{from: upstream}", *more: str) -> str:
    return channel(*more).replace(LIST, f"models: {rule}")


def test_a_rule_is_read_whole(load_text: LoadText) -> None:
    written = '{from: lock, include: ["gpt-*"], exclude: ["re:mini$"], allow: [a], extra: [b, c], max_removed: 30%}'

    found = first(load_text(ruled(written)))

    limit = Limit(30, is_percent=True)
    assert found.rule == ModelRule(ModelsFrom.LOCK, ("gpt-*",), ("re:mini$",), ("a",), ("b", "c"), limit)
    assert "models" not in found.fields


def test_a_list_is_no_rule(load_text: LoadText) -> None:
    assert first(load_text(channel())).rule is None


@pytest.mark.parametrize(
    ("rule", "summary"),
    [
        ("{include: [a]}", "a model rule needs from"),
        ("{from: upstream, include: a}", "a list of texts is wanted here, not a single value"),
        ('{from: upstream, include: ["re:("]}', "the expression cannot be compiled: missing ): ("),
        ('{from: upstream, include: ["${env:X}"]}', "a pattern takes no reference"),
        ("{from: upstream, max_removed: 200%}", "this is neither a number from 0 nor a percentage up to 100%"),
    ],
)
def test_a_rule_that_cannot_be_worked_out_is_an_error(load_text: LoadText, rule: str, summary: str) -> None:
    (found,) = told(load_text(ruled(rule)))

    assert (found[0], found[1], found[3]) == ("error", 12, summary)


def test_a_redirect_is_read_whole(load_text: LoadText) -> None:
    written = "redirect: {standards: [gpt-4o], dated: true, prune: true, rules: [{from: 're:^azure-(.*)$', to: '\\1'}]}"

    found = first(load_text(ruled("{from: upstream}", written)))

    rules = (RedirectRule("re:^azure-(.*)$", r"\1"),)
    assert found.redirect == Redirect(("gpt-4o",), dated=True, rules=rules, prune=True)


def test_a_preset_is_written_out(load_text: LoadText) -> None:
    found = first(load_text(ruled("{from: upstream}", "redirect: {standards: common}")))

    assert found.redirect is not None
    assert "claude-4.5-sonnet" in found.redirect.standards


@pytest.mark.parametrize(
    ("redirect", "summary"),
    [
        ("{standards: commn}", 'there is no preset "commn"'),
        ("{rules: [{from: a}]}", "a redirect rule needs to"),
        ("{rules: [{from: 're:a', to: '\\2'}]}", '"\\2" names no group of the pattern, which has 0'),
        ("{dated: yes}", "yes is read as true by some and as text by others"),
        ("{standard: [a]}", '"standard" is not a key of a redirect'),
    ],
)
def test_a_redirect_that_cannot_be_worked_out_is_an_error(load_text: LoadText, redirect: str, summary: str) -> None:
    assert summary in [found[3] for found in told(load_text(ruled("{from: upstream}", f"redirect: {redirect}")))]


def test_a_redirect_needs_the_models_of_the_upstream(load_text: LoadText) -> None:
    assert "a redirect needs the models of the upstream" in [f[3] for f in told(load_text(channel("redirect: {latest: true}")))]


def test_a_mapping_of_a_rule_is_checked_when_the_list_is_known(load_text: LoadText) -> None:
    assert told(load_text(ruled("{from: upstream}", "model_mapping: {a: b}"))) == []
