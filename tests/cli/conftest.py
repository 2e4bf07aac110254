"""Every test of the command line has a folder, an environment and state of its own, and nobody's terminal."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from chanops.engine import applier
from chanops.gateways.pacing import RealTimer
from cli.port import Hand, Port, emulate
from cli.stage import KEY, PASSWORD, TOKEN, Stage
from cli.trials import BAD, MODELS, Upstream
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOREIGN = ("NO_COLOR", "FORCE_COLOR", "GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "PYTHONWARNINGS")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stage:
    for name in [*FOREIGN, *(name for name in os.environ if name.startswith("CHANOPS_"))]:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "work"
    folder.mkdir()
    for name, path in {"CHANOPS_SANDBOX_DIR": "sites", "XDG_RUNTIME_DIR": "run", "XDG_STATE_HOME": "state"}.items():
        monkeypatch.setenv(name, str(tmp_path / path))
    for name, value in {"KEY": KEY, "TOKEN": TOKEN, "PASSWORD": PASSWORD}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return Stage(folder, capsys)


class Serve(Protocol):
    """Puts an emulated gateway on a port of this machine until the test ends."""

    def __call__(self, kind: str = "newapi", generation: str = "head", *, hand: Hand | None = None, **options: Any) -> Port: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(kind: str = "newapi", generation: str = "head", *, hand: Hand | None = None, **options: Any) -> Port:
            sandbox = emulate(kind, generation, **options)
            stack.callback(sandbox.close)
            return stack.enter_context(Port(sandbox.app, hand))

        yield start


@pytest.fixture
def answer_with() -> Iterator[Any]:
    """Put something on a port that is no gateway: every call gets what *hand* makes of it."""
    with ExitStack() as stack:
        yield lambda hand: stack.enter_context(Port(None, hand))


@pytest.fixture
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat reads at once, and look at once for a write whose answer was lost."""

    async def sleep(_self: RealTimer, _seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(RealTimer, "sleep", sleep)
    monkeypatch.setattr(applier, "LATE_CREATE", 0)


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """A provider that knows one key, on a port of this machine."""
    monkeypatch.setenv("BAD", BAD)
    provider = Upstream(MODELS, keys=frozenset({KEY}))
    with served(provider) as provider.url:
        yield provider
