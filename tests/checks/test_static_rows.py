"""The S rows of contracts/upstreams.md 5, each named after its rule: what is bad, and a twin that is fine."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Protocol

import pytest

import chanops
from chanops.cli.app import run
from chanops.domain.rules import RULES, Needs

NEWAPI = "kind: newapi, url: 'https://main.example.com', auth: {access_token: '${env:TOKEN}', user_id: 1}"
OCTOPUS = "kind: octopus, url: 'https://edge.example.com', auth: {username: admin, password: '${env:PASSWORD}'}"
SOURCE = Path(chanops.__file__).parent

Told = set[tuple[str, str]]


class Check(Protocol):
    """Checks one channel that is fine but for *lines*; returns severity and rule of each finding."""

    def __call__(self, *lines: str, site: str = NEWAPI, more: str = "", top: str = "") -> Told: ...


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    def checked(*lines: str, site: str = NEWAPI, more: str = "", top: str = "") -> Told:
        return told(tmp_path / "channels.yaml", capsys, text_of(lines, site, more, top))

    return checked


def text_of(lines: tuple[str, ...], site: str, more: str, top: str) -> str:
    own = {"name": "A", "type": "openai", "base_url": "https://a.example.com", "key": "'${env:KEY}'", "models": "[gpt-4o]"}
    if site == OCTOPUS:
        own["base_url"] = "https://a.example.com/v1"
    for line in lines:
        name, _, value = line.partition(": ")
        own[name] = value
    channel = ", ".join(f"{name}: {value}" for name, value in own.items() if value)
    return f"version: 1\n{top}sites:\n  main: {{{site}, channels: [{{{channel}}}{more}]}}\n"


def told(path: Path, capsys: pytest.CaptureFixture[str], text: str) -> Told:
    path.write_text(text, encoding="utf-8")
    capsys.readouterr()
    code = run(["check", "--static", "--json", "-f", str(path)])
    answer = json.loads(capsys.readouterr().out)
    assert code == bool(answer["error_count"])
    return {(found["severity"], found["rule"]) for found in answer["diagnostics"]}


def test_a_channel_that_is_fine_has_no_finding(check: Check) -> None:
    assert check() == check(site=OCTOPUS) == set()


def test_url_version(check: Check) -> None:
    assert check("base_url: https://a.example.com/v1") == {("error", "url-version")}
    assert check("base_url: https://a.example.com/v1", "type: gemini") == {("error", "url-version")}
    assert check("base_url: https://a.example.com/v1beta", site=OCTOPUS) == {("error", "url-version")}
    assert check("base_url: https://a.example.com/api") == set()


def test_url_version_of_an_octopus_that_adds_none(check: Check) -> None:
    old = "base_url: ", "base_urls: ['https://a.example.com', 'https://b.example.com']"  # only v0.9 has several

    assert check(*old, site=OCTOPUS) == {("error", "url-version")}
    assert check(old[0], "base_urls: ['https://a.example.com/v1', 'https://b.example.com/v1']", site=OCTOPUS) == set()


def test_url_form(check: Check) -> None:
    for url in ("a.example.com", "'https://a.example.com/x y'", "' https://a.example.com'", "https://a.example.com/"):
        assert check(f"base_url: {url}") == {("error", "url-form")}


def test_url_raw(check: Check) -> None:
    assert check("base_url: 'https://a.example.com/chat?x'") == {("notice", "url-raw")}
    assert check("base_url: 'https://a.example.com/chat#'") == {("notice", "url-raw")}
    assert check("type: custom") == {("notice", "url-raw")}
    assert check("base_url: 'https://a.example.com/chat##'", site=OCTOPUS) == {("notice", "url-raw")}


@pytest.mark.parametrize("kind", ["azure", "custom", "sunoapi", "xinference", 3, 8, 36, 47])
def test_url_required(check: Check, kind: str | int) -> None:
    assert check(f"type: {kind}", "base_url: ") == {("error", "url-required")}


def test_url_required_on_octopus_whatever_the_type(check: Check) -> None:
    assert check("base_url: ", site=OCTOPUS) == {("error", "url-required")}
    assert check("base_url: ") == set()


def test_models_empty(check: Check) -> None:
    assert check("models: []") == check("models: ") == {("error", "models-empty")}


def test_model_name(check: Check) -> None:
    for name in ("' gpt-4o'", "'gpt-4o '", '"gpt\\u0007"', "'a,b'", "x" * 256, "''"):
        assert check(f"models: [{name}]") == {("error", "model-name")}
    assert check(f"models: [{'x' * 255}]") == set()


def test_model_dup(check: Check) -> None:
    assert check("models: [gpt-4o, gpt-4o]") == {("error", "model-dup")}
    assert check("models: [gpt-4o, GPT-4o]") == {("warning", "model-dup")}


def test_map_json(check: Check) -> None:
    assert check("model_mapping: [gpt-4o]") == {("error", "map-json")}
    assert check("model_mapping: {gpt-4o: 1}") == {("error", "map-json")}
    assert check("model_mapping: {gpt-4o: {to: x}}") == {("error", "map-json")}


def test_map_cycle(check: Check) -> None:
    assert check("models: [a, b]", "model_mapping: {a: b, b: a}") == {("error", "map-cycle")}
    assert check("models: [a, b]", "model_mapping: {a: b, b: c}") == set()
    assert check("models: [a]", "model_mapping: {a: a}") == set()


def test_map_source(check: Check) -> None:
    assert check("model_mapping: {gpt-5: gpt-5-2026}") == {("error", "map-source")}
    assert check("model_mapping: {gpt-4o: not-among-the-models}") == set()


def test_group_length(check: Check) -> None:
    assert check(f"groups: [{'a' * 32}, {'b' * 32}]") == {("error", "group-length")}
    assert check(f"groups: [{'a' * 32}, {'b' * 31}]") == set()


def test_group_blank(check: Check) -> None:
    assert check("groups: [' vip']") == check("groups: ['']") == {("error", "group-blank")}
    assert check("groups: [vip]") == set()


def test_name_dup(check: Check) -> None:
    twin = ", {name: A, type: gemini, key: '${env:K2}', models: [gemini-pro], base_url: 'https://b.example.com"

    assert check(more=f"{twin}'}}") == check(site=OCTOPUS, more=f"{twin}/v1beta'}}") == {("error", "name-dup")}
    assert check(more=f"{twin.replace('name: A', 'name: B')}'}}") == set()


def test_target_dup(check: Check) -> None:
    twin = ", {name: B, type: openai, base_url: 'https://a.example.com', key: '${env:KEY}', models: [gpt-4o-mini]}"

    assert check(more=twin) == {("warning", "target-dup")}
    assert check(more=twin.replace("KEY", "KEY_2")) == set()
    assert check(more=twin.replace("openai", "sora")) == set()
    assert check(more=twin.replace("a.example.com", "b.example.com")) == set()


def test_key_form(check: Check) -> None:
    plain = "allow_plaintext_secrets: true\n"
    for key in ("' sk-1-invented'", '"sk-1-invented\\nsk-2-invented"', "'sk-1-invented,sk-2-invented'"):
        assert check(f"key: {key}", top=plain) == {("error", "key-form")}
    assert check("key: sk-1-invented", top=plain) == set()


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("baidu", "a|b", "a"),
        ("xunfei", "a|b|c", "a|b"),
        ("tencent", "a|b|c", "a||c"),
        ("aws", "a|b|us-east-1", "a|b"),
        ("kling", "a|b", "a|b|c"),
        ("jimeng", "a|b", "a"),
    ],
)
def test_key_type(check: Check, kind: str, good: str, bad: str) -> None:
    plain = "allow_plaintext_secrets: true\n"

    assert check(f"type: {kind}", f"key: '{bad}'", top=plain) == {("error", "key-type")}
    assert check(f"type: {kind}", f"key: '{good}'", top=plain) == set()
    assert check(f"type: {kind}") == set()  # what a reference holds is not looked at


def test_key_type_of_accounts_in_json(check: Check) -> None:
    plain = "allow_plaintext_secrets: true\n"
    account = """'{"access_token": "a-1", "account_id": "b-2"}'"""

    assert check("type: codex", "key: sk-1-invented", top=plain) == {("error", "key-type")}
    assert check("type: codex", f"key: {account}", top=plain) == set()
    assert check("type: vertexai") == {("error", "key-type")}
    assert check("type: vertexai", "newapi: {other: {default: us-central1}}") == set()


def test_key_type_of_aws_with_an_api_key(check: Check) -> None:
    plain = "allow_plaintext_secrets: true\n"
    settings = "newapi: {settings: {aws_key_type: api_key}}"

    assert check("type: aws", "key: a|us-east-1", settings, top=plain) == set()
    assert check("type: aws", "key: a|b|us-east-1", settings, top=plain) == {("error", "key-type")}


def test_json_field(check: Check) -> None:
    long = "{" + ", ".join(f"'{number}': '500'" for number in range(100, 200)) + "}"
    bad = (
        "param_override: [1]",
        "headers: [1]",
        "newapi: {setting: 1}",
        "newapi: {settings: [1]}",
        "newapi: {setting: {force_format: 'yes'}}",
        f"newapi: {{status_code_mapping: {long}}}",
        f"remark: {'x' * 256}",
    )
    for line in bad:
        assert check(line) == {("error", "json-field")}, line
    assert check("param_override: {temperature: 0}", "headers: {X-A: b}", f"remark: {'x' * 255}") == set()


def test_auto_sync(check: Check) -> None:
    assert check("octopus: {auto_sync: true}", site=OCTOPUS) == {("error", "auto-sync")}
    assert check("newapi: {settings: {upstream_model_update_auto_sync_enabled: true}}") == {("error", "auto-sync")}
    assert check("octopus: {auto_sync: true}", "ignore: [models]", site=OCTOPUS) == set()


def test_auto_sync_of_groups(check: Check) -> None:
    assert check("octopus: {auto_group: fuzzy}", site=OCTOPUS) == {("warning", "auto-sync")}
    assert check("octopus: {auto_group: none}", site=OCTOPUS) == set()


def test_test_model(check: Check) -> None:
    assert check("test_model: gpt-5") == {("warning", "test-model")}
    assert check("test_model: gpt-4o") == set()


@pytest.mark.parametrize(
    "name", ["text-embedding-3-small", "bge-m3", "dall-e-3", "flux-pro", "jina-reranker-v2", "whisper-1", "tts-1", "veo-3"]
)
def test_test_model_is_absent_and_the_first_model_cannot_chat(check: Check, name: str) -> None:
    assert check(f"models: [{name}, gpt-4o]") == {("warning", "test-model")}
    assert check(f"models: [gpt-4o, {name}]") == check(f"models: [{name}, gpt-4o]", "test_model: gpt-4o") == set()


def test_every_static_row_of_the_table_has_its_test() -> None:
    named = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    rows = list(RULES)[: list(RULES).index("octopus-unrouted") + 1]

    assert {rule for rule in rows if RULES[rule].needs is Needs.FILES} <= named


def test_every_rule_that_a_finding_carries_is_in_the_table() -> None:
    carried = {rule for path in SOURCE.rglob("*.py") for rule in rules_in(ast.parse(path.read_text(encoding="utf-8")))}

    assert carried - {""} <= RULES.keys()
    assert len(carried) > 30


def rules_in(tree: ast.AST) -> set[str]:
    """The texts given as `rule=`, be it as they are or one of two."""
    given = [
        word.value for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords if word.arg == "rule"
    ]
    constants = [node for value in given for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return {node.value for node in constants if isinstance(node.value, str) and "-" in node.value}
