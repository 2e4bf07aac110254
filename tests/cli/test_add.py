"""`chanops add`: an address and a reference to a key become the YAML of a channel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.port import Answer, Seen
from cli.stage import KEY, Stage, entry, newapi, octopus

URL = "https://api.one.example"
LIST = json.dumps({"object": "list", "data": [{"id": "gpt-4o"}, {"id": "gpt-4o-mini"}]}).encode()


def add(*args: str, url: str = URL, key: str = "${env:KEY}", site: str = "main") -> list[str]:
    return ["add", site, "--base-url", url, "--key", key, *args]


@pytest.fixture
def both(stage: Stage) -> Stage:
    """A New API and an Octopus, declared without channels."""
    stage.write(
        """\
version: 1
owner: team
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    channels:   # ours
      - name: First   # of many
        type: openai
        base_url: https://first.example
        key: ${env:KEY}
        models: [gpt-4o]

  edge:
    kind: octopus
    url: sandbox:octopus
"""
    )
    return stage


def test_a_channel_is_printed_as_a_file_of_its_own(both: Stage) -> None:
    ended = both.run(*add("--models", "gpt-4o,gpt-4o-mini"))

    assert ended.code == 0, ended.err
    assert ended.out == (
        "version: 1\nsites:\n  main:\n    channels:\n"
        '      - name: "api.one.example | KEY (auto)"\n        type: openai\n        base_url: https://api.one.example\n'
        "        key: ${env:KEY}\n        models: [gpt-4o, gpt-4o-mini]\n"
    )


@pytest.mark.parametrize(
    ("site", "url", "type_name", "written"),
    [
        ("main", "https://api.one.example/v1/", "openai", "https://api.one.example"),
        ("main", "https://api.anthropic.com/v1", "anthropic", "https://api.anthropic.com"),
        ("main", "https://api.deepseek.com", "deepseek", "https://api.deepseek.com"),
        ("main", "https://one.example/v1beta", "gemini", "https://one.example"),
        ("edge", "https://api.one.example", "openai", "https://api.one.example/v1"),
        ("edge", "https://generativelanguage.googleapis.com", "gemini", "https://generativelanguage.googleapis.com/v1beta"),
        ("edge", "https://api.deepseek.com", "openai", "https://api.deepseek.com/v1"),
    ],
)
def test_the_address_tells_the_type_and_gets_the_gateways_form(
    both: Stage, site: str, url: str, type_name: str, written: str
) -> None:
    ended = both.run(*add("--models", "a", url=url, site=site))

    assert f"type: {type_name}\n        base_url: {written}\n" in ended.out


def test_type_and_name_may_be_given(both: Stage) -> None:
    ended = both.run(*add("--models", "a", "--type", "14", "--name", "Mine"))

    assert "- name: Mine\n        type: anthropic\n" in ended.out


def test_the_upstream_says_which_models_it_has(both: Stage, answer_with: Any) -> None:
    async def list_models(seen: Seen) -> Answer:
        return Answer(200, LIST) if seen.path == "/v1/models" else Answer(404)

    port = answer_with(list_models)

    ended = both.run(*add(url=port.url))

    assert "type: openai" in ended.out
    assert "models: [gpt-4o, gpt-4o-mini]" in ended.out


def test_an_upstream_that_does_not_answer_is_no_empty_list(both: Stage, answer_with: Any) -> None:
    async def refuse(_seen: Seen) -> Answer:
        return Answer(401, b'{"error": {"message": "no"}}')

    port = answer_with(refuse)

    ended = both.run(*add(url=port.url))

    assert ended.code == 1
    assert "the upstream does not say which models it has" in ended.err
    assert "or name them with --models" in ended.err


def test_a_key_that_is_written_out_is_refused_and_not_repeated(both: Stage) -> None:
    for key in ("sk-written-out-0123456789", "x${env:KEY}", "${env:KEY:-sk-written-out-0123456789}"):
        ended = both.run(*add("--models", "a", key=key))

        assert ended.code == 1
        assert "--key takes a reference" in ended.err
        assert "sk-written-out" not in ended.err + ended.out


@pytest.mark.parametrize("url", ["api.one.example", "https://user:secret-word@one.example", "ftp://x"])
def test_what_is_no_address_is_refused(both: Stage, url: str) -> None:
    ended = both.run(*add("--models", "a", url=url))

    assert ended.code == 1
    assert "--base-url" in ended.err
    assert "secret-word" not in ended.err


def test_a_key_in_the_address_is_refused_and_not_repeated(both: Stage) -> None:
    ended = both.run(*add("--models", "m", url=f"https://h/v1?api_key={KEY}"))

    assert ended.code == 1
    assert "--base-url holds a key or password; declare such a channel by hand, with the address as ${env:NAME}" in ended.err
    assert KEY not in ended.out + ended.err


@pytest.mark.parametrize("models", ["", " ,, "])
def test_models_that_name_none_are_refused(both: Stage, models: str) -> None:
    ended = both.run(*add("--models", models))

    assert ended.code == 1
    assert "--models names no model; leave it out to ask the upstream" in ended.err


def test_a_model_that_is_given_twice_is_written_once(both: Stage) -> None:
    ended = both.run(*add("--models", "a, b", "--models", "a"))

    assert "models: [a, b]\n" in ended.out


def test_into_puts_it_behind_the_others_and_changes_nothing_else(both: Stage) -> None:
    before = Path("channels.yaml").read_text(encoding="utf-8")

    ended = both.run(*add("--models", "a", "--name", "Second", "--into", "channels.yaml"))

    after = Path("channels.yaml").read_text(encoding="utf-8")
    head, tail = before.split("        models: [gpt-4o]\n")
    added = after.removeprefix(head + "        models: [gpt-4o]\n").removesuffix(tail)
    assert ended.err.endswith("channels.yaml: Second added\n")
    assert added.startswith("      - name: Second\n        type: openai\n")
    assert both.run("validate").code == 0


def test_into_makes_what_is_missing_on_the_way(both: Stage) -> None:
    both.run(*add("--models", "a", "--name", "New", "--into", "channels.yaml", site="edge"))
    both.run(*add("--models", "a", "--name", "Other", "--into", "more.yaml", url="https://two.example"))

    assert Path("channels.yaml").read_text(encoding="utf-8").endswith("        models: [a]\n")
    assert Path("more.yaml").read_text(encoding="utf-8").startswith("version: 1\nsites:\n  main:\n    channels:\n")
    assert both.run("validate", "-f", "channels.yaml", "-f", "more.yaml").code == 0


def test_a_channel_that_is_declared_already_is_refused(both: Stage) -> None:
    ended = both.run(*add("--models", "a", url="https://first.example/v1"))

    assert ended.code == 1
    assert "main/channel/First is declared already and has the same type, address and key" in ended.err


def test_another_key_for_the_same_address_is_another_channel(both: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "sk-other-0123456789")

    assert both.run(*add("--models", "a", url="https://first.example", key="${env:OTHER}")).code == 0


def test_the_same_key_under_another_name_is_the_same_key(both: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", KEY)

    assert both.run(*add("--models", "a", url="https://first.example", key="${env:OTHER}")).code == 1


def test_a_live_channel_with_the_same_key_is_refused_where_the_gateway_shows_it(both: Stage) -> None:
    row = {"name": "Live", "type": "openai", "base_url": f"{URL}/v1", "key": KEY, "model": "a"}
    both.hand("edge", "POST", "/api/v1/channel/create", row)

    ended = both.run(*add("--models", "a", site="edge"))

    assert ended.code == 1
    assert "edge/channel/Live lives on the site and has the same type, address and key" in ended.err


def test_a_live_channel_whose_key_is_hidden_is_only_mentioned(both: Stage) -> None:
    both.add_foreign("main", "Live", base_url=URL)

    ended = both.run(*add("--models", "a"))

    assert ended.code == 0
    assert "main/channel/Live has the same type and address; the gateway does not show its key" in ended.err


def test_a_name_that_lives_undeclared_is_refused(both: Stage) -> None:
    both.add_foreign("main", "Live")

    ended = both.run(*add("--models", "a", "--name", "Live"))

    assert ended.code == 1
    assert "choose another name with --name" in ended.err


def test_a_provider_of_that_address_stands_for_it(stage: Stage) -> None:
    providers = {"one": {"base_url": URL, "key": "${env:KEY}"}, "two": {"base_url": "https://two.example"}}
    stage.declare({"providers": providers}, main=newapi(), edge=octopus(entry("x", base_url="https://x.example")))

    whole = stage.run(*add("--models", "a"))
    half = stage.run(*add("--models", "a", url="https://two.example/v1"))

    assert "provider: one\n        models: [a]\n" in whole.out
    assert "provider: two\n        key: ${env:KEY}\n        models: [a]\n" in half.out


def test_a_file_in_braces_is_left_alone(stage: Stage) -> None:
    stage.declare(main=newapi())
    before = Path("channels.yaml").read_text(encoding="utf-8")

    ended = stage.run(*add("--models", "a", "--into", "channels.yaml"))

    assert ended.code == 1
    assert "leave --into out" in ended.err
    assert Path("channels.yaml").read_text(encoding="utf-8") == before
