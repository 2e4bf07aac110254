"""Decode undoes encode; what a web page, a hand or the gateway itself wrote is read as the gateway reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import channel, fields
from chanops.domain.resources import Mark, Status
from chanops.domain.secret import Fingerprint, Ledger, Secret
from chanops.domain.vocabulary import FIELDS, SiteKind
from chanops.engine.comparison import SAME
from chanops.gateways.newapi.canonical import canonical
from chanops.gateways.newapi.codec import decode_channel, encode_create, encode_replace, encode_update
from chanops.gateways.newapi.mark import read_mark
from chanops.gateways.newapi.settings import SERVER_OWNED
from chanops.gateways.newapi.wire import ChannelRow, Read, check
from gateways.newapi.fake import row

if TYPE_CHECKING:
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

NAMES = st.text(st.characters(codec="utf-8", exclude_characters=",", categories=("L", "N", "P")), min_size=1, max_size=8)
JSON = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MAPS = st.dictionaries(st.text(max_size=6), JSON, max_size=4)
TEXTS = st.dictionaries(NAMES, st.text(max_size=6), max_size=3)
SWITCHES = st.dictionaries(st.sampled_from(["allow_speed", "disable_store", "allow_service_tier"]), st.booleans())

CHANNELS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["openai", "anthropic", "azure", 999]),
        "enabled": st.booleans(),
        "base_url": st.sampled_from(["", "https://h", "https://h/x", "https://u:invented@h"]),
        "models": st.lists(NAMES, min_size=1, max_size=4),
        "model_mapping": TEXTS,
        "groups": st.lists(NAMES, min_size=1, max_size=3),
        "priority": st.integers(-5, 5),
        "weight": st.integers(0, 2**31 - 1),
        "tag": st.text(max_size=5),
        "remark": st.text(max_size=5),
        "test_model": st.text(max_size=5),
        "headers": TEXTS | st.just({"Authorization": "Bearer invented"}),
        "param_override": MAPS,
        "proxy": st.sampled_from(["", "http://p:1", "http://u:invented@p:1"]),
        "newapi__auto_ban": st.booleans(),
        "newapi__status_code_mapping": TEXTS,
        "newapi__openai_organization": st.text(max_size=5),
        "newapi__other": st.text(max_size=5) | MAPS,
        "newapi__setting": st.fixed_dictionaries(
            {}, optional={"force_format": st.booleans(), "system_prompt": st.text(max_size=5)}
        ),
        "newapi__settings": SWITCHES,
    },
)


def decoded(wire: dict[str, Any]) -> LiveChannel:
    return decode_channel("main", Read(check("main", ChannelRow, wire, "the row"), wire), Ledger())


def stored(body: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the row as the gateway holds it after a POST or PUT of *body*."""
    return before | {column: value for column, value in body.items() if column in before and column != "key"}


def with_column(column: str, text: str) -> dict[str, Any]:
    return row() | {column: text}


def differing(declared: dict[str, Value], live: LiveChannel) -> list[str]:
    known = {path: value for path, value in declared.items() if path not in ("key", "keys")}
    return [path for path, value in known.items() if not SAME[FIELDS[path].compare](value, live.fields.get(path))]


@given(given_fields=CHANNELS)
def test_decode_undoes_create(given_fields: dict[str, Any]) -> None:
    desired, _ = canonical(channel("A", **given_fields))

    body = encode_create(desired.fields, Mark("team", "A"))

    assert differing(dict(desired.fields), decoded(stored(body["channel"], row()))) == []


@given(before=CHANNELS, after=CHANNELS)
def test_decode_undoes_update_over_anything(before: dict[str, Any], after: dict[str, Any]) -> None:
    first, _ = canonical(channel("A", **before))
    held = stored(encode_create(first.fields, Mark("team", "A"))["channel"], row())
    desired, _ = canonical(channel("A", **after))
    columns = encode_update(desired.fields, check("main", ChannelRow, held, "the row"))
    if not columns.get("other", "x"):
        columns.pop("other")  # an empty `other` is kept by the gateway: the planner replaces instead

    differences = differing(dict(desired.fields), decoded(stored(columns, held)))

    assert set(differences) <= {"newapi.other"}


@given(given_fields=CHANNELS)
def test_a_replaced_channel_keeps_what_nobody_declared(given_fields: dict[str, Any]) -> None:
    held = row(
        tag="T",
        weight=4,
        remark="by hand",
        used_quota=77,
        balance=1.5,
        test_time=5,
        setting='{"proxy":"http://p:1","unknown":1}',
    )
    desired, _ = canonical(channel("A", **given_fields))

    body = encode_replace(desired.fields, Read(check("main", ChannelRow, held, "the row"), held), Mark("team", "A", None, "12"))

    sent = body["channel"]
    assert (sent["id"], sent["used_quota"], sent["balance"], sent["test_time"]) == (12, 77, 1.5, 5)
    assert sent["tag"] == given_fields.get("tag", "T")
    assert sent["remark"] == given_fields.get("remark", "by hand")
    assert json.loads(sent["setting"])["unknown"] == 1
    assert sent["key"]


@pytest.mark.parametrize("text", [None, "", "{}", "null", " null "])
def test_every_empty_text_is_an_empty_mapping(text: str | None) -> None:
    live = decoded(row(model_mapping=text, param_override=text, header_override=text, status_code_mapping=text, setting=text))

    for path in ("model_mapping", "param_override", "headers", "newapi.status_code_mapping"):
        assert live.fields[path] == {}
    assert live.fields["newapi.setting"] == {}


def test_null_columns_are_their_empty_values() -> None:
    live = decoded(row(weight=None, priority=None, auto_ban=None, tag=None, base_url=None))

    assert (live.fields["weight"], live.fields["priority"], live.fields["newapi.auto_ban"]) == (0, 0, False)
    assert (live.fields["tag"], live.fields["base_url"]) == ("", "")


def test_a_live_channel_has_every_field_of_the_vocabulary_but_keys() -> None:
    expected = {path for path, field in FIELDS.items() if SiteKind.NEWAPI in field.kinds}

    assert set(decoded(row()).fields) == expected - {"key", "keys", "newapi.multi_key_mode"}


@pytest.mark.parametrize(
    ("number", "status", "is_enabled"),
    [
        (1, Status.ENABLED, True), (2, Status.DISABLED, False), (3, Status.EJECTED, True),
        (0, Status.DISABLED, False), (7, Status.DISABLED, False),
    ],
)  # fmt: skip
def test_status_3_is_ejected_and_counts_as_enabled(number: int, status: Status, is_enabled: bool) -> None:
    live = decoded(row(status=number))

    assert (live.status, live.fields["enabled"]) == (status, is_enabled)


def test_an_absent_switch_is_false_and_is_not_shown() -> None:
    settings: Any = decoded(row(settings='{"allow_speed":false,"disable_store":true}')).fields["newapi.settings"]

    assert dict(settings) == {"disable_store": True}
    assert settings["allow_speed"] is False
    assert settings["allow_service_tier"] is False
    assert "no_such_key" not in settings


def test_the_gateways_own_keys_of_settings_are_neither_read_nor_lost() -> None:
    own = {"upstream_model_update_last_check_time": 5, "upstream_model_update_last_detected_models": ["x"]}
    held = row(settings=json.dumps(own))
    settings: Any = decoded(held).fields["newapi.settings"]

    body = encode_update(fields(newapi__settings={"allow_speed": True}), check("main", ChannelRow, held, "the row"))

    assert not SERVER_OWNED & set(settings)
    assert json.loads(body["settings"]) == own | {"allow_speed": True}


def test_an_empty_settings_is_written_as_an_object() -> None:
    body = encode_update(fields(newapi__settings={}), check("main", ChannelRow, row(), "the row"))

    assert body["settings"] == "{}"


def test_clearing_the_proxy_keeps_the_rest_of_setting() -> None:
    held = row(setting='{"proxy":"http://p:1","force_format":true}')

    body = encode_update(fields(proxy=""), check("main", ChannelRow, held, "the row"))

    assert json.loads(body["setting"]) == {"force_format": True}


def test_a_put_holds_only_what_changed_and_the_id() -> None:
    body = encode_update(fields(weight=3), check("main", ChannelRow, row(), "the row"))

    assert body == {"id": 12, "weight": 3}


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("vertexai", "other", '{"default":"eu"}'),
        ("advanced_custom", "settings", '{"x":1}'),
        ("new_api", "base_url", "https://h"),
    ],
)
def test_a_changed_type_brings_the_column_it_is_checked_with(name: str, column: str, value: str) -> None:
    body = encode_update(fields(type=name), check("main", ChannelRow, with_column(column, value), "the row"))

    assert body[column] == value


def test_values_of_telling_headers_are_secrets_and_known_to_the_ledger() -> None:
    ledger = Ledger()
    wire = row(header_override='{"X-Api-Key":"invented-key-value","X-A":"plain"}')
    live = decode_channel("main", Read(check("main", ChannelRow, wire, "the row"), wire), ledger)
    headers: Any = live.fields["headers"]

    assert isinstance(headers["X-Api-Key"], Secret)
    assert headers["X-A"] == "plain"
    assert "invented-key-value" not in ledger.screen("it says invented-key-value")


@pytest.mark.parametrize("column", ["header_override", "setting"])
def test_a_text_that_cannot_be_read_and_may_hold_credentials_is_a_secret(column: str) -> None:
    path = {"header_override": "headers", "setting": "newapi.setting"}[column]

    assert "invented" not in str(decoded(with_column(column, "{invented")).fields[path])


@pytest.mark.parametrize("url", ["http://user:invented-pw@h:1", "https://u:invented-pw@h/x"])
def test_addresses_with_a_password_are_secrets(url: str) -> None:
    live = decoded(row(base_url=url, setting=json.dumps({"proxy": url})))

    assert "invented-pw" not in repr((live.fields["base_url"], live.fields["proxy"]))


def test_the_fingerprint_of_the_mark_stands_for_the_key() -> None:
    print_of = Fingerprint.make(["sk-invented"], b"0" * 16)
    info = json.dumps({"chanops": {"owner": "team", "name": "A", "key": print_of.text}})
    several = {"is_multi_key": True, "multi_key_size": 2, "multi_key_status_list": {}, "multi_key_mode": "polling"}

    single, multi = decoded(row(other_info=info)), decoded(row(other_info=info, channel_info=several))

    assert isinstance(single.fields["key"], Fingerprint)
    assert single.fields["key"].matches(["sk-invented"])
    assert "keys" in multi.fields
    assert "key" not in multi.fields
    assert multi.fields["newapi.multi_key_mode"] == "polling"
    assert "newapi.multi_key_mode" not in single.fields


@pytest.mark.parametrize(
    "other_info",
    [
        "",
        "null",
        "nope",
        "[]",
        '{"chanops": 1}',
        '{"chanops": {"owner": "t"}}',
        '{"chanops": {"owner": "t", "name": "A", "id": 12}}',
    ],
)  # fmt: skip
def test_a_malformed_mark_is_no_mark(other_info: str) -> None:
    assert read_mark(other_info) is None


def test_several_keys_are_sent_line_by_line_and_service_accounts_as_one_list() -> None:
    plain = encode_create(fields(type="openai", keys=[Secret("a"), Secret(" b ")]), Mark("t", "A"))
    vertex = encode_create(fields(type="vertexai", keys=[Secret('{"p":\n1}'), Secret('{"p":2}')]), Mark("t", "A"))

    assert (plain["mode"], plain["channel"]["key"]) == ("multi_to_single", "a\nb")
    assert json.loads(vertex["channel"]["key"]) == [{"p": 1}, {"p": 2}]
