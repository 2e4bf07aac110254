from __future__ import annotations

import pytest

from chanops.render.plan_text import render_plan
from chanops.render.registry import FORMATS, Options
from render.cases import CASES
from render.golden import assert_golden

OPTIONS = Options("2026-01-31T12:00:00Z")


@pytest.mark.parametrize("case", CASES)
def test_a_plan_reads_in_the_terminal_as_its_golden_file(case: str) -> None:
    assert_golden(f"{case}.txt", FORMATS["text"](CASES[case](), OPTIONS))


@pytest.mark.parametrize("case", CASES)
def test_a_plan_as_json_is_its_golden_file(case: str) -> None:
    assert_golden(f"{case}.json", FORMATS["json"](CASES[case](), OPTIONS))


@pytest.mark.parametrize("case", CASES)
def test_a_plan_as_markdown_is_its_golden_file(case: str) -> None:
    assert_golden(f"{case}.md", FORMATS["markdown"](CASES[case](), OPTIONS))


@pytest.mark.parametrize("case", ["hostile", "mixed"])
def test_a_plan_as_html_is_its_golden_file(case: str) -> None:
    assert_golden(f"{case}.html", FORMATS["html"](CASES[case](), OPTIONS))


def test_a_concise_plan_is_a_line_for_each_change() -> None:
    assert_golden("mixed-concise.txt", render_plan(CASES["mixed"](), concise=True))


def test_a_verbose_plan_shows_no_ops_reasons_and_every_route() -> None:
    assert_golden("mixed-verbose.txt", render_plan(CASES["mixed"](), verbose=True))


def test_a_verbose_plan_shows_every_item_that_goes() -> None:
    assert_golden("delete-verbose.txt", render_plan(CASES["delete"](), verbose=True))


def test_colours_stand_in_the_terminal_only_when_asked_for() -> None:
    assert_golden("mixed-colour.txt", render_plan(CASES["mixed"](), colour=True).replace("\x1b", "<ESC>"))
    assert "\x1b" not in render_plan(CASES["mixed"]())
