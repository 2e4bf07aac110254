"""`chanops fmt` writes files in one style, says which, and leaves alone what it cannot improve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.stage import KEY, configuration, entry, newapi, octopus
from docs.fences import ROOT

if TYPE_CHECKING:
    from cli.stage import Stage

UGLY = """\
# ours
version:   1
sites:
    main:
        url: 'sandbox:newapi'   # emulated
        kind: newapi
        channels:
        # the first
        - {type: openai, name: A, key: '${env:KEY}', models: [gpt-4o]}
"""
NEAT = """\
# ours
version: 1
sites:
  main:
    kind: newapi
    url: sandbox:newapi # emulated
    channels:
      # the first
      - {name: A, type: openai, key: "${env:KEY}", models: [gpt-4o]}
"""
BROKEN = "version: 1\nsites: [\n"


def test_a_file_is_written_in_the_one_style(stage: Stage) -> None:
    path = stage.write(UGLY)

    ended = stage.run("fmt")

    assert (ended.code, ended.out, ended.err) == (0, "channels.yaml: formatted\n", "")
    assert path.read_text() == NEAT


def test_a_formatted_file_is_not_touched(stage: Stage) -> None:
    path = stage.write(NEAT)
    before = path.stat().st_mtime_ns

    ended = stage.run("fmt")

    assert (ended.code, ended.out) == (0, "Nothing to format: 1 file is in order.\n")
    assert path.stat().st_mtime_ns == before


def test_a_plan_sees_no_difference(stage: Stage) -> None:
    stage.write(UGLY)
    stage.apply()

    stage.run("fmt")

    assert "No changes." in stage.run("plan").out


def test_a_saved_plan_survives_it(stage: Stage) -> None:
    stage.write(UGLY)
    stage.run("plan", "--out", "plan.json")

    stage.run("fmt")

    assert stage.run("apply", "plan.json").code == 0


def test_check_names_the_file_writes_nothing_and_exits_with_2(stage: Stage) -> None:
    path = stage.write(UGLY)

    ended = stage.run("fmt", "--check")

    assert (ended.code, ended.out) == (2, "channels.yaml: not formatted\n")
    assert path.read_text() == UGLY


def test_check_of_a_formatted_file_exits_with_0(stage: Stage) -> None:
    stage.write(NEAT)

    assert stage.run("fmt", "--check").code == 0


def test_every_file_of_a_folder_is_formatted_but_the_lock(stage: Stage) -> None:
    stage.write(UGLY, "all/one.yaml")
    stage.write("version: 1\nowner:  'team'\n", "all/two.yml")
    lock = stage.write("version:   1\n", "all/chanops.lock.yaml")

    ended = stage.run("fmt", "-f", "all")

    assert ended.out == "all/one.yaml: formatted\nall/two.yml: formatted\n"
    assert lock.read_text() == "version:   1\n"


def test_the_difference_is_shown_line_by_line(stage: Stage) -> None:
    stage.write("version: 1\nowner:  'team'\n")

    assert stage.run("fmt", "--check", "--diff").out == (
        "channels.yaml: not formatted\n@@ line 1 @@\n  version: 1\n- owner:  'team'\n+ owner: team\n"
    )


def test_no_secret_is_shown_in_a_difference(stage: Stage) -> None:
    stage.write(
        f"allow_plaintext_secrets: true\nversion: 1\nproviders:\n    one: {{key: {KEY}, base_url: 'https://a.example'}}\n"
    )

    ended = stage.run("fmt", "--diff")

    assert KEY not in ended.out + ended.err
    assert '"…"' in ended.out


def test_the_json_names_what_changed(stage: Stage) -> None:
    stage.write(UGLY)

    assert stage.run("fmt", "--json").json == {"format_version": "1.0", "changed": ["channels.yaml"], "diagnostics": []}


def test_what_is_no_yaml_is_a_finding_and_nothing_is_written(stage: Stage) -> None:
    good = stage.write(UGLY, "all/a.yaml")
    stage.write(BROKEN, "all/b.yaml")

    ended = stage.run("fmt", "-f", "all")

    assert (ended.code, ended.out) == (1, "")
    assert "--> all/b.yaml:3:1" in ended.err
    assert good.read_text() == UGLY


def test_a_file_with_other_findings_is_formatted_all_the_same(stage: Stage) -> None:
    path = stage.write("odd:  1\nversion: 1\n")

    assert stage.run("fmt").code == 0
    assert path.read_text() == "version: 1\nodd: 1\n"


def test_what_the_style_cannot_say_is_left_and_that_is_said(stage: Stage) -> None:
    path = stage.write("version:  1\nowner: !!str team\n")

    ended = stage.run("fmt")

    assert (ended.code, ended.out) == (0, "")
    assert "channels.yaml is left as it is: it has a tag" in ended.err
    assert path.read_text() == "version:  1\nowner: !!str team\n"


def test_json_is_yaml_and_stays_as_it_is(stage: Stage) -> None:
    stage.write(configuration(main=newapi(entry("A"))) + "\n")

    assert stage.run("fmt", "--check").code == 0


def test_the_examples_are_formatted(stage: Stage) -> None:
    ended = stage.run("fmt", "--check", "-f", str(ROOT / "examples"))

    assert ended.code == 0, ended.out


@pytest.mark.parametrize("kind", ["newapi", "octopus"])
def test_what_import_writes_is_formatted(stage: Stage, kind: str) -> None:
    stage.declare(main={"newapi": newapi, "octopus": octopus}[kind](entry("B", models=["x" * 50, "y" * 50]), entry("A: 1")))
    stage.apply()
    stage.declare(main={"newapi": newapi, "octopus": octopus}[kind]())

    stage.run("import", "main", "--out", "imported.yaml")

    assert stage.run("fmt", "--check", "-f", "imported.yaml").code == 0
