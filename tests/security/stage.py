"""The command line as an operator calls it, with everything it puts out kept for a search."""

from __future__ import annotations

import io
import logging
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chanops.cli.app import run
from security.planted import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from security.planted import Planted

FINGERPRINT = re.compile(r"v1:[0-9a-f]{8}")


@dataclass(frozen=True)
class Ended:
    """How one command ended, and what it said."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass
class Stage:
    """A folder of its own; *ended*: every command so far, *given*: the files that a test wrote, which may hold secrets."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    ended: list[Ended] = field(default_factory=list)
    given: set[str] = field(default_factory=set)

    def write(self, content: Mapping[str, Any] | str, name: str = "channels.yaml") -> None:
        text = content if isinstance(content, str) else quoted(content)
        self.given.add(name)
        (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def setenv(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self.monkeypatch.setenv(name, value)

    def run(self, *args: str) -> Ended:
        """Run a command with strict UTF-8 on both sides, as a terminal has it."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        log = logging.getLogger("chanops")
        before = log.handlers[:]
        with redirect_stdout(out), redirect_stderr(err):
            code = run(args)
        for handler in set(log.handlers) - set(before):
            log.removeHandler(handler)
        texts = (stream.buffer.getvalue().decode() for stream in (out, err))
        self.ended.append(Ended(args, code, *texts))
        sys.stderr.flush()
        return self.ended[-1]

    def leaks(self, planted: Planted, *, files: bool = True) -> list[str]:
        """Return what was put out though it is secret, with the command or the file that did."""
        texts = {" ".join(ended.args): ended.text for ended in self.ended}
        if files:
            written = [path for path in self.folder.iterdir() if path.is_file() and path.name not in self.given]
            texts |= {path.name: path.read_text() for path in written}
        found = [f"{label}: {core}" for label, text in texts.items() for core in planted.found_in(text)]
        return found + [f"{label}: fingerprint" for label, text in texts.items() if FINGERPRINT.search(text)]
