"""Files with faults: exit code 1, the place, what is wrong and how to mend it; never a traceback, never a half-run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from cli.stage import KEY, configuration, entry, newapi

if TYPE_CHECKING:
    from pathlib import Path

    from cli.stage import Stage

SOUND = """\
version: 1
owner: team
providers:
  up: {base_url: https://api.example.com, key: "${env:KEY}"}
sites:
  main:
    kind: newapi
    url: https://gateway.example.com
    auth: {access_token: "${env:TOKEN}", user_id: 1}
    guards: {max_deletes: 3}
    channels:
      - name: A
        type: openai
        provider: up
        models: [gpt-4o]
        groups: [default]
  edge:
    kind: octopus
    url: https://octopus.example.com
    auth: {username: admin, password: "${env:PASSWORD}"}
    channels:
      - {name: B, type: openai, provider: up, models: [gpt-4o]}
"""


class Fault(NamedTuple):
    """A fault made by replacing *old* in the sound file, and what is said of it."""

    old: str
    new: str
    place: str
    says: str


FAULTS = {
    "unknown key at the top": Fault("owner: team", "ownr: team", "2:1", 'did you mean "owner"?'),
    "unknown key of a site": Fault("guards: {", "gards: {", "10:5", 'did you mean "guards"?'),
    "unknown key of a channel": Fault("groups: [", "group: [", "16:9", 'did you mean "groups"?'),
    "unknown key of auth": Fault("user_id: 1", "user: 1", "9:42", '"user" is not a key of auth'),
    "unknown guard": Fault("max_deletes", "max_delete", "10:14", 'did you mean "max_deletes"?'),
    "unknown type": Fault("type: openai\n", "type: opnai\n", "13:15", 'did you mean "openai"?'),
    "unknown kind": Fault("kind: newapi", "kind: newap", "7:11", 'did you mean "newapi"?'),
    "unknown provider": Fault("provider: up\n", "provider: upp\n", "14:19", 'did you mean "up"?'),
    "version of the future": Fault("version: 1", "version: 2", "1:10", "write version: 1"),
    "version missing": Fault("version: 1\n", "", "1:1", "version is missing"),
    "kind missing": Fault("    kind: newapi\n", "", "7:5", "write kind: newapi or kind: octopus"),
    "url missing": Fault("    url: https://gateway.example.com\n", "", "7:5", "url is missing"),
    "auth missing": Fault('    auth: {access_token: "${env:TOKEN}", user_id: 1}\n', "", "7:5", "auth is missing"),
    "auth of the other gateway": Fault("access_token", "token", "9:12", '"token" is not a key of auth'),
    "password without a name": Fault('username: admin, password: "${', 'password: "${', "20:11", "username is missing"),
    "type missing": Fault("        type: openai\n", "", "12:9", "type is missing"),
    "models missing": Fault("        models: [gpt-4o]\n", "", "12:9", "models is missing"),
    "key missing": Fault("        provider: up\n", "", "12:9", "key is missing"),
    "name missing": Fault("- name: A\n        type", "- type", "12:9", "name is missing"),
    "text where a list belongs": Fault("models: [gpt-4o]\n        groups", "models: gpt-4o\n        groups", "15:17", "list"),
    "text where a number belongs": Fault("groups: [default]", "priority: high", "16:19", "whole number"),
    "word where true or false belongs": Fault("groups: [default]", "enabled: on", "16:18", "write true"),
    "yes as a text": Fault("groups: [default]", "tag: yes", "16:14", '"yes"'),
    "list where a mapping belongs": Fault("guards: {max_deletes: 3}", "guards: [3]", "10:13", "mapping"),
    "limit above the whole": Fault("max_deletes: 3", "max_deletes: 130%", "10:27", "write 5 or 30%"),
    "same key twice": Fault("groups: [default]", "models: [b]", "16:9", "twice"),
    "same channel twice": Fault(
        "groups: [default]",
        "groups: [default]\n      - {name: A, type: openai, provider: up, models: [b]}",
        "17:16",
        "main already has a channel",
    ),
    "field of the other gateway": Fault(
        "provider: up, models", "tag: x, provider: up, models", "22:33", "Octopus has no field tag"
    ),
    "block of the other gateway": Fault(
        "groups: [default]", "octopus: {auto_sync: true}", "16:19", "the octopus: block is for Octopus sites"
    ),
    "plain secret": Fault('key: "${env:KEY}"', "key: sk-plain-0123456789", "4:48", "allow_plaintext_secrets"),
    "broken reference": Fault("${env:KEY}", "${env:KEY", "4:48", "write ${env:NAME}"),
    "unknown source of secrets": Fault("${env:KEY}", "${passwords:KEY}", "4:48", "one of: env, file, cmd"),
    "password in a url": Fault("https://gateway", "https://root:hidden-word@gateway", "8:10", "log in with auth:"),
    "url without a scheme": Fault("https://gateway.example.com", "gateway.example.com", "8:10", "https://"),
    "url of another scheme": Fault("https://gateway", "ftp://gateway", "8:10", "https://"),
    "unknown sandbox": Fault("https://gateway.example.com", "sandbox:newapii", "8:10", "write sandbox:newapi"),
    "sandbox of the other gateway": Fault("https://gateway.example.com", "sandbox:octopus", "8:10", "write sandbox:newapi"),
    "unknown generation": Fault(
        "https://gateway.example.com", '"sandbox:newapi?generation=hed"', "8:10", 'did you mean "head"?'
    ),
    "timeout below zero": Fault("guards: {max_deletes: 3}", "timeout: -1", "10:14", "write 30"),
    "parallelism of none": Fault("guards: {max_deletes: 3}", "parallelism: 0", "10:18", "from 1 to 1000"),
    "unknown way to manage": Fault("guards: {max_deletes: 3}", "manage: everything", "10:13", "marked, declared, all"),
    "unknown site of a shared channel": Fault(
        "owner: team",
        "channels:\n  - {name: C, sites: [man], type: openai, provider: up, models: [m]}",
        "3:23",
        'did you mean "main"?',
    ),
    "name with a line end": Fault("name: A", 'name: "A\\nB"', "12:15", "one line"),
    "name with a bidirectional mark": Fault("name: A", 'name: "A\\u202eB"', "12:15", "a name is one line of visible signs"),
    "mapped model that is not served": Fault("groups: [default]", "model_mapping: {o3: o4}", "16:25", "add it to models"),
    "ignored field that does not exist": Fault("groups: [default]", "ignore: [model]", "16:18", 'did you mean "models"?'),
    "id that is no number": Fault("groups: [default]", "id: first", "16:13", "chanops list"),
    "an octal number": Fault("groups: [default]", "priority: 010", "16:19", "10"),
    "not YAML": Fault("owner: team", "owner: [team", "", "error: "),
    "a tab": Fault("owner: team", "\towner: team", "2:1", "tab"),
    "a second document": Fault("owner: team", "---\nowner: team", "2:1", "document"),
    "a tag": Fault("owner: team", "owner: !!python/object:os.system team", "2:8", "tag"),
    "a list at the top": Fault(SOUND, "- version: 1\n", "1:1", "mapping"),
    "nothing but text": Fault(SOUND, "hello\n", "1:1", "mapping"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_of_a_file_is_told_with_its_place_and_its_mend(stage: Stage, name: str) -> None:
    fault = FAULTS[name]
    assert fault.old in SOUND
    stage.write(SOUND.replace(fault.old, fault.new, 1))

    ended = stage.run("validate")

    assert (ended.code, ended.out) == (1, "")
    assert f"--> channels.yaml:{fault.place}" in ended.err
    assert fault.says in ended.err


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"], ["list"], ["get", "main/channel/A"], ["validate"]])
def test_every_command_tells_a_fault_of_a_file_and_does_nothing(stage: Stage, command: list[str]) -> None:
    stage.write(configuration(main=newapi(entry("A", type="opnai"))))

    ended = stage.run(*command)

    assert (ended.code, ended.out) == (1, "")
    assert 'did you mean "openai"?' in ended.err
    assert not stage.database("main").exists()


def test_all_faults_are_told_at_once(stage: Stage) -> None:
    stage.write(SOUND.replace("type: openai\n", "type: opnai\n").replace("owner: team", "ownr: team"))

    ended = stage.run("plan")

    assert ended.err.endswith("\n2 errors\n")


def test_faults_of_several_files_are_told_at_once(stage: Stage) -> None:
    stage.write(SOUND.replace("type: openai\n", "type: opnai\n"), "one.yaml")
    stage.write("version: 1\nchanels: []\n", "two.yaml")

    ended = stage.run("validate", "-f", "one.yaml", "-f", "two.yaml")

    assert "--> one.yaml:13:15" in ended.err
    assert "--> two.yaml:2:1" in ended.err


def test_a_site_declared_in_two_files_tells_both_places(stage: Stage) -> None:
    stage.write(SOUND, "one.yaml")
    stage.write("version: 1\nsites:\n  main:\n    url: https://other.example.com\n", "two.yaml")

    ended = stage.run("validate", "-f", "one.yaml", "-f", "two.yaml")

    assert "--> two.yaml:4:5" in ended.err
    assert "one.yaml:8" in ended.err


def test_a_missing_secret_is_told_with_its_place(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.delenv("KEY")

    ended = stage.run("plan")

    assert ended.code == 1
    assert "${env:KEY} is not set" in ended.err
    assert "--> channels.yaml:17:13" in ended.err


def test_all_missing_secrets_are_told_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.delenv("KEY")
    monkeypatch.delenv("TOKEN")

    ended = stage.run("plan")

    assert ended.err.endswith("\n2 errors\n")


def test_with_a_missing_secret_no_site_is_read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.delenv("KEY")

    stage.run("apply", "--auto-approve")

    assert not stage.database("main").exists()


def test_a_secret_file_that_is_missing_is_told_by_its_name(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", key="${file:keys/none}")))

    ended = stage.run("plan")

    assert ended.code == 1
    assert "keys/none" in ended.err


def test_validate_needs_no_secret(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    for name in ("KEY", "TOKEN"):
        monkeypatch.delenv(name)

    assert stage.run("validate").code == 0


def test_list_needs_no_key_of_a_channel(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.declare(main=newapi(entry("A")))
    monkeypatch.delenv("KEY")

    assert stage.run("list").code == 0


def test_an_empty_file_says_what_it_lacks(stage: Stage) -> None:
    stage.write("")

    ended = stage.run("plan")

    assert ended.code == 1
    assert "channels.yaml" in ended.err


def test_a_file_without_sites_is_an_error(stage: Stage) -> None:
    stage.write("version: 1\n")

    ended = stage.run("plan")

    assert (ended.code, ended.out) == (1, "")
    assert "channels.yaml declares no site" in ended.err


def test_five_megabytes_of_aliases_are_refused(stage: Stage) -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    text = "\n".join(layers) + "\n" + "z: [" + "*a9, " * 1_000_000 + "*a9]\n"
    assert len(text) > 5_000_000
    stage.write("version: 1\n" + text)

    ended = stage.run("validate")

    assert ended.code == 1
    assert "aliases expand the file more than 10 times" in ended.err


def test_a_bottomless_file_is_refused(stage: Stage) -> None:
    stage.write("version: 1\nsites: " + "[" * 100_000)

    ended = stage.run("validate")

    assert ended.code == 1
    assert "deep" in ended.err


def test_a_file_that_is_no_text_is_refused(stage: Stage) -> None:
    (stage.folder / "channels.yaml").write_bytes(b"version: 1\nowner: \xff\xfe\n")

    ended = stage.run("validate")

    assert ended.code == 1
    assert "--> channels.yaml:2:8" in ended.err


def test_without_a_file_both_default_names_are_told(stage: Stage) -> None:
    ended = stage.run("plan")

    assert (ended.code, ended.out) == (1, "")
    assert "neither channels.yaml nor chanops.yaml" in ended.err


def test_a_named_file_that_is_missing_is_told(stage: Stage) -> None:
    ended = stage.run("plan", "-f", "none.yaml")

    assert ended.code == 1
    assert "none.yaml: there is no such file" in ended.err


def test_a_folder_without_yaml_is_told(stage: Stage) -> None:
    (stage.folder / "empty").mkdir()

    ended = stage.run("plan", "-f", "empty")

    assert ended.code == 1
    assert "empty: holds no .yaml file" in ended.err


def test_a_file_that_cannot_be_read_is_told_with_the_reason(stage: Stage) -> None:
    loop = stage.folder / "loop.yaml"
    loop.symlink_to(loop)

    ended = stage.run("plan", "-f", "loop.yaml")

    assert ended.code == 1
    assert "loop.yaml: cannot be read: " in ended.err


def test_a_quoted_line_never_shows_a_secret(stage: Stage) -> None:
    stage.write(SOUND.replace('"${env:KEY}"', f"{KEY}, tpye: x"))

    ended = stage.run("validate")

    assert ended.code == 1
    assert KEY not in ended.err + ended.out


def test_a_password_in_a_url_is_not_repeated(stage: Stage) -> None:
    stage.write(SOUND.replace("https://gateway", "https://root:hidden-word@gateway"))

    ended = stage.run("plan")

    assert "hidden-word" not in ended.err + ended.out


def test_the_place_is_marked_in_the_line_as_compilers_do(stage: Stage) -> None:
    stage.write(SOUND.replace("type: openai\n", "type: opnai\n"))

    ended = stage.run("validate")

    assert ended.err.splitlines()[1:5] == [
        "  --> channels.yaml:13:15",
        "   |",
        "13 |         type: opnai",
        '   |               ^^^^^ did you mean "openai"?',
    ]


def test_http_to_another_machine_is_a_warning(stage: Stage) -> None:
    stage.write(SOUND.replace("https://gateway", "http://gateway"))

    ended = stage.run("validate")

    assert ended.code == 0
    assert "warning: credentials will travel unencrypted" in ended.err


@pytest.mark.parametrize("url", ["https://gateway.example.com", "http://127.0.0.1:3000", "http://localhost:3000"])
def test_https_and_loopback_bring_no_warning(stage: Stage, url: str) -> None:
    stage.write(SOUND.replace("https://gateway.example.com", url))

    assert stage.run("validate").err == ""


def test_a_certificate_that_is_not_checked_is_a_warning_on_every_plan(stage: Stage, tmp_path: Path) -> None:
    stage.declare(main=newapi(entry("A"), tls={"verify": False}))

    ended = stage.run("plan")

    assert "Warning: the site's certificate is not checked" in ended.out
