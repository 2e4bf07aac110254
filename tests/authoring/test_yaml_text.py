"""Whatever is written is read back as the same value, and looks as a person would write it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chanops import config
from chanops.authoring.yaml_text import entry, fault_of, scalar
from chanops.domain.secret import Secret
from chanops.domain.value import Value

HEAD = """\
version: 1
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    channels:
      - name: one
        type: openai
        models: [m]
        key: ${env:KEY}
"""
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text("ab:# -/.,[]{}'\"\n\t&*!|>%@`$~?0123\u2028\x85é")
KEY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda key: key.strip() and "${" not in key
)
VALUE = st.recursive(
    TEXT | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.none(),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(KEY, inner, max_size=4),
    max_leaves=10,
)


def read_back(lines: list[str]) -> Value:
    loaded = config.load([], environ={}, beside={"new.yaml": HEAD + "\n".join(lines) + "\n"})
    assert [found.summary for found in loaded.findings if found.severity.value == "error"] == [], lines
    return loaded.desired.sites[0].channels[0].fields["param_override"]


@pytest.mark.parametrize("examples", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_any_value_is_read_back(examples: int) -> None:
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None)
    @given(st.dictionaries(KEY, VALUE, min_size=1, max_size=3))
    def law(value: dict[str, Any]) -> None:
        assert repr(read_back(entry("param_override", value, 4))) == repr(value)

    law()


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("a text", ["x: a text"]),
        ("yes", ['x: "yes"']),
        ("010", ['x: "010"']),
        ("a: b", ['x: "a: b"']),
        ("https://one.example/v1", ["x: https://one.example/v1"]),
        ("see ${env:A}", ['x: "see $${env:A}"']),
        ("two\nlines", ["x: |-", "  two", "  lines"]),
        ("two\nlines\n", ["x: |", "  two", "  lines"]),
        (" two\nlines", ['x: " two\\nlines"']),
        (1e-7, ["x: 1.0e-07"]),
        (("a", "b:1"), ['x: [a, "b:1"]']),
        (("long" * 20, "long" * 20), ["x:", f"  - {'long' * 20}", f"  - {'long' * 20}"]),
        ({"a": "b"}, ["x: {a: b}"]),
        ({"a": {"b": ("c",)}}, ["x:", "  a:", "    b: [c]"]),
        ({str(n) + "n": n for n in range(4)}, ["x:", "  0n: 0", "  1n: 1", "  2n: 2", "  3n: 3"]),
        (({"a": 1, "b": 2},), ["x:", "  - a: 1", "    b: 2"]),
        (Secret("value", "env:KEY"), ["x: ${env:KEY}"]),
        (Secret("value", "Bearer ${env:KEY}"), ['x: "Bearer ${env:KEY}"']),
    ],
)
def test_a_value_looks_as_a_person_would_write_it(value: Value, lines: list[str]) -> None:
    assert entry("x", value, 0) == lines


def test_signs_that_nobody_sees_are_written_as_escapes() -> None:
    assert scalar("a\x07\u202e\U000e0001") == '"a\\x07\\u202e\\U000e0001"'


@pytest.mark.parametrize("value", ["\ud800", {"a": float("inf")}, ("a", {"\udfff": 1}), float("nan")])
def test_what_yaml_cannot_carry_is_told(value: Value) -> None:
    assert fault_of(value)


def test_a_secret_without_a_reference_is_never_written() -> None:
    with pytest.raises(AssertionError, match="by its reference"):
        entry("x", Secret("value"), 0)
