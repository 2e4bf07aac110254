"""Live channels as a table and as JSON: never a key, a secret header or a password. As YAML: `channel_yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.finding import error
from chanops.domain.resources import Status
from chanops.render.conceal import conceal_all, is_hidden
from chanops.render.escape import clip, escape
from chanops.render.finding_json import FORMAT_VERSION, diagnostic
from chanops.render.json_value import json_value
from chanops.render.style import painter
from chanops.render.table import align
from chanops.render.words import count_of

if TYPE_CHECKING:
    from typing import TypeAlias

    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value
    from chanops.errors import GatewayError

    Listed: TypeAlias = Sequence[tuple[LiveChannel, str]]
    """Channels, and whose each is: `ours`, `foreign`, or another owner's name."""

COLUMNS: Final = ("name", "type", "models", "groups", "weight", "status", "whose")
WIDE: Final = ("site", "id", *COLUMNS[:5], "priority", "tag", *COLUMNS[5:], "base_url")
STATUS_COLOURS: Final = {Status.ENABLED: "green", Status.DISABLED: "dim", Status.EJECTED: "red"}
NARROW_CELL: Final = 36
WIDE_CELL: Final = 80


def render_channels(channels: Listed, *, wide: bool = False, colour: bool = False) -> str:
    """Return *channels* as an aligned table and their number; with several sites each row names its own."""
    if not channels:
        return "No channels."
    sites = {channel.address.site for channel, _ in channels}
    columns = WIDE if wide else (("site", *COLUMNS) if len(sites) > 1 else COLUMNS)
    limit = WIDE_CELL if wide else NARROW_CELL
    cells = [_row(columns, channel, whose, limit) for channel, whose in channels]
    rows = align([[column.upper() for column in columns], *cells])
    paint = painter(colour=colour)
    painted = [paint(rows[0], "bold")]
    for row, (channel, _) in zip(rows[1:], channels, strict=True):
        painted.append(paint(row, STATUS_COLOURS[channel.status]) if channel.status is not Status.ENABLED else row)
    total = f"{count_of(len(channels), 'channel')} on {count_of(len(sites), 'site')}"
    return "\n".join([*painted, "", total])


def channels_to_json(channels: Listed, faults: Sequence[GatewayError] = ()) -> dict[str, Any]:
    """Return *channels* as JSON-able values, with the sites that could not be read as diagnostics."""
    return {
        "format_version": FORMAT_VERSION,
        "complete": not faults,
        "channels": [channel_to_json(channel, whose) for channel, whose in channels],
        "diagnostics": [diagnostic(error(f"{fault.site}: {fault.reason}", fault.hint), site=fault.site) for fault in faults],
    }


def channel_to_json(channel: LiveChannel, whose: str) -> dict[str, Any]:
    """Return one channel with its fields; a secret is null."""
    return {
        "address": str(channel.address),
        "site": channel.address.site,
        "kind": channel.address.kind,
        "name": channel.name,
        "remote_id": channel.remote_id,
        "status": channel.status.value,
        "whose": whose,
        "fields": {path: json_value(value) for path, value in conceal_all(channel.fields).items()},
    }


def _row(columns: Sequence[str], channel: LiveChannel, whose: str, limit: int) -> list[str]:
    fields = {path: value for path, value in channel.fields.items() if path in columns}
    cells = {path: _cell(value, limit) for path, value in conceal_all(fields).items()}
    told = {
        "site": channel.address.site,
        "id": channel.remote_id,
        "name": channel.name,
        "status": channel.status.value,
        "whose": whose,
    }
    cells |= {column: clip(text, limit) for column, text in told.items()}
    return [cells.get(column, "-") for column in columns]


def _cell(value: Value, limit: int) -> str:
    if value is None or value == "":
        return "-"
    if is_hidden(value):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _first_few([escape(str(item)) for item in value], limit)
    return clip(str(value), limit)


def _first_few(items: Sequence[str], limit: int) -> str:
    """Return how many there are and as many of the first as fit: `50: gpt-4o, gpt-4o-mini, …`."""
    if not items:
        return "0"
    everything = ", ".join(items)
    if len(items) == 1:
        return clip(items[0], limit)
    shown, text = 0, f"{len(items)}: "
    while shown < len(items) and len(text) + len(items[shown]) + 3 <= limit:
        text += f"{items[shown]}, "
        shown += 1
    if shown == len(items):
        return f"{len(items)}: {everything}"
    return text + "…"
