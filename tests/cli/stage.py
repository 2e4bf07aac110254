"""A folder with a configuration, emulated sites beside it, and the command line called as an operator would."""

from __future__ import annotations

import json
import os
import pty
import select
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chanops.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

KEY: Final = "sk-7Qx1Vw9Zk3Hd5Rt8Bn2M"
TOKEN: Final = "tK4pLm8Ws2Xz6Yc0Qv9Gj3Hb"
PASSWORD: Final = "pW-5fN7jD1kS3aL9"
SECRETS: Final = (KEY, TOKEN, PASSWORD)
TABLES: Final = ("channels", "abilities", "channel_keys", "groups", "group_items", "users", "options", "settings")
PATIENCE: Final = 60
"""Seconds without a sign of life after which a test fails; never reached when all is well."""
ON_TERMINAL: Final = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from chanops.cli import main
main()
"""
SANDBOX_LINE: Final = "sandbox: nothing real is written\n"


@dataclass(frozen=True)
class Ended:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return stdout, which is one JSON object and nothing else."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def findings(self) -> list[str]:
        """Return the summaries of the diagnostics in the JSON on stdout."""
        return [found["summary"] for found in self.json["diagnostics"]]


def entry(name: str, **fields: Any) -> dict[str, Any]:
    """Return a declared channel; a field given as None is left out."""
    whole = {
        "name": name,
        "type": "openai",
        "base_url": "https://upstream.example.com/v1",
        "key": "${env:KEY}",
        "models": ["gpt-4o"],
    } | fields
    return {field: value for field, value in whole.items() if value is not None}


def newapi(*channels: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Return an emulated New API site; its credentials are references."""
    auth = {"access_token": "${env:TOKEN}", "user_id": 1}
    return {"kind": "newapi", "url": "sandbox:newapi", "auth": auth} | settings | {"channels": list(channels)}


def octopus(*channels: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Return an emulated Octopus site; its credentials are references."""
    auth = {"username": "admin", "password": "${env:PASSWORD}"}
    return {"kind": "octopus", "url": "sandbox:octopus", "auth": auth} | settings | {"channels": list(channels)}


def configuration(top: Mapping[str, Any] | None = None, **sites: dict[str, Any]) -> str:
    """Return the YAML of *sites*; JSON is YAML too."""
    return json.dumps({"version": 1, "owner": "team"} | dict(top or {}) | {"sites": sites}, indent=1, ensure_ascii=False)


@dataclass
class Stage:
    """A folder, the environment of its processes, and what was captured of this one."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def write(self, text: str, name: str = "channels.yaml") -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def declare(self, top: Mapping[str, Any] | None = None, **sites: dict[str, Any]) -> None:
        """Write channels.yaml with *sites*."""
        self.write(configuration(top, **sites))

    def run(self, *args: str) -> Ended:
        """Run the command line in this process."""
        self.capsys.readouterr()
        code = run(args)
        captured = self.capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    def apply(self, *args: str) -> Ended:
        """Apply without asking; it must be done whole."""
        ended = self.run("apply", "--auto-approve", *args)
        assert ended.code == 0, ended.err + ended.out
        return ended

    def hand(self, site: str, method: str, path: str, body: object = None) -> Any:
        """Change or read an emulated site behind the back of chanops; return its answer."""
        ended = self.run("sandbox", "request", site, method, path, *([json.dumps(body)] if body is not None else []))
        assert ended.code == 0, ended.err
        return json.loads(ended.out)

    def add_foreign(self, site: str, name: str, **fields: Any) -> None:
        """Add a channel to an emulated New API site as its web page would."""
        channel = {"name": name, "type": 1, "key": "sk-foreign-000000000001", "models": "gpt-4o", "group": "default"} | fields
        self.hand(site, "POST", "/api/channel/", {"mode": "single", "channel": channel})

    def rows(self, site: str) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row that the emulated *site* holds."""
        return read_rows(self.database(site))

    def database(self, site: str) -> Path:
        """Return the file that holds the state of the emulated *site*."""
        return Path(os.environ["CHANOPS_SANDBOX_DIR"]) / f"{site}.sqlite3"

    def names(self, site: str) -> list[str]:
        """Return the names of the channels that live on the emulated *site*, sorted."""
        return read_names(self.database(site))

    def live(self, address: str) -> Any:
        """Return one live channel as `get --json` shows it."""
        return self.run("get", address, "--json").json


def read_rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of an emulated gateway's tables."""
    with closing(sqlite3.connect(database)) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {t: sorted(connection.execute(f"SELECT * FROM {t}"), key=repr) for t in TABLES if t in known}  # noqa: S608


def read_names(database: Path) -> list[str]:
    """Return the names of the channels in *database*, sorted."""
    with closing(sqlite3.connect(database)) as connection:
        return sorted(name for (name,) in connection.execute("SELECT name FROM channels"))


def start(*args: str, **options: Any) -> subprocess.Popen[str]:
    """Start the command line as a process of its own, with nobody at its stdin."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "chanops", *args], text=True, **(pipes | options))


def spawn(*args: str, **options: Any) -> Ended:
    """Run the command line as a process of its own to its end."""
    with start(*args, **options) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)


class Terminal:
    """The command line on a terminal of its own, which is its stdin, stdout and stderr."""

    def __init__(self, *args: str) -> None:
        self._master, slave = pty.openpty()
        command = [sys.executable, "-c", ON_TERMINAL, *args]
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.seen = ""

    def read_until(self, text: str) -> None:
        """Read until *text* was printed; fail when nothing comes any more."""
        while text not in self.seen:
            assert self._read(), f"the terminal never showed {text!r} but: {self.seen}"

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def wait(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        os.close(self._master)
        try:
            return self.process.wait(1)
        finally:
            self.process.kill()
            self.process.wait()

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], PATIENCE)
        try:
            data = os.read(self._master, 65536) if ready else b""
        except OSError:  # the other side is closed
            data = b""
        self.seen += data.decode().replace("\r\n", "\n")
        return bool(data)
