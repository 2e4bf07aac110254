"""Texts that chanops parses itself: saved plans, addresses, limits."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import change, plan
from chanops.cli.app import run
from chanops.cli.saved_plan import read, save
from chanops.domain.address import Address
from chanops.domain.change import Action
from chanops.domain.digest import digest_json
from chanops.domain.policy import Lifts, Limit, Selection
from chanops.domain.secret import Secret
from chanops.engine.planner import Asked
from chanops.errors import ChanopsError
from chanops.render.plan_from_json import plan_from_json
from chanops.render.registry import FORMATS
from fuzz.mutate import damaged_bytes, damaged_json

bounded = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NOON = "2026-01-31T12:00:00Z"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a saved plan with a change of every sort."""
    path = tmp_path_factory.mktemp("fuzz") / "it.plan"
    fields: dict[str, Any] = {"type": "openai", "models": ("a", "b"), "headers": {"X": Secret("s", "env:S")}}
    changes = [
        change("new", Action.CREATE, after=fields),
        change("gone", Action.DELETE, before=fields),
        change("moved", before=fields, after=fields | {"models": ("a",)}, moved_from="was"),
        change("taken", Action.ADOPT, before=fields, after=fields),
        change("again", Action.REPLACE, before=fields, after=fields | {"type": "azure"}),
    ]
    save(plan(*changes), Asked(Selection(("main",), ("*",))), Lifts(Limit(3), Limit(5, is_percent=True)), path, timestamp=NOON)
    return path.read_bytes()


@bounded
@given(st.data())
def test_a_damaged_saved_plan_is_refused(saved: bytes, tmp_path: Path, data: st.DataObject) -> None:
    damaged = data.draw(damaged_bytes(saved))
    (tmp_path / "it.plan").write_bytes(damaged)

    try:
        known = read(tmp_path / "it.plan")
    except ChanopsError:
        return
    assert known.data == {key: value for key, value in json.loads(saved).items() if key != "digest"}


@bounded
@given(st.data())
def test_a_saved_plan_of_another_shape_is_refused_though_its_digest_is_right(
    saved: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    content = data.draw(damaged_json({key: value for key, value in json.loads(saved).items() if key != "digest"}))
    if isinstance(content, dict):
        content["digest"] = digest_json(content)
    (tmp_path / "it.plan").write_text(json.dumps(content))

    with suppress(ChanopsError):
        read(tmp_path / "it.plan")
    for more in ([], ["--json"], ["--format", "markdown"]):
        assert run(["show", str(tmp_path / "it.plan"), *more]) in (0, 1, 4)


@bounded
@given(st.data())
def test_a_plans_json_of_another_shape_is_no_plan(saved: bytes, data: st.DataObject) -> None:
    content = data.draw(damaged_json(json.loads(saved)))

    try:
        made = plan_from_json(content)
    except ValueError:  # as it says
        return
    for form in FORMATS.values():
        assert form(made)


@bounded
@given(st.one_of(st.text(), st.lists(st.sampled_from(["main", "/", "channel", "*", "\x1b", "\ud800", ""])).map("".join)))
def test_a_text_is_an_address_or_no_address(text: str) -> None:
    try:
        found = Address.parse(text)
    except ValueError:
        assert text.count("/") < 2 or "" in text.split("/", 2)
    else:
        assert str(found) == text
        assert found.matches(text.replace("*", "?"))


@bounded
@given(st.one_of(st.text(max_size=8), st.text("0123456789%-+_ .²٣x", max_size=8), st.integers().map(str), st.just("9" * 5000)))
def test_a_text_is_a_limit_or_no_limit(text: str) -> None:
    try:
        found = Limit.parse(text)
    except ValueError:
        assert not (text.isascii() and text.isdigit() and len(text) < 10)
    else:
        assert (found.number, found.is_percent) == (int(text.removesuffix("%")), text.endswith("%"))
        assert text.isascii()
        assert found.of(100) >= 0
