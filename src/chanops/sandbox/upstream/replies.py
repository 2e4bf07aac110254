"""Replies of the relay endpoints: short, always the same, and only for models that the provider lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "hi"
GEMINI_ACTIONS = (":generateContent", ":streamGenerateContent", ":countTokens")


def model_of(path: str, body: Any) -> str:  # noqa: ANN401 - JSON
    """Return the model that a call asks for."""
    for action in GEMINI_ACTIONS:
        if path.endswith(action):
            return path.removesuffix(action).rpartition("/models/")[2]
    model = body.get("model") if isinstance(body, dict) else None
    return model if isinstance(model, str) else ""


def reply(path: str, model: str, *, is_stream: bool) -> Response | None:
    """Return what a provider says to a question put to *path*; None where no such endpoint is."""
    for ending, (whole, streamed) in ENDPOINTS.items():
        if path.endswith(ending):
            if is_stream and streamed is not None:
                return Response(streamed(model), media_type="text/event-stream")
            return JSONResponse(whole(model))
    return None


def _chat(model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": TEXT}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _chat_stream(model: str) -> bytes:
    start = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": TEXT}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}},
    ]
    events = [f"data: {json.dumps(start | chunk)}\n\n" for chunk in chunks]
    return "".join([*events, "data: [DONE]\n\n"]).encode()


def _message(model: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": TEXT}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _message_stream(model: str) -> bytes:
    start = _message(model) | {"content": [], "stop_reason": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def _response(model: str) -> dict[str, Any]:
    content = {"type": "output_text", "text": TEXT, "annotations": []}
    output = [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [content]}]
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": model,
        "output": output,
        "usage": usage,
    }


def _embedding(model: str) -> dict[str, Any]:
    data = [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}]
    return {"object": "list", "model": model, "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def _gemini(model: str) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": [{"text": TEXT}]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model}


def _gemini_stream(model: str) -> bytes:
    return f"data: {json.dumps(_gemini(model))}\n\n".encode()


ENDPOINTS: dict[str, tuple[Callable[[str], dict[str, Any]], Callable[[str], bytes] | None]] = {
    "/chat/completions": (_chat, _chat_stream),
    "/messages": (_message, _message_stream),
    "/responses": (_response, None),
    "/embeddings": (_embedding, None),
    ":generateContent": (_gemini, None),
    ":streamGenerateContent": (_gemini, _gemini_stream),
}
"""Relay endpoints by the end of their path: the reply whole, and as a stream where there is one."""
