"""Ask a provider for every model it lists: all pages, within bounds, or a failure that says why not.

contracts/upstreams.md 3. There is no half a list: what cannot be read to its end is a failure.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.discovery import MOST_MODELS, Failure, Listing, Models, State
from chanops.domain.echo import refuse_echo
from chanops.domain.model_names import tidy
from chanops.upstreams.line import Page, Refusal
from chanops.upstreams.styles import Credential

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.upstreams.line import Line
    from chanops.upstreams.provider import Provider
    from chanops.upstreams.styles import Paging, Style

MOST_PAGES: Final = 20
NOT_THERE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
BEARER_ALONE: Final = "it takes the key as a Bearer token alone"
OPENAIS_LIST: Final = "its list is OpenAI's"


async def list_models(line: Line, provider: Provider) -> Listing:
    """Return what *provider* lists. No answer is ever an empty list."""
    line.ledger.remember(provider.key.reveal())
    found = refuse_echo(await _list(line, provider), [provider.key.reveal()])
    return replace(found, source=provider.source)


async def _list(line: Line, provider: Provider) -> Listing:
    style = provider.style
    headers = headers_for(style, provider.key.reveal())
    answer = await _list_at(line, style, provider.root + style.path, headers)
    if _is_refused(answer, HTTPStatus.UNAUTHORIZED) and style.credential is Credential.X_API_KEY:
        headers = headers_for(style, provider.key.reveal(), Credential.BEARER)  # New API sites from before December 2025
        answer = await _list_at(line, style, provider.root + style.path, headers)
        answer = replace(answer, betrayed=BEARER_ALONE) if isinstance(answer, Models) else answer
    if isinstance(answer, Refusal) and answer.status in NOT_THERE:
        other = await _list_at(line, style, provider.root + style.leaf, headers)
        answer = other if isinstance(other, Models) else answer
    return answer.failure if isinstance(answer, Refusal) else answer


def headers_for(style: Style, key: str, credential: Credential | None = None) -> Mapping[str, str]:
    """Return the headers of a call with *key*, in the style's own way unless another *credential* is named."""
    chosen = credential or style.credential
    if not key:
        return style.headers
    return {**style.headers, chosen.value: f"Bearer {key}" if chosen is Credential.BEARER else key}


async def _list_at(line: Line, style: Style, url: str, headers: Mapping[str, str]) -> Models | Failure | Refusal:
    """Read every page at *url*."""
    names: list[str] = []
    params: dict[str, str] = {}
    cursors: set[str] = set()
    if style.paging:
        params[style.paging.size[0]] = str(style.paging.size[1])
    for _ in range(MOST_PAGES):
        page = await line.get(url, headers, params)
        if not isinstance(page, Page):
            return page
        found = read_names(page.body, style)
        if isinstance(found, Failure):
            return found
        names += found
        cursor = _next_cursor(page.body, style.paging) if style.paging else None
        if len(names) > MOST_MODELS:
            return _invalid(f"it lists more than {MOST_MODELS:,} models")
        if not style.paging or cursor is None:
            return _whole(names, page.body, style)
        if cursor in cursors or not cursor:
            return _invalid("its pages lead in a circle")
        cursors.add(cursor)
        params[style.paging.cursor] = cursor
    return _invalid(f"its list has more than {MOST_PAGES} pages")


def read_names(body: Mapping[str, Any], style: Style) -> list[str] | Failure:
    """Return the names on one page; every entry must have one."""
    items = body.get(style.items)
    if not isinstance(items, list):
        other = f"; {OPENAIS_LIST}" if style.items != "data" and isinstance(body.get("data"), list) else ""
        return _invalid(f"`{style.items}` is no list{other}")
    names = []
    for number, item in enumerate(items):
        name = item.get(style.id) if isinstance(item, dict) else None
        if not (isinstance(name, str) and name.removeprefix(style.prefix).strip()):
            return _invalid(f"entry {number + 1} of `{style.items}` has no `{style.id}`")
        names.append(name.strip().removeprefix(style.prefix))
    return names


def _whole(names: list[str], body: Mapping[str, Any], style: Style) -> Models | Failure:
    """Return the list that ends with the page *body*; OpenAI's says what it is, and Anthropic's does not."""
    if not names:
        return Failure(State.INVALID_RESPONSE, "it lists no model", is_empty=True)
    is_openais = style.credential is Credential.X_API_KEY and body.get("object") == "list"
    return Models(tidy(names), betrayed=OPENAIS_LIST if is_openais else "")


def _next_cursor(body: Mapping[str, Any], paging: Paging) -> str | None:
    """Return the cursor of the next page, None when this was the last, and an empty text when there is more but no way."""
    cursor = body.get(paging.next)
    if paging.more:
        if body.get(paging.more) is not True:
            return None
        return cursor if isinstance(cursor, str) else ""
    return cursor if isinstance(cursor, str) and cursor else None


def _is_refused(answer: Models | Failure | Refusal, status: HTTPStatus) -> bool:
    return isinstance(answer, Refusal) and answer.status == status


def _invalid(reason: str) -> Failure:
    return Failure(State.INVALID_RESPONSE, reason)
