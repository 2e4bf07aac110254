"""What a file must be before its content counts: YAML, text, one document, of bounded size and depth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chanops.config import compose, load
from chanops.config.slow_parser import SlowParser
from config.texts import NEWAPI, channel, only, told

if TYPE_CHECKING:
    from config.conftest import LoadText


@pytest.mark.parametrize(
    ("text", "line", "column", "summary"),
    [
        ("", 1, 1, "the file is empty"),
        ("# nothing\n", 1, 1, "the file is empty"),
        ("version: 1\n\towner: x\n", 2, 1, "not YAML: a tab where YAML wants blanks"),
        ("version: 1\nowner: a: b\n", 2, 9, "not YAML: a second `:` in one line, or wrong indentation"),
        ("version: 1\nowner: @team\n", 2, 8, "not YAML: a text cannot start with @"),
        ("version: 1\nowner: 'team\n", 3, 1, "not YAML: the file ends inside of a quoted text"),
        ("version: 1\nowner: *team\n", 2, 8, "the alias has no anchor"),
        ("version: 1\n---\nversion: 1\n", 2, 1, "the file holds several documents"),
        ("version: 1\nowner: &a x\nchannels: &a []\n", 3, 11, "the anchor is defined twice"),
        ("version: 1\nowner: ü\x01\n", 2, 9, "the file holds a control character"),
        ("- version\n", 1, 1, "a mapping with version, sites, … is wanted here, not a list"),
        ("just text\n", 1, 1, "a mapping with version, sites, … is wanted here, not a single value"),
    ],
)
def test_what_is_no_yaml_mapping_is_told_at_its_place(
    load_text: LoadText, text: str, line: int, column: int, summary: str
) -> None:
    assert told(load_text(text)) == [("error", line, column, summary)]


def test_a_byte_order_mark_and_windows_line_ends_are_taken(load_text: LoadText) -> None:
    text = "\ufeff" + channel("wheight: 1").replace("\n", "\r\n")

    assert told(load_text(text)) == [("error", 13, 9, '"wheight" is not a key of a channel')]


def test_a_file_that_is_not_utf_8_is_told_with_the_place_of_its_first_such_byte(load_text: LoadText) -> None:
    assert only(load_text(b"version: 1\nowner: \xff\n"))[:4] == ("error", 2, 8, "channels.yaml: is not UTF-8 text")


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    loaded = load([Path("nowhere.yaml")], cwd=tmp_path)

    assert told(loaded) == [("error", 0, 0, "nowhere.yaml: there is no such file")]


def test_without_files_both_default_names_are_named(tmp_path: Path) -> None:
    found = only(load(None, cwd=tmp_path))

    assert found[3:] == (
        "there is neither channels.yaml nor chanops.yaml here",
        "name a file or folder with -f, or let `chanops init` write a first one",
    )


def test_a_file_above_32_mb_is_refused(load_text: LoadText) -> None:
    assert only(load_text(b"# " + b"x" * (32 * 1024 * 1024)))[3] == "channels.yaml: is larger than 32 MB"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("levels", [65, 200_000])
def test_what_is_nested_deeper_than_64_levels_is_refused(load_text: LoadText, opening: str, levels: int) -> None:
    closing = {"[": "]", "{a: ": "}"}.get(opening, "")

    loaded = load_text(f"version: 1\nowner:\n  {opening * levels}x{closing * levels}\n")

    assert [finding.summary for finding in loaded.findings] == ["the file is nested deeper than 64 levels"]


def test_64_levels_are_not_too_deep(load_text: LoadText) -> None:
    nested = "[" * 58 + "]" * 58

    assert not load_text(channel(f"param_override: {{a: {nested}}}")).findings


def test_an_alias_bomb_is_refused(load_text: LoadText) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))

    loaded = load_text(f"version: 1\na0: &a0 [x, x]\n{levels}")

    assert [finding.summary for finding in loaded.findings] == ["aliases expand the file more than 10 times"]


def test_an_alias_bomb_of_5_mb_is_refused(load_text: LoadText) -> None:
    text = "version: 1\na: &a [" + "x, " * 1000 + "x]\nb: [" + "*a, " * 1_250_000 + "*a]\n"

    loaded = load_text(text)

    assert [finding.summary for finding in loaded.findings] == ["aliases expand the file more than 10 times"]


def test_an_alias_that_holds_itself_is_refused(load_text: LoadText) -> None:
    assert told(load_text("version: 1\nproviders: &p {a: *p}\n")) == [
        ("error", 2, 12, "an alias stands inside of what it repeats")
    ]


def test_an_anchor_and_its_aliases_mean_the_same(load_text: LoadText) -> None:
    lines = ("model_mapping: &m {gpt-4o: big}", "newapi: {status_code_mapping: *m}")

    loaded = load_text(channel(*lines))

    assert loaded.desired.sites[0].channels[0].fields["newapi.status_code_mapping"] == {"gpt-4o": "big"}


def test_a_merge_key_brings_what_the_mapping_does_not_say_itself(load_text: LoadText) -> None:
    text = NEWAPI + (
        "    channels:\n"
        "      - &base {name: a, type: openai, key: '${env:K}', models: [m], weight: 1}\n"
        "      - {<<: *base, name: b, weight: 2}\n"
    )

    second = load_text(text).desired.sites[0].channels[1]

    assert (second.name, second.fields["weight"], second.fields["type"]) == ("b", 2, "openai")


def test_a_key_that_stands_twice_is_told_at_the_second_with_the_line_of_the_first(load_text: LoadText) -> None:
    assert only(load_text(channel("weight: 1", "weight: 2")))[:4] == (
        "error",
        14,
        9,
        "this key stands here twice; the first is in line 13",
    )


@pytest.mark.parametrize("value", ["!x 1", "!!python/object/apply:os.system [ls]", "!!set {a}", "!!binary aGk=", "!x {a: 1}"])
def test_tags_are_refused(load_text: LoadText, value: str) -> None:
    severity, line, _, summary, _ = only(load_text(channel(f"tag: {value}")))

    assert (severity, line) == ("error", 13)
    assert "not supported" in summary


def test_without_libyaml_the_same_is_found(load_text: LoadText, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(compose.Unresolved, SlowParser):
        pass

    texts = (
        channel("wheight: 1", "tag: on", "newapi: {setting: {a: [1, {b: null}]}}", "remark: |", "  two", "  lines"),
        "version: 1\nowner: @team\n",
        "version: 1\nowner: *team\n",
        "version: 1\n---\nversion: 1\n",
        "[" * 900 + "]" * 900,
        "[" * 5000 + "]" * 5000,
    )
    fast = [told(load_text(text)) for text in texts]

    monkeypatch.setattr(compose, "_Loader", Slow)

    assert [told(load_text(text)) for text in texts] == fast
    assert all(fast)


def test_a_directory_is_read_file_by_file_without_the_lock(tmp_path: Path) -> None:
    folder = tmp_path / "sites"
    folder.mkdir()
    (folder / "b.yml").write_text(
        "version: 1\nsites: {main: {channels: [{name: b, type: openai, key: '${env:K}', models: [m]}]}}\n"
    )
    (folder / "a.yaml").write_text(NEWAPI)
    (folder / "chanops.lock.yaml").write_text("not: read")
    (folder / "notes.txt").write_text("nor this")

    loaded = load([Path("sites")], cwd=tmp_path)

    assert not loaded.findings
    assert loaded.desired.files == ("sites/a.yaml", "sites/b.yml")
    assert [found.name for found in loaded.desired.sites[0].channels] == ["b"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(channel())

    loaded = load([Path("a.yaml"), Path(), Path("./a.yaml")], cwd=tmp_path)

    assert (told(loaded), loaded.desired.files) == ([], ("a.yaml",))


def test_a_directory_without_yaml_is_a_finding(tmp_path: Path) -> None:
    assert only(load([Path()], cwd=tmp_path))[3] == ".: holds no .yaml file"


def test_the_default_file_is_channels_yaml_before_chanops_yaml(tmp_path: Path) -> None:
    (tmp_path / "chanops.yaml").write_text(channel())
    assert load(None, cwd=tmp_path).desired.files == ("chanops.yaml",)

    (tmp_path / "channels.yaml").write_text(channel())
    assert load(None, cwd=tmp_path).desired.files == ("channels.yaml",)
