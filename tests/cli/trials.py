"""A provider on a port of this machine for channels that are tested, and hands on the calls that test them."""

from __future__ import annotations

import json
from typing import Final

from chanops.sandbox.upstream import Provider
from cli.port import Answer, Gate, Seen

BAD: Final = "sk-4Jt8Lp2Vx6Nc9Ws3Qe7F"
BAD_KEY: Final = "${env:BAD}"
MODELS: Final = ("gpt-4o", "gpt-4o-mini", "o3")


class Upstream(Provider):
    """A provider that knows one key, and tells where it is."""

    url: str = ""

    @property
    def questions(self) -> list[str]:
        """Return the model of every question it was put."""
        return [json.loads(request.content)["model"] for request in self.asked("/chat/completions")]


class Hold(Gate):
    """Holds every test of a channel until it is opened."""

    def __init__(self) -> None:
        super().__init__(reads=True)

    async def __call__(self, seen: Seen) -> Answer | None:
        return await super().__call__(seen) if is_test(seen) else None


def is_test(seen: Seen) -> bool:
    return seen.path.startswith("/api/channel/test")
