"""From live channels to files and back: import, load, plan, apply, and what the raw rows are then."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chanops import config
from chanops.authoring.importing import Imported, Wanted, import_channels
from chanops.authoring.references import KeyMode
from chanops.cli.drafting import Desk
from chanops.cli.loading import Configuration
from chanops.domain.gateway import LiveSite
from chanops.domain.secret import Ledger
from chanops.domain.vocabulary import SiteKind
from chanops.engine.ownership import pair_channels
from chanops.gateways.pacing import Pacer
from chanops.gateways.registry import find_adapter
from conformance.bench import SITE, Bench, open_transport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authoring.rows import Made
    from chanops.config.load import Loaded
    from chanops.domain.resources import DesiredChannel
    from conformance.wire import Row

ENVIRON: Final = {"TOKEN": "invented-token-0123456789", "PASSWORD": "invented-password-01"}


async def make(bench: Bench, channels: Iterable[Made]) -> None:
    """Make *channels* by hand; what the gateway refuses is not there."""
    for channel in channels:
        try:
            remote_id = await bench.wire.create(bench.name(channel.name), **channel.columns)
        except AssertionError:
            continue
        if not channel.enabled:
            await bench.wire.enable(remote_id, enabled=False)


def declare(bench: Bench, folder: Path, **more: Any) -> Path:
    """Write the file that declares the bench's site, without channels."""
    auth = {"access_token": "${env:TOKEN}", "user_id": 1}
    if bench.kind is SiteKind.OCTOPUS:
        auth = {"username": "admin", "password": "${env:PASSWORD}"}
    site = {"kind": bench.kind.value, "url": bench.server.url, "auth": auth} | more
    path = folder / "channels.yaml"
    path.write_text(json.dumps({"version": 1, "owner": bench.prefix, "sites": {SITE: site}}), encoding="utf-8")
    return path


async def read_live(bench: Bench) -> LiveSite:
    """Read the bench's site, as a run would."""
    transport = open_transport(bench.app)
    gateway = find_adapter(bench.kind)(bench.site(), ledger=Ledger(), pacer=Pacer(), transport=transport, url=bench.server.url)
    try:
        return await gateway.fetch()
    finally:
        await gateway.close()


async def import_all(bench: Bench, path: Path, keys: KeyMode) -> Imported:
    """Import every channel of this test."""
    loaded = config.load([path], environ=ENVIRON)
    assert not loaded.has_errors, loaded.findings
    (declared,) = loaded.desired.sites
    live = await read_live(bench)
    pairs = tuple(pair_channels(declared, live).pairs)
    desk = Desk((path,), Configuration(loaded.desired), declared, live, pairs)
    wanted = Wanted(f"{bench.prefix}*", keys, desk.known, desk.variables())
    return import_channels(declared, live, wanted, desk.load, desk.judge)


def load(path: Path, text: str, environ: Mapping[str, str]) -> Loaded:
    """Load the declaring file with an imported one."""
    imported = path.with_name("imported.yaml")
    imported.write_text(text, encoding="utf-8")
    return config.load([path, imported], environ={**ENVIRON, **environ})


def channels_of(loaded: Loaded) -> Sequence[DesiredChannel]:
    """Return the declared channels."""
    (site,) = loaded.desired.sites
    return [replace(channel, range=None) for channel in site.channels]


async def rows(bench: Bench) -> list[Row]:
    """Return the raw rows of this test's channels without our mark, and without what the gateway moves by itself."""
    found = [row for row in await bench.wire.rows() if row["name"].startswith(bench.prefix)]
    return [_without_mark(row) for row in found]


def _without_mark(row: Row) -> Row:
    if "other_info" not in row:
        return row
    info = json.loads(row["other_info"] or "{}") or {}
    return row | {"other_info": {key: value for key, value in info.items() if key != "chanops"}}
