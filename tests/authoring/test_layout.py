"""Lines put into a file that people wrote: every other character stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chanops.authoring.editing import edit_channel
from chanops.authoring.layout import put_in
from chanops.errors import UsageError

FILE = """\
# top
version: 1

# the sites
sites:
  main:
    kind: newapi
    url:   "sandbox:newapi"   # odd spacing
    channels:
      # first
      - name: A   # the name
        models:
          - gpt-4o  # best
          - b       # worst
        weight: 3 # three
        # about the tag
        tag: 'x'
        newapi: {auto_ban: false}
      - {name: B, models: [a, b], type: openai}   # short
      # the last one was B
  edge:
    kind: octopus
    channels: []   # none yet

# the end
"""


def new(column: int) -> list[str]:
    return [" " * column + "- name: NEW", " " * column + "  type: openai"]


def added(before: str, after: str) -> list[str]:
    """Return the lines that *after* has more; all others are there in their order."""
    rest = iter(after.splitlines())
    more = []
    for line in before.splitlines():
        for other in rest:
            if other == line:
                break
            more.append(other)
        else:
            raise AssertionError(f"lost: {line}")
    return more + list(rest)


def test_an_item_goes_behind_the_last_one_and_its_comments() -> None:
    after = put_in(FILE, ("sites", "main", "channels"), new)

    assert added(FILE, after) == ["      - name: NEW", "        type: openai"]
    assert "      # the last one was B\n      - name: NEW\n        type: openai\n  edge:\n" in after


def test_an_empty_list_is_opened_and_its_comment_kept() -> None:
    after = put_in(FILE, ("sites", "edge", "channels"), new)

    assert "    channels:   # none yet\n      - name: NEW\n        type: openai\n\n# the end\n" in after


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (("sites", "third", "channels"), ["  third:", "    channels:", "      - name: NEW", "        type: openai"]),
        (("channels",), ["channels:", "  - name: NEW", "    type: openai"]),
    ],
)
def test_what_is_missing_on_the_way_is_made(path: tuple[str, ...], lines: list[str]) -> None:
    assert added(FILE, put_in(FILE, path, new)) == lines


def test_providers_go_above_the_sites() -> None:
    after = put_in(FILE, ("providers",), lambda column: [" " * column + "one: {base_url: https://one.example}"])

    assert "version: 1\n\nproviders:\n  one: {base_url: https://one.example}\n\n# the sites\nsites:\n" in after


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nsites:\n  main:\n    channels:",
        "version: 1\nsites:\n  main:\n",
        "version: 1\nsites: null\n",
        "version: 1\n",
        "version: 1\nsites:\n  main:\n    channels:\n    - name: A\n      remark: |\n        a\n\n\n",
        "version: 1\r\nsites:\r\n  main:\r\n    channels:\r\n      - name: A\r\n",
        "\ufeffversion: 1\nsites:\n  main:\n    channels:\n      - name: A # ü\n",
    ],
)
def test_every_way_to_have_no_channels_yet_can_be_gone_on_in(text: str) -> None:
    after = put_in(text, ("sites", "main", "channels"), new)

    assert after.count("- name: NEW") == 1
    assert put_in(after, ("sites", "main", "channels"), new).count("- name: NEW") == 2
    assert ("\r\n" in text) == ("NEW\r\n" in after)


@pytest.mark.parametrize("text", ["version: 1\nsites: {main: {kind: newapi}}\n", "- a\n", "a: [\n"])
def test_what_stands_in_braces_or_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        put_in(text, ("sites", "main", "channels"), new)


def lines_of(edit: Callable[[str], str]) -> tuple[list[str], list[str]]:
    before, after = FILE.splitlines(), edit(FILE).splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_a_declared_channel_is_edited_where_it_stands() -> None:
    gone, come = lines_of(lambda text: edit_channel(text, "A", 10, {"models": ("gpt-4o", "c"), "weight": 9, "tag": "yes"}))

    assert gone == ["          - b       # worst", "        weight: 3 # three", "        tag: 'x'"]
    assert come == ["          - c", "        weight: 9 # three", '        tag: "yes"']


def test_a_value_that_was_inherited_becomes_the_channels_own() -> None:
    _, come = lines_of(lambda text: edit_channel(text, "A", 10, {"newapi.other": "1e3", "param_override": {"a": 1e-7}}))

    assert come == ['        newapi: {auto_ban: false, other: "1e3"}', "        param_override: {a: 1.0e-07}"]


def test_a_channel_in_braces_stays_in_braces() -> None:
    gone, come = lines_of(lambda text: edit_channel(text, "B", 18, {"models": ("a", "c"), "priority": 1}))

    assert gone == ["      - {name: B, models: [a, b], type: openai}   # short"]
    assert come == ["      - {name: B, models: [a, c], type: openai, priority: 1}   # short"]


def test_a_channel_that_leans_on_an_anchor_is_left_alone() -> None:
    text = "version: 1\nchannels:\n  - &a {name: A, type: openai}\n  - <<: *a\n    name: B\n    weight: 1\n"

    with pytest.raises(UsageError, match="elsewhere in the file"):
        edit_channel(text, "B", 4, {"weight": 2})
