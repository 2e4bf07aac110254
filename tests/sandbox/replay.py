"""Replay a recording against an emulated gateway, in process: recordings/README.md."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx

from chanops.sandbox import Credentials, Sandbox, SandboxUser, create
from sandbox.match import Matcher
from sandbox.upstream import URL, Upstream

BASE_URL = "http://gateway.invalid"
HERE = Path(__file__).resolve()
JSON = "application/json; charset=utf-8"


def recordings_folder() -> Path:
    """Return the folder with the recordings: chosen, beside the checkout, or the copy that is kept with the tests."""
    chosen = os.environ.get("CHANOPS_RECORDINGS")
    beside = HERE.parents[3] / "shared" / "recordings"
    if chosen:
        return Path(chosen)
    return beside if beside.is_dir() else HERE.parents[1] / "recordings"


async def replay(file: Path) -> list[str]:
    """Return how the emulator's answers differ from the recorded ones, with file, exchange and path."""
    recording = read(file)
    sandbox = start(recording)
    try:
        return await _Replay(recording, sandbox, f"{file.parent.name}/{file.stem}").run()
    finally:
        sandbox.close()


def read(file: Path) -> dict[str, Any]:
    """Read the recording in *file*."""
    recording: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return recording


def start(recording: dict[str, Any]) -> Sandbox:
    """Start the emulator that *recording* asks for."""
    server = recording["server"]
    limit = server.get("rate_limit")
    return create(
        recording["gateway"],
        recording["generation"],
        rate_limit=(limit["limit"], limit["seconds"]) if limit else None,
        memory_cache=server.get("memory_cache", False),
        users=[SandboxUser(user["name"], user["role"], _token_of(user["name"])) for user in recording.get("users", [])],
        reachable=[host.replace("$upstream", URL) for host in server.get("reachable", [])],
        outbound=Upstream(recording["upstream"]),
    )


def _token_of(name: str) -> str:
    return f"token-of-{name}".ljust(32, "0")


class _Replay:
    """One recording on its way."""

    def __init__(self, recording: dict[str, Any], sandbox: Sandbox, name: str) -> None:
        self.recording = recording
        self.sandbox = sandbox
        self.name = name
        self.names: dict[str, str] = {}

    async def run(self) -> list[str]:
        """Send all requests; stop at the first exchange that differs."""
        await self._prepare_names()
        for number, exchange in enumerate(self.recording["exchanges"], 1):
            if "wait_s" in exchange:
                self.sandbox.clock.advance(exchange["wait_s"])
                continue
            if differences := await self._exchange(exchange):
                return [f"{self.name} #{number}: {difference}" for difference in differences]
        return []

    async def _prepare_names(self) -> None:
        credentials = self.sandbox.credentials
        self.names = {"$upstream": URL, "$user_id": str(credentials.user_id)}
        for user_id, user in enumerate(self.recording.get("users", []), 2):
            self.names |= {f"$token:{user['name']}": _token_of(user["name"]), f"$user_id:{user['name']}": str(user_id)}
        if self.recording["gateway"] == "octopus":
            self.names["$token"] = await self._log_in(credentials)
        else:
            self.names["$token"] = str(credentials.access_token)

    async def _log_in(self, credentials: Credentials) -> str:
        body = {"username": credentials.username, "password": credentials.password, "expire": -1}
        response = await self._send({"method": "POST", "path": "/api/v1/user/login", "json": body})
        return _login_token(response)

    async def _exchange(self, exchange: dict[str, Any]) -> list[str]:
        response = await self._send(exchange["request"])
        if exchange["request"]["path"].endswith("/user/login") and response.status_code == 200:
            self.names["$login"] = _login_token(response)
        return self._compare(exchange, response)

    async def _send(self, request: dict[str, Any]) -> httpx.Response:
        headers = {"Accept-Encoding": "identity"} | self._fill(request.get("headers", {}))
        content = self._body(request)
        if content is not None:
            headers = {"Content-Type": "application/json"} | headers
        query = self._fill(request.get("query")) or None
        transport = httpx.ASGITransport(self.sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            path = self._fill(request["path"])
            return await client.request(request["method"], path, params=query, headers=headers, content=content)

    def _body(self, request: dict[str, Any]) -> bytes | None:
        if "json" in request:
            return json.dumps(self._fill(request["json"])).encode()
        text = request.get("text")
        return None if text is None else self._fill(text).encode("utf-8", "surrogatepass")

    def _fill(self, value: Any) -> Any:
        """Put the known values into *value*, the longest names first."""
        match value:
            case str():
                for name in sorted(self.names, key=len, reverse=True):
                    value = value.replace(name, self.names[name])
                return value
            case list():
                return [self._fill(item) for item in value]
            case dict():
                return {key: self._fill(item) for key, item in value.items()}
        return value

    def _compare(self, exchange: dict[str, Any], response: httpx.Response) -> list[str]:
        want = exchange["response"]
        if response.status_code != want["status"]:
            return [f"status: want {want['status']}, got {response.status_code} {response.text[:200]}"]
        matcher = Matcher(
            self.recording["gateway"],
            self.sandbox.clock.now,
            self.names,
            frozenset(exchange.get("unordered", ())),
            frozenset(exchange.get("open", ())),
        )
        return [*_compare_headers(want, response, matcher), *_compare_body(want, response, matcher)]


def _compare_headers(want: dict[str, Any], response: httpx.Response, matcher: Matcher) -> list[str]:
    headers = ({"content-type": JSON} if "json" in want else {}) | want.get("headers", {})
    return [
        f"header {name}: want {value!r}, got {response.headers.get(name)!r}"
        for name, value in headers.items()
        if not (
            name not in response.headers if value is None else matcher.fits(value, response.headers.get(name), f"header {name}")
        )
    ]


def _compare_body(want: dict[str, Any], response: httpx.Response, matcher: Matcher) -> list[str]:
    if "json" not in want:
        text = want.get("text", "$any")
        return [] if matcher.fits(text, response.text, "body") else [f"body: want {text!r}, got {response.text!r}"]
    try:
        body = response.json()
    except ValueError:
        return [f"body: no JSON: {response.text[:200]!r}"]
    return list(matcher.differences(want["json"], body))


def _login_token(response: httpx.Response) -> str:
    """Return the token of a login, from the body (New API HEAD, Octopus G1 and G2) or from the cookie (G3 and G4)."""
    cookie = response.headers.get("set-cookie", "")
    if cookie.startswith("auth="):
        return str(cookie.removeprefix("auth=").partition(";")[0])
    data = response.json().get("data")
    return str(data.get("token") or data.get("access_token") or "") if isinstance(data, dict) else ""
