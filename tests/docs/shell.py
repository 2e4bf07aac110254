"""Runs shell commands as a reader of the docs would: chanops on the PATH, nothing else of chanops in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

GIT: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Reader",
    "GIT_AUTHOR_EMAIL": "reader@example.com",
    "GIT_COMMITTER_NAME": "Reader",
    "GIT_COMMITTER_EMAIL": "reader@example.com",
}
"""A reader's git: somebody's name, and no settings that change what it does."""


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run *script* with sh in *folder*; stdout and stderr come together, as on a terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHANOPS_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env=kept | GIT | {"PATH": path, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
