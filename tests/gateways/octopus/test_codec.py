"""Rows become canonical channels and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.domain.secret import Secret
from chanops.domain.value import reveal, same, same_keys, same_set
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.gateways.octopus import wire
from chanops.gateways.octopus.codec import decode_channel, encode_create, encode_update, secrets_of
from chanops.gateways.octopus.generations import G2, G4, Profile
from gateways.octopus.script import g2_row, g4_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value


def decode(row: dict[str, Any]) -> LiveChannel:
    profile = G2 if "base_urls" in row else G4
    return decode_channel("edge", wire.parse(profile.row, row, "edge", "row"), profile)


def equal(path: str, one: Value, other: Value) -> bool:
    compare = {Compare.SET: same_set, Compare.KEYS: same_keys}.get(FIELDS[path].compare, same)
    return compare(one, other)


def stored(body: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """Return the row that a create with *body* makes (contracts/octopus.md 5.1)."""
    row = (g2_row if profile is G2 else g4_row)(**body)
    if profile is G2:
        row["keys"] = [key | {"id": number, "channel_id": 1} for number, key in enumerate(body["keys"], 1)]
    return row


NAMES = st.lists(st.text("abc-./:", min_size=1, max_size=5), max_size=4, unique=True).map(tuple)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=2).map(tuple) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "enabled": st.booleans(),
    "octopus.custom_models": st.just(("custom-1", "custom-2")),
    "models": NAMES,
    "headers": st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=3),
    "param_override": st.dictionaries(TEXTS, JSON, max_size=3),
    "proxy": st.sampled_from([False, True, "socks5://p.invalid:1", "http://u:p@p.invalid"]),
    "octopus.auto_sync": st.booleans(),
    "octopus.match_regex": TEXTS,
    "base_url": st.sampled_from(["https://h/v1", "https://h/api/v1"]),
    "key": st.builds(Secret, TEXTS),
}
OLD = COMMON | {
    "type": st.sampled_from([*G2.types, 9]),
    "octopus.auto_group": st.sampled_from(["none", "fuzzy", "exact", "regex"]),
}
NEW = COMMON | {"type": st.sampled_from(["openai", "openai_responses", "anthropic"])}


@given(
    st.fixed_dictionaries(OLD).map(lambda fields: (fields, G2)) | st.fixed_dictionaries(NEW).map(lambda fields: (fields, G4))
)
def test_decode_undoes_encode(case: tuple[dict[str, Value], Profile]) -> None:
    fields, profile = case

    live = decode(stored(encode_create("a", fields, profile), profile))

    assert [path for path, value in fields.items() if not equal(path, value, live.fields[path])] == []


def test_several_addresses_and_keys_come_back_as_lists() -> None:
    fields: dict[str, Value] = {"base_urls": ("https://a/v1", "https://b/v1"), "keys": (Secret("sk-1"), Secret("sk-2"))}

    live = decode(stored(encode_create("a", fields, G2), G2))

    assert live.fields["base_urls"] == ("https://a/v1", "https://b/v1")
    assert reveal(live.fields["keys"]) == ("sk-1", "sk-2")
    assert not {"base_url", "key"} & live.fields.keys()


@pytest.mark.parametrize("row", [g2_row(), g4_row()])
def test_null_and_empty_are_the_same(row: dict[str, Any]) -> None:
    empty = row | {"custom_header": [], "param_override": "", "channel_proxy": "", "match_regex": ""}

    assert {k: v for k, v in decode(row).fields.items() if k != "key"} == {
        k: v for k, v in decode(empty).fields.items() if k != "key"
    }


def test_a_live_root_equals_what_the_gateway_completes_it_to() -> None:
    assert decode(g4_row(base_url="https://h")).fields["base_url"] == "https://h/v1"


def test_an_address_of_v0_9_is_read_as_it_stands_but_for_a_slash() -> None:
    addresses = [{"url": "https://h/", "delay": 3}]

    assert decode(g2_row(base_urls=addresses)).fields["base_url"] == "https://h"


def test_rows_that_v0_10_left_are_read_as_v0_11_would_store_them() -> None:
    live = decode(g4_row(model=" m-a,m-b,,m-a, m-c", custom_model="m-b,m-b"))

    assert live.fields["models"] == ("m-a", "m-c")
    assert live.fields["octopus.custom_models"] == ("m-b",)


@pytest.mark.parametrize("text", ["{", "[1]", "null", '"x"', "[" * 100_000])
def test_parameters_that_are_no_mapping_stay_text(text: str) -> None:
    assert decode(g4_row(param_override=text)).fields["param_override"] == text


def test_values_of_secret_headers_and_proxies_with_credentials_are_secrets() -> None:
    headers = [{"header_key": "X-Api-Key", "header_value": "hidden"}, {"header_key": "X-Org", "header_value": "7"}]
    row = g2_row(custom_header=headers, proxy=True, channel_proxy="http://u:p@proxy.invalid")

    live = decode(row)

    assert "hidden" not in repr(live)
    assert "u:p@" not in repr(live)
    assert "sk-first-key" not in repr(live)
    assert set(secrets_of(wire.parse(wire.ChannelG2, row, "edge", "row"))) == {
        "sk-first-key", "hidden", "http://u:p@proxy.invalid",
    }  # fmt: skip


def test_a_proxy_switched_off_is_none_even_when_an_address_stands_there() -> None:
    assert decode(g2_row(channel_proxy="http://proxy.invalid")).fields["proxy"] is False


def test_of_a_repeated_header_the_last_is_read() -> None:
    headers = [{"header_key": "X-Org", "header_value": "7"}, {"header_key": "X-Org", "header_value": "8"}]

    assert decode(g2_row(custom_header=headers)).fields["headers"] == {"X-Org": "8"}


def test_unknown_types_are_opaque() -> None:
    assert decode(g2_row(type=-7)).fields["type"] == -7
    assert decode(g4_row(type="gemini/contents")).fields["type"] == "gemini/contents"


def test_an_update_sends_what_changes_and_no_more() -> None:
    assert encode_update({"octopus.auto_sync": True}, decode(g2_row()), G2) == {"id": 1, "auto_sync": True}


def test_v0_11_gets_both_model_lists_when_one_changes() -> None:
    live = decode(g4_row(custom_model="m-z"))

    assert encode_update({"models": ("m-a",)}, live, G4) == {"id": 1, "model": "m-a", "custom_model": "m-z"}
    assert encode_update({"octopus.custom_models": ()}, live, G4) == {"id": 1, "model": "m-a,m-b", "custom_model": ""}
    assert encode_update({"models": ("m-a",)}, decode(g2_row()), G2) == {"id": 1, "model": "m-a"}


def test_an_address_that_stays_keeps_its_delay() -> None:
    body = encode_update({"base_urls": ("https://two.invalid/v1", "https://one.invalid/v1")}, decode(g2_row()), G2)

    assert body["base_urls"] == [{"url": "https://two.invalid/v1", "delay": 0}, {"url": "https://one.invalid/v1", "delay": 7}]


def test_a_key_is_rotated_in_place() -> None:
    body = encode_update({"key": Secret("sk-new")}, decode(g2_row()), G2)

    assert body == {"id": 1, "keys_to_update": [{"id": 5, "channel_key": "sk-new", "enabled": True}]}
    assert encode_update({"key": Secret("sk-new")}, decode(g4_row()), G4) == {"id": 1, "key": "sk-new"}


def test_a_proxy_that_goes_takes_its_address_with_it() -> None:
    body = encode_update({"proxy": False}, decode(g4_row(proxy=True, channel_proxy="http://u:p@h")), G4)

    assert body == {"id": 1, "proxy": False, "channel_proxy": ""}


def test_values_by_reference_reach_the_wire_in_clear() -> None:
    fields: dict[str, Value] = {"type": Secret("openai"), "models": (Secret("m-a"),), "headers": {"X": Secret("v")}}

    body = encode_create("a", fields, G4)

    assert (body["type"], body["model"], body["custom_header"]) == ("openai", "m-a", [{"header_key": "X", "header_value": "v"}])
