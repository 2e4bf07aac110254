"""What a generation of Octopus cannot hold is said before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from builders import channel, secret
from chanops.domain.finding import Severity
from chanops.domain.resources import ChannelState
from chanops.domain.secret import Secret
from chanops.domain.value import reveal
from chanops.gateways.octopus import wire
from chanops.gateways.octopus.codec import decode_channel
from chanops.gateways.octopus.dialect import OctopusDialect
from chanops.gateways.octopus.generations import G2, G4, Profile
from gateways.octopus.script import g2_row, g4_row

if TYPE_CHECKING:
    from chanops.domain.finding import Finding
    from chanops.domain.resources import LiveChannel

BOTH = pytest.mark.parametrize("profile", [G2, G4], ids=["g2", "g4"])
WHOLE: dict[str, Any] = {"base_url": "https://h/v1"}


def live(profile: Profile, **given: Any) -> LiveChannel:
    row = g2_row(**given) if profile is G2 else g4_row(**given)
    return decode_channel("edge", wire.parse(profile.row, row, "edge", "row"), profile)


def audit(profile: Profile, held: LiveChannel | None = None, **given: Any) -> list[Finding]:
    """Return what is found in a channel with the canonical form of *given*."""
    dialect = OctopusDialect(profile)
    desired, _ = dialect.canonical(channel("a", "edge", **WHOLE | given))
    return list(dialect.audit(desired, held))


def errors(findings: list[Finding]) -> list[str]:
    return [finding.field for finding in findings if finding.severity is Severity.ERROR]


@BOTH
def test_a_plain_channel_has_no_finding(profile: Profile) -> None:
    assert audit(profile) == []


@BOTH
def test_numbers_become_type_names(profile: Profile) -> None:
    desired, _ = OctopusDialect(profile).canonical(channel("a", type=2, base_url="https://h"))

    assert desired.fields["type"] == "anthropic"
    assert desired.fields["base_url"] == "https://h/v1"


@BOTH
def test_lists_of_one_become_that_one(profile: Profile) -> None:
    given = channel("a", keys=[secret()], base_urls=["https://h"], key=None)
    desired, _ = OctopusDialect(profile).canonical(given)

    assert desired.fields["base_url"] == "https://h/v1"
    assert reveal(desired.fields["key"]) == secret().reveal()
    assert not {"keys", "base_urls"} & desired.fields.keys()


def test_a_changed_address_is_a_notice_that_shows_both_forms() -> None:
    _, findings = OctopusDialect(G4).canonical(channel("a", base_url="https://h"))

    assert [(f.severity, f.field, f.rule) for f in findings] == [(Severity.NOTICE, "base_url", "url-version")]
    assert findings[0].summary == "https://h is written as https://h/v1"


def test_an_address_by_reference_is_rewritten_and_not_shown() -> None:
    desired, findings = OctopusDialect(G4).canonical(channel("a", base_url=Secret("https://hidden.invalid", "env:URL")))

    made = desired.fields["base_url"]
    assert isinstance(made, Secret)
    assert (made.reveal(), made.reference) == ("https://hidden.invalid/v1", "env:URL")
    assert "hidden" not in repr(findings)


def test_credentials_in_an_address_are_not_shown() -> None:
    _, findings = OctopusDialect(G4).canonical(channel("a", base_url="https://user:word@h"))

    assert "word" not in repr(findings)


def test_custom_models_are_taken_out_of_models_where_the_gateway_does_it() -> None:
    given = channel("a", models=["m-a", "m-b"], octopus__custom_models=["m-b"])

    assert OctopusDialect(G4).canonical(given)[0].fields["models"] == ("m-a",)
    assert OctopusDialect(G2).canonical(given)[0].fields["models"] == ("m-a", "m-b")


@pytest.mark.parametrize(
    ("profile", "given", "field"),
    [
        (G4, {"type": "openai_embedding"}, "type"),
        (G2, {"type": "midjourney"}, "type"),
        (G2, {"type": 9}, "type"),
        (G4, {"key": None, "keys": ["sk-1", "sk-2"]}, "keys"),
        (G4, {"base_url": None, "base_urls": ["https://a", "https://b"]}, "base_urls"),
        (G4, {"octopus__auto_group": "none"}, "octopus.auto_group"),
        (G2, {"base_url": "https://h h/v1"}, "base_url"),
        (G4, {"base_url": "https://h:port/v1"}, "base_url"),
        (G4, {"base_url": "h/v1"}, "base_url"),
        (G4, {"base_url": "https://h/v1/chat/completions"}, "base_url"),
        (G4, {"type": "gemini", "base_url": "https://h/x##"}, "base_url"),
        (G2, {"base_url": None, "base_urls": ["https://a", "https://b%zz"]}, "base_urls"),
        (G2, {"proxy": "http://[::1"}, "proxy"),
        (G4, {"proxy": "ftp://proxy.invalid"}, "proxy"),
    ],
)
def test_what_the_generation_cannot_hold_is_an_error(profile: Profile, given: dict[str, Any], field: str) -> None:
    dialect = OctopusDialect(profile)
    whole = channel("a", "edge", **WHOLE | given)
    declared = whole.with_fields({path: value for path, value in whole.fields.items() if value is not None})

    desired, _ = dialect.canonical(declared)

    assert errors(list(dialect.audit(desired, None))) == [field]


@BOTH
@pytest.mark.parametrize("path", ["type", "base_url", "key"])
def test_a_new_channel_needs_type_address_and_key(profile: Profile, path: str) -> None:
    dialect = OctopusDialect(profile)
    whole = channel("a", "edge", **WHOLE)
    desired = whole.with_fields({field: value for field, value in whole.fields.items() if field != path})

    assert errors(list(dialect.audit(desired, None))) == [path]
    assert errors(list(dialect.audit(desired, live(profile)))) == []


@BOTH
def test_an_absent_channel_is_not_audited(profile: Profile) -> None:
    gone = channel("a", state={"state": ChannelState.ABSENT}, base_url="https://h h")

    assert list(OctopusDialect(profile).audit(gone, None)) == []


@BOTH
def test_several_schemes_of_proxies_are_taken(profile: Profile) -> None:
    for proxy in (True, False, "", "http://p:1", "https://u:p@p", "socks5://p:1"):
        assert audit(profile, proxy=proxy) == []


def test_a_doubtful_regular_expression_is_a_warning() -> None:
    found = audit(G4, octopus__match_regex="(")

    assert [(f.severity, f.field) for f in found] == [(Severity.WARNING, "octopus.match_regex")]
    assert audit(G4, octopus__match_regex=r"^(?<family>gpt)-\d") == []


def test_disabling_on_v0_11_is_a_warning_once() -> None:
    assert [f.field for f in audit(G4, live(G4), enabled=False)][:1] == ["enabled"]
    assert "enabled" not in [f.field for f in audit(G4, live(G4, enabled=False), enabled=False)]
    assert "enabled" not in [f.field for f in audit(G2, live(G2), enabled=False)]


def test_models_that_leave_a_channel_of_v0_11_are_named() -> None:
    found = audit(G4, live(G4), models=["m-a"])

    assert [(f.severity, f.field) for f in found] == [(Severity.NOTICE, "models")]
    assert "m-b" in found[0].summary
    assert audit(G4, live(G4), models=["m-b", "m-a", "m-c"]) == []


def test_a_model_that_lives_as_custom_model_is_an_error_until_both_lists_are_declared() -> None:
    held = live(G4, model="m-a", custom_model="m-b")

    assert errors(audit(G4, held, models=["m-a", "m-b"])) == ["models"]
    assert errors(audit(G4, held, models=["m-a", "m-b"], octopus__custom_models=[])) == []


def test_an_address_without_a_declared_type_must_end_in_its_version() -> None:
    dialect = OctopusDialect(G4)
    whole = channel("a", "edge", base_url="https://h")
    desired, _ = dialect.canonical(whole.with_fields({k: v for k, v in whole.fields.items() if k != "type"}))

    assert errors(list(dialect.audit(desired, live(G4)))) == ["base_url"]


def test_a_complete_address_is_a_notice() -> None:
    found = audit(G4, base_url="https://h/full/chat##")

    assert [(f.severity, f.rule) for f in found] == [(Severity.NOTICE, "url-raw")]


def test_match_regex_needs_v0_9_5() -> None:
    row = {key: value for key, value in g2_row().items() if key != "match_regex"}
    held = decode_channel("edge", wire.parse(wire.ChannelG2, row, "edge", "row"), G2)

    assert errors(audit(G2, held, octopus__match_regex="^gpt")) == ["octopus.match_regex"]
