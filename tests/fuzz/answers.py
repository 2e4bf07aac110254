"""Recorded answers of real gateways, made concrete, by generation and call."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

RECORDINGS = Path(__file__).parents[1] / "recordings"
CONCRETE = {
    "$any": None,
    "$int": 1,
    "$number": 0.5,
    "$string": "some words",
    "$time": 1_760_000_000,
    "$upstream": "https://u.example",
}


class Answer(NamedTuple):
    """One recorded answer: its JSON, or its text."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


@cache
def recorded(generation: str) -> dict[str, list[Answer]]:
    """Return the answers of *generation* (`newapi-head`) by call (`GET /api/channel/`), each once."""
    found: dict[str, dict[str, Answer]] = defaultdict(dict)
    for file in sorted((RECORDINGS / generation).glob("*.json")):
        for exchange in json.loads(file.read_text())["exchanges"]:
            if "request" in exchange:
                answer = _answer(exchange["response"])
                call = f"{exchange['request']['method']} {_path(exchange['request']['path'])}"
                found[call][repr(answer)] = answer
    return {call: list(answers.values()) for call, answers in found.items()}


def _path(path: str) -> str:
    """Return *path* without its query, every id in it as `#`."""
    return "/".join("#" if part.isdigit() else part for part in path.partition("?")[0].split("/"))


def path_of(url_path: str) -> str:
    return _path(url_path)


def _answer(response: dict[str, Any]) -> Answer:
    headers = {name: _concrete(value) for name, value in response.get("headers", {}).items() if isinstance(value, str)}
    body = _concrete(response["json"]) if "json" in response else _concrete(response.get("text", ""))
    return Answer(response["status"], headers, "" if body is None else body)


def _concrete(value: Any) -> Any:
    match value:
        case str():
            return (
                CONCRETE[value]
                if value in CONCRETE
                else value.replace("$string", "words").replace("$upstream", "https://u.example")
            )
        case list():
            return [_concrete(item) for item in value]
        case {"$json_text": inner}:
            return json.dumps(_concrete(inner))
        case {"$length": number}:
            return [None] * number
        case dict():
            return {key: _concrete(item) for key, item in value.items()}
    return value
