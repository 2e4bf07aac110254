"""Keys of a v0.9 channel are edited row by row, and only its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chanops.gateways.octopus import keys


def row(number: int, key: str, *, enabled: bool = True) -> dict[str, Any]:
    return {"id": number, "channel_id": 1, "channel_key": key, "enabled": enabled, "remark": ""}


def test_one_key_for_another_is_rotated_in_place() -> None:
    edit = keys.edits([row(5, "sk-old"), row(6, "sk-stays")], ["sk-stays", "sk-new"])

    assert edit == {"keys_to_update": [{"id": 5, "channel_key": "sk-new", "enabled": True}]}


def test_more_than_one_changed_key_is_deleted_and_added() -> None:
    edit = keys.edits([row(5, "sk-a"), row(6, "sk-b"), row(7, "sk-stays")], ["sk-stays", "sk-c"])

    assert edit == {"keys_to_delete": [5, 6], "keys_to_add": [keys.new_key("sk-c")]}


def test_equal_keys_need_no_edit() -> None:
    assert keys.edits([row(5, "sk-a"), row(6, "sk-b")], ["sk-b", "sk-a"]) == {}


def test_of_repeated_keys_the_disabled_one_goes() -> None:
    edit = keys.edits([row(5, "sk-a", enabled=False), row(6, "sk-a")], ["sk-a"])

    assert edit == {"keys_to_delete": [5]}


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_the_edits_lead_to_the_wanted_keys(stored: list[str], wanted: list[str]) -> None:
    rows = {number: row(number, key) for number, key in enumerate(stored, 1)}
    edit = keys.edits(list(rows.values()), wanted)

    for number in edit.get("keys_to_delete", ()):
        del rows[number]
    for change in edit.get("keys_to_update", ()):
        rows[change["id"]] = rows[change["id"]] | change
    held = [key["channel_key"] for key in (*rows.values(), *edit.get("keys_to_add", ()))]

    assert Counter(held) == Counter(wanted)
