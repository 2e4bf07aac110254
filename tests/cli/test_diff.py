"""`chanops diff`: what would turn one side into the other, whatever the two are."""

from __future__ import annotations

import json

import pytest

from cli.stage import KEY, SECRETS, Stage, configuration, entry, newapi, octopus

HEADER = "hdr-4Tz8Wk2Yv6Lp0Nq1"


@pytest.fixture
def sites(stage: Stage) -> Stage:
    """Two sites of two kinds that were made from one file, and then drifted."""
    stage.declare(
        main=newapi(entry("Same"), entry("Moved"), entry("Old", weight=5)),
        edge=octopus(entry("Same"), entry("Moved", models=["gpt-4o", "gpt-4o-mini"]), entry("New")),
    )
    stage.apply()
    return stage


def actions(ended: object) -> dict[str, list[str]]:
    return {found["name"]: found["change"]["actions"] for found in ended.json["resource_changes"]}  # type: ignore[attr-defined]


# Two sites


def test_two_sites_are_matched_by_name_and_shown_as_a_plan_is(sites: Stage) -> None:
    ended = sites.run("diff", "main", "edge")

    assert ended.code == 0
    assert '  # main/channel/New is only in edge\n  + channel "New" {\n' in ended.out
    assert '  # main/channel/Old is only in main\n  - channel "Old" {\n' in ended.out
    assert (
        '  # main/channel/Moved differs\n  ~ channel "Moved" {\n      ~ models = [\n          + "gpt-4o-mini",\n' in ended.out
    )
    assert "will be" not in ended.out
    assert ended.out.endswith("Difference: 1 only in edge, 1 differs, 1 only in main.\n")


def test_what_only_one_gateway_has_is_a_notice_and_no_difference(sites: Stage) -> None:
    ended = sites.run("diff", "main", "edge", "--target", "Same")

    assert ended.out.endswith("No difference between main and edge.\n")
    assert "not compared, since only one side has it: groups, newapi.auto_ban" in ended.out
    assert "keys are not compared: New API never shows them" in ended.out


def test_the_other_way_round_the_actions_are_the_other_ones(sites: Stage) -> None:
    assert actions(sites.run("diff", "edge", "main", "--json")) == {"Moved": ["update"], "New": ["delete"], "Old": ["create"]}


def test_the_exit_code_tells_when_it_is_asked_to(sites: Stage) -> None:
    assert sites.run("diff", "main", "edge", "--detailed-exitcode").code == 2
    assert sites.run("diff", "main", "edge", "--detailed-exitcode", "--target", "Same").code == 0


def test_an_exclusion_may_name_either_site(sites: Stage) -> None:
    ended = sites.run("diff", "main", "edge", "--json", "--exclude", "edge/channel/New", "--exclude", "main/channel/Old")

    assert list(actions(ended)) == ["Moved"]


def test_keys_of_octopus_are_compared_and_never_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", f"{KEY}-other")
    stage.declare(one=octopus(entry("A")), two=octopus(entry("A", key="${env:OTHER}")))
    stage.apply()

    ended = stage.run("diff", "one", "two", "-v")

    assert "~ key = (secret)" in ended.out
    assert KEY not in ended.out + ended.err


def test_a_site_that_cannot_be_read_is_an_error_and_no_empty_side(sites: Stage) -> None:
    sites.declare(main=newapi(entry("Same")), edge=octopus(entry("Same"), url="http://127.0.0.1:9"))

    ended = sites.run("diff", "main", "edge", "--json")

    assert ended.code == 1
    assert "resource_changes" not in ended.json


def test_two_live_channels_of_one_name_are_matched_in_their_order(stage: Stage) -> None:
    stage.declare(one=newapi(), two=newapi())
    for site, weights in {"one": (1, 2), "two": (1, 3, 4)}.items():
        for weight in weights:
            stage.add_foreign(site, "Twin", weight=weight)

    ended = stage.run("diff", "one", "two", "--json")

    found = [(c["change"]["actions"], (c["change"]["after"] or {}).get("weight")) for c in ended.json["resource_changes"]]
    assert found == [(["update"], 3), (["create"], 4)]
    assert "two has several channels of one name: Twin" in ended.findings


# A site and a file


def test_of_a_file_only_what_it_declares_is_compared(sites: Stage) -> None:
    sites.write(configuration(main=newapi(entry("Same"), entry("Old", weight=7), entry("Added"))), "next.yaml")

    ended = sites.run("diff", "main", "next.yaml", "--json")

    assert actions(ended) == {"Added": ["create"], "Moved": ["delete"], "Old": ["update"]}
    assert [c["change"]["fields"] for c in ended.json["resource_changes"] if c["name"] == "Old"] == [["weight"]]


def test_the_site_of_a_file_stands_behind_a_colon(sites: Stage) -> None:
    ended = sites.run("diff", "main", "channels.yaml:edge", "--json")

    assert actions(ended) == {"Moved": ["update"], "New": ["create"], "Old": ["delete"]}


def test_a_file_with_several_sites_is_asked_for_the_one_that_lives(sites: Stage) -> None:
    assert sites.run("diff", "edge", "channels.yaml", "--detailed-exitcode").code == 0


def test_a_reference_without_a_value_is_a_warning_and_no_difference(sites: Stage) -> None:
    sites.write(configuration(edge=octopus(entry("Same", key="${env:NOWHERE}"))), "next.yaml")

    ended = sites.run("diff", "edge", "next.yaml", "--target", "Same")

    assert "Warning: key is not compared where its reference has no value" in ended.out
    assert ended.out.endswith("No difference between edge and next.yaml.\n")


# Two files


def test_two_files_need_no_site_and_no_secret(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEY", "TOKEN"):
        monkeypatch.delenv(name)
    stage.write(configuration(main=newapi(entry("A", weight=1), entry("B"))), "old.yaml")
    stage.write(configuration(main=newapi(entry("A", key="${env:NEXT}", base_url="https://upstream.example.com/"))), "new.yaml")

    ended = stage.run("diff", "old.yaml", "new.yaml", "--json")

    fields = {found["name"]: found["change"]["fields"] for found in ended.json["resource_changes"]}
    assert fields == {"A": ["key", "weight"], "B": []}, "one address in two forms is one"


def test_two_files_with_several_sites_are_compared_site_by_site(stage: Stage) -> None:
    stage.write(configuration(main=newapi(entry("A")), edge=octopus(entry("B"))), "old.yaml")
    stage.write(configuration(main=newapi(entry("A")), third=newapi(entry("C"))), "new.yaml")

    addresses = [found["address"] for found in stage.run("diff", "old.yaml", "new.yaml", "--json").json["resource_changes"]]

    assert addresses == ["edge/channel/B", "third/channel/C"]


# Two saved plans


def test_two_saved_plans_are_compared_by_what_they_do(sites: Stage) -> None:
    def plan(name: str, *channels: dict[str, object]) -> None:
        sites.declare(main=newapi(*channels))
        assert sites.run("plan", "--out", name).code == 0

    plan("one.json", entry("Same", weight=1), entry("Moved", weight=2), entry("Old"), entry("Next"))
    plan("two.json", entry("Same", weight=1), entry("Moved", weight=3), entry("Old"), entry("Other"))

    ended = sites.run("diff", "one.json", "two.json")

    assert "~ weight = 2 -> 3" in ended.out
    assert "# main/channel/Next is only in one.json" in ended.out
    assert '- action          = "create"' in ended.out
    assert ended.out.endswith("Difference: 1 only in two.json, 1 differs, 1 only in one.json.\n")
    assert KEY not in ended.out


def test_a_plan_cannot_be_compared_with_a_site(sites: Stage) -> None:
    sites.run("plan", "--out", "plan.json")

    ended = sites.run("diff", "main", "plan.json")

    assert ended.code == 1
    assert "a saved plan can be compared with another one only" in ended.err


# Operands


def test_a_word_with_two_meanings_is_refused_with_both(sites: Stage) -> None:
    sites.write(configuration(main=newapi()), "main/a.yaml")

    ended = sites.run("diff", "main", "edge")

    assert ended.code == 1
    assert "main is a site and a path: write site:main or file:main" in ended.err
    assert sites.run("diff", "site:main", "edge").code == 0
    assert sites.run("diff", "file:main", "edge").code == 0


def test_a_word_that_means_nothing_is_refused_with_the_sites_there_are(sites: Stage) -> None:
    ended = sites.run("diff", "man", "edge")

    assert ended.code == 1
    assert "man is neither a site nor a path: the files declare edge, main" in ended.err


# What is shown


def test_a_header_of_another_site_stays_hidden(stage: Stage) -> None:
    stage.declare(one=newapi(), two=newapi())
    stage.add_foreign("one", "A", header_override=json.dumps({"Authorization": HEADER, "X-Team": "a"}))
    stage.add_foreign("two", "A", header_override=json.dumps({"Authorization": f"{HEADER}-2", "X-Team": "b"}))

    for form in ("text", "json", "markdown"):
        ended = stage.run("diff", "one", "two", "--format", form)

        assert "X-Team" in ended.out
        assert HEADER not in ended.out + ended.err


def test_markdown_cannot_be_broken_by_a_name(stage: Stage) -> None:
    stage.declare(one=newapi(), two=newapi())
    stage.add_foreign("two", "```\n# <b>| @team")

    text = stage.run("diff", "one", "two", "--format", "markdown").out

    assert text.startswith("### chanops diff <code>one</code> <code>two</code>\n\n**Difference: 1 only in")
    assert "\n````diff\n# one/channel/```" in text
    assert "\n# <b>" not in text


def test_no_secret_stands_in_any_form(sites: Stage) -> None:
    for form in ("text", "json", "markdown"):
        ended = sites.run("diff", "main", "edge", "-v", "--format", form)

        assert [secret for secret in SECRETS if secret in ended.out + ended.err] == []
