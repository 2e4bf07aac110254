"""The sheet an examination is written on, and the steps that are the same for every gateway."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chanops.domain.examination import Examination, Facts, Observation, RateLimit, Topic, Verdict
from chanops.domain.loopback import is_loopback
from chanops.domain.secret import Secret
from chanops.domain.value import reveal
from chanops.errors import ChanopsError, ConfigError, GatewayError
from chanops.gateways.certificate import NoCertificateError, days_left

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.gateway import LiveSite
    from chanops.domain.secret import Ledger
    from chanops.domain.site import Site
    from chanops.gateways.pacing import Pacer

EMULATED: Final = "sandbox:"
TOLERANCE: Final = 60.0  # seconds that two clocks may differ: logins and certificates last far longer
EXACT: Final = 1.0  # seconds: a Date has whole ones
SOON: Final = 14  # days


class Sheet:
    """What was found so far."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._observations: list[Observation] = []
        self._failed: Topic | None = None

    def ok(self, topic: Topic, text: str) -> None:
        """Note that *topic* stands well."""
        self._observations.append(Observation(topic, Verdict.OK, text))

    def warn(self, topic: Topic, text: str, hint: str = "") -> None:
        """Note something that somebody should look at."""
        self._observations.append(Observation(topic, Verdict.WARNING, text, hint))

    def fail(self, topic: Topic, text: str, hint: str = "") -> None:
        """Note what keeps chanops from its work."""
        self._failed = self._failed or topic
        self._observations.append(Observation(topic, Verdict.FAILED, text, hint))

    def fail_for(self, topic: Topic, fault: ChanopsError) -> None:
        """Note *fault* in its own words."""
        match fault:
            case ConfigError():
                for found in fault.findings:
                    self.fail(topic, found.summary, found.detail)
            case GatewayError():
                self.fail(topic, fault.reason, fault.hint)
            case _:
                self.fail(topic, str(fault))

    def skip(self, topic: Topic, text: str) -> None:
        """Note why *topic* is not known."""
        self._observations.append(Observation(topic, Verdict.UNKNOWN, text))

    def learn(self, **facts: Any) -> None:  # noqa: ANN401 - the fields of Facts
        """Note *facts* for programs."""
        self.facts = replace(self.facts, **facts)

    def finish(self, live: LiveSite | None = None) -> Examination:
        """Return the examination; a topic of which nothing was noted is unknown."""
        noted = {observation.topic for observation in self._observations}
        why = f"not looked at: {self._failed} failed" if self._failed else "not looked at"
        rest = [Observation(topic, Verdict.UNKNOWN, why) for topic in Topic if topic not in noted]
        order = list(Topic)
        found = sorted([*self._observations, *rest], key=lambda observation: order.index(observation.topic))
        return Examination(tuple(found), self.facts, live)


async def note_tls(sheet: Sheet, site: Site, ledger: Ledger) -> None:
    """Note whether the line is encrypted, and how long the certificate lasts."""
    parts = urlsplit(str(reveal(site.url)))
    if parts.scheme == "https":
        await _note_certificate(sheet, site, ledger)
    elif str(reveal(site.url)).startswith(EMULATED):
        sheet.ok(Topic.TLS, "not needed: emulated inside this process")
    elif is_loopback(parts.hostname or ""):
        sheet.ok(Topic.TLS, "not needed: the site is on this machine")
    else:
        sheet.warn(Topic.TLS, "none: the credentials and all keys travel in the open", "give the site a url with https://")


async def _note_certificate(sheet: Sheet, site: Site, ledger: Ledger) -> None:
    if not site.tls.verify:
        sheet.warn(Topic.TLS, "the certificate is not checked", "take `verify: false` out, or give tls: {ca_file: …}")
        return
    try:
        days = await days_left(site, ledger)
    except NoCertificateError as fault:
        if fault.is_refused:
            sheet.fail(Topic.TLS, str(fault), "renew the certificate, or give its authority: tls: {ca_file: …}")
        else:
            sheet.skip(Topic.TLS, str(fault))
        return
    sheet.learn(certificate_days=days)
    text = f"the certificate ends in {days} day{'' if days == 1 else 's'}"
    if days < SOON:
        sheet.warn(Topic.TLS, text, "renew it: afterwards nothing can be read")
    else:
        sheet.ok(Topic.TLS, text)


def note_clock(sheet: Sheet, headers: Mapping[str, str], now: float | None = None) -> None:
    """Note how far the site's clock is ahead of ours, by the Date of an answer that has just come; it counts whole seconds."""
    try:
        there = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        sheet.skip(Topic.CLOCK, "its answers carry no date")
        return
    skew = round(there + 0.5 - (time.time() if now is None else now), 1)
    sheet.learn(clock_skew_seconds=skew)
    text = f"{abs(skew):,.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    if abs(skew) <= EXACT:
        sheet.ok(Topic.CLOCK, "the same as this machine's, to a second")
    elif abs(skew) > TOLERANCE:
        sheet.warn(Topic.CLOCK, text, "set both clocks by NTP: times in reports and journals do not fit together")
    else:
        sheet.ok(Topic.CLOCK, text)


def note_rate_limit(sheet: Sheet, pacer: Pacer, usual: RateLimit | None) -> None:
    """Note the limit that was met in this run, else the one that is usual; none is looked for by running into it."""
    if pacer.refusals and pacer.limit is not None:
        seen = RateLimit(pacer.limit, round(pacer.window, 1), "seen")
        sheet.learn(rate_limit=seen)
        hint = "somebody else may use it up: the gateway counts by address, not by account"
        sheet.warn(Topic.RATE_LIMIT, f"met: {seen.limit} calls in {seen.window_seconds:g} s", hint)
    elif usual:
        sheet.learn(rate_limit=usual)
        sheet.ok(Topic.RATE_LIMIT, f"not met; usual are {usual.limit} calls in {usual.window_seconds:g} s")
    else:
        sheet.ok(Topic.RATE_LIMIT, "none")


def note_answer(sheet: Sheet, site: Site) -> None:
    """Note that the site answers as it should."""
    shown = str(site.url) if isinstance(site.url, Secret) else site.url
    sheet.ok(Topic.ADDRESS, f"{shown} answers")


def note_channels(sheet: Sheet, live: LiveSite) -> None:
    """Note what is odd about the channels that live; whose they are is told by others."""
    for found in live.findings:
        whose = f"{found.address}: " if found.address else ""
        sheet.warn(Topic.CHANNELS, whose + found.summary, found.detail)
