"""The page of `doctor`: texts of others cannot break it, and every state has its own words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from chanops.domain.address import Address
from chanops.domain.discovery import Balance, Balances, Failure, State
from chanops.domain.examination import Examination, Holding, Observation, Topic, Verdict
from chanops.domain.gateway import Calls
from chanops.domain.vocabulary import SiteKind
from chanops.render.doctor import Examined, doctor_to_json, render_doctor

A = (Address.channel("main", "A"),)


def examined(*observations: Observation) -> Examined:
    return Examined("main", SiteKind.NEWAPI, Examination(observations), Calls())


def test_a_hostile_text_stays_on_its_line() -> None:
    hostile = "no\n  address      ok       fine\x1b[2J\u202e"

    page = render_doctor([examined(Observation(Topic.LOGIN, Verdict.FAILED, hostile, hostile))], None)

    assert page.splitlines()[1:3] == [
        "  login        failed   no\\u000a  address      ok       fine\\u001b[2J\\u202e",
        "                        no\\u000a  address      ok       fine\\u001b[2J\\u202e",
    ]


def test_a_hostile_provider_stays_in_its_cell() -> None:
    hostile = "one\n\x1b[2J"
    holding = Holding(hostile, hostile, "OpenAI", A, Failure(State.UPSTREAM_ERROR, hostile), hostile)

    page = render_doctor([], [holding])

    assert "\x1b" not in page
    assert len(page.splitlines()) == 6


def test_each_amount_has_its_unit_and_its_end() -> None:
    ends = datetime(2027, 1, 31, tzinfo=UTC)
    several = Balances((Balance(Decimal("1234.50"), "USD", ends), Balance(None, "CNY"), Balance(Decimal(0), "EUR")))

    page = render_doctor([], [Holding("one", "env:KEY", "OpenAI", A, several)])

    assert "  one       env:KEY  ok     1,234.50 USD until 2027-01-31, unlimited, 0 EUR  main/channel/A" in page.splitlines()


def test_only_a_balance_that_is_known_has_an_amount() -> None:
    failures = [Failure(state, "why") for state in State if state is not State.OK]
    holdings = [Holding("one", "env:KEY", "OpenAI", A, failure, failure.reason) for failure in failures]

    rows = doctor_to_json([], [*holdings, Holding("one", "env:NONE", "", A, None, "not set")])["balances"]

    assert [(row["state"], row["left"]) for row in rows] == [
        *((failure.state.value, []) for failure in failures),
        ("not_asked", []),
    ]


def test_the_object_counts_the_sites_by_their_worst_topic() -> None:
    verdicts = (Verdict.OK, Verdict.WARNING, Verdict.FAILED, Verdict.UNKNOWN)
    sites = [
        Examined(f"s{n}", SiteKind.OCTOPUS, Examination((Observation(Topic.TLS, verdict, ""),)), Calls(3))
        for n, verdict in enumerate(verdicts)
    ]

    shown = doctor_to_json(sites, None)

    assert (shown["complete"], shown["balances"]) == (False, None)
    assert shown["summary"] == {"ok": 2, "warning": 1, "failed": 1}
    assert shown["sites"]["s0"]["calls"] == {"read": 3, "write": 0}
