"""Secrets out of commands, SOPS files, Vault and the keyring: what they give, how often each is asked, what is told."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import keyring.backend
import keyring.errors
import pytest

from chanops.config import check_references, load
from chanops.config.sources import program
from chanops.domain.secret import WITHHELD, Ledger
from chanops.domain.value import reveal
from config.texts import NEWAPI, channel, first, only, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.finding import Finding
    from config.conftest import LoadText

ALLOWED = NEWAPI.replace("version: 1", "version: 1\nallow_commands: true")
SECRET = "sk-from-elsewhere-0001"


def with_key(text: str, *more: str, site: str = ALLOWED) -> str:
    return channel(*more, site=site).replace("${env:KEY}", f"'{text}'" if "'" not in text else json.dumps(text))


def faults(load_text: LoadText, text: str, environ: dict[str, str] | None = None) -> list[Finding]:
    loaded = load_text(text, environ={"TOKEN": "t"} | (environ or {}))
    assert not loaded.has_errors, told(loaded)
    return list(check_references(loaded.desired))


def fault(load_text: LoadText, text: str, environ: dict[str, str] | None = None) -> str:
    (found,) = faults(load_text, text, environ)
    return found.summary


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path


# Commands


@pytest.mark.parametrize(
    ("command", "value"),
    [
        ("printf sk-1", "sk-1"),
        ("echo sk-1", "sk-1"),
        ("printf '%s %s' 'a b' \"c d\"", "a b c d"),
        ("printf %s a;b|c", "a;b|c"),
        ("printf %s $HOME", "$HOME"),
        ("sh -c 'cat; echo read nothing'", "read nothing"),
        ("./tell", "beside the file"),
    ],
)
def test_a_command_gives_what_it_prints_and_no_shell_reads_it(
    load_text: LoadText, tmp_path: Path, command: str, value: str
) -> None:
    script(tmp_path / "tell", "echo beside the file")

    key = first(load_text(with_key(f"${{cmd:{command}}}"))).fields["key"]

    assert (str(key), reveal(key)) == (f"(secret, from cmd:{command})", value)


def test_a_command_has_the_environment_of_the_run(load_text: LoadText) -> None:
    key = first(load_text(with_key("${cmd:printenv NAME}"), environ={"NAME": "n"})).fields["key"]

    assert reveal(key) == "n"


def test_a_command_is_refused_where_the_file_does_not_allow_it(load_text: LoadText, tmp_path: Path) -> None:
    found = only(load_text(with_key("${cmd:touch it-ran}", site=NEWAPI)))

    assert found[3:] == ("this file may not run commands", "write allow_commands: true at the top of the file that holds it")
    assert not (tmp_path / "it-ran").exists()


def test_the_leave_of_one_file_is_none_for_another(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("version: 1\nallow_commands: true\nproviders: {p: {key: '${cmd:echo a}'}}\n")
    (tmp_path / "b.yaml").write_text("version: 1\nproviders: {q: {key: '${cmd:echo a}'}}\n")

    loaded = load([tmp_path / "a.yaml", tmp_path / "b.yaml"], environ={})

    assert [(Path(f.range.filename).name, f.summary) for f in loaded.findings if f.range] == [
        ("b.yaml", "this file may not run commands")
    ]


@pytest.mark.parametrize("command", ["", " ", "echo 'a", 'echo "a', "awk '{print $1}' f", "echo {a", "echo a\\"])
def test_a_command_with_open_quotes_or_braces_is_told_and_shows_none_of_it(load_text: LoadText, command: str) -> None:
    found = only(load_text(with_key(f"${{cmd:{command}}}")))

    assert found[3] == "a reference here is malformed"
    assert "no { and no }; put such a command into a script" in found[4]


@pytest.mark.parametrize(
    ("command", "summary"),
    [
        ("sh -c 'echo sk-0 >&2; exit 3'", "cannot be read: the command ended with 3"),
        ("sh -c 'kill -9 $$'", "cannot be read: the command was ended by signal 9"),
        ("chanops-no-such-program x", 'cannot be read: there is no program "chanops-no-such-program"'),
        ("./plain", "cannot be read: the command does not start: permission denied"),
        ("true", "is empty"),
        ("printf \\\\377", "cannot be read: it is not UTF-8 text"),
        ("head -c 3000000 /dev/zero", "cannot be read: the command printed more than 1 MB"),
    ],
)
def test_a_command_without_a_value_is_told(load_text: LoadText, tmp_path: Path, command: str, summary: str) -> None:
    (tmp_path / "plain").write_text("")

    assert fault(load_text, with_key(f"${{cmd:{command}}}")) == f"${{cmd:{command}}} {summary}"


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(
    load_text: LoadText, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "SECONDS", 0.3)
    script(tmp_path / "hang", "(sleep 60; echo late > late) &\necho $! > child\nwait")

    found = fault(load_text, with_key("${cmd:./hang}"))

    child = int((tmp_path / "child").read_text())
    assert found.startswith("${cmd:./hang} cannot be read: the command took longer than")
    assert not is_alive(child)


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_no_word_of_a_failed_command_is_told(load_text: LoadText, tmp_path: Path) -> None:
    script(tmp_path / "fail", f"echo {SECRET}; echo {SECRET} >&2; exit 1")

    (found,) = faults(load_text, with_key("${cmd:./fail}"))

    assert SECRET not in repr(found)
    assert found.detail == "run it by hand to see what it says; that is not shown here"


def test_a_command_of_many_channels_runs_once(load_text: LoadText, tmp_path: Path) -> None:
    script(tmp_path / "count", "echo ran >> runs\necho key")
    more = "".join(f"      - {{name: b{n}, type: openai, models: [m], key: '${{cmd:./count}}'}}\n" for n in range(300))

    loaded = load_text(ALLOWED + "    channels:\n" + more, environ={"TOKEN": "t"})

    assert not check_references(loaded.desired)
    assert {reveal(one.fields["key"]) for one in loaded.desired.sites[0].channels} == {"key"}
    assert (tmp_path / "runs").read_text() == "ran\n"


def test_a_command_that_fails_is_not_run_again_either(load_text: LoadText, tmp_path: Path) -> None:
    script(tmp_path / "count", "echo ran >> runs\nexit 1")
    more = "".join(f"      - {{name: b{n}, type: openai, models: [m], key: '${{cmd:./count}}'}}\n" for n in range(9))

    found = faults(load_text, ALLOWED + "    channels:\n" + more)

    assert len(found) == 9
    assert (tmp_path / "runs").read_text() == "ran\n"


def test_several_commands_run_side_by_side(load_text: LoadText, tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        script(tmp_path / one, f": > {one}-runs\nwhile [ ! -e {other}-runs ]; do sleep 0.02; done\necho {one}")

    assert faults(load_text, with_key("${cmd:./a}", "tag: ${cmd:./b}")) == []


def test_what_a_command_printed_is_known_to_the_ledger(load_text: LoadText) -> None:
    ledger = Ledger()
    key = first(load_text(with_key(f"${{cmd:echo {SECRET}}}"), ledger=ledger)).fields["key"]

    reveal(key)

    assert ledger.screen(f"bad key {SECRET}") == WITHHELD


# SOPS


TREE = {"llm": {"qhaigc": SECRET, "list": ["a", "b"], "number": 12345, "on": True, "none": None}, "a.b": "dotted", "EMPTY": ""}


@pytest.fixture
def sops(tmp_path: Path) -> dict[str, str]:
    """A program that stands for sops: it notes how it was called and prints TREE."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tree.json").write_text(json.dumps(TREE))
    (tmp_path / "secrets.yaml").write_text("sops: {}\n")
    script(
        tmp_path / "bin/sops",
        f'echo "$@" >> {tmp_path}/calls\ncase "$4" in *broken*) echo {SECRET} >&2; echo {SECRET}; exit 128;; '
        f"*words*) echo no json;; *) cat {tmp_path}/tree.json;; esac",
    )
    return {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "TOKEN": "t"}


@pytest.mark.parametrize(
    ("path", "value"), [("llm.qhaigc", SECRET), ("llm.list.1", "b"), ("llm.number", "12345"), (r"a\.b", "dotted")]
)
def test_a_path_leads_to_a_value_of_a_sops_file(load_text: LoadText, sops: dict[str, str], path: str, value: str) -> None:
    key = first(load_text(with_key(f"${{sops:secrets.yaml#{path}}}", site=NEWAPI), environ=sops)).fields["key"]

    assert (str(key), reveal(key)) == (f"(secret, from sops:secrets.yaml#{path})", value)


@pytest.mark.parametrize(
    ("argument", "summary"),
    [
        ("secrets.yaml#llm.nowhere", "is not set"),
        ("secrets.yaml#llm.qhaigc.more", "is not set"),
        ("secrets.yaml#llm.list.9", "is not set"),
        ("secrets.yaml#llm.none", "is not set"),
        ("secrets.yaml#EMPTY", "is empty"),
        ("secrets.yaml#llm", "cannot be read: it is no text"),
        ("secrets.yaml#llm.on", "cannot be read: it is no text"),
        ("nowhere.yaml#a", "cannot be read: there is no such file"),
        ("broken.yaml#a", "cannot be read: sops ended with 128"),
        ("words.yaml#a", "cannot be read: sops printed no JSON"),
    ],
)
def test_a_sops_reference_without_a_value_is_told(
    load_text: LoadText, sops: dict[str, str], tmp_path: Path, argument: str, summary: str
) -> None:
    for name in ("broken.yaml", "words.yaml"):
        (tmp_path / name).write_text("")

    (found,) = faults(load_text, with_key(f"${{sops:{argument}}}", site=NEWAPI), sops)

    assert found.summary == f"${{sops:{argument}}} {summary}"
    assert SECRET not in repr(found)


def test_a_sops_file_is_decrypted_once(load_text: LoadText, sops: dict[str, str], tmp_path: Path) -> None:
    lines = ("tag: ${sops:secrets.yaml#a\\.b}", "remark: '${sops:./secrets.yaml#llm.list.0}'")

    assert faults(load_text, with_key("${sops:secrets.yaml#llm.qhaigc}", *lines, site=NEWAPI), sops) == []
    assert (tmp_path / "calls").read_text() == f"--decrypt --output-type json {tmp_path}/secrets.yaml\n"


def test_without_sops_it_is_said_what_to_install(load_text: LoadText, tmp_path: Path) -> None:
    (found,) = faults(load_text, with_key("${sops:secrets.yaml#a}", site=NEWAPI), {"PATH": str(tmp_path)})

    assert found.summary.endswith("cannot be read: the program sops is not installed")
    assert found.detail == "install it: https://getsops.io"


# Vault


class Vault(BaseHTTPRequestHandler):
    """Answers as Vault does: version 2 under `kv`, version 1 under `old`, and what a path makes go wrong."""

    calls: ClassVar[list[str]] = []
    token: ClassVar[str] = "hvs.invented-token-0001"
    namespaces: ClassVar[set[str | None]] = set()

    def do_GET(self) -> None:
        self.calls.append(self.path)
        self.namespaces.add(self.headers["X-Vault-Namespace"])
        code, body = self._answer()
        data = json.dumps(body).encode()
        self.send_response(code)
        if code == 307:
            self.send_header(
                "Location", f"http://{self.headers['Host'].replace('127.0.0.1', 'localhost')}/v1/kv/data/llm/qhaigc"
            )
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self) -> tuple[int, dict[str, Any]]:
        if self.headers["X-Vault-Token"] != self.token or "forbidden" in self.path:
            return 403, {"errors": [f"permission denied for {SECRET}"]}
        if "sealed" in self.path:
            return 503, {"errors": ["Vault is sealed"]}
        if "odd" in self.path:
            return 200, {"data": [SECRET]}
        if "standby" in self.path:
            return 307, {}
        fields = {"key": SECRET, "number": 7, "empty": ""}
        found = {"/v1/kv/data/llm/qhaigc": {"data": fields}, "/v1/old/llm/qhaigc": fields}.get(self.path)
        return (200, {"data": found}) if found else (404, {"errors": []})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Say nothing."""


@pytest.fixture
def vault() -> Iterator[dict[str, str]]:
    Vault.calls.clear()
    Vault.namespaces.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Vault) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield {"VAULT_ADDR": f"http://127.0.0.1:{server.server_port}", "VAULT_TOKEN": Vault.token}
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("argument", "value"), [("kv/llm/qhaigc#key", SECRET), ("old/llm/qhaigc#key", SECRET), ("kv/llm/qhaigc#number", "7")]
)
def test_vault_gives_a_field_of_either_engine(load_text: LoadText, vault: dict[str, str], argument: str, value: str) -> None:
    key = first(load_text(with_key(f"${{vault:{argument}}}", site=NEWAPI), environ=vault)).fields["key"]

    assert (str(key), reveal(key)) == (f"(secret, from vault:{argument})", value)


@pytest.mark.parametrize(
    ("argument", "summary"),
    [
        ("kv/llm/nowhere#key", "is not set"),
        ("kv/llm/qhaigc#nothing", "is not set"),
        ("kv/llm/qhaigc#empty", "is empty"),
        ("kv/forbidden#key", "cannot be read: Vault refuses the token for this path"),
        ("kv/sealed#key", "cannot be read: Vault is sealed or down"),
        ("kv/odd#key", "cannot be read: this is not an answer of Vault"),
    ],
)
def test_a_vault_reference_without_a_value_is_told(
    load_text: LoadText, vault: dict[str, str], argument: str, summary: str
) -> None:
    (found,) = faults(load_text, with_key(f"${{vault:{argument}}}", site=NEWAPI), vault)

    assert found.summary == f"${{vault:{argument}}} {summary}"
    assert not any(secret in repr(found) for secret in (SECRET, Vault.token, "127.0.0.1"))


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"VAULT_TOKEN": "t"}, "cannot be read: VAULT_ADDR is not set"),
        ({"VAULT_ADDR": "http://127.0.0.1:9"}, "cannot be read: VAULT_TOKEN is not set"),
        ({"VAULT_ADDR": "http://u:pw-secret@127.0.0.1:9", "VAULT_TOKEN": "t"}, "cannot be read: Vault does not answer"),
        ({"VAULT_ADDR": "pw-secret", "VAULT_TOKEN": "t"}, "cannot be read: Vault cannot be asked"),
    ],
)
def test_a_vault_that_cannot_be_asked_is_told_without_its_address(
    load_text: LoadText, environ: dict[str, str], reason: str
) -> None:
    (found,) = faults(load_text, with_key("${vault:kv/a#key}", site=NEWAPI), environ)

    assert found.summary == f"${{vault:kv/a#key}} {reason}"
    assert "pw-secret" not in repr(found)


def test_a_path_of_vault_is_read_once_in_the_namespace_of_the_environment(load_text: LoadText, vault: dict[str, str]) -> None:
    environ = vault | {"VAULT_NAMESPACE": "team"}

    assert (
        faults(load_text, with_key("${vault:kv/llm/qhaigc#key}", "tag: ${vault:kv/llm/qhaigc#number}", site=NEWAPI), environ)
        == []
    )
    assert (Vault.calls, Vault.namespaces) == (["/v1/kv/data/llm/qhaigc"], {"team"})


def test_no_redirect_takes_the_token_of_vault_to_another_host(load_text: LoadText, vault: dict[str, str]) -> None:
    (found,) = faults(load_text, with_key("${vault:kv/standby#key}", site=NEWAPI), vault)

    assert found.summary.endswith("cannot be read: Vault sends to another address, and the token goes nowhere else")
    assert found.detail == "VAULT_ADDR is to be the address of the active node"
    assert Vault.calls == ["/v1/kv/data/standby"]


def test_the_token_of_vault_is_known_to_the_ledger(load_text: LoadText, vault: dict[str, str]) -> None:
    ledger = Ledger()
    reveal(first(load_text(with_key("${vault:kv/llm/qhaigc#key}", site=NEWAPI), environ=vault, ledger=ledger)).fields["key"])

    assert ledger.screen(f"refused: {Vault.token}") == WITHHELD


# The keyring


class Memory(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise keyring.errors.KeyringLocked(SECRET)
        if service == "broken":
            raise RuntimeError(SECRET)
        return {("llm", "qhaigc"): SECRET, ("a#b", "u"): "hash"}.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing."""


@pytest.fixture
def ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())  # type: ignore[no-untyped-call]  # the class of the library has no types
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(("argument", "value"), [("llm#qhaigc", SECRET), ("a#b#u", "hash")])
def test_the_keyring_gives_a_password(load_text: LoadText, argument: str, value: str) -> None:
    key = first(load_text(with_key(f"${{keyring:{argument}}}", site=NEWAPI))).fields["key"]

    assert (str(key), reveal(key)) == (f"(secret, from keyring:{argument})", value)


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize(
    ("argument", "summary"),
    [
        ("llm#nobody", "is not set"),
        ("locked#u", "cannot be read: the keyring is locked"),
        ("broken#u", "cannot be read: the keyring does not answer"),
    ],
)
def test_a_keyring_reference_without_a_value_is_told(load_text: LoadText, argument: str, summary: str) -> None:
    (found,) = faults(load_text, with_key(f"${{keyring:{argument}}}", site=NEWAPI))

    assert found.summary == f"${{keyring:{argument}}} {summary}"
    assert SECRET not in repr(found)


# All of them


@pytest.mark.parametrize(("scheme", "argument"), [("vault", "kv/a#b"), ("keyring", "a#b")])
def test_a_missing_extra_is_named(load_text: LoadText, monkeypatch: pytest.MonkeyPatch, scheme: str, argument: str) -> None:
    monkeypatch.setitem(sys.modules, {"vault": "hvac", "keyring": "keyring"}[scheme], None)

    (found,) = faults(load_text, with_key(f"${{{scheme}:{argument}}}", site=NEWAPI))

    assert found.summary == f"${{{scheme}:{argument}}} needs chanops[{scheme}]"
    assert found.detail == f"install chanops with its extra `{scheme}`"


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ("${sops:file}", "a sops reference names no file and key"),
        ("${sops:#a}", "a sops reference names no file and key"),
        ("${vault:path#field}", "a vault reference names no path and field"),
        ("${vault:a/b}", "a vault reference names no path and field"),
        ("${keyring:service}", "a keyring reference names no service and user"),
        ("${volt:a/b#c}", '"volt" is not a source of references'),
    ],
)
def test_a_reference_of_another_form_is_told(load_text: LoadText, written: str, summary: str) -> None:
    assert only(load_text(channel(f'tag: "{written}"')))[3] == summary


def test_a_well_formed_reference_is_shown_in_its_line(load_text: LoadText) -> None:
    (found,) = faults(load_text, with_key("${sops:nowhere.yaml#a.b}", site=NEWAPI), {"PATH": ""})

    assert found.range is not None
    assert found.range.source == "        key: '${sops:nowhere.yaml#a.b}'"
