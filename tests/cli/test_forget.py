"""`chanops forget` drops our mark, leaves the channel as it is, and refuses what would come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.stage import SANDBOX_LINE, Stage, Terminal, entry, newapi, octopus

ADDRESS = "main/channel/Gone"
GONE, KEPT = entry("Gone", base_url=None, models=["gpt-4o", "o3"]), entry("Kept", base_url=None)


@pytest.fixture
def stage_of_two(stage: Stage) -> Stage:
    """Two channels that are ours, one of them no longer declared."""
    stage.declare(main=newapi(GONE, KEPT))
    stage.apply()
    stage.declare(main=newapi(KEPT))
    return stage


def row(stage: Stage, name: str) -> dict[str, Any]:
    items = stage.hand("main", "GET", "/api/channel/?p=1&page_size=100")["data"]["items"]
    return next(item for item in items if item["name"] == name)


def forget(stage: Stage, *addresses: str, code: int = 0) -> str:
    ended = stage.run("forget", *addresses, "--auto-approve")
    assert ended.code == code, ended.err + ended.out
    return ended.out + ended.err


def test_the_mark_goes_and_everything_else_stays(stage_of_two: Stage) -> None:
    before = row(stage_of_two, "Gone")

    forget(stage_of_two, ADDRESS)

    after = row(stage_of_two, "Gone")
    assert json.loads(after["other_info"]) == {}
    assert after | {"other_info": before["other_info"]} == before


def test_afterwards_the_channel_is_foreign_and_the_plan_is_empty(stage_of_two: Stage) -> None:
    assert "Plan: 0 to add, 0 to change, 1 to delete." in stage_of_two.run("plan").out

    forget(stage_of_two, ADDRESS)

    assert stage_of_two.run("plan").out.endswith("No changes. Your channels match the configuration.\n")
    assert stage_of_two.live(ADDRESS)["whose"] == "foreign"
    assert stage_of_two.names("main") == ["Gone", "Kept"]


def test_the_plan_is_shown_and_only_that_channel_is_in_it(stage_of_two: Stage) -> None:
    out = forget(stage_of_two, ADDRESS)

    assert out.startswith(
        "chanops will perform the following actions:\n  . forget (stays on the site, no longer ours)\n\n"
        '  # main/channel/Gone will be forgotten\n  # (because asked for)\n  . channel "Gone"\n\n'
        "Plan: 0 to add, 0 to change, 0 to delete, 1 to forget.\n"
    )
    assert "Apply complete! Channels: 0 added, 0 changed, 0 deleted, 1 forgotten.\n" in out


def test_the_report_is_that_of_an_apply(stage_of_two: Stage) -> None:
    report = stage_of_two.run("forget", ADDRESS, "--auto-approve", "--json").json

    assert [(r["address"], r["action"], r["outcome"]) for r in report["results"]] == [(ADDRESS, "forget", "done")]
    assert report["summary"]["forgotten"] == 1
    assert report["plan"]["resource_changes"][0]["change"]["actions"] == ["forget"]


def test_several_channels_are_forgotten_in_one_run(stage: Stage) -> None:
    stage.declare(main=newapi(GONE, KEPT))
    stage.apply()
    stage.declare(main=newapi())

    assert "2 forgotten." in forget(stage, ADDRESS, "main/channel/Kept")
    assert "No changes." in stage.run("plan").out


def test_no_secret_but_the_sites_own_is_needed(stage_of_two: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEY")

    assert "1 forgotten." in forget(stage_of_two, ADDRESS)


def test_it_asks_first(stage_of_two: Stage) -> None:
    terminal = Terminal("forget", ADDRESS)
    terminal.read_until("Enter a value: ")
    terminal.type("no\n")

    assert terminal.wait() == 1
    assert "not approved: nothing was written" in terminal.seen
    assert stage_of_two.live(ADDRESS)["whose"] == "ours"


def test_it_keeps_a_journal(stage_of_two: Stage) -> None:
    stage_of_two.run("forget", ADDRESS, "--auto-approve", "--journal", "journal.jsonl")

    events = [json.loads(line) for line in (stage_of_two.folder / "journal.jsonl").read_text().splitlines()]
    assert [(e["event"], e["action"]) for e in events if "action" in e] == [
        ("started", "forget"), ("finished", "forget"), ("outcome", "forget"),
    ]  # fmt: skip


# What is refused, and what there is nothing to do for


def test_what_is_still_declared_is_refused_with_its_place(stage: Stage) -> None:
    stage.declare(main=newapi(GONE))
    stage.apply()

    out = forget(stage, ADDRESS, code=1)

    assert "main/channel/Gone: it is still declared: the next apply would adopt it again\n  --> channels.yaml:" in out
    assert "take it out of the file first" in out
    assert stage.live(ADDRESS)["whose"] == "ours"


def test_what_is_declared_absent_would_be_deleted_and_is_refused(stage: Stage) -> None:
    stage.declare(main=newapi(GONE))
    stage.apply()
    stage.declare(main=newapi({"name": "Gone", "state": "absent"}))

    assert "it is still declared: the next apply would delete it" in forget(stage, ADDRESS, code=1)


def test_what_is_declared_under_another_name_is_refused(stage_of_two: Stage) -> None:
    stage_of_two.declare(main=newapi(entry("New", moved_from="Gone")))

    assert 'it is still declared as "New"' in forget(stage_of_two, ADDRESS, code=1)


def test_another_owners_channel_is_refused(stage_of_two: Stage) -> None:
    stage_of_two.declare({"owner": "others"}, main=newapi())

    out = forget(stage_of_two, ADDRESS, code=1)

    assert "main/channel/Gone: it is managed by team" in out
    assert "only its owner's files can forget it" in out


def test_a_channel_without_a_mark_has_nothing_to_forget(stage_of_two: Stage) -> None:
    stage_of_two.add_foreign("main", "By hand")

    out = forget(stage_of_two, "main/channel/By hand")

    assert "main/channel/By hand: it carries no mark: nothing to forget" in out
    assert "\nNothing to forget.\n" in out


def test_a_channel_that_does_not_live_is_an_error(stage_of_two: Stage) -> None:
    out = forget(stage_of_two, "main/channel/Gnoe", code=1)

    assert "main/channel/Gnoe: no live channel has this name" in out
    assert "`chanops list main` shows them" in out


def test_where_the_file_is_the_whole_truth_a_forgotten_channel_would_be_deleted_and_is_refused(stage: Stage) -> None:
    stage.declare(main=newapi(GONE))
    stage.apply()

    for manage, shown in (("all", "all"), ({"names": "Go*"}, '{names: "Go*"}')):
        stage.declare(main=newapi(manage=manage))
        out = forget(stage, ADDRESS, code=1)
        assert f"`manage: {shown}` makes it ours with or without a mark" in out


def test_octopus_has_no_marks_and_says_how_to_let_go_there(stage: Stage) -> None:
    stage.declare(edge=octopus(entry("Gone")))
    stage.apply()
    stage.declare(edge=octopus())

    out = forget(stage, "edge/channel/Gone")

    assert "nothing to forget: Octopus channels carry no mark, and this site has `manage: declared`" in out
    assert "taken out there, it stays on the site" in out


def test_one_refused_channel_keeps_the_others_of_its_site(stage_of_two: Stage) -> None:
    forget(stage_of_two, ADDRESS, "main/channel/Kept", code=1)

    assert stage_of_two.live(ADDRESS)["whose"] == "ours"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("Gone", '"Gone" is not an address; write it as site/channel/name'),
        ("main/group/Gone", 'there is nothing of the kind "group"; did you mean "main/channel/Gone"?'),
        ("mian/channel/Gone", 'there is no site "mian"; did you mean "main"?'),
    ],
)
def test_what_is_no_address_is_a_usage_error(stage_of_two: Stage, address: str, sentence: str) -> None:
    assert sentence in forget(stage_of_two, address, code=1)


def test_without_a_terminal_it_is_an_error_and_not_a_hang(stage_of_two: Stage) -> None:
    ended = stage_of_two.run("forget", ADDRESS, "--input=false")

    assert (ended.code, ended.err.startswith(SANDBOX_LINE)) == (1, True)
    assert "forbids to ask about the plan: give --auto-approve" in ended.err
