"""`chanops secrets` lists the references and whether each has a value, never the value; `validate` looks none of them up."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cli.stage import KEY, PATIENCE, SECRETS, entry, newapi, octopus, start

if TYPE_CHECKING:
    from cli.stage import Stage

LOADED = "import sys\nfrom chanops.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
EVERY = ("${env:KEY}", "${file:key}", "${cmd:touch it-ran}", "${sops:a.yaml#b}", "${vault:kv/a#b}", "${keyring:a#b}")


def rows(out: str) -> list[list[str]]:
    """The table's cells, row by row."""
    lines = out.split("\n\n", maxsplit=1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


def test_each_reference_has_a_row_with_its_places_and_no_value(stage: Stage) -> None:
    stage.write("from-a-file-0001\n", "key")
    stage.declare(
        main=newapi(entry("A"), entry("B"), entry("C", key="${file:key}", headers={"X-A": "${env:NONE:-default-0001}"}))
    )

    ended = stage.run("secrets")

    assert ended.code == 0
    assert rows(ended.out) == [
        ["env:KEY", "yes", "2", "channels.yaml:17", "key"],
        ["env:NONE", "yes, by its default", "1", "channels.yaml:40", "headers"],
        ["env:TOKEN", "yes", "1", "channels.yaml:9", "auth.access_token"],
        ["file:key", "yes", "1", "channels.yaml:35", "key"],
    ]
    assert ended.out.endswith("4 references: 4 with a value.\n")
    assert not any(value in ended.out + ended.err for value in (*SECRETS, "from-a-file-0001", "default-0001"))


def test_a_reference_without_a_value_ends_with_1_and_says_why(stage: Stage) -> None:
    stage.declare(
        {"allow_commands": True},
        main=newapi(entry("A", key="${env:NOT_THERE}"), entry("B", key="${cmd:sh -c 'exit 3'}"), entry("C")),
    )

    ended = stage.run("secrets")

    assert ended.code == 1
    assert "cmd:sh -c 'exit 3'  cannot be read: the command ended with 3" in ended.out
    assert "\ncmd:sh -c 'exit 3': run it by hand to see what it says; that is not shown here\n" in ended.out
    assert ["env:NOT_THERE", "not set"] in [row[:2] for row in rows(ended.out)]
    assert ended.out.endswith("4 references: 2 with a value, 2 without.\n")


def test_a_plan_refuses_what_secrets_tells(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", key="${env:NOT_THERE}")))

    assert (stage.run("secrets").code, stage.run("plan").code) == (1, 1)


def test_what_no_channel_needs_is_listed_and_not_looked_up(stage: Stage) -> None:
    stage.declare(
        {"allow_commands": True, "providers": {"spare": {"key": "${cmd:touch it-ran}"}}},
        main=newapi(entry("A", key="${env:NOT_THERE}", state="absent")),
    )

    ended = stage.run("secrets")

    assert ended.code == 0
    assert ended.out.endswith("3 references: 1 with a value, 2 not looked up.\n")
    assert not (stage.folder / "it-ran").exists()


def test_with_a_site_only_what_it_needs_is_listed(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")), edge=octopus(entry("A", key="${env:NOT_THERE}")))

    listed = stage.run("secrets", "--site", "main")

    assert (listed.code, [row[0] for row in rows(listed.out)]) == (0, ["env:KEY", "env:TOKEN"])
    assert stage.run("secrets", "--site", "edge").code == 1


def test_a_static_list_looks_nothing_up(stage: Stage) -> None:
    stage.declare({"allow_commands": True}, main=newapi(*(entry(f"c{n}", key=key) for n, key in enumerate(EVERY))))

    ended = stage.run("secrets", "--static")

    assert ended.code == 0
    assert {row[1] for row in rows(ended.out)} == {"-"}
    assert ended.out.endswith("7 references: 7 not looked up.\n")
    assert not (stage.folder / "it-ran").exists()


def test_as_json_each_reference_says_whether_it_resolves(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", key="${env:NOT_THERE}"), entry("B", key="${env:NOT_THERE}")))

    ended = stage.run("secrets", "--json")

    assert ended.code == 1
    assert ended.json == {
        "format_version": "1.0",
        "references": [
            {
                "reference": "env:NOT_THERE",
                "resolves": False,
                "reason": "not set",
                "hint": "export NOT_THERE=…",
                "places": [{"filename": "channels.yaml", "line": 17}, {"filename": "channels.yaml", "line": 26}],
                "fields": ["key"],
            },
            {
                "reference": "env:TOKEN",
                "resolves": True,
                "reason": None,
                "hint": None,
                "places": [{"filename": "channels.yaml", "line": 9}],
                "fields": ["auth.access_token"],
            },
        ],
        "diagnostics": [],
    }


def test_a_faulty_file_is_told_as_everywhere(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A", key="${emv:KEY}")))

    ended = stage.run("secrets")

    assert (ended.code, ended.out) == (1, "")
    assert "error: a reference here is malformed" in ended.err
    assert 'did you mean "env"?' in ended.err
    assert stage.run("secrets", "--json").findings == ["a reference here is malformed"]


def test_an_unknown_site_is_told(stage: Stage) -> None:
    stage.declare(main=newapi(entry("A")))

    assert 'there is no site "mian"; did you mean "main"?' in stage.run("secrets", "--site", "mian").err


def test_files_without_references_say_so(stage: Stage) -> None:
    stage.write("version: 1\n")

    assert stage.run("secrets").out == "No references.\n"


def test_a_command_runs_once_for_secrets_and_once_for_a_plan(stage: Stage) -> None:
    (stage.write(f"#!/bin/sh\necho ran >> runs\necho {KEY}\n", "tell")).chmod(0o700)
    stage.declare({"allow_commands": True}, main=newapi(*(entry(f"c{n}", key="${cmd:./tell}") for n in range(20))))

    assert stage.run("secrets").code == 0
    assert stage.run("plan").code == 0

    assert (stage.folder / "runs").read_text() == "ran\nran\n"


@pytest.mark.parametrize("command", [["validate"], ["secrets", "--static"]])
def test_what_looks_nothing_up_loads_no_source(stage: Stage, command: list[str]) -> None:
    stage.declare({"allow_commands": True}, main=newapi(*(entry(f"c{n}", key=key) for n, key in enumerate(EVERY))))

    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *command], capture_output=True, text=True, check=True, timeout=PATIENCE
    )

    sources = {f"chanops.config.sources.{name}" for name in ("command", "program", "sops", "vault", "keyring")}
    assert not (sources | {"hvac", "keyring", "subprocess", "httpx", "pydantic"}) & set(ended.stderr.split())
    assert not (stage.folder / "it-ran").exists()


def test_a_key_of_the_command_line_runs_no_command(stage: Stage) -> None:
    stage.declare({"allow_commands": True}, main=newapi())

    ended = stage.run("add", "main", "--base-url", "https://a.example", "--key", "${cmd:touch it-ran}", "--models", "m")

    assert ended.code == 1
    assert "--key runs no command: only a file that allows it does" in ended.err
    assert not (stage.folder / "it-ran").exists()


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_slow_commands_that_run_side_by_side(stage: Stage, stop: signal.Signals, code: int) -> None:
    hang = stage.write("#!/bin/sh\necho > at-$1\nsleep 20\necho > late-$1\n", "hang")
    hang.chmod(0o700)
    stage.declare({"allow_commands": True}, main=newapi(*(entry(name, key=f"${{cmd:./hang {name}}}") for name in "ABC")))
    begun = [stage.folder / f"at-{name}" for name in "ABC"]

    with start("secrets", "--json") as process:
        while not all(path.exists() for path in begun):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(stop)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == code
    assert not list(stage.folder.glob("late-*"))
