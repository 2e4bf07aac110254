"""Whatever the bytes of a file are, loading it gives findings, and throws nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chanops.config import check_references, load
from chanops.render.findings_text import render_findings
from chanops.render.report_json import validate_to_json
from fuzz.mutate import PIECES, damaged_bytes

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
WHOLE = [path.read_bytes() for path in EXAMPLES]
bounded = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

KEYS = [
    "version", "owner", "providers", "defaults", "sites", "channels", "allow_plaintext_secrets", "kind", "url", "auth", "tls",
    "timeout", "parallelism", "manage", "guards", "name", "type", "enabled", "base_url", "base_urls", "key", "keys", "models",
    "model_mapping", "groups", "priority", "weight", "tag", "remark", "headers", "param_override", "proxy", "test_model",
    "newapi", "octopus", "setting", "settings", "provider", "protect", "state", "moved_from", "ignore", "id", "from", "include",
    "max_removed", "max_deletes", "last_route", "names", "access_token", "user_id", "username", "password", "verify", "<<", "x",
]  # fmt: skip
WORDS = [
    "newapi", "octopus", "sandbox:newapi", "${env:HOME}", "${file:x}", "${env:NO:-}", "openai", "https://a.example/v1",
    "absent", "present", "marked", "5", "30%", "gpt-4o", "http://u:p@h:1", "upstream",
]  # fmt: skip
numbers = st.one_of(st.just(1), st.integers(-(2**70), 2**70), st.floats())
scalars = st.one_of(st.sampled_from(WORDS), st.none(), st.booleans(), numbers, st.text(max_size=8))
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)),
    max_leaves=25,
)
documents = st.dictionaries(st.sampled_from(KEYS[:7]), trees, max_size=7)


def load_and_show(file: Path, data: bytes) -> None:
    """Load *data*, look its references up, and show all that was found."""
    file.write_bytes(data)

    loaded = load([file], environ={"HOME": "/", "QHAIGC_KEY": "sk-invented-0001"}, cwd=file.parent)
    findings = (*loaded.findings, *check_references(loaded.desired))

    text = render_findings(findings)
    assert all(line.isprintable() for line in text.split("\n"))
    assert "sk-demo-" not in text + json.dumps(validate_to_json(findings), allow_nan=False)


@bounded
@given(st.data())
def test_a_damaged_example_is_loaded_or_explained(tmp_path: Path, data: st.DataObject) -> None:
    load_and_show(tmp_path / "channels.yaml", data.draw(damaged_bytes(data.draw(st.sampled_from(WHOLE)))))


@bounded
@given(documents)
def test_a_tree_of_the_right_words_in_the_wrong_places_is_loaded_or_explained(tmp_path: Path, document: dict[str, Any]) -> None:
    text = json.dumps({"version": 1} | document, ensure_ascii=False)

    load_and_show(tmp_path / "channels.yaml", text.encode("utf-8", "replace"))


@bounded
@given(st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)))
def test_bytes_of_any_kind_are_explained(tmp_path: Path, data: bytes) -> None:
    load_and_show(tmp_path / "channels.yaml", data)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_worth_damaging(path: Path) -> None:
    assert not load([path]).has_errors
