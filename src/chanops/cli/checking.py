"""What `check` looks at, in which order: the files, what the dialects say of them, the sites and the upstreams."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chanops.checks.allowances import ALSO_LIVE, check_reasons, check_use
from chanops.checks.dialect import Held, hold, hold_newest
from chanops.checks.levels import at_level, is_completed, newapi_roots, text_of
from chanops.checks.living import LIVING
from chanops.checks.neighbours import Neighbours
from chanops.checks.run import find
from chanops.checks.static import STATIC
from chanops.checks.subject import Subject
from chanops.checks.upstream import UPSTREAM
from chanops.domain import finding
from chanops.domain.allowing import sift
from chanops.domain.discovery import Failure
from chanops.domain.finding import Finding, Range, by_severity_and_place
from chanops.domain.rules import RULES, Needs
from chanops.domain.vocabulary import SiteKind
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from chanops import config
    from chanops.cli.loading import Configuration
    from chanops.domain.address import Address
    from chanops.domain.discovery import Listing
    from chanops.domain.facts import SiteFacts
    from chanops.domain.gateway import Gateway, LiveSite
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Desired, Site

ONCE: frozenset[str] = frozenset({"url-form", "url-version", "url-raw", "key-form", "key-type", "type-unknown", "model-name"})
"""Rules that loader, dialect and checks may all find broken at one place: the first one says it."""


@dataclass(slots=True)
class Run:
    """What one run finds. *rewritten*: for each place of an address, the forms in which its gateways hold it."""

    desired: Desired
    findings: list[Finding] = field(default_factory=list)
    used: set[Range] = field(default_factory=set)
    rewritten: defaultdict[Range, set[str]] = field(default_factory=lambda: defaultdict(set))
    _known: dict[Address, frozenset[Needs]] = field(default_factory=dict)

    @property
    def channels(self) -> tuple[DesiredChannel, ...]:
        """Return the declared channels of all sites."""
        return tuple(channel for site in self.desired.sites for channel in site.channels)

    def sorted(self) -> tuple[Finding, ...]:
        """Return all that was found, each fault once."""
        return tuple(_unique(sorted(self.findings, key=by_severity_and_place)))

    def look_at(self, site: Site, held: Sequence[Held], subjects: Iterable[Subject]) -> None:
        """Take in what the dialect and the checks say of the channels of *site*."""
        roots = newapi_roots(self.desired)
        for one in held:
            fine = is_completed(one, roots)
            self.take_in((found for found in one.findings if not (fine and found.rule == "url-version")), [one.desired])
            self._note_form(site, one, fine=fine, roots=roots)
        for subject in subjects:
            needs = _known_of(subject)
            self._known[subject.desired.address] = needs
            checks = (*(STATIC if not subject.desired.is_absent else ()), *(LIVING if subject.facts else ()),
                      *(UPSTREAM if subject.listing else ()))  # fmt: skip
            self.take_in(find([subject], checks), [subject.desired], stops_plan=False)

    def _note_form(self, site: Site, held: Held, *, fine: bool, roots: Collection[Range]) -> None:
        """Keep the form in which the gateway holds an address that may be shown; Octopus adds to a root what it needs."""
        place, form = held.desired.origins.get("base_url"), held.canonical.fields.get("base_url")
        if place and isinstance(form, str) and (site.kind is SiteKind.NEWAPI or place not in roots):
            self.rewritten[place].add(text_of(held.desired) if fine else form)

    def take_in(self, found: Iterable[Finding], channels: Sequence[DesiredChannel], *, stops_plan: bool = True) -> None:
        """Take in *found* but for what *channels* allow, as bad as the table says."""
        sifted = sift(found, channels, stops_plan=stops_plan)
        self.used |= sifted.used
        self.findings += map(at_level, sifted.kept)

    def look_at_allowances(self) -> None:
        """Take in what is to be said of the `allow` lines, once all else was looked at."""

        def was_run(channel: DesiredChannel, rule: str) -> bool:
            known = self._known.get(channel.address, frozenset())
            is_proof = rule not in ALSO_LIVE or Needs.GATEWAY in known
            return is_proof and RULES[rule].needs in known

        self.findings += check_reasons(self.channels)
        self.findings += check_use(self.channels, self.used, was_run)


def check_files(loaded: config.Loaded, desired: Desired) -> Run:
    """Look at the files alone; *desired* holds the wanted sites. Where the loader found an error, it alone is heard."""
    run = Run(desired, list(map(at_level, loaded.findings)), set(loaded.silenced))
    if not loaded.has_errors:
        for site in desired.sites:
            check_site_alone(run, site)
    return run


def check_site_alone(run: Run, site: Site) -> None:
    """Look at the channels of *site* without the site."""
    from chanops.gateways.registry import find_dialects  # noqa: PLC0415 - keeps --help fast

    held = hold_newest([channel for channel in site.channels if not channel.is_absent], find_dialects(site.kind))
    run.look_at(site, held, _subjects(site, [_Row(one.canonical, None) for one in held]))


async def check_sites(loaded: config.Loaded, configuration: Configuration) -> Run:
    """Look at the files, the sites and the upstreams; a site that cannot be read is looked at by its files."""
    from chanops.cli.asking import open_any_asking  # noqa: PLC0415 - keeps --help fast
    from chanops.cli.session import open_gateways  # noqa: PLC0415
    from chanops.engine.models import survey_models  # noqa: PLC0415
    from chanops.engine.refresh import refresh  # noqa: PLC0415

    run = Run(configuration.desired, list(map(at_level, loaded.findings)), set(loaded.silenced))
    async with open_gateways(configuration) as gateways, open_any_asking(configuration) as asking:
        live = await refresh(gateways)
        survey = await survey_models(configuration.desired, live, gateways, asking)
        run.findings += survey.resolved.findings
        for site in configuration.desired.sites:
            resolved = next(one for one in survey.resolved.desired.sites if one.name == site.name)
            held = live[site.name]
            if isinstance(held, GatewayError):
                run.findings.append(_unread(site, held))
                check_site_alone(run, site)
            else:
                await _check_site(run, resolved, held, gateways[site.name], survey.listings)
    return run


async def _check_site(run: Run, site: Site, live: LiveSite, gateway: Gateway, listings: Mapping[Address, Listing]) -> None:
    from chanops.engine.ownership import pair_channels  # noqa: PLC0415 - keeps --help fast

    facts = await _fetch_facts(run, site, live, gateway)
    pairing = pair_channels(site, live)
    pairs = [(hold(pair.desired, pair.live, live.dialect), pair.live) for pair in pairing.pairs]
    rows = [_Row(held.canonical, at, listings.get(held.canonical.address)) for held, at in pairs]
    run.take_in([*live.findings, *pairing.findings], site.channels)
    run.look_at(site, [held for held, _ in pairs if not held.desired.is_absent], _subjects(site, rows, facts))


async def _fetch_facts(run: Run, site: Site, live: LiveSite, gateway: Gateway) -> SiteFacts | None:
    from chanops.domain.facts import FactSource  # noqa: PLC0415 - keeps --help fast

    if not isinstance(gateway, FactSource):
        return None
    try:
        facts = await gateway.fetch_facts(live)
    except GatewayError as fault:
        run.findings.append(_unread(site, fault))
        return None
    run.findings += facts.findings
    return facts


def _unread(site: Site, fault: GatewayError) -> Finding:
    return finding.error(f"{site.name} cannot be looked at: {fault.reason}", fault.hint, rule="site-unread").at(site.range)


@dataclass(frozen=True, slots=True)
class _Row:
    """One channel of a site, with what is known of it."""

    desired: DesiredChannel
    live: LiveChannel | None
    listing: Listing | None = None


def _subjects(site: Site, rows: Sequence[_Row], facts: SiteFacts | None = None) -> Iterator[Subject]:
    """Yield a subject for each of *rows*."""
    others = Neighbours(row.desired for row in rows)
    if facts and facts.targets is not None:
        facts = replace(facts, targets=others.strangers_in(facts.targets))
    yield from (Subject(site, row.desired, row.live, facts, row.listing, others) for row in rows)


def _known_of(subject: Subject) -> frozenset[Needs]:
    """Return what was read for *subject*, so that its rules could be looked at."""
    known = {Needs.FILES}
    if subject.facts:
        known.add(Needs.GATEWAY)
    if subject.listing and not isinstance(subject.listing, Failure):
        known.add(Needs.UPSTREAM)
    return frozenset(known)


def _unique(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield each fault once: one place may be inherited by many channels, and be seen by loader and dialect."""
    seen = set()
    for found in findings:
        where: object = found.range[:5] if found.range else found.address
        key = (found.rule, where) if found.rule in ONCE else (found.rule, where, found.summary, found.detail)
        if key not in seen:
            seen.add(key)
            yield found
