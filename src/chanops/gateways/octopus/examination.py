"""What `chanops doctor` finds out about an Octopus, with GETs and the login alone (contracts/octopus.md 1.1, 2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chanops.domain.examination import Topic
from chanops.domain.vocabulary import CHANNEL_TYPES, FIELDS, SiteKind
from chanops.errors import ChanopsError, NotUnderstoodError, UnknownGenerationError
from chanops.gateways.octopus.api import BASE
from chanops.gateways.octopus.envelope import IS_IT_ONE, read_first
from chanops.gateways.octopus.generations import find_profile_by_reading, is_telling
from chanops.gateways.octopus.login import LoginShape
from chanops.gateways.octopus.reader import Reader
from chanops.gateways.sheet import Sheet, note_answer, note_channels, note_clock, note_rate_limit, note_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.examination import Examination
    from chanops.domain.gateway import LiveSite
    from chanops.domain.site import Site
    from chanops.gateways.http import Link
    from chanops.gateways.octopus.api import OctopusApi
    from chanops.gateways.octopus.generations import Profile
    from chanops.gateways.octopus.login import Session

PING: Final = f"{BASE}/user/status"
NOBODY: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED)  # up to v0.9, from v0.10 on
DEEDS: Final = ("read", "create", "update", "update_sensitive", "enable", "delete", "read_keys")


class Examiner:
    """Examines one site, step by step; the first step that fails is the last."""

    def __init__(self, site: Site, link: Link, session: Session, api: OctopusApi) -> None:
        self._site = site
        self._link = link
        self._session = session
        self._reader = Reader(api, link.ledger, find_profile_by_reading)
        self._sheet = Sheet()

    async def examine(self) -> Examination:
        """Return what the site is like."""
        await note_tls(self._sheet, self._site, self._link.ledger)
        live = None
        topic = Topic.ADDRESS
        try:
            await self._reach()
            topic = Topic.LOGIN
            await self._log_in()
            topic = Topic.CHANNELS
            live = await self._reader.read_site()
        except UnknownGenerationError as fault:
            self._sheet.fail_for(Topic.GENERATION, fault)
        except ChanopsError as fault:
            self._sheet.fail_for(topic, fault)
        else:
            self._describe(live)
        return self._sheet.finish(live)

    async def _reach(self) -> None:
        """Ask as nobody: an Octopus says no in its own way, and anything else gets no password."""
        what = f"GET {PING}"
        answer = await self._link.read("GET", PING, tries=1)
        note_clock(self._sheet, answer.headers)
        read_first(self._link.site, answer, what)
        if answer.status not in NOBODY:
            raise NotUnderstoodError(self._link.site, f"{what}: HTTP {answer.status} to a call without a login", hint=IS_IT_ONE)
        note_answer(self._sheet, self._site)

    async def _log_in(self) -> None:
        """Log in; the one user may do everything, and reads keys in clear."""
        await self._session.send(self._link.read, "GET", PING)
        by = "token" if self._session.shape is LoginShape.TOKEN else "cookie"
        self._sheet.ok(Topic.LOGIN, f"by password, for a {by}")
        self._sheet.learn(permissions=dict.fromkeys(DEEDS, True))
        self._sheet.ok(Topic.PERMISSIONS, "may do everything: there is one account, and no roles")

    def _describe(self, live: LiveSite) -> None:
        sheet, profile = self._sheet, self._reader.profile
        name = live.dialect.generation
        sheet.learn(generation=name, version=live.version)
        if is_telling(live.version):
            sheet.ok(Topic.GENERATION, f"{name}, version {live.version}")
        else:
            built = f"version {live.version or 'unknown'}"
            sheet.ok(Topic.GENERATION, f"{name}, {built}: told by its shapes, and a plan makes sure")
        note_rate_limit(sheet, self._link.pacer, None)
        sheet.ok(Topic.PAGE_SIZE, "none: one answer holds all channels")
        note_channels(sheet, live)
        for sentence in _find_limits(profile):
            sheet.ok(Topic.LIMITS, sentence)


def _find_limits(profile: Profile) -> Iterator[str]:
    """Yield what cannot be done there, as sentences."""
    lacking = [path for path, field in FIELDS.items() if SiteKind.OCTOPUS not in field.kinds and not field.block]
    yield f"Channels have no {', '.join(lacking[:-1])} or {lacking[-1]}."
    yield "Channels carry no mark: ours are those that the file declares, and no other is ever deleted unless `manage` says so."
    unknown = [name for name in CHANNEL_TYPES[SiteKind.OCTOPUS] if name not in profile.types]
    if unknown:
        yield f"Channels of the type {' and '.join(unknown)} are not known to this generation."
    if not profile.has_lists:
        yield "A channel has one key and one address: no `keys`, no `base_urls`."
    if not profile.has_auto_group:
        yield "It does not group models by itself: no `octopus.auto_group`."
    if profile.sorts_models:
        yield "A disabled channel goes on taking traffic: take it out of its groups."
    yield "A channel cannot be created disabled: it takes traffic until a second call switches it off."
    yield "Nothing is written in bulk: each channel is a call, and deletes go one by one."
