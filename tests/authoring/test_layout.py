"""Lines put into a file that people wrote: every other character stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from chanops.authoring.editing import Edit, edit_channels
from chanops.authoring.layout import put_in
from chanops.errors import UsageError

if TYPE_CHECKING:
    from chanops.domain.value import Value

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


def edit(text: str, name: str, line: int, values: Mapping[str, Value]) -> str:
    """Return *text* with one channel edited, which must be possible."""
    made, faults = edit_channels(text, [Edit(name, line, values)])
    assert faults == [""]
    return made


def test_a_declared_channel_is_edited_where_it_stands() -> None:
    gone, come = lines_of(lambda text: edit(text, "A", 10, {"models": ("gpt-4o", "c"), "weight": 9, "tag": "yes"}))

    assert gone == ["          - b       # worst", "        weight: 3 # three", "        tag: 'x'"]
    assert come == ["          - c", "        weight: 9 # three", '        tag: "yes"']


def test_a_value_that_was_inherited_becomes_the_channels_own() -> None:
    _, come = lines_of(lambda text: edit(text, "A", 10, {"newapi.other": "1e3", "param_override": {"a": 1e-7}}))

    assert come == ['        newapi: {auto_ban: false, other: "1e3"}', "        param_override: {a: 1.0e-07}"]


def test_a_channel_in_braces_stays_in_braces() -> None:
    gone, come = lines_of(lambda text: edit(text, "B", 18, {"models": ("a", "c"), "priority": 1}))

    assert gone == ["      - {name: B, models: [a, b], type: openai}   # short"]
    assert come == ["      - {name: B, models: [a, c], type: openai, priority: 1}   # short"]


def test_several_channels_are_edited_in_one_go() -> None:
    edits = [Edit("A", 10, {"weight": 4}), Edit("B", 18, {"weight": 5}), Edit("C", 1, {"weight": 6})]

    made, faults = edit_channels(FILE, edits)

    assert faults == ["", "", "it was not found there"]
    assert "        weight: 4 # three\n" in made
    assert "{name: B, models: [a, b], type: openai, weight: 5}   # short\n" in made


ANCHORED = """\
version: 1
channels:
  - &a {name: A, type: openai}
  - <<: *a
    name: B
    weight: 1
  - &c
    name: C
    models: [a]
  - name: D
    models: &d [a]
  - name: E
    models: *d
"""


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("A", 2, "it has an anchor"),
        ("B", 4, "elsewhere in the file"),
        ("C", 7, "it has an anchor"),
        ("D", 9, "it has an anchor"),
        ("E", 11, "elsewhere in the file"),
    ],
)
def test_a_channel_that_shares_lines_with_others_is_left_alone(name: str, line: int, why: str) -> None:
    made, (fault,) = edit_channels(ANCHORED, [Edit(name, line, {"models": ("b",)})])

    assert why in fault
    assert made == ANCHORED


@pytest.mark.parametrize("sites", ["[main, edge]", "main"])
def test_a_channel_of_several_sites_is_left_alone(sites: str) -> None:
    text = f"version: 1\nchannels:\n  - name: A\n    sites: {sites}\n    weight: 1\n"

    made, (fault,) = edit_channels(text, [Edit("A", 2, {"weight": 2})])

    assert "several sites" in fault
    assert made == text


COMMENTED = """\
version: 1
channels:
  - name: A
    models:
      # cheap
      - a # one
      # good
      - b # two
      # old
      - c
      # the end
    # below
    weight: 1
"""


@pytest.mark.parametrize(
    ("models", "lines"),
    [
        ("abc", ["# cheap", "- a # one", "# good", "- b # two", "# old", "- c", "# the end"]),
        ("bc", ["# cheap", "# good", "- b # two", "# old", "- c", "# the end"]),
        ("ac", ["# cheap", "- a # one", "# good", "# old", "- c", "# the end"]),
        ("abx", ["# cheap", "- a # one", "# good", "- b # two", "- x", "# old", "# the end"]),
        ("xz", ["# cheap", "- x", "- z", "# good", "# old", "# the end"]),
        ("abcx", ["# cheap", "- a # one", "# good", "- b # two", "# old", "- c", "- x", "# the end"]),
    ],
)
def test_comments_of_a_list_stay_above_what_they_are_about(models: str, lines: list[str]) -> None:
    made = edit(COMMENTED, "A", 2, {"models": tuple(models)})

    assert [line.removeprefix("      ") for line in made.splitlines()[4:-2]] == lines
    assert made.endswith("    # below\n    weight: 1\n")
