"""Odd secrets stand in every place that takes one, and no command puts out any of them, nor a fingerprint."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from chanops.cli.front import COMMANDS
from security.planted import ODDITIES, Planted, bare_channel, configuration, newapi_channel, octopus_channel, quoted

if TYPE_CHECKING:
    from security.stage import Stage

VIEWS: tuple[list[str], ...] = ([], ["-v"], ["--concise"], ["--json"], ["--format", "markdown"], ["--format", "html"])
SWEPT = {
    "validate",
    "check",
    "fmt",
    "init",
    "plan",
    "diff",
    "test",
    "adopt",
    "forget",
    "migrate",
    "show",
    "apply",
    "list",
    "get",
    "doctor",
    "schema",
    "import",
    "add",
    "lock",
    "secrets",
}
SILENT = {"completion", "sandbox"}  # no secret of a file reaches the first; the second hands out the sandbox's own, on purpose


def look_everywhere(stage: Stage, oddities: tuple[str, ...] = ("plain",)) -> None:
    """Run every command that only looks."""
    look_at_files(stage)
    for view in VIEWS:
        stage.run("plan", *view)
    stage.run("plan", "--out", "it.plan", "--rewrite-keys")
    for view in VIEWS:
        stage.run("show", "it.plan", *(flag for flag in view if flag != "-v"))
    for view in ([], ["--json"]):
        stage.run("doctor", *view)
    for view in ([], ["--wide"], ["--json"], ["--search", "Qz9w"]):
        stage.run("list", *view)
    for sides in (("main", "edge"), ("edge", "channels.yaml"), ("channels.yaml:edge", "main"), ("it.plan", "it.plan")):
        for view in (["-v"], ["--json"], ["--format", "markdown"]):
            stage.run("diff", *sides, *view)
    for oddity in oddities:
        for site in ("main", "edge"):
            stage.run("get", f"{site}/channel/channel {oddity}")
            stage.run("get", f"{site}/channel/channel {oddity}", "--json")
            stage.run("get", f"{site}/channel/bare {oddity}")


def look_at_files(stage: Stage) -> None:
    """Run every command that looks at the files alone."""
    for args in (
        ["validate"],
        ["validate", "--json"],
        ["secrets"],
        ["secrets", "--static"],
        ["secrets", "--json"],
        ["check", "--static"],
        ["check", "--static", "--json"],
        ["check", "--static", "--format", "sarif"],
        ["fmt", "--check"],
        ["fmt", "--check", "--diff"],
        ["fmt", "--check", "--json"],
    ):
        stage.run(*args)


def apply(stage: Stage, *more: str) -> None:
    lifts = ("--allow-replace", "*", "--allow-route-loss", "*", "--max-deletes", "100%")
    assert stage.run("apply", "--auto-approve", "--journal", "run.jsonl", *lifts, *more).code == 0


def channels(planted: Planted, *, with_bare: bool) -> dict[str, Any]:
    main = [newapi_channel(planted, oddity) for oddity in ODDITIES]
    edge = [octopus_channel(planted, oddity) for oddity in ODDITIES]
    if with_bare:
        main += [bare_channel(planted, oddity, "main") for oddity in ODDITIES]
        edge += [bare_channel(planted, oddity, "edge") for oddity in ODDITIES]
    return configuration(main, edge)


def test_no_command_puts_out_a_secret_in_the_whole_life_of_a_channel(stage: Stage) -> None:
    """Channels are created, every secret is rotated and some channels are no longer declared, then all goes."""
    planted = Planted()
    stage.setenv({"CHANOPS_LOG": "debug", "FORCE_COLOR": "1"})
    stage.run("schema")

    for with_bare in (True, False):
        stage.write(channels(planted, with_bare=with_bare))
        stage.setenv(planted.environ)
        look_everywhere(stage)
        apply(stage, "-v")
    look_everywhere(stage, ("quotes", "terminal", "huge"))
    write_files(stage, planted)

    assert stage.leaks(planted) == []
    assert len(planted.cores) > 500
    assert {ended.args[0] for ended in stage.ended} == SWEPT


def write_files(stage: Stage, planted: Planted) -> None:
    """Run every command that writes YAML or the lock; half of the channels are no longer declared."""
    content = channels(planted, with_bare=True)
    stage.write(content)
    stage.setenv(planted.environ)
    apply(stage)
    for site in content["sites"].values():
        del site["channels"][len(ODDITIES) :]
    stage.write(content)
    for ends in (("main", "edge"), ("edge", "main")):
        stage.run("migrate", *ends)
        for more in (["--json"], ["--keys", "file"]):
            assert stage.run("migrate", *ends, "--on-conflict", "overwrite", *more).code == 0
    for site in ("main", "edge"):
        for keys in ("env", "file", "ignore"):
            assert stage.run("import", site, "--names", "bare *", "--keys", keys).code == 0
        assert stage.run("import", site, "--names", "bare *", "--out", f"{site}.yaml").code == 0
        key, url = planted.odd("markup"), f"https://user:{planted.core()}@api.example/v1"
        stage.setenv(planted.environ)
        stage.run("add", site, "--base-url", "https://api.example", "--key", key, "--type", "openai", "--models", "gpt-4o")
        stage.run("add", site, "--base-url", url, "--key", key, "--type", "openai", "--models", "gpt-4o")
        stage.run("add", site, "--base-url", "https://api.example", "--key", planted.core())
    stage.run("lock")
    stage.run("lock", "--check")
    one = ("--target", "main/channel/channel quotes")  # its upstream is really asked, and does not exist
    for view in ([], ["--json"]):
        stage.run("check", *one, *view)
        stage.run("test", "--auto-approve", *one, *view)
        stage.run("forget", "--auto-approve", "main/channel/bare quotes", *view)
    stage.write(channels(planted, with_bare=True))
    stage.setenv(planted.environ)
    for view in ([], ["--json"]):
        assert stage.run("adopt", "--auto-approve", "main/channel/bare quotes", *view).code == 0
    stage.run("fmt", "--diff")
    stage.run("fmt")
    stage.run("init", "fresh", "--ci", "github")


def test_every_command_is_swept() -> None:
    assert set(COMMANDS) - SWEPT - SILENT == set()


def test_what_is_no_secret_stays_readable_beside_a_secret_that_looks_like_it(stage: Stage) -> None:
    stage.setenv({"KEY": "8080", "MODEL_KEY": "gpt-4o", "ONE": "1"})
    channel = {
        "type": "openai",
        "base_url": "https://api.example:8080",
        "models": ["gpt-4o", "gpt-4o-mini"],
        "priority": 8080,
        "weight": 1,
    }
    stage.write(
        configuration(
            [{**channel, "name": f"a{n}", "key": f"${{env:{name}}}"} for n, name in enumerate(("KEY", "MODEL_KEY", "ONE"))], []
        )
    )

    shown = stage.run("plan")

    assert shown.code == 0
    assert shown.out.count('"https://api.example:8080"') == 3
    assert shown.out.count('"gpt-4o-mini"') == 3
    assert len(re.findall(r"priority += 8080\n", shown.out)) == 3
    assert len(re.findall(r"key += \(secret, from env:", shown.out)) == 3


def literal(oddity: str, planted: Planted) -> dict[str, Any]:
    odd = [planted.value(oddity) for _ in range(6)]
    return {
        "name": f"literal {oddity}",
        "type": "openai",
        "models": ["gpt-4o"],
        "base_url": "https://api.example",
        "keys": odd[:2],
        "headers": {"X-Api-Key": odd[2], "Cookie": odd[3]},
        "param_override": {"deep": {"client_secret": odd[4], "password": odd[5]}},
        "proxy": f"http://user:{planted.core()}@proxy.example",
    }


@pytest.mark.parametrize("allowed", [True, False])
def test_literal_secrets_are_not_put_out_whether_allowed_or_refused(stage: Stage, allowed: bool) -> None:
    planted = Planted()
    odd = [literal(oddity, planted) for oddity in ODDITIES if oddity != "reference"]  # that one is no literal
    content = configuration(odd, [], allow_plaintext_secrets=allowed)
    stage.write(content)

    look_everywhere(stage)
    stage.run("apply", "--auto-approve")

    assert stage.run("validate").code == (0 if allowed else 1)
    assert ("a secret stands here as plain text" in stage.run("validate").err) is not allowed
    assert stage.leaks(planted) == []


BROKEN = [
    "key: {value}: {value}",
    "key: [{value}",
    "key: {value}\n   bad: indent",
    "key: @{value}",
    "key: `{value}`",
    "key: &{value}",
    "key: *{value}",
    "key: !{value} x",
    "key: !!python/object:{value} x",
    'key: "{value}\n    models: [a]',
    "key: '{value}",
    "key: {value}\n  key: {value}",
    "keys: {value}",
    "keys: {{{value}: {value}}}",
    "keys: [{value}, [{value}]]",
    "key: {{{value}}}",
    "key: [{value}]",
    "key:{value}",
    "key : {value}\n\tx: y",
    "kay: {value}",
    "api_key: {value}",
    "{value}: x",
    "key: ${{env:{value}",
    "key: ${{{value}:x}}",
    "key: ${{env:{value} x}}",
    "key: ${{file:/nowhere/else}}{value}",
    "key: |\n    {value}\n   {value}",
    "key: >\n    {value}\n  headers: {{X-Api-Key: [{value}]}}",
    "headers: {{X-Api-Key: [{value}], Authorization: {{a: {value}}}}}",
    "headers: {value}",
    "headers: [{{X-Api-Key: {value}}}]",
    'param_override: \'{{"api_key": "{value}"}}\'',
    "param_override: [api_key, {value}]",
    'newapi: {{setting: \'{{"proxy": "{value}"}}\'}}',
    "headers: [X-Api-Key, {value}]",
    "proxy: http://user:{value} {value}@proxy.example",
    "proxy: ftp://user:{value}@proxy.example",
    "proxy: [http://user:{value}@proxy.example]",
    "base_url: http://user:{value}@api.example:port",
    "base_url: https://user:{value}@api.example/%zz",
    "base_url: https://api.example/v1/?api_key={value}",
    "provider: {{key: {value}}}",
    "newapi: {{key: {value}}}",
    "newapi: {{setting: {{proxy: 'http://user:{value}@h h'}}}}",
    "param_override: {{api_key: 012{value}, password: {value}: {value}}}",
    "param_override: {{client_secret: &a {value}, b: *a, client_secret: {value}}}",
    "key: 1 # was {value}",
    "key: 1e{value}\n  keys: [{value}]",
    "--- {value}\nkey: {value}",
    "key: {value}\n%YAML {value}",
    "key: {value}\x07",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_explained_without_the_literal_secret_in_it(stage: Stage, text: str) -> None:
    planted = Planted()
    entry = text.format(value=planted.core())
    stage.write(
        "version: 1\nsites:\n  main:\n    kind: newapi\n    url: sandbox:newapi\n    channels:\n"
        "    - name: a\n      type: openai\n      models: [gpt-4o]\n      " + entry.replace("\n", "\n    ") + "\n"
    )

    codes = {stage.run("validate").code, stage.run("plan", "--json").code}

    assert stage.leaks(planted) == []
    assert codes <= {0, 1}


@pytest.mark.parametrize("oddity", ["plain", "unicode", "quotes", "newlines", "terminal", "huge"])
@pytest.mark.parametrize("place", ["token", "password", "username", "url"])
def test_credentials_of_a_site_are_not_put_out(stage: Stage, oddity: str, place: str) -> None:
    planted = Planted()
    main: dict[str, Any] = {"auth": {"access_token": planted.odd("plain"), "user_id": 1}}
    edge: dict[str, Any] = {"auth": {"username": "admin", "password": planted.odd("plain")}}
    if place == "token":
        main["auth"]["access_token"] = planted.odd(oddity)
    elif place == "password":
        main["auth"] = {"username": "root", "password": planted.odd(oddity)}
        edge["auth"]["password"] = planted.odd(oddity)
    elif place == "username":
        main["auth"] = {"username": planted.odd(oddity), "password": planted.odd("plain")}
        edge["auth"]["username"] = planted.odd(oddity)
    else:
        main["url"] = planted.ref(f"http://127.0.0.1:9/{planted.value(oddity)}")
        edge["url"] = planted.ref(f"http://127.0.0.1:9/{planted.value(oddity)}")
    content = configuration([newapi_channel(planted, "plain")], [octopus_channel(planted, "plain")])
    content["sites"]["main"] |= main
    content["sites"]["edge"] |= edge | {"timeout": 1}
    stage.write(content)
    stage.setenv({"CHANOPS_LOG": "debug", **planted.environ})
    stage.monkeypatch.setattr("chanops.gateways.pacing.RealTimer.sleep", no_sleep)

    for args in (["plan", "-v"], ["apply", "--auto-approve", "--json"], ["list"]):
        assert stage.run(*args).code in (0, 1)

    assert stage.leaks(planted) == []


async def no_sleep(*_: object) -> None:
    """Wait for nothing."""


def test_two_channels_with_one_key_carry_different_fingerprints(stage: Stage) -> None:
    stage.setenv({"KEY": "sk-the-same-for-both"})
    channel = {"type": "openai", "models": ["gpt-4o"], "key": "${env:KEY}"}
    stage.write(configuration([{**channel, "name": "a"}, {**channel, "name": "b"}], []))
    apply(stage)

    listed = stage.run("sandbox", "request", "main", "GET", "/api/channel/").out

    marks = [json.loads(item["other_info"])["chanops"]["key"] for item in json.loads(listed)["data"]["items"]]
    assert len(set(marks)) == len({mark.split(":")[1] for mark in marks}) == 2


def test_missing_references_are_named_by_name_alone(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    planted = Planted()
    file = tmp_path_factory.mktemp("secrets") / "binary"
    file.write_bytes(b"\xff" + planted.core().encode())
    channel = newapi_channel(planted, "plain")
    channel["headers"] |= {"A": f"${{file:{file}}}", "B": "${file:nowhere}", "C": "${env:NOT_THERE}", "D": "${env:EMPTY}"}
    content = configuration([channel], [])
    stage.write(quoted(content))
    stage.setenv({**planted.environ, "EMPTY": ""})

    ended = [stage.run(*args) for args in (["plan"], ["plan", "--json"], ["apply", "--auto-approve"])]

    assert {one.code for one in ended} == {1}
    assert "${env:NOT_THERE} is not set" in ended[0].err
    assert "${env:EMPTY} is empty" in ended[0].err
    assert stage.leaks(planted) == []


def test_files_and_defaults_are_no_less_secret(stage: Stage) -> None:
    planted = Planted()
    stage.write(planted.value("newlines"), "key")
    default = planted.core()
    channel = newapi_channel(planted, "plain") | {
        "key": "${file:key}",
        "remark": f"${{env:NOT_THERE:-{default}}}",
        "headers": {"X-Team": f"a ${{env:NOT_THERE:-{planted.core()}}} b", "X-Key": f"${{env:NOT_THERE:-{planted.core()}}}"},
    }
    stage.write(configuration([channel], []))
    stage.setenv(planted.environ)

    look_everywhere(stage)
    apply(stage)
    look_everywhere(stage)

    assert stage.leaks(planted) == []


def test_what_other_sources_hold_is_no_less_secret(stage: Stage) -> None:
    planted = Planted()
    values = {name: planted.value("plain") for name in ("cmd", "sops", "beside", "bad")}
    stage.write(f"#!/bin/sh\necho '{values['cmd']}'\n", "tell")
    stage.write(f"#!/bin/sh\necho '{values['bad']}'; echo '{values['bad']}' >&2\nexit 1\n", "fail")
    stage.write("#!/bin/sh\ncat tree.json\n", "sops")
    stage.write(json.dumps({"llm": values["sops"], "beside": values["beside"]}), "tree.json")
    stage.write("sops: {}\n", "kept.json")
    for name in ("tell", "fail", "sops"):
        (stage.folder / name).chmod(0o700)
    stage.setenv({"PATH": f"{stage.folder}:/usr/bin:/bin"})
    key = {**newapi_channel(planted, "plain"), "key": "${cmd:./tell}", "tag": "${sops:kept.json#llm}"}
    stage.write(configuration([key], [], allow_commands=True))
    stage.setenv(planted.environ)

    look_everywhere(stage)
    apply(stage)
    look_everywhere(stage)
    stage.write(configuration([{**key, "key": "${cmd:./fail}", "remark": "${sops:kept.json}"}], [], allow_commands=True))
    look_everywhere(stage)
    stage.write(
        configuration([{**key, "key": "${cmd:./fail}", "remark": "${sops:kept.json#nowhere}"}], [], allow_commands=True)
    )
    look_everywhere(stage)

    assert "cannot be read: the command ended with 1" in stage.run("plan").err
    assert stage.leaks(planted) == []


def test_bytes_that_are_no_text_are_a_finding(stage: Stage) -> None:
    stage.setenv({"KEY": "sk-\udcff\udcfe-invented"})
    stage.write(configuration([{"name": "a", "type": "openai", "models": ["gpt-4o"], "key": "${env:KEY}"}], []))

    ended = stage.run("plan")

    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "${env:KEY} cannot be read: it is not UTF-8 text" in ended.err
