"""The fenced blocks of a Markdown page, and what their info strings ask of the tests (CONTRIBUTING.md, Habits)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE: Final = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the words after it, and its text."""

    line: int
    language: str
    words: tuple[str, ...]
    text: str

    def setting(self, name: str) -> str | None:
        """Return the value of the word `name=value`, None without it."""
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{name}=")), None)


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of *page*, in order."""
    text = page.read_text(encoding="utf-8")
    return [_block(text, match) for match in _FENCE.finditer(text)]


def _block(text: str, match: re.Match[str]) -> Block:
    language, *words = match["info"].split() or [""]
    return Block(text.count("\n", 0, match.start()) + 1, language, tuple(words), match["text"])


def prose_of(page: Path) -> str:
    """Return *page* with its fenced blocks, comments and code spans blanked out, line for line."""
    text = _FENCE.sub(lambda match: "\n" * match[0].count("\n"), page.read_text(encoding="utf-8"))
    text = re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`", "`code`", text)


def is_printed(expected: str, output: str) -> bool:
    """Tell whether *output* holds the lines of *expected* in order; a line `…` stands for any lines."""
    shown = [line.rstrip() for line in output.splitlines()]
    position = 0
    for part in re.split(r"^…\n", expected, flags=re.MULTILINE):
        wanted = [line.rstrip() for line in part.splitlines()]
        found = next((i for i in range(position, len(shown) + 1) if shown[i : i + len(wanted)] == wanted), None)
        if found is None:
            return False
        position = found + len(wanted)
    return True
