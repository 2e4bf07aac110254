from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from builders import channel
from chanops.domain.address import Address
from chanops.domain.finding import Finding, Range, Severity, error, notice, warning
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.render.findings_text import render_findings, render_valid
from chanops.render.json_text import to_json_text
from chanops.render.report_json import error_to_json, validate_to_json
from render.golden import assert_golden

OPNAI = Finding(
    Severity.ERROR,
    '"opnai" is not a channel type of New API',
    'did you mean "openai"?',
    Address.channel("main", "A"),
    "type",
    Range("channels.yaml", 12, 13, 12, 18, "      type: opnai"),
    "type-unknown",
)
LONG = Finding(
    Severity.ERROR,
    "a weight above 2147483647 breaks every list of New API",
    "take a smaller one: a share of the traffic is counted among channels of equal priority\nonly",
    range=Range("long.yaml", 7, 300, 7, 310, "x: [" + "a, " * 98 + " 2147483648]" + " # tail" * 20),
)
WIDE = Finding(Severity.WARNING, "odd name", range=Range("名.yaml", 3, 9, 3, 11, "- name: 渠道\u202e # \t"))


def test_findings_read_as_their_golden_file() -> None:
    placeless = [
        error("edge did not answer", "check the address"),
        notice("the address loses its /v1", address=Address.channel("main", "B")),
        Finding(Severity.WARNING, "no line to quote", "a hint", range=Range("a.yaml", 3, 1, 3, 1)),
    ]

    assert_golden("findings-all.txt", render_findings([*placeless, WIDE, LONG, OPNAI]))


def test_a_finding_shows_its_line_with_a_caret_and_the_hint() -> None:
    assert render_findings([OPNAI]) == (
        'error: "opnai" is not a channel type of New API\n'
        "  --> channels.yaml:12:13\n"
        "   |\n"
        "12 |       type: opnai\n"
        '   |             ^^^^^ did you mean "openai"?\n'
        "\n"
        "1 error"
    )


def test_a_summary_that_says_it_is_told_whose_it_is() -> None:
    text = render_findings([replace(OPNAI, summary="its models have no value")])

    assert text.startswith("error: main/channel/A: its models have no value\n  --> channels.yaml:12:13\n")


def test_carets_stand_under_wide_letters() -> None:
    lines = render_findings([WIDE]).splitlines()

    assert lines[4] == "  |         ^^^^"


def test_a_place_beyond_its_line_still_has_a_caret() -> None:
    found = Finding(Severity.ERROR, "cut", range=Range("a.yaml", 1, 90, 1, 95, "short"))

    assert render_findings([found]).splitlines()[4] == "  |      ^"


def test_the_last_line_counts_by_severity() -> None:
    findings = [error("a"), error("b"), warning("c")]

    assert render_findings(findings).splitlines()[-1] == "2 errors, 1 warning"


def test_no_findings_are_no_text() -> None:
    assert render_findings([]) == ""


def test_a_valid_configuration_says_how_much_it_holds() -> None:
    site = Site("main", SiteKind.NEWAPI, "", Auth(), Manage(ManageMode.MARKED), Guards(), channels=(channel("a"), channel("b")))

    assert render_valid(Desired((site,))) == "Success! The configuration is valid: 2 channels on 1 site."


def test_validate_json_is_its_golden_file() -> None:
    assert_golden("validate.json", to_json_text(validate_to_json([warning("odd"), OPNAI])))


def test_warnings_leave_a_configuration_valid() -> None:
    assert validate_to_json([warning("odd")])["valid"] is True
    assert validate_to_json([OPNAI])["valid"] is False


def test_an_error_before_any_result_is_one_json_object() -> None:
    data = error_to_json([OPNAI, "channels.yaml is not there"])

    assert (data["format_version"], data["errored"]) == ("1.0", True)
    assert [found["summary"] for found in data["diagnostics"]] == ["channels.yaml is not there", OPNAI.summary]


def test_rendering_findings_loads_no_heavy_module() -> None:
    code = "import sys, chanops.render.findings_text; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()

    assert not {"rich", "deepdiff", "json", "difflib", "pydantic", "httpx", "yaml", "html", "unicodedata"} & set(loaded)
