"""`chanops sandbox`: emulated gateways, on loopback or inside the process."""

from __future__ import annotations

import asyncio
import json
import math
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.embedded import NEEDS_EXTRA, URL, is_embedded, open_embedded, state_folder
from chanops.cli.exit_codes import ExitCode
from chanops.cli.loading import load_configuration
from chanops.cli.messages import echo_text
from chanops.cli.suggesting import suggest_sites
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERATIONS = {"newapi": ("base", "head"), "octopus": ("g2", "g4")}
PROVIDER = "upstream"


@click.group()
def command() -> None:
    """Run an emulated gateway, for trying and testing.

    A site with `url: sandbox:newapi` or `url: sandbox:octopus` needs none of this: it is emulated inside every run.
    """


class RateLimit(click.ParamType[tuple[int, float]]):
    """`180/180`: so many requests in so many seconds."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, float]:  # noqa: ANN401
        """Return the number and the seconds."""
        if isinstance(value, tuple):
            return value
        number, _, seconds = str(value).partition("/")
        try:
            limit = int(number), float(seconds)
        except ValueError:
            limit = 0, 0.0
        if limit[0] < 1 or not 0 < limit[1] < math.inf:
            self.fail(f'"{value}" is not N/SECONDS, such as 180/180', param, ctx)
        return limit


@command.command(short_help="Serve an emulated gateway on 127.0.0.1 until it is stopped.")
@click.argument("gateway", type=click.Choice([*GENERATIONS, PROVIDER]))
@options.flag(
    "--generation", type=click.Choice([g for both in GENERATIONS.values() for g in both]), help="[default: the newest]"
)
@options.flag("--port", type=options.NumberType(0, 65535), metavar="P", default=0, help="[default: a free one]")
@options.flag(
    "--db", type=click.Path(dir_okay=False, path_type=Path), help="Keep the state in this file; else it starts fresh."
)
@options.flag("--rate-limit", type=RateLimit(), metavar="N/SECONDS", help="Refuse more requests than that.")
@options.flag("--memory-cache", is_flag=True, help="Behave as New API with its memory cache on.")
@options.flag("--model", "models", multiple=True, metavar="NAME", help="Upstream: list this model; may be given again.")
@options.flag("--fault", metavar="FAULT", help="Upstream: do this wrong, such as 401, html, empty or endless-pages.")
@options.as_json
def serve(
    gateway: str,
    generation: str | None,
    *,
    models: tuple[str, ...],
    fault: str | None,
    as_json: bool,
    **settings: Any,  # noqa: ANN401 - click's options
) -> None:
    """Serve an emulated GATEWAY on 127.0.0.1 until it is stopped; prints its URL and credentials.

    `upstream` is no gateway but a provider behind one: it lists models and takes any key.
    """
    if gateway == PROVIDER:
        _serve_provider(models, fault, port=settings["port"], as_json=as_json)
        return
    chosen = generation or GENERATIONS[gateway][-1]
    if chosen not in GENERATIONS[gateway]:
        raise click.UsageError(f"{gateway} has no generation {chosen}; it has {' and '.join(GENERATIONS[gateway])}")
    try:
        from chanops.sandbox.serve import serve as serve_gateway  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(NEEDS_EXTRA) from None
    if gateway == "octopus":
        for flag in ("rate_limit", "memory_cache"):
            if settings[flag]:
                raise click.UsageError(f"octopus has no {flag.replace('_', ' ')}")
    with _telling_refusals(settings["port"], settings["db"]):
        serve_gateway(gateway, chosen, as_json=as_json, **settings)


def _serve_provider(models: tuple[str, ...], fault: str | None, *, port: int, as_json: bool) -> None:
    try:
        from chanops.sandbox.serve import serve_provider  # noqa: PLC0415 - an extra
        from chanops.sandbox.upstream import Fault  # noqa: PLC0415
    except ImportError:
        raise UsageError(NEEDS_EXTRA) from None
    faults = [one.value for one in Fault if one is not Fault.UNREACHABLE]
    if fault not in (None, *faults):
        raise click.UsageError(f"{fault} is no fault of a provider; there are {', '.join(faults)}")
    with _telling_refusals(port):
        serve_provider(port=port, models=models, fault=fault, as_json=as_json)


@contextmanager
def _telling_refusals(port: int, db: Path | None = None) -> Iterator[None]:
    """Say what the machine refuses: the port, or the file of the state."""
    import sqlite3  # noqa: PLC0415 - only to serve

    try:
        yield
    except sqlite3.Error as fault:
        raise UsageError(f"the state {db} cannot be opened: {fault}") from None
    except OSError as fault:
        what = f"the state {db} cannot be opened" if fault.filename else f"port {port} cannot be served"
        raise UsageError(f"{what}: {fault.strerror}") from None


@command.command(short_help="Send one call to an emulated site, as its web page would.")
@click.argument("site", shell_complete=suggest_sites)
@click.argument("method", type=click.Choice(["GET", "POST", "PUT", "DELETE"], case_sensitive=False), metavar="METHOD")
@click.argument("path")
@click.argument("body", required=False)
@options.files
def request(site: str, method: str, path: str, body: str | None, files: tuple[Path, ...]) -> ExitCode:
    """Send one call to the emulated SITE, as its web page would: to see what chanops makes of a change by hand.

    \b
    chanops sandbox request main PUT /api/channel/ '{"id": 1, "priority": 5}'
    """  # noqa: D301 - click reads the \b
    configuration = load_configuration(files, [site])
    target = configuration.desired.sites[0]
    if not is_embedded(target):
        raise UsageError(f"{site} is a real site; its url is not sandbox:…")
    try:
        content = json.loads(body) if body else None
    except ValueError as fault:
        raise UsageError(f"BODY is not JSON: {fault}") from None
    embedded = open_embedded(target, state_folder(configuration.desired.files))
    try:
        status, answer = asyncio.run(_send(embedded, method.upper(), path, content))
    finally:
        embedded.sandbox.close()
    echo_text(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, indent=2))
    return ExitCode.OK if 200 <= status < 300 else ExitCode.ERROR


async def _send(embedded: Any, method: str, path: str, content: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    import httpx  # noqa: PLC0415 - only here

    credentials = embedded.sandbox.credentials
    async with httpx.AsyncClient(transport=embedded.transport, base_url=URL) as client:
        headers = {"Authorization": f"Bearer {credentials.access_token}", "New-Api-User": str(credentials.user_id)}
        if embedded.site.kind == "octopus":
            login = await client.post(
                "/api/v1/user/login", json={"username": credentials.username, "password": credentials.password}
            )
            token = login.json()["data"]
            headers = {"Authorization": f"Bearer {token['token']}"} if isinstance(token, dict) else {}
        response = await client.request(method, path, json=content, headers=headers)
        is_json = "json" in response.headers.get("content-type", "")
        return response.status_code, response.json() if is_json else response.text
