"""`chanops doctor`: what each site is like, what it allows and what it cannot do; nothing is written anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.exit_codes import ExitCode
from chanops.cli.loading import load_configuration
from chanops.cli.messages import echo_json, echo_text, show_findings, use_colour
from chanops.cli.signals import run_async
from chanops.cli.suggesting import suggest_sites
from chanops.domain.finding import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.cli.loading import Configuration
    from chanops.domain.examination import Examination, Holding
    from chanops.domain.finding import Finding
    from chanops.domain.site import Desired, Site
    from chanops.render.doctor import Examined


@click.command()
@click.argument("names", nargs=-1, metavar="[SITE]...", shell_complete=suggest_sites)
@options.files
@options.sites
@options.flag("--balance", is_flag=True, help="Ask the providers of the declared channels what is left, too.")
@options.flag("--timeout", type=options.SecondsType(), default=None, metavar="SECONDS",
              help="Wait at most that long for a site, or for an answer of a provider.")  # fmt: skip
@options.format_of("text", "json")
@options.as_json
@options.no_color
def command(names: tuple[str, ...], files: tuple[Path, ...], **given: Any) -> ExitCode:  # noqa: ANN401 - click's options
    """Examine the sites (all of them, or only SITE...): whether chanops can do its work there.

    Tells of each whether it answers, TLS, clock, login, generation, permissions, limits, whose its channels are, and what it
    cannot do. Never writes. Exit code 1 when something failed; warnings are no failure.
    """
    from chanops.domain.examination import Verdict  # noqa: PLC0415 - keeps --help fast
    from chanops.render.doctor import doctor_to_json, render_doctor  # noqa: PLC0415

    output = options.take_format(given)
    configuration = load_configuration(files, (*names, *given["sites"]))
    parted = part(configuration)
    examined, holdings = run_async(look(configuration, parted, seconds=given["timeout"], balance=given["balance"]))
    if output == "json":
        echo_json(doctor_to_json(examined, holdings, parted.findings))
    else:
        echo_text(render_doctor(examined, holdings, colour=use_colour(no_color=given["no_color"])))
        if parted.findings:
            show_findings(parted.findings, as_json=False, no_color=given["no_color"])
    return ExitCode.ERROR if any(site.found.verdict is Verdict.FAILED for site in examined) else ExitCode.OK


@dataclass(frozen=True, slots=True)
class Parted:
    """The sites that can be asked, why the others cannot, and the references of channels that have no value."""

    askable: Desired
    silent: dict[str, Examination]
    findings: tuple[Finding, ...]


def part(configuration: Configuration) -> Parted:
    """Look up every reference: a site that lacks one of its own is not asked, a channel's are needed for a plan alone."""
    from chanops import config  # noqa: PLC0415 - keeps --help fast
    from chanops.domain.examination import Topic  # noqa: PLC0415
    from chanops.engine.examine import not_examined  # noqa: PLC0415

    desired = configuration.desired
    silent: dict[str, Examination] = {}
    own: set[Finding] = set()
    for site in desired.sites:
        missing = config.check_references(replace(desired, sites=(replace(site, channels=()),)))
        own.update(missing)
        if missing:
            topic = Topic.ADDRESS if missing[0].field in ("url", "") else Topic.LOGIN
            silent[site.name] = not_examined(missing[0].summary, missing[0].detail, topic)
    others = (found for found in config.check_references(desired) if found not in own)
    findings = tuple(replace(found, severity=Severity.WARNING) for found in (*configuration.findings, *others))
    return Parted(replace(desired, sites=tuple(s for s in desired.sites if s.name not in silent)), silent, findings)


async def look(
    configuration: Configuration, parted: Parted, *, seconds: float | None, balance: bool
) -> tuple[list[Examined], tuple[Holding, ...] | None]:
    """Examine the sites that can be asked, and ask their providers if *balance* says so."""
    from chanops.cli.session import open_gateways  # noqa: PLC0415 - keeps --help fast
    from chanops.domain.gateway import Calls  # noqa: PLC0415
    from chanops.engine.examine import examine  # noqa: PLC0415
    from chanops.render.doctor import Examined  # noqa: PLC0415

    sites = configuration.desired.sites
    async with open_gateways(replace(configuration, desired=parted.askable)) as gateways:
        found = await examine(parted.askable.sites, gateways, seconds)
    found |= parted.silent
    calls = {name: gateway.calls for name, gateway in gateways.items()}
    examined = [Examined(site.name, site.kind, found[site.name], calls.get(site.name, Calls())) for site in sites]
    return examined, await _ask(configuration, sites, seconds) if balance else None


async def _ask(configuration: Configuration, sites: tuple[Site, ...], seconds: float | None) -> tuple[Holding, ...]:
    from chanops.upstreams.holdings import ask_holdings  # noqa: PLC0415 - only for balances
    from chanops.upstreams.line import SECONDS, Line  # noqa: PLC0415

    line = Line(configuration.ledger, seconds=min(seconds or SECONDS, SECONDS))
    try:
        return await ask_holdings(line, sites)
    finally:
        await line.close()
