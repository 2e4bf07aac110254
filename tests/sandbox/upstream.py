"""The fake provider of a recording, plugged into an emulator in place of the network."""

from __future__ import annotations

import json
from typing import Any

import httpx

URL = "http://127.0.0.1:18080"
LISTS = ("/models", "/api/tags")
TESTS = ("/chat/completions", "/messages", "/responses", "/completions", "/embeddings", ":generateContent")
REPLY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


class Upstream:
    """Answers as the `upstream` of a recording says; no other address answers at all."""

    def __init__(self, spec: dict[str, Any] | None) -> None:
        self.spec = spec
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one call of the gateway."""
        self.requests.append(request)
        if self.spec is None or not str(request.url).startswith(URL):
            raise httpx.ConnectError("connection refused", request=request)
        fault = self.spec.get("fault")
        return _fault(fault) if fault else _answer(request, self.spec["models"])


def _fault(fault: dict[str, Any]) -> httpx.Response:
    body = fault["body"] if isinstance(fault["body"], str) else json.dumps(fault["body"])
    return httpx.Response(fault["status"], headers={"content-type": fault["content_type"]}, content=body.encode())


def _answer(request: httpx.Request, models: list[str]) -> httpx.Response:
    path = request.url.path
    if request.method == "GET" and path.endswith(LISTS):
        return httpx.Response(200, json=_listing(path, request.headers, models))
    if request.method == "POST" and path.endswith(TESTS):
        return httpx.Response(200, json=REPLY)
    return httpx.Response(404, json={"error": {"message": "not found"}})


def _listing(path: str, headers: httpx.Headers, models: list[str]) -> dict[str, Any]:
    """List *models* the way of OpenAI, Anthropic, Gemini or Ollama."""
    if path.endswith("/api/tags"):
        return {"models": [{"name": name, "model": name} for name in models]}
    if "/v1beta/" in path:
        return {"models": [{"name": f"models/{name}"} for name in models]}
    if "x-api-key" in headers:
        return {"data": [{"id": name, "type": "model"} for name in models], "has_more": False}
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in models]}
