"""What is said at plan time: how a channel will be written, what cannot be, and what the account may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from builders import channel, fields, live, secret
from chanops.domain.finding import Severity
from chanops.domain.gateway import Route, Way
from chanops.domain.secret import Secret
from chanops.gateways.newapi.dialect import NewApiDialect
from chanops.gateways.newapi.generations import BASE, HEAD, Permissions

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel, LiveChannel

ROOT = Permissions()
base, head = NewApiDialect(BASE, ROOT), NewApiDialect(HEAD, ROOT)
PLAIN_ADMIN = NewApiDialect(HEAD, Permissions(sensitive_write=False))
READER = NewApiDialect(HEAD, Permissions(operate=False, write=False, sensitive_write=False))

MULTI = live("A", newapi__multi_key_mode="random")
CODEX_KEY = Secret('{"access_token": "invented", "account_id": "a"}')


def rules(dialect: NewApiDialect, desired: DesiredChannel, alive: LiveChannel | None = None) -> list[tuple[str, str]]:
    canonical, notices = dialect.canonical(desired)
    return [(f.severity.value, f.rule) for f in (*notices, *dialect.audit(canonical, alive))]


def test_a_plain_channel_has_no_findings() -> None:
    assert rules(base, channel("A")) == []
    assert rules(head, channel("A")) == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"weight": -1}, "weight-range"),
        ({"weight": 2**31}, "weight-range"),
        ({"priority": 2**63}, "priority-range"),
        ({"models": []}, "models-empty"),
        ({"groups": []}, "groups-empty"),
        ({"models": ["a,b"]}, "model-name"),
        ({"models": ["m" * 256]}, "model-name"),
        ({"groups": ["g" * 40, "h" * 40]}, "group-length"),
        ({"type": "nonsense"}, "type-unknown"),
        ({"type": "vertexai"}, "key-type"),
        ({"type": "vertexai", "newapi__other": "us-central1"}, "key-type"),
        ({"type": "codex"}, "key-type"),
        ({"keys": [secret()]}, "key-twice"),
        ({"newapi__multi_key_mode": "random"}, "key-mode"),
        ({"proxy": True}, "proxy-form"),
        ({"proxy": "http://p:1", "newapi__setting": {"proxy": "http://q:1"}}, "proxy-twice"),
        ({"newapi__setting": {"force_format": "yes"}}, "json-field"),
        ({"newapi__setting": {"system_prompt": 5}}, "json-field"),
        ({"newapi__settings": {"allow_speed": 1}}, "json-field"),
        ({"newapi__settings": {"vertex_key_type": "text"}}, "json-field"),
        ({"newapi__settings": {"upstream_model_update_ignored_models": [1]}}, "json-field"),
        ({"newapi__settings": {"upstream_model_update_last_check_time": 5}}, "server-owned"),
        ({"remark": "\ud800"}, ""),
        ({"param_override": {"n": float("nan")}}, ""),
    ],
)
@pytest.mark.parametrize("dialect", [base, head])
def test_what_the_gateway_cannot_hold_is_an_error(dialect: NewApiDialect, given: dict[str, Any], rule: str) -> None:
    assert ("error", rule) in rules(dialect, channel("A", **given))


@pytest.mark.parametrize(
    "given",
    [
        {"weight": 2**31 - 1},
        {"type": "vertexai", "newapi__other": {"default": "us-central1"}},
        {"type": "codex", "key": CODEX_KEY},
        {"groups": ["g" * 64]},
        {"newapi__setting": {"force_format": None, "system_prompt": secret()}},
        {"type": 999},
        {"proxy": False},
        {"proxy": ""},
        {"models": ["m" * 255]},
    ],
)
@pytest.mark.parametrize("dialect", [base, head])
def test_what_the_gateway_can_hold_is_not_refused(dialect: NewApiDialect, given: dict[str, Any]) -> None:
    assert [found for found in rules(dialect, channel("A", **given)) if found[0] == "error"] == []


@pytest.mark.parametrize(
    ("given", "on_base", "on_head"),
    [
        ({"type": "sub2api"}, ("error", "type-unknown"), None),
        ({"type": "new_api"}, ("error", "type-unknown"), ("error", "type-needs")),
        ({"type": "advanced_custom"}, ("error", "type-unknown"), ("error", "type-needs")),
        ({"proxy": "ftp://p"}, None, ("error", "proxy-form")),
        ({"proxy": "http://p:1/path"}, None, ("error", "proxy-form")),
        ({"proxy": "http://p:99999"}, None, ("error", "proxy-form")),
        ({"newapi__setting": {"http_protocol": "http1"}}, ("warning", "json-field"), None),
        ({"newapi__setting": {"http2_connection_shards": 9}}, ("error", "json-field"), ("error", "json-field")),
        ({"newapi__setting": {"no_such": 1}}, ("warning", "json-field"), ("warning", "json-field")),
    ],
)
def test_generations_differ_in_what_they_take(given: dict[str, Any], on_base: Any, on_head: Any) -> None:
    for dialect, expected in ((base, on_base), (head, on_head)):
        found = rules(dialect, channel("A", **given))
        assert (expected in found) if expected else (found == [])


def test_shards_and_http1_exclude_each_other() -> None:
    given = {"http_protocol": "http1", "http2_connection_shards": 2}

    assert ("error", "json-field") in rules(head, channel("A", newapi__setting=given))


def test_a_type_that_stays_is_not_checked_again() -> None:
    assert rules(base, channel("A", type="sub2api"), live("A", type="sub2api")) == []


@pytest.mark.parametrize(
    ("path", "alive", "after", "way"),
    [
        ("weight", live("A"), 3, Way.IN_PLACE),
        ("newapi.other", live("A", newapi__other="v1"), "", Way.REPLACE),
        ("newapi.other", live("A", newapi__other="v1"), "v2", Way.IN_PLACE),
        ("newapi.other", live("A", newapi__other=""), "", Way.IN_PLACE),
        ("models", live("A"), (), Way.NOT_AT_ALL),
        ("groups", live("A"), (), Way.NOT_AT_ALL),
        ("key", live("A"), secret(), Way.IN_PLACE),
        ("key", MULTI, secret(), Way.REPLACE),
        ("keys", live("A"), (secret(),), Way.REPLACE),
        ("keys", MULTI, (secret(),), Way.IN_PLACE),
        ("newapi.multi_key_mode", MULTI, "polling", Way.IN_PLACE),
    ],
)
def test_each_field_has_its_way(path: str, alive: LiveChannel, after: Any, way: Way) -> None:
    transition = head.transition(path, alive, after)

    assert transition.way is way
    assert transition.reason or way is Way.IN_PLACE


def test_multi_key_mode_alone_is_refused_on_a_channel_with_one_key() -> None:
    assert rules(head, channel("A", newapi__multi_key_mode="random"), live("A")) == [("error", "key-mode")]


def test_a_replace_without_a_key_is_refused() -> None:
    desired = channel("A", newapi__other="")
    keyless = desired.with_fields({path: value for path, value in desired.fields.items() if path != "key"})

    assert rules(head, keyless, live("A", newapi__other="v1")) == [("error", "replace-key")]
    assert rules(head, desired, live("A", newapi__other="v1")) == []


def test_a_live_address_that_repeats_its_version_is_changed_with_the_reason() -> None:
    transition = head.transition("base_url", live("A", base_url="https://h/v1"), "https://h")

    assert transition.way is Way.IN_PLACE
    assert "/v1" in transition.reason


def test_an_account_without_sensitive_write_is_refused_creates_deletes_and_sensitive_fields_alone() -> None:
    assert rules(PLAIN_ADMIN, channel("A")) == [("error", "permission")]
    assert [f.severity for f in PLAIN_ADMIN.audit_delete(live("A"))] == [Severity.ERROR]
    assert PLAIN_ADMIN.transition("base_url", live("A"), "https://h").way is Way.NOT_AT_ALL
    assert PLAIN_ADMIN.transition("key", live("A"), secret()).way is Way.NOT_AT_ALL
    for path, after in (("weight", 3), ("enabled", False), ("models", ("m",))):
        assert PLAIN_ADMIN.transition(path, live("A"), after).way is Way.IN_PLACE


def test_an_account_that_only_reads_is_refused_everything() -> None:
    assert READER.transition("weight", live("A"), 3).way is Way.NOT_AT_ALL
    assert READER.transition("enabled", live("A"), after=False).way is Way.NOT_AT_ALL
    assert rules(READER, channel("A"), live("A")) == [("error", "permission")]


def test_root_may_delete() -> None:
    assert list(head.audit_delete(live("A"))) == []


def test_only_a_create_fills_defaults_and_only_undeclared_ones() -> None:
    filled = head.defaults(channel("A", weight=5))

    assert filled == fields(enabled=True, groups=["default"], priority=0, newapi__auto_ban=True)


def test_a_channel_with_several_keys_picks_them_at_random_by_default() -> None:
    assert head.defaults(channel("A", keys=[secret()]))["newapi.multi_key_mode"] == "random"


def test_routes_are_groups_times_models() -> None:
    routes = head.routes(fields(groups=["a", "b"], models=["m", Secret("n")]))

    assert routes == {Route("a", "m"), Route("a", "n"), Route("b", "m"), Route("b", "n")}


def test_a_normalised_address_is_told_with_both_sides() -> None:
    desired, (notice,) = head.canonical(channel("A", base_url="https://h/v1/"))

    assert desired.fields["base_url"] == "https://h"
    assert (notice.severity, notice.rule, notice.field) == (Severity.NOTICE, "url-version", "base_url")
    assert "https://h/v1/" in notice.summary


def test_an_address_from_a_reference_is_normalised_and_stays_secret() -> None:
    desired, (notice,) = head.canonical(channel("A", base_url=Secret("https://u:invented-pw@h/v1", "env:URL")))

    carried = desired.fields["base_url"]
    assert isinstance(carried, Secret)
    assert (carried.reveal(), carried.reference) == ("https://u:invented-pw@h", "env:URL")
    assert "invented-pw" not in notice.summary + notice.detail
    assert "env:URL" in notice.summary


@pytest.mark.parametrize(
    ("path", "declared", "expected"),
    [
        ("type", 14, "anthropic"),
        ("type", 999, 999),
        ("models", ["b ", "a", "b"], ("b", "a")),
        ("newapi.other", '{"default": "eu"}', {"default": "eu"}),
        ("newapi.other", {}, ""),
        ("param_override", {"stop": ["a"]}, {"stop": ("a",)}),
        ("newapi.status_code_mapping", {400: "500"}, {"400": "500"}),
        ("newapi.settings", {"allow_speed": None}, {"allow_speed": False}),
        ("proxy", False, ""),
    ],
)
def test_declared_values_take_the_canonical_form(path: str, declared: Any, expected: Any) -> None:
    desired, _ = head.canonical(channel("A", **{path.replace(".", "__"): declared}))

    assert desired.fields[path] == expected


def test_a_proxy_inside_setting_is_the_same_field() -> None:
    desired, findings = head.canonical(channel("A", newapi__setting={"proxy": "http://p:1", "force_format": True}))

    assert findings == []
    assert (desired.fields["proxy"], desired.fields["newapi.setting"]) == ("http://p:1", {"force_format": True})
