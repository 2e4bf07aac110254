"""The HEAD probe of G2: it shrinks the listed base URLs to those that answer, with the delay it measured.

contracts/octopus.md 5.5. The database keeps what was sent. A URL that Go cannot parse kills the process.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import httpx

from chanops.sandbox.octopus.gourl import is_parsable

if TYPE_CHECKING:
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row

LONGEST_DELAY = 400
HOUR = 3600


async def probe(state: State, row: Row) -> bool:
    """Ask every base URL of the copy *row* and put those that answer into memory; False when the process died of it."""
    urls = row["base_urls"] or []
    if not all(is_parsable(entry["url"]) for entry in urls):
        state.is_dead = True
        return False
    answering = [
        entry | {"delay": state.random.randint(1, LONGEST_DELAY)} for entry in urls if await _answers(state, entry["url"])
    ]
    if answering and row["id"] in state.channels:
        state.channels[row["id"]]["base_urls"] = answering
    return True


async def probe_all(state: State) -> None:
    """Probe every channel: at start and every hour."""
    state.background.at(state.clock.now() + HOUR, partial(probe_all, state))
    for channel_id in list(state.channels):
        if channel_id in state.channels and not await probe(state, state.snapshot(channel_id)):
            return


async def _answers(state: State, url: str) -> bool:
    if state.outside.reachable is not None:
        return url.startswith(state.outside.reachable)
    if not state.outside.is_plugged:
        return False
    try:
        await state.outside.call(httpx.Request("HEAD", url))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
    return True
