"""What `chanops doctor` finds out about a New API, with GETs and the login alone (contracts/new-api.md 0.4, 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.domain.examination import RateLimit, Topic
from chanops.domain.vocabulary import CHANNEL_TYPES, FIELDS, SiteKind
from chanops.domain.wording import fit_to_show
from chanops.errors import ChanopsError, UnknownGenerationError
from chanops.gateways.newapi.api import PAGE_SIZE
from chanops.gateways.newapi.envelope import unwrap
from chanops.gateways.newapi.generations import BASE, HEAD, WINDOW, recognise
from chanops.gateways.sheet import Sheet, note_answer, note_channels, note_clock, note_rate_limit, note_tls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from chanops.domain.examination import Examination
    from chanops.domain.gateway import LiveSite
    from chanops.domain.site import Site
    from chanops.gateways.newapi.api import Api
    from chanops.gateways.newapi.generations import Permissions, Profile
    from chanops.gateways.newapi.wire import Account

STATUS: Final = "/api/status"
ROOT: Final = 100  # contracts/new-api.md 1.2
ROLES: Final = {0: "guest", 1: "common user", 10: "administrator", ROOT: "root"}
GRANT: Final = "use a root account, or let one grant this account `channel: sensitive_write` and `write`"
DEEDS: Final = {
    "read": "read",
    "create": "create",
    "update": "change",
    "update_sensitive": "change keys and addresses",
    "enable": "switch on and off",
    "delete": "delete",
}
"""What an account may be allowed to do with channels, and the words for it."""


class Examiner:
    """Examines one site, step by step; the first step that fails is the last."""

    def __init__(self, site: Site, api: Api, fetch: Callable[[], Awaitable[LiveSite]]) -> None:
        self._site = site
        self._api = api
        self._fetch = fetch
        self._sheet = Sheet()

    async def examine(self) -> Examination:
        """Return what the site is like."""
        await note_tls(self._sheet, self._site, self._api.link.ledger)
        topic = Topic.ADDRESS
        try:
            await self._reach()
            topic = Topic.LOGIN
            account = await self._log_in()
            topic = Topic.PERMISSIONS
            profile, permissions = self._weigh(account)
        except ChanopsError as fault:
            self._sheet.fail_for(topic, fault)
            return self._sheet.finish()
        return await self._read(profile, permissions, account)

    async def _reach(self) -> None:
        """Ask what everybody may ask: whether it answers, as what, and with which clock."""
        link, what = self._api.link, f"GET {STATUS}"
        answer = await link.read("GET", STATUS, tries=1)
        note_clock(self._sheet, answer.headers)
        data = unwrap(link, answer, what).get("data")
        note_answer(self._sheet, self._site)
        self._sheet.learn(version=fit_to_show(link.ledger, _version_in(data), 40))
        if isinstance(data, dict) and data.get("setup") is False:
            self._sheet.warn(Topic.ADDRESS, "it was never set up: there is no account yet", "open its web page once")

    async def _log_in(self) -> Account:
        """Log in, and ask who that was; the gateway's own read need not ask again."""
        session = self._api.session
        await session.open()
        session.account = session.account or await self._api.get_account()
        account, way = session.account, "by password" if session.has_login else "by access token"
        self._sheet.ok(Topic.LOGIN, f"{way}, as user {account.id} ({ROLES.get(account.role, f'role {account.role}')})")
        return account

    def _weigh(self, account: Account) -> tuple[Profile, Permissions]:
        """Tell from role and generation what the account may do: no call asks for it, and none is tried."""
        self._sheet.learn(permissions=dict.fromkeys([*DEEDS, "read_keys"], False))
        profile, granted = recognise(self._site.name, account)
        allowed = {
            "read": True,
            "create": granted.sensitive_write,
            "update": granted.write,
            "update_sensitive": granted.write and granted.sensitive_write,
            "enable": granted.write if profile.status_in_put else granted.operate,
            "delete": granted.sensitive_write,
            "read_keys": False,  # a second factor comes first, and a token never passes it (contracts/new-api.md 1.7)
        }
        self._sheet.learn(permissions=allowed)
        denied = [words for deed, words in DEEDS.items() if not allowed[deed]]
        text = f"may {', '.join(words for deed, words in DEEDS.items() if allowed[deed])}"
        if denied:
            self._sheet.warn(Topic.PERMISSIONS, f"{text}; may not {', '.join(denied)}", GRANT)
        else:
            self._sheet.ok(Topic.PERMISSIONS, text)
        return profile, granted

    async def _read(self, profile: Profile, permissions: Permissions, account: Account) -> Examination:
        """Read the whole site: a list in another shape is another generation, whatever the account looked like."""
        sheet, live = self._sheet, None
        try:
            live = await self._fetch()
        except UnknownGenerationError as fault:
            sheet.fail_for(Topic.GENERATION, fault)
            return sheet.finish()
        except ChanopsError as fault:
            sheet.fail_for(Topic.CHANNELS, fault)
        else:
            note_channels(sheet, live)
        version = sheet.facts.version
        sheet.learn(generation=profile.name)
        sheet.ok(Topic.GENERATION, f"{profile.name}, version {version}" if version else profile.name)
        note_rate_limit(sheet, self._api.link.pacer, RateLimit(profile.usual_limit, WINDOW, "usual"))
        self._note_page_size(self._api.page_size)
        for sentence in _find_limits(profile, permissions, account, has_login=self._api.session.has_login):
            sheet.ok(Topic.LIMITS, sentence)
        return sheet.finish(live)

    def _note_page_size(self, taken: int) -> None:
        if not taken:
            return
        self._sheet.learn(page_size=taken)
        if taken == PAGE_SIZE:
            self._sheet.ok(Topic.PAGE_SIZE, f"{taken} channels; more of them are read in one search")
        else:
            hint = "is this a fork of New API?"
            self._sheet.warn(Topic.PAGE_SIZE, f"{taken} channels, though {PAGE_SIZE} were asked for", hint)


def _find_limits(profile: Profile, permissions: Permissions, account: Account, *, has_login: bool) -> Iterator[str]:
    """Yield what cannot be done there, as sentences."""
    yield "Keys are never shown: a key that was changed by hand is not seen, and an import writes a reference in its place."
    lacking = [path for path, field in FIELDS.items() if SiteKind.NEWAPI not in field.kinds and not field.block]
    yield f"Channels have no {_listed(lacking, 'or')}."
    yield "Some changes need a replace: emptying `newapi.other`, and going from one key to several or back."
    yield "Lists of models and groups cannot be emptied."
    unknown = [name for name, number in CHANNEL_TYPES[SiteKind.NEWAPI].items() if number > profile.last_type]
    if unknown:
        yield f"Channels of the types {_listed(unknown)} are not known to this generation."
    if not permissions.sensitive_write:
        yield "This account cannot create, replace or delete channels, nor change their keys and addresses."
    if not (account.role >= ROOT if profile is BASE else permissions.sensitive_write):
        yield "This account may not let the gateway ask for the models of a new channel: the provider itself is asked."
    if not profile.has_http_settings:
        yield "`newapi.setting` has no http_protocol and no http2_connection_shards."
    if profile is HEAD and has_login:
        yield "A login by password counts: 100 a day, 50 at once; an access token has no such limit."


def _version_in(data: Any) -> str:  # noqa: ANN401 - JSON
    version = data.get("version") if isinstance(data, dict) else None
    return version if isinstance(version, str) else ""


def _listed(words: list[str], conjunction: str = "and") -> str:
    return f" {conjunction} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
