"""A whole read of the channel table: pages are no snapshot, so the search reads it and the list's total checks it (3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.errors import NotUnderstoodError, RefusedError
from chanops.gateways.newapi.api import PAGE_SIZE

if TYPE_CHECKING:
    from chanops.gateways.newapi.api import Api
    from chanops.gateways.newapi.wire import Page, Read

TRIES: Final = 3


async def read_whole(api: Api) -> list[Read]:
    """Return every channel of the site by rising id, or raise: one list call, and one search above a page.

    When somebody else writes between the two they do not agree, and both are asked again. A search that never agrees misses
    rows without a name (3.2), and only pages show those.
    """
    for _ in range(TRIES):
        first = await _first_page(api)
        if is_whole(first.channels, first.total):
            return by_id(first.channels)
        if first.total <= PAGE_SIZE:
            break
        found = await api.search_all()
        if is_whole(found.channels, first.total):
            return by_id(found.channels)
    return await _page_through(api)


def is_whole(channels: list[Read], total: int) -> bool:
    """Tell whether *channels* are as many different ones as the list counts."""
    return len({read.row.id for read in channels}) == len(channels) == total


def by_id(channels: list[Read]) -> list[Read]:
    """Return *channels* by rising id."""
    return sorted(channels, key=lambda read: read.row.id)


async def _first_page(api: Api) -> Page:
    try:
        return await api.list_page(1)
    except RefusedError as error:
        error.hint = (
            "one channel can break every list: a weight of 2^63 or more (contracts/new-api.md 2.2);"
            " find it in the gateway's database and delete it by its id"
        )
        raise


async def _page_through(api: Api) -> list[Read]:
    """Read page by page until one pass shows the same total everywhere and as many different channels."""
    seen: dict[int, Read] = {}
    total = 0
    for _ in range(TRIES):
        seen, totals = await _one_pass(api)
        total = max(totals)
        if totals == {len(seen)}:
            return by_id(list(seen.values()))
    raise NotUnderstoodError(
        api.link.site,
        f"GET /api/channel/: {len(seen)} of {total} channels could be read; the table kept changing, or rows have no name",
        hint="run again when nobody else is writing",
    )


async def _one_pass(api: Api) -> tuple[dict[int, Read], set[int]]:
    seen: dict[int, Read] = {}
    totals: set[int] = set()
    number, last = 1, 1
    while number <= last:
        page = await api.list_page(number)
        totals.add(page.total)
        seen.update((read.row.id, read) for read in page.channels)
        last = -(-page.total // PAGE_SIZE) if page.channels else number
        number += 1
    return seen, totals
