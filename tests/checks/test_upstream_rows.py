"""What is wrong with a channel by what its upstream lists: each row with a twin that is fine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from builders import channel, live, secret
from chanops.checks import upstream
from chanops.domain.discovery import Failure, Models, State
from chanops.domain.models import ModelRule
from chanops.domain.policy import Limit
from chanops.domain.resources import ChannelState, DesiredChannel
from checks.subjects import found, subject, told

if TYPE_CHECKING:
    from chanops.domain.finding import Finding

SOURCE = "provider h.example (OpenAI)"
TWELVE = [f"m{number}" for number in range(12)]
ABSENT = {"state": ChannelState.ABSENT}


def listed(*names: str, **given: Any) -> Models:
    return Models(names, SOURCE, **given)


def ruled(rule: ModelRule, **given: Any) -> DesiredChannel:
    return replace(channel("a", **given), rule=rule)


def all_found(desired: DesiredChannel, **known: Any) -> list[Finding]:
    return [finding for check in upstream.UPSTREAM for finding in check(subject(desired, **known))]


def test_model_missing() -> None:
    of = channel("a", models=["gpt-4o", "gone-1"], model_mapping={"gpt-4o": "gone-2"})

    first, second = found(upstream.check_missing, subject(of, listing=listed("gpt-4o", "o3")))

    assert (first.severity.value, first.rule, first.field) == ("warning", "model-missing", "models")
    assert first.summary == f"the upstream does not list gone-1 ({SOURCE})"
    assert (second.rule, second.field) == ("model-missing", "model_mapping")
    assert second.summary == f"the mapping leads to what the upstream does not list: gpt-4o → gone-2 ({SOURCE})"
    assert "chanops test" in first.detail
    assert found(upstream.check_missing, subject(of, listing=listed("gpt-4o", "gone-1", "gone-2"))) == []


def test_an_alias_is_there_when_its_target_is() -> None:
    of = channel("a", models=["mine", "other"], model_mapping={"mine": "other", "other": "gpt-4o"})

    assert found(upstream.check_missing, subject(of, listing=listed("gpt-4o"))) == []


def test_a_mapping_in_a_circle_ends_the_search() -> None:
    of = channel("a", models=["x"], model_mapping={"x": "y", "y": "x"})

    assert told(upstream.check_missing, subject(of, listing=listed("gpt-4o"))) == [
        ("warning", "model-missing", "model_mapping")
    ]


def test_the_extra_models_of_a_rule_are_on_no_list() -> None:
    of = ruled(ModelRule(extra=("mine",)), models=["gpt-4o", "mine"])

    assert found(upstream.check_missing, subject(of, listing=listed("gpt-4o"))) == []


def test_names_by_reference_are_not_shown_by_value() -> None:
    of = channel("a", models=[secret("M", "inner-model")], model_mapping={"mine": secret("T", "inner-target")})

    shown = " ".join(finding.summary for finding in found(upstream.check_missing, subject(of, listing=listed("x"))))

    assert "(secret, from env:M)" in shown
    assert "mine → (secret, from env:T)" in shown
    assert "inner-" not in shown


def test_list_shrunk() -> None:
    of = channel("a", models=TWELVE)

    (finding,) = found(upstream.check_shrunk, subject(of, listing=listed(*TWELVE[:9])))

    assert (finding.severity.value, finding.rule, finding.field) == ("warning", "list-shrunk", "models")
    assert finding.summary == f"the upstream lists 9 of the channel's 12 models ({SOURCE})"
    assert found(upstream.check_shrunk, subject(of, listing=listed(*TWELVE[:10]))) == []


def test_an_empty_list_has_shrunk_and_is_no_other_fault() -> None:
    empty = Failure(State.INVALID_RESPONSE, "it lists no model", SOURCE, is_empty=True)

    (finding,) = all_found(channel("a"), listing=empty)

    assert (finding.severity.value, finding.rule) == ("warning", "list-shrunk")


def test_the_limit_of_a_rule_is_held_against_what_lives() -> None:
    held = live("a", models=["m1", "m2", "m3"])

    def shrunk(rule: ModelRule) -> int:
        return len(found(upstream.check_shrunk, subject(ruled(rule, models=["m1"]), live=held, listing=listed("m1"))))

    assert (shrunk(ModelRule(max_removed=Limit(1))), shrunk(ModelRule(max_removed=Limit(2))), shrunk(ModelRule())) == (1, 0, 0)


def test_protocol() -> None:
    of = channel("a", type="anthropic")

    (finding,) = found(upstream.check_protocol, subject(of, listing=listed("gpt-4o", betrayed="its list is OpenAI's")))

    assert (finding.severity.value, finding.rule, finding.field) == ("warning", "protocol", "type")
    assert finding.summary == f"the upstream may not speak anthropic: its list is OpenAI's ({SOURCE})"
    assert "chanops test" in finding.detail
    assert found(upstream.check_protocol, subject(of, listing=listed("gpt-4o"))) == []


@pytest.mark.parametrize("state", [s for s in State if s not in (State.OK, State.UNSUPPORTED)])
def test_models_unknown(state: State) -> None:
    failure = Failure(state, "HTTP 401: no", SOURCE)

    (finding,) = all_found(channel("a"), listing=failure)

    assert (finding.severity.value, finding.rule, finding.field) == ("warning", "models-unknown", "models")
    assert finding.summary == f"its models cannot be listed: HTTP 401: no ({SOURCE})"
    assert all_found(channel("a"), listing=listed("gpt-4o")) == []


def test_a_rule_that_was_left_without_models_was_told_of_before() -> None:
    of = ruled(ModelRule())
    given_up = of.with_fields({path: value for path, value in of.fields.items() if path != "models"})
    failure = Failure(State.AUTH_FAILED, "HTTP 401: no", SOURCE)

    assert (all_found(given_up, listing=failure), len(all_found(of, listing=failure))) == ([], 1)


def test_a_provider_that_lists_nothing_by_nature_is_no_warning() -> None:
    failure = Failure(State.UNSUPPORTED, "Azure lists base models, not deployments")

    assert told(upstream.check_listing, subject(channel("a"), listing=failure)) == [("notice", "models-unknown", "models")]


@pytest.mark.parametrize("listing", [None, listed("x", betrayed="y"), Failure(State.INVALID_RESPONSE, "r", is_empty=True)])
def test_nothing_is_said_of_a_channel_that_shall_go_or_was_not_asked_for(listing: Models | Failure | None) -> None:
    assert all_found(channel("a", state=ABSENT), listing=listing) == []
    assert all_found(channel("a"), listing=None) == []
