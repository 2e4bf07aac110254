from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE = """
import sys
from pathlib import Path
from chanops.sandbox.serve import serve
serve("newapi", "head", port=0, db=Path(sys.argv[1]), rate_limit=None, memory_cache=False, as_json=True)
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-c", CODE, str(tmp_path / "state" / "db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def test_the_server_answers_as_soon_as_it_has_said_where(served: tuple[Any, dict[str, Any]]) -> None:
    _, facts = served

    answer = httpx.get(f"{facts['url']}/api/channel/", headers={"Authorization": f"Bearer {facts['access_token']}"})

    assert facts["url"].startswith("http://127.0.0.1:")
    assert facts.keys() == {"url", "access_token", "user_id", "username", "password"}
    assert answer.json()["data"]["items"] == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_cleanly_when_asked(end: signal.Signals, served: tuple[subprocess.Popen[str], object]) -> None:
    process, _ = served

    process.send_signal(end)

    assert process.wait(10) == 0


def test_a_provider_is_served_with_its_models_and_its_fault() -> None:
    code = "from chanops.sandbox.serve import serve_provider; serve_provider(models=['a'], fault='403', as_json=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = json.loads(process.stdout.readline())["url"]
            answer = httpx.get(f"{url}/v1/models", headers={"Authorization": "Bearer sk-any"})
            process.send_signal(signal.SIGTERM)

            assert (answer.status_code, process.wait(10)) == (403, 0)
        finally:
            process.kill()
