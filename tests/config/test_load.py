"""The loader as a whole: it never raises, is the same for the same content, grows linearly and starts light."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chanops.config import json_schema, load
from chanops.domain.finding import Finding
from config.texts import NEWAPI, OCTOPUS, bare, channel, site, told

if TYPE_CHECKING:
    from config.conftest import LoadText

jsonschema = importlib.import_module("jsonschema")  # it brings no types

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))

FRAGMENTS = [
    "version: 1", "sites:", "  main:", "    kind: newapi", "    url: sandbox:newapi", "    channels:", "      - name: a",
    "        type: 1", "        models: [a, b]", "        key: ${env:K}", "        newapi: {setting: {proxy: null}}",
    "        headers: {a: b}", "defaults: {weight: 1}", "providers: {p: {}}", "channels: []", "- ", "? ", ": ", "&a ", "*a",
    "<<: *a", "{", "}", "[", "]", "'", '"', "|", ">", "!!set ", "\t", "#", "---", "...", "%YAML 1.2", "\n", "\n  ",
    "\n    ", "${", "$${", "010", "on",
]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=25))
def test_no_text_raises_anything(load_text: LoadText, parts: list[str]) -> None:
    loaded = load_text("".join(parts).encode("utf-8", "replace"))

    assert all(isinstance(finding, Finding) and finding.summary for finding in loaded.findings)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60))
def test_no_bytes_raise_anything(load_text: LoadText, data: bytes) -> None:
    assert load_text(data).findings


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["key", "models"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "version",
        "owner",
        "providers",
        "defaults",
        "sites",
        "channels",
        "kind",
        "url",
        "auth",
        "tls",
        "timeout",
        "manage",
        "guards",
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=st.dictionaries(KEYS, JSON, max_size=5), of_site=st.dictionaries(KEYS, JSON, max_size=5))
def test_no_shape_of_values_raises_anything(load_text: LoadText, top: dict[str, Any], of_site: dict[str, Any]) -> None:
    content = {"version": 1, "sites": {"main": of_site}, **top}

    loaded = load_text(yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "replace"))

    assert isinstance(loaded.findings, tuple)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(st.sampled_from(sorted(json_schema()["$defs"]["channel"]["properties"])), JSON, max_size=6))
def test_no_value_of_a_field_raises_anything(load_text: LoadText, fields: dict[str, Any]) -> None:
    text = (
        NEWAPI + yaml.safe_dump({"channels": [fields]}, allow_unicode=True, default_flow_style=True, width=10**6).strip()[1:-1]
    )

    loaded = load_text(text.replace("channels: ", "    channels: ", 1).encode("utf-8", "replace"))

    assert isinstance(loaded.findings, tuple)


def digest(load_text: LoadText, text: str) -> str:
    return load_text(text).desired.digest


def test_the_digest_is_of_the_content_alone(load_text: LoadText) -> None:
    text = channel("tag: a", "weight: 1")
    same = [
        text.replace("\n", "\r\n"),
        text.replace("tag: a", 'tag: "a"  # a comment'),
        text.replace("models: [gpt-4o, gpt-4o-mini]", "models:\n          - gpt-4o\n          - gpt-4o-mini"),
        channel("weight: 1", "tag: a"),
    ]

    assert digest(load_text, text).startswith("sha256:")
    assert {digest(load_text, other) for other in same} == {digest(load_text, text)}


@pytest.mark.parametrize("change", ["weight: 2", "tag: b", "enabled: 'true'", "key: ${env:OTHER}"])
def test_the_digest_moves_with_the_content(load_text: LoadText, change: str) -> None:
    assert digest(load_text, channel()) != digest(load_text, channel(change))


def test_the_digest_does_not_know_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(channel())
    digests = {load([Path("a.yaml")], cwd=tmp_path, environ={"KEY": value}).desired.digest for value in ("one", "two")}

    assert len(digests) == 1


def test_three_thousand_channels_of_fifty_models_are_loaded(load_text: LoadText) -> None:
    models = ", ".join(f"model-{n}" for n in range(50))
    rows = (f"      - {{name: c{n}, type: openai, key: '${{env:K{n}}}', models: [{models}]}}" for n in range(3000))

    found = site(load_text("\n".join([f"{NEWAPI}    channels:", *rows])))

    assert len(found.channels) == 3000
    assert {len(channel.fields["models"]) for channel in found.channels} == {50}  # type: ignore[arg-type]  # a list


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_valid_and_keep_to_the_schema(example: Path) -> None:
    loaded = load([example])

    assert not loaded.has_errors, told(loaded)
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.safe_load(example.read_text()))


def test_the_schema_is_a_schema_and_plain_json() -> None:
    schema = json_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize(
    "text",
    [
        channel("wheight: 1"),
        channel("weight: -1"),
        channel("newapi: {auto_sync: true}"),
        channel("enabled: 'yes'"),
        channel("groups: a"),
        channel().replace("type: openai", "type: opnai"),
        channel("state: gone"),
        channel("ignore: [wheight]"),
        bare("type: openai"),
        NEWAPI.replace("user_id: 1", "password: x"),
        OCTOPUS.replace("octopus", "octopuss"),
        "owner: a\n",
        "version: 1\nchannels: [{name: a}]\n",
    ],
)
def test_what_the_loader_refuses_by_form_the_schema_refuses_too(load_text: LoadText, text: str) -> None:
    assert load_text(text).has_errors
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(yaml.safe_load(text))


def test_every_word_of_a_channel_stands_in_the_schema_with_its_description() -> None:
    properties = json_schema()["$defs"]["shared_channel"]["properties"]

    assert all("description" in schema or "$ref" in str(schema) for schema in properties.values())


def test_loading_needs_none_of_the_heavy_packages() -> None:
    heavy = "pydantic httpx rich asyncio deepdiff http email logging json hashlib ssl socket difflib"
    program = (
        "import sys; from pathlib import Path; from chanops.config import load; "
        f"assert not load([Path({str(EXAMPLES[0])!r})]).has_errors; "
        f"print(*(name for name in {heavy.split()!r} if name in sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == []
