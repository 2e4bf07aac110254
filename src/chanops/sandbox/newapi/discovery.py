"""Which models an upstream lists: contracts/new-api.md 8.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, ListOf, Struct, decode_object, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.types import ALI, GEMINI, OLLAMA, ZHIPU_V4, address
from chanops.sandbox.newapi.upstream import address_of, call_upstream, credentials, next_key

if TYPE_CHECKING:
    from starlette.responses import Response

    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call, Server

PATHS = {OLLAMA: "/api/tags", ALI: "/compatible-mode/v1/models", GEMINI: "/v1beta/models", ZHIPU_V4: "/api/paas/v4/models"}
OLD_GEMINI_PATH = "/v1beta/openai/models"
NATIVE = (OLLAMA, GEMINI)
OPENAI_TYPE, CODEX = 1, 57
MOST_PAGES = 100
BODY: dict[str, GoType] = {
    "base_url": "string",
    "type": "int",
    "key": "string",
    "channel_id": "int",
    "header_override": "raw",
    "proxy": "string",
}
OPENAI_LIST: dict[str, GoType] = {"data": ListOf(Struct({"id": "string"}))}
NATIVE_LIST: dict[str, GoType] = {"models": ListOf(Struct({"name": "string"})), "nextPageToken": "string"}


class UpstreamNoError(RefusedError):
    """The upstream answered with another status than 200; BASE's POST does not say which."""


async def fetch_of_channel(call: Call) -> dict[str, Any]:
    """Answer GET `/fetch_models/:id`."""
    row = call.server.channels.get(call.id())
    if call.server.profile.tidies_models:
        return ok(await models_of(call.server, row))
    return ok(await _models_as_they_come(call.server, row) or None)


async def models_of(server: Server, row: Row) -> list[str]:
    """Return the names that a channel's upstream lists, trimmed and each once."""
    base = address_of(server, row)
    headers = credentials(row["type"], next_key(server, row), row["header_override"])
    return _tidy(await _list_models(server, row["type"], base, headers))


async def _models_as_they_come(server: Server, row: Row) -> list[str]:
    """List the models the way of LEGACY: with a Bearer token, and Gemini's as if they were OpenAI's."""
    path = OLD_GEMINI_PATH if row["type"] == GEMINI else PATHS.get(row["type"], "/v1/models")
    page = await _get(server, address_of(server, row) + path, credentials(OPENAI_TYPE, row["key"]), OPENAI_LIST)
    return [model.get("id", "") for model in page.get("data", [])]


async def fetch_of_address(call: Call) -> dict[str, Any] | Response:
    """Answer POST `/fetch_models`."""
    try:
        body = call.json(BODY)
    except GoJsonError as error:
        raise RefusedError(f"invalid request: {error}", status=400) from None
    if call.server.profile.shared_model_discovery:
        return ok(await _fetch_shared(call.server, body))
    return await _fetch_plainly(call.server, body)


async def _fetch_shared(server: Server, body: Row) -> list[str]:
    """Fetch the way of GET `/fetch_models/:id`; without a key, a named channel lends its own."""
    kind = body.get("type", 0)
    key = body.get("key", "")
    if not key and body.get("channel_id"):
        key = next_key(server, server.channels.get(body["channel_id"]))
    key = key if kind == CODEX else key.split("\n")[0].strip()
    override = body.get("header_override")
    headers = credentials(kind, key, override if isinstance(override, str) else None)
    return _tidy(await _list_models(server, kind, address(server.profile, kind, body.get("base_url")), headers))


async def _fetch_plainly(server: Server, body: Row) -> dict[str, Any]:
    """Fetch with a Bearer token whatever the type; names as they come, null for none, 500 for a failure."""
    kind = body.get("type", 0)
    key = body.get("key", "").split("\n")[0].strip()
    base = address(server.profile, kind, body.get("base_url"))
    kind = kind if kind in NATIVE else OPENAI_TYPE
    try:
        names = await _list_models(server, kind, base, credentials(kind, key))
    except UpstreamNoError:
        raise RefusedError("Failed to fetch models", status=500) from None
    except RefusedError as refusal:
        raise RefusedError(str(refusal), status=500) from None
    return {"success": True, "data": names or None}


async def _list_models(server: Server, kind: int, base: str, headers: dict[str, str]) -> list[str]:
    url = base + PATHS.get(kind, "/v1/models")
    if kind not in NATIVE:
        page = await _get(server, url, headers, OPENAI_LIST)
        return [model.get("id", "") for model in page.get("data", [])]
    names: list[str] = []
    token = ""
    for _ in range(MOST_PAGES):
        page = await _get(server, f"{url}?pageToken={token}" if token else url, headers, NATIVE_LIST)
        names += [model.get("name", "").removeprefix("models/") for model in page.get("models", [])]
        token = page.get("nextPageToken", "")
        if kind == OLLAMA or not token:
            break
    return names


async def _get(server: Server, url: str, headers: dict[str, str], fields: dict[str, GoType]) -> dict[str, Any]:
    """Read one page; an upstream that says 200 and something else entirely has listed nothing."""
    response = await call_upstream(server, "GET", url, headers)
    if response.status_code != 200:
        raise UpstreamNoError(f"status code {response.status_code}: {response.text}")
    try:
        return decode_object(parse(response.content, strict_tail=True), fields)
    except GoJsonError as error:
        raise RefusedError(f"the model list cannot be read: {error}") from None


def _tidy(names: list[str]) -> list[str]:
    return [*dict.fromkeys(name for name in map(str.strip, names) if name)]
