"""Tests of channels: contracts/new-api.md 8.2, 8.4."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.channels import DISABLED, EJECTED, ENABLED
from chanops.sandbox.newapi.status import change_status, eject_failing
from chanops.sandbox.newapi.types import ANTHROPIC, GEMINI
from chanops.sandbox.newapi.upstream import UnreachableError, address_of, call_upstream, credentials, next_key

if TYPE_CHECKING:
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call, Server

UNTESTABLE = (2, 5, 36, 50, 51, 52, 54)
FALLBACK_MODEL = "gpt-4o-mini"
TASK = "test_all"
QUESTION = [{"role": "user", "content": "hi"}]
EJECTING_STATUS = 401
ENDPOINTS = {
    "openai": "/v1/chat/completions",
    "openai-response": "/v1/responses",
    "openai-response-compact": "/v1/responses/compact",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:generateContent",
    "jina-rerank": "/v1/rerank",
    "image-generation": "/v1/images/generations",
    "embeddings": "/v1/embeddings",
    "openai-video": "/v1/videos",
}
DEFAULT_ENDPOINTS = {ANTHROPIC: "anthropic", GEMINI: "gemini"}


class FailedTestError(Exception):
    """The upstream did not answer as it should."""

    def __init__(self, message: str, code: str | None = None, status: int = 0) -> None:
        super().__init__(message)
        self.beside: dict[str, Any] = {"time": 0} | ({} if code is None else {"error_code": code})
        self.status = status


async def test_one(call: Call) -> dict[str, Any]:
    """Answer GET `/test/:id`; the times appear in the row a moment later, and only after a success."""
    row = call.server.channels.get(call.id())
    started = perf_counter()
    try:
        seconds = await _probe(call.server, row, call.query("model"), call.query("endpoint_type"))
    except FailedTestError as failure:
        if not call.server.profile.failed_tests_count:
            raise RefusedError(str(failure), **failure.beside) from None
        seconds = perf_counter() - started
        _save_times_later(call.server, row, seconds)
        raise RefusedError(str(failure), time=seconds) from None
    _save_times_later(call.server, row, seconds)
    return ok(time=seconds)


def _save_times_later(server: Server, row: Row, seconds: float) -> None:
    async def save() -> None:
        _save_times(server, row["id"], seconds)

    server.later(f"save test of {row['id']}", save)


async def _probe(server: Server, row: Row, model: str = "", endpoint: str = "") -> float:
    """Put one question to the upstream; return how many seconds the answer took."""
    if row["type"] in UNTESTABLE:
        raise FailedTestError("channels of this type cannot be tested")
    model = model or row["test_model"] or (row["models"] or "").split(",")[0].strip() or FALLBACK_MODEL
    path = ENDPOINTS.get(endpoint) or ENDPOINTS[DEFAULT_ENDPOINTS.get(row["type"], "openai")]
    url = address_of(server, row) + path.format(model=model)
    started = perf_counter()
    try:
        headers = credentials(row["type"], next_key(server, row), row["header_override"])
        body = {"model": model, "messages": QUESTION, "max_tokens": 16}
        response = await call_upstream(server, "POST", url, headers, body)
    except UnreachableError as error:
        raise FailedTestError(str(error), "do_request_failed") from None
    except RefusedError as error:
        raise FailedTestError(str(error), "channel:no_available_key") from None
    _check(response.status_code, response.content)
    return round(perf_counter() - started, 3)


def _check(status: int, content: bytes) -> None:
    """Fail on anything but a 200 with a JSON object that reports no error."""
    try:
        body = parse(content)
    except GoJsonError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if status != 200:
        code = error.get("code") if isinstance(error, dict) else None
        raise FailedTestError(f"bad response status code {status}: {error}", code or "bad_response_status_code", status)
    if not isinstance(body, dict) or error is not None:
        raise FailedTestError(f"bad response body: {error}", "bad_response_body", status)


def _save_times(server: Server, channel_id: int, seconds: float) -> None:
    times = {"test_time": server.now(), "response_time": max(int(seconds * 1000), 1)}
    server.channels.write(channel_id, times)


async def test_all(call: Call) -> dict[str, Any]:
    """Answer GET `/test`: it only starts."""
    return start_task(call.server, TASK, lambda: test_channels(call.server))


def start_task(server: Server, name: str, run: Any) -> dict[str, Any]:  # noqa: ANN401 - a function that gives a coroutine
    """Queue a task; while one is active, HEAD answers 409 and BASE refuses."""
    task = {"task_id": f"task_{name}", "status": "pending"}
    if server.has_job(name):
        if not server.profile.queues_tasks:
            raise RefusedError("a test is running already")
        raise RefusedError("a task is active already", status=409, data=task | {"type": name})
    server.later(name, run)
    return ok(task) if server.profile.queues_tasks else ok()


async def test_channels(server: Server) -> None:
    """Test all channels that are not disabled by hand, and eject or enable where the options say so."""
    for row in server.channels.where("status <> ?", [DISABLED]):
        try:
            seconds = await _probe(server, row)
        except FailedTestError as failure:
            if failure.status == EJECTING_STATUS and server.is_on("AutomaticDisableChannelEnabled"):
                eject_failing(server, row, str(failure))
            continue
        _save_times(server, row["id"], seconds)
        if row["status"] == EJECTED and server.is_on("AutomaticEnableChannelEnabled"):
            change_status(server, row["id"], ENABLED, "")


async def show_task(call: Call) -> dict[str, Any]:
    """Answer GET `/api/system-task/:task_id`."""
    name = call.params["task_id"].removeprefix("task_")
    status = "pending" if call.server.has_job(name) else "succeeded"
    return ok({"task_id": call.params["task_id"], "type": name, "status": status})
