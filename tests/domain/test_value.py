"""When two values mean the same."""

from __future__ import annotations

from typing import Any

import pytest

from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.value import covers, reveal, same, same_keys, same_set


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ("", None, False),
        ((1, 2), (2, 1), False),
        ({"a": (1,)}, {"a": (1.0,)}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (Secret("x"), "x", True),
        (Secret("x"), Secret("y"), False),
        (Secret("1"), 1, False),
        ("x", Fingerprint("x"), False),
    ],
)
def test_same(one: Any, other: Any, expected: bool) -> None:
    assert same(one, other) is expected
    assert same(other, one) is expected


def test_a_set_has_no_order_and_no_repeats() -> None:
    assert same_set(("a", "b", "a"), ("b", "a"))
    assert not same_set(("a",), ("b",))
    assert same_set((Secret("a"),), ("a",))


def test_a_part_is_covered_when_every_declared_key_is_there() -> None:
    assert covers({"a": 1}, {"a": 1, "b": 2})
    assert not covers({"a": 1}, {"b": 2})
    assert covers({}, {"b": 2})


def test_keys_are_compared_in_any_order_and_by_fingerprint() -> None:
    held = Fingerprint.make(["x", "y"], b"salt")

    assert same_keys((Secret("y"), Secret("x")), held)
    assert not same_keys(Secret("x"), held)
    assert same_keys(Secret("x"), Secret("x"))
    assert not same_keys((Secret("x"), Secret("x")), Secret("x"))


def test_reveal_goes_all_the_way_down() -> None:
    assert reveal({"a": (Secret("x"), {"b": Secret("y")})}) == {"a": ("x", {"b": "y"})}
