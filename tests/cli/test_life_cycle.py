"""What happens to a channel besides its fields: renamed, moved to another file, retired, protected, left alone in part."""

from __future__ import annotations

import pytest

from cli.stage import SANDBOX_LINE, Stage, configuration, entry, newapi, octopus

OLD, NEW = entry("Old"), entry("New", moved_from="Old")


@pytest.fixture
def lives(stage: Stage) -> Stage:
    """A site on which the channel Old lives and is ours."""
    stage.declare(main=newapi(OLD))
    stage.apply()
    return stage


# Renamed


def test_a_rename_says_where_the_channel_has_moved_to(lives: Stage) -> None:
    lives.declare(main=newapi(NEW))

    plan = lives.run("plan").out

    assert "  # main/channel/Old has moved to main/channel/New\n  # main/channel/New will be updated in-place\n" in plan
    assert '~ name = "Old" -> "New"' in plan
    assert plan.endswith("\nPlan: 0 to add, 1 to change, 0 to delete.\n")


def test_a_rename_keeps_the_channel_and_its_id(lives: Stage) -> None:
    before = lives.live("main/channel/Old")["remote_id"]
    lives.declare(main=newapi(NEW))

    lives.apply()

    assert lives.names("main") == ["New"]
    assert lives.live("main/channel/New")["remote_id"] == before
    assert lives.run("plan").out.endswith("No changes. Your channels match the configuration.\n")


def test_the_json_of_a_rename_names_the_former_address(lives: Stage) -> None:
    lives.declare(main=newapi(NEW))

    (change,) = lives.run("plan", "--json").json["resource_changes"]

    assert (change["address"], change["previous_address"]) == ("main/channel/New", "main/channel/Old")
    assert change["change"]["actions"] == ["update"]


def test_a_channel_on_octopus_is_renamed_too(stage: Stage) -> None:
    stage.declare(edge=octopus(OLD))
    stage.apply()
    stage.declare(edge=octopus(NEW))

    assert "# edge/channel/Old has moved to edge/channel/New" in stage.run("plan").out
    stage.apply()
    assert stage.names("edge") == ["New"]
    assert "No changes." in stage.run("plan").out


def test_moved_from_may_stay_when_the_move_is_done(lives: Stage) -> None:
    lives.declare(main=newapi(NEW))
    lives.apply()
    lives.apply()

    assert lives.names("main") == ["New"]


def test_without_moved_from_a_rename_is_a_delete_and_a_create_with_a_hint(lives: Stage) -> None:
    lives.declare(main=newapi(entry("New")))

    ended = lives.run("plan")

    assert "Plan: 1 to add, 0 to change, 1 to delete." in ended.out
    assert 'Notice: main/channel/New: looks like "Old" renamed' in ended.out
    assert 'write moved_from: "Old" to keep its id and its usage figures' in ended.out


def test_the_hint_at_a_rename_stands_in_the_json_too(lives: Stage) -> None:
    lives.declare(main=newapi(entry("New")))

    found = lives.run("plan", "--json").json["diagnostics"]

    assert [f["address"] for f in found if f["summary"] == 'looks like "Old" renamed'] == ["main/channel/New"]


def test_moving_from_a_name_that_is_still_declared_is_refused(lives: Stage) -> None:
    lives.declare(main=newapi(OLD, NEW))

    ended = lives.run("plan")

    assert (ended.code, ended.out) == (1, "")
    assert '"Old" is still declared, at channels.yaml:' in ended.err


# Between files


def test_a_channel_that_moves_to_another_file_changes_nothing(lives: Stage) -> None:
    lives.declare(main=newapi())
    lives.write(configuration({"channels": [OLD | {"sites": ["main"]}]}), "more.yaml")

    assert "No changes." in lives.run("plan", "-f", "channels.yaml", "-f", "more.yaml").out


def test_a_rename_may_go_to_another_file(lives: Stage) -> None:
    lives.declare(main=newapi())
    lives.write(configuration({"channels": [NEW | {"sites": ["main"]}]}), "more.yaml")
    files = ("-f", "channels.yaml", "-f", "more.yaml")

    assert "# main/channel/Old has moved to main/channel/New" in lives.run("plan", *files).out
    lives.apply(*files)
    assert lives.names("main") == ["New"]


# Retired


def test_absent_deletes_what_is_there_and_says_why(lives: Stage) -> None:
    lives.declare(main=newapi(OLD | {"state": "absent"}, guards={"retire": ["*"]}))

    assert "# main/channel/Old will be deleted\n  # (because state: absent)\n" in lives.run("plan").out
    lives.apply()
    assert lives.names("main") == []
    assert "No changes." in lives.run("plan").out


def test_absent_deletes_on_octopus_where_nothing_undeclared_is(stage: Stage) -> None:
    stage.declare(edge=octopus(OLD))
    stage.apply()
    stage.declare(edge=octopus())
    assert "No changes." in stage.run("plan").out

    stage.declare(edge=octopus({"name": "Old", "state": "absent"}))
    stage.apply()

    assert stage.names("edge") == []


def test_what_is_absent_and_not_there_is_no_change(stage: Stage) -> None:
    stage.declare(main=newapi({"name": "Never", "state": "absent"}))

    assert "No changes." in stage.run("plan").out


# Protected


def test_a_protected_channel_that_is_declared_absent_is_refused_with_the_line_to_take_out(lives: Stage) -> None:
    lives.declare(main=newapi(OLD | {"state": "absent", "protect": True}))

    ended = lives.run("apply", "--auto-approve")

    assert ended.code == 1
    assert "it is both `state: absent` and `protect: true`" in ended.out + ended.err
    assert lives.names("main") == ["Old"]


def test_a_protected_channel_that_would_be_replaced_is_refused(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", keys=["${env:KEY}", "${env:TOKEN}"], key=None)))
    stage.apply()
    stage.declare(main=newapi(entry("A", protect=True)))

    ended = stage.run("plan")

    assert ended.code == 1
    assert "it must be replaced, but is protected" in ended.out + ended.err


# Left alone in part


def test_an_ignored_field_is_neither_shown_nor_written(lives: Stage) -> None:
    lives.hand("main", "PUT", "/api/channel/", {"id": 1, "models": "by-hand"})
    lives.declare(main=newapi(OLD | {"ignore": ["models"]}))

    assert "No changes." in lives.run("plan").out
    lives.declare(main=newapi(OLD | {"ignore": ["models"], "tag": "blue"}))
    lives.apply()
    assert lives.live("main/channel/Old")["fields"]["models"] == ["by-hand"]


def test_an_ignored_field_is_written_when_the_channel_is_created(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", ignore=["models"])))

    stage.apply()

    assert stage.live("main/channel/A")["fields"]["models"] == ["gpt-4o"]


# Adopted


@pytest.fixture
def foreign(stage: Stage) -> Stage:
    """Two channels made by hand and declared, beside one that is declared and not there."""
    stage.declare(main=newapi(entry("One"), entry("Two"), entry("Three")))
    stage.add_foreign("main", "One")
    stage.add_foreign("main", "Two")
    return stage


def test_adopt_takes_over_what_lives_and_creates_nothing(foreign: Stage) -> None:
    ended = foreign.run("adopt", "--auto-approve")

    assert ended.code == 0
    assert "Apply complete! Channels: 0 added, 0 changed, 0 deleted, 2 adopted." in ended.out
    assert foreign.names("main") == ["One", "Two"]


def test_adopt_takes_over_only_what_it_is_told_to(foreign: Stage) -> None:
    ended = foreign.run("adopt", "main/channel/One", "--auto-approve", "--json")

    assert [(r["address"], r["action"]) for r in ended.json["results"]] == [("main/channel/One", "adopt")]


def test_adopt_knows_a_mistyped_address(foreign: Stage) -> None:
    ended = foreign.run("adopt", "main/channel/Oen", "--auto-approve")

    assert (ended.code, ended.out) == (1, "")
    assert '"main/channel/Oen" matches no declared channel; did you mean "main/channel/One"?' in ended.err


def test_adopt_reads_only_the_sites_of_its_addresses(foreign: Stage) -> None:
    ended = foreign.run("adopt", "mian/channel/One", "--auto-approve")

    assert ended.code == 1
    assert 'there is no site "mian"; did you mean "main"?' in ended.err


def test_adopt_asks(foreign: Stage) -> None:
    ended = foreign.run("adopt", "--input=false")

    assert (ended.code, ended.err.startswith(SANDBOX_LINE)) == (1, True)
    assert "forbids to ask about the plan: give --auto-approve" in ended.err
