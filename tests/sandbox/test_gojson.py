from __future__ import annotations

import pytest

from chanops.sandbox.gojson import GoJsonError, GoType, ListOf, MapOf, Struct, as_floats, decode_object, dump, parse


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"nope", b"NaN", b"\xef\xbb\xbf{}", b'"a\nb"', b'{"a":1,}'])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(GoJsonError):
        parse(body)


def test_text_after_the_first_value_is_ignored() -> None:
    assert parse(b'{"a": 1} zzz') == {"a": 1}


def test_a_strict_reader_refuses_text_after_the_first_value() -> None:
    with pytest.raises(GoJsonError):
        parse(b'{"a": 1} zzz', strict_tail=True)


def test_each_broken_byte_becomes_one_replacement_sign() -> None:
    assert parse(b'"\xff\xe2\x82"') == "\ufffd\ufffd\ufffd"


def test_lone_surrogates_become_replacement_signs_and_pairs_stay() -> None:
    assert parse(rb'"\ud800x\ud83d\ude80"') == "\ufffdx🚀"


def test_keys_match_in_any_case_and_the_last_one_wins() -> None:
    assert decode_object(parse(b'{"NAME":"a","x":1,"name":"b","Name":"c"}'), {"name": "string"}) == {"name": "c"}


def test_a_doubled_key_counts_where_it_stands_last() -> None:
    assert decode_object(parse(b'{"name":"a","Name":"b","name":"c"}'), {"name": "string"}) == {"name": "c"}


def test_null_is_the_same_as_absent() -> None:
    assert decode_object({"a": None}, {"a": "int"}) == {}
    assert decode_object(None, {"a": "int"}) == {}


@pytest.mark.parametrize("text", [b"1.0", b"1e1", b'"1"', b"true", b"9223372036854775808", b"[]", b"{}"])
def test_an_integer_has_to_be_written_as_one(text: bytes) -> None:
    with pytest.raises(GoJsonError):
        decode_object({"a": parse(text)}, {"a": "int"})


@pytest.mark.parametrize("value", [-1, 2**64])
def test_an_unsigned_integer_has_64_bits_and_no_sign(value: int) -> None:
    assert decode_object({"a": 2**64 - 1}, {"a": "uint"}) == {"a": 2**64 - 1}
    with pytest.raises(GoJsonError):
        decode_object({"a": value}, {"a": "uint"})


def test_a_list_takes_null_for_zero() -> None:
    assert decode_object({"a": ["x", None], "b": [1, None]}, {"a": "string_list", "b": "int_list"}) == {
        "a": ["x", ""],
        "b": [1, 0],
    }


def test_nested_types_are_checked_all_the_way_down() -> None:
    fields: dict[str, GoType] = {"list": ListOf(Struct({"n": "int"})), "map": MapOf("string")}

    assert decode_object({"list": [{"N": 1, "x": 2}], "map": {"Key": "v"}}, fields) == {
        "list": [{"n": 1}],
        "map": {"Key": "v"},
    }
    with pytest.raises(GoJsonError):
        decode_object({"list": [{"n": "1"}]}, fields)


def test_a_map_is_written_with_sorted_keys_and_escaped_brackets() -> None:
    assert dump({"b": "<a&b>", "a": "é"}) == r'{"a":"é","b":"\u003ca\u0026b\u003e"}'


def test_integers_above_2_to_the_53_are_rounded_when_a_map_is_read_and_written() -> None:
    assert dump(as_floats({"n": 2**53 + 1, "half": 0.5, "yes": True})) == '{"half":0.5,"n":9007199254740992,"yes":true}'
