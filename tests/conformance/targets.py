"""Which gateways the suite runs against: every emulated generation, or real servers that the environment names (README.md)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Final

import httpx

from chanops.domain.vocabulary import SiteKind

VARIABLES: Final = {SiteKind.NEWAPI: "CHANOPS_CONFORMANCE_NEWAPI", SiteKind.OCTOPUS: "CHANOPS_CONFORMANCE_OCTOPUS"}
EMULATED: Final = {SiteKind.NEWAPI: ("base", "head"), SiteKind.OCTOPUS: ("g2", "g4")}
TIMEOUT: Final = 30.0


@dataclass(frozen=True)
class Server:
    """A real server and the way in; the line that `chanops sandbox serve --json` prints."""

    url: str
    username: str = ""
    password: str = ""
    access_token: str | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class Target:
    """One gateway at one generation; without a *server* it is emulated, fresh for every test."""

    kind: SiteKind
    generation: str
    server: Server | None = None

    def __str__(self) -> str:
        return f"{self.kind}-{self.generation}" + ("-real" if self.server else "")


def find_targets(kind: SiteKind) -> tuple[Target, ...]:
    """Return the targets of *kind*: the servers that its variable names, else the emulators."""
    text = os.environ.get(VARIABLES[kind], "").strip()
    if not text:
        return tuple(Target(kind, generation) for generation in EMULATED[kind])
    return tuple(_ask(kind, server) for server in read_servers(text))


def read_servers(text: str) -> list[Server]:
    """Read one JSON object or a list of them; keys that mean nothing here are passed over."""
    found = json.loads(text)
    known = Server.__dataclass_fields__
    return [
        Server(**{key: value for key, value in item.items() if key in known})
        for item in (found if isinstance(found, list) else [found])
    ]


def _ask(kind: SiteKind, server: Server) -> Target:
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as client:
        find = _find_newapi if kind is SiteKind.NEWAPI else _find_octopus
        return Target(kind, find(client, server), server)


def _find_newapi(client: httpx.Client, server: Server) -> str:
    """Return the generation as contracts/new-api.md 0.4 tells it: only HEAD has `/ops`."""
    answer = client.get("/api/channel/ops", headers=newapi_headers(server)).json()
    return "head" if answer["success"] else "base"


def newapi_headers(server: Server) -> dict[str, str]:
    """Return what an admin call carries; BASE asks for the user id, HEAD passes over it."""
    return {"Authorization": f"Bearer {server.access_token}", "New-Api-User": str(server.user_id)}


def _find_octopus(client: httpx.Client, server: Server) -> str:
    """Return the generation by the calls of contracts/octopus.md 1.1 that write nothing."""
    headers = octopus_headers(client.post("/api/v1/user/login", json=octopus_login(server)))
    if "Authorization" in headers:
        return "g2" if client.post("/api/v1/channel/update", json={}, headers=headers).status_code == 400 else "g1"
    client.cookies.clear()
    return "g4" if client.post("/api/v1/model/rebuild-price", headers=headers).status_code == 415 else "g3"


def octopus_login(server: Server) -> dict[str, str]:
    """Return the body of a login; without `expire` it holds for 15 minutes in every generation."""
    return {"username": server.username, "password": server.password}


def octopus_headers(answer: httpx.Response) -> dict[str, str]:
    """Return what an admin call carries after the login *answer*: a token, or since v0.10 a cookie."""
    data: Any = answer.json()["data"]
    if isinstance(data, dict):
        return {"Authorization": f"Bearer {data['token']}"}
    return {"Cookie": f"auth={answer.cookies['auth']}"}


NEWAPI: Final = find_targets(SiteKind.NEWAPI)
OCTOPUS: Final = find_targets(SiteKind.OCTOPUS)
ALL: Final = NEWAPI + OCTOPUS
