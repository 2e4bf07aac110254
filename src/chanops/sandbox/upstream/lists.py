"""Model lists in the four styles there are, paged where the style is (contracts/upstreams.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.upstream.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CREATED = 1_626_777_600  # New API's constant for models it does not know
HUGE = 11 * 1024 * 1024
LONG_NAME = "x" * 200


def listed(models: Sequence[str], fault: Fault | None) -> list[str]:
    """Return the names to list: *models*, unless a *fault* spoils them."""
    match fault:
        case Fault.EMPTY:
            return []
        case Fault.COMMAS:
            return [*models, "gpt-4o,o3"]
        case Fault.CONTROL_CHARACTERS:
            return [*models, "gpt-4o\x1b[31m", "o3\u202e"]
        case Fault.HUGE:
            return [f"{LONG_NAME}-{number}" for number in range(HUGE // len(LONG_NAME))]
        case _:
            return list(models)


def openai(names: Sequence[str], query: Mapping[str, str], fault: Fault | None, most: int) -> dict[str, Any]:  # noqa: ARG001 - a style
    """Return the list as OpenAI gives it: whole."""
    return {"object": "list", "data": [_openai_model(name, fault) for name in names], "success": True}


def anthropic(names: Sequence[str], query: Mapping[str, str], fault: Fault | None, most: int) -> dict[str, Any]:
    """Return a page as Anthropic gives it: 20 unless asked for more, the next one by `after_id`."""
    after = query.get("after_id", "")
    page, has_more, last = _page(names, after, min(_number(query.get("limit"), 20), most), fault)
    data = [_row({"type": "model", "id": name, "display_name": name}, "id", fault) for name in page]
    return {"data": data, "has_more": has_more, "first_id": page[0] if page else None, "last_id": last or None}


def gemini(names: Sequence[str], query: Mapping[str, str], fault: Fault | None, most: int) -> dict[str, Any]:
    """Return a page as Gemini gives it: 50 unless asked for more, the next one by `pageToken`."""
    token = query.get("pageToken", "")
    page, has_more, last = _page(names, token, min(_number(query.get("pageSize"), 50), most), fault)
    methods = ["generateContent", "countTokens"]
    rows = [{"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods} for name in page]
    body: dict[str, Any] = {"models": [_row(row, "name", fault) for row in rows]}
    return body | ({"nextPageToken": last} if has_more else {})


def ollama(names: Sequence[str], query: Mapping[str, str], fault: Fault | None, most: int) -> dict[str, Any]:  # noqa: ARG001 - a style
    """Return the list as Ollama gives it: whole."""
    rows = [{"name": name, "model": name, "size": 1, "details": {"family": "llama"}} for name in names]
    return {"models": [_row(row, "name", fault) for row in rows]}


STYLES: dict[str, Callable[[Sequence[str], Mapping[str, str], Fault | None, int], dict[str, Any]]] = {
    "openai": openai,
    "anthropic": anthropic,
    "gemini": gemini,
    "ollama": ollama,
}


def _openai_model(name: str, fault: Fault | None) -> dict[str, Any]:
    return _row({"id": name, "object": "model", "created": CREATED, "owned_by": "sandbox"}, "id", fault)


def _row(row: dict[str, Any], key: str, fault: Fault | None) -> dict[str, Any]:
    if fault is Fault.NO_IDS:
        return {name: value for name, value in row.items() if name != key}
    return row | {key: 7} if fault is Fault.NUMBERS else row


def _page(names: Sequence[str], cursor: str, size: int, fault: Fault | None) -> tuple[list[str], bool, str]:
    """Return the names after *cursor*, whether there are more, and the cursor of the next page."""
    if fault is Fault.ENDLESS_PAGES:
        number = int(cursor.rpartition("-")[2] or 0) + 1 if cursor.startswith("endless-") else 1
        return [f"endless-{number}"], True, f"endless-{number}"
    if fault is Fault.REPEATED_CURSOR:
        return list(names[:size]), True, "again"
    size = len(names) if fault is Fault.HUGE else size
    start = names.index(cursor) + 1 if cursor in names else 0
    page = list(names[start : start + size])
    return page, start + size < len(names), page[-1] if page else ""


def _number(text: str | None, default: int) -> int:
    return max(int(text), 1) if text and text.isdigit() else default
