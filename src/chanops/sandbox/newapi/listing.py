"""GET `/` and `/search`: filters, order and paging, with the hole between pages (contracts/new-api.md 3.1, 3.2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chanops.sandbox.newapi.answers import ok
from chanops.sandbox.newapi.channels import show
from chanops.sandbox.newapi.server import as_bool, as_int

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call, Server

PAGE_SIZE, LARGEST_PAGE, SEARCH_PAGE_SIZE = 10, 100, 20
SORT_KEYS = ("id", "name", "priority", "balance", "response_time", "test_time")
STATUSES = {"enabled": "status = 1", "1": "status = 1", "disabled": "status <> 1", "0": "status <> 1"}
ANY_GROUP = ("", "all", "null")


@dataclass(frozen=True)
class Condition:
    """Part of an SQL WHERE with its parameters."""

    sql: str = "1"
    params: tuple[Any, ...] = ()

    def __and__(self, other: Condition) -> Condition:
        return Condition(f"({self.sql}) AND ({other.sql})", self.params + other.params)


async def list_channels(call: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/`."""
    page, size = _page(call)
    base = _status(call) & filter_group(call)
    chosen = base & _type(call)
    if as_bool(call.query("tag_mode")):
        items, total = _tagged_page(call, page, size, _status(call) & _type(call))
    else:
        limit = f"{order(call)} LIMIT {max(size, -1)} OFFSET {max((page - 1) * size, 0)}"
        items = call.server.channels.where(chosen.sql, chosen.params, limit)
        total = _count(call.server, chosen)
    counts = _type_counts(call.server, base)
    return ok(
        {
            "items": [show(row, call.server.profile) for row in items],
            "total": total,
            "page": page,
            "page_size": size,
            "type_counts": counts,
        }
    )


async def search_channels(call: Call) -> dict[str, Any]:
    """Answer GET `/api/channel/search`: one consistent read, paged in memory without a cap."""
    found = _keyword(call) & filter_group(call)
    if as_bool(call.query("tag_mode")):
        found = Condition(f"tag <> '' AND tag IN (SELECT tag FROM channels WHERE {found.sql})", found.params)  # noqa: S608
    found = found & _status(call)
    rows = call.server.channels.where(found.sql, found.params, order(call))
    counts = _count_types(row["type"] for row in rows)
    wanted = as_int(call.query("type"))
    if wanted is not None and wanted >= 0:
        rows = [row for row in rows if row["type"] == wanted]
    page = max(as_int(call.query("p")) or 1, 1)
    size = as_int(call.query("page_size")) or 0
    size = size if size > 0 else SEARCH_PAGE_SIZE
    shown = [show(row, call.server.profile) for row in rows[(page - 1) * size : page * size]]
    return ok({"items": shown, "total": len(rows), "type_counts": counts})


def _page(call: Call) -> tuple[int, int]:
    """Return page and page size as they are used."""
    asked = (as_int(call.query(name)) for name in ("page_size", "ps", "size"))
    size = next((size for size in asked if size), PAGE_SIZE)
    return as_int(call.query("p")) or 1, min(size, LARGEST_PAGE)


def order(call: Call) -> str:
    """Return the ORDER BY: whatever is equal comes in another order each time."""
    direction = "ASC" if call.query("sort_order").lower() == "asc" else "DESC"
    key = call.query("sort_by").lower()
    tie = f"(id * {call.server.random.randrange(1, 1_000_003)}) % 1000003"
    if key in SORT_KEYS:
        return f"ORDER BY {key} {direction}, {tie}"
    if as_bool(call.query("id_sort")):
        return "ORDER BY id DESC"
    return f"ORDER BY priority DESC, {tie}"


def _status(call: Call) -> Condition:
    return Condition(STATUSES.get(call.query("status").lower(), "1"))


def _type(call: Call) -> Condition:
    wanted = as_int(call.query("type"))
    return Condition() if wanted is None or wanted < 0 else Condition("type = ?", (wanted,))


def filter_group(call: Call) -> Condition:
    """Match an exact member of the comma list; a wildcard is a letter."""
    group = call.query("group")
    if group in ANY_GROUP:
        return Condition()
    return Condition("""',' || "group" || ',' LIKE ? ESCAPE '!'""", (f"%,{_escape(group)},%",))


def _escape(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, "!" + sign)
    return text


def _keyword(call: Call) -> Condition:
    """Match id, name, the exact key, or the address; `%` and `_` are wildcards, and NULL matches nothing."""
    keyword, model = call.query("keyword"), call.query("model")
    like = f"%{keyword}%"
    return Condition(
        "(id = ? OR name LIKE ? OR key = ? OR base_url LIKE ?) AND name IS NOT NULL AND models LIKE ?",
        (as_int(keyword) or 0, like, keyword, like, f"%{model}%"),
    )


def _count(server: Server, condition: Condition) -> int:
    row = server.store.row(f"SELECT count(*) AS n FROM channels WHERE {condition.sql}", condition.params)  # noqa: S608
    return int(row["n"]) if row else 0


def _type_counts(server: Server, condition: Condition) -> dict[str, int]:
    sql = f"SELECT type, count(*) AS n FROM channels WHERE {condition.sql} GROUP BY type"  # noqa: S608
    return {str(row["type"]): row["n"] for row in server.store.rows(sql, condition.params)}


def _count_types(types: Iterable[int]) -> dict[str, int]:
    return {str(kind): count for kind, count in sorted(Counter(types).items())}


def _tagged_page(call: Call, page: int, size: int, wanted: Condition) -> tuple[list[Row], int]:
    """Return all channels of the tags on a page, and the number of tags; what has no tag is not there."""
    tags = [row["tag"] for row in call.server.store.rows("SELECT DISTINCT tag FROM channels WHERE tag <> '' ORDER BY tag")]
    start = max((page - 1) * size, 0)
    shown = tags[start : start + size] if size > 0 else tags[start:]
    return tags_of(call, shown, wanted), len(tags)


def tags_of(call: Call, tags: list[str], wanted: Condition) -> list[Row]:
    """Return the channels of *tags*, tag after tag."""
    rows: list[Row] = []
    for tag in tags:
        condition = Condition("tag = ?", (tag,)) & wanted
        rows += call.server.channels.where(condition.sql, condition.params, order(call))
    return rows
