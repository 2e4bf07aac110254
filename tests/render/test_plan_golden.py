from __future__ import annotations

import json

import pytest

from chanops.render.plan_json import plan_to_json
from chanops.render.plan_text import render_plan
from render.cases import CASES
from render.golden import assert_golden

NOON = "2026-01-31T12:00:00Z"


@pytest.mark.parametrize("case", CASES)
def test_a_plan_reads_in_the_terminal_as_its_golden_file(case: str) -> None:
    assert_golden(f"{case}.txt", render_plan(CASES[case]()))


@pytest.mark.parametrize("case", CASES)
def test_a_plan_as_json_is_its_golden_file(case: str) -> None:
    data = plan_to_json(CASES[case](), timestamp=NOON)

    assert_golden(f"{case}.json", json.dumps(data, indent=2) + "\n")
