"""Drafts held against the loader and the planner, and mended until both are content.

What the loader refuses, and what the planner would write, is not stated but said in a comment; so the rules stand in one place,
where files are read and plans are made, and not here again.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from chanops.authoring.document import DEFAULTS, Document, text_of
from chanops.authoring.draft import KEYS, NAME, Draft
from chanops.authoring.factoring import put_back
from chanops.authoring.providers import Provider
from chanops.authoring.stating import remark, shown
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.secret import Fingerprint
from chanops.domain.vocabulary import FIELDS
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chanops.authoring.document import Owner
    from chanops.config.load import Loaded
    from chanops.domain.change import Change, FieldChange
    from chanops.domain.finding import Finding
    from chanops.domain.plan import SitePlan
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.value import Value

NEW: Final = "(what is about to be written)"
"""The name of a text that is no file yet."""

ROUNDS: Final = 12  # after that what is still wrong is left out
PERMISSION: Final = "permission"  # what this account may not write says nothing about what lives

Load: TypeAlias = "Callable[[Mapping[str, str], Mapping[str, str]], Loaded]"
"""Loads the files that are there with texts beside them, in an environment."""

Judge: TypeAlias = "Callable[[Sequence[DesiredChannel]], SitePlan]"
"""Plans the site as if these channels were declared."""


@dataclass(slots=True)
class Mending:
    """The drafts of one site, and whom to ask about them."""

    site: str
    drafts: list[Draft]
    providers: list[Provider]
    defaults: dict[str, Value]
    environ: Mapping[str, str]
    load: Load
    judge: Judge
    mend_change: Callable[[Draft, Change | None], bool] = field(default_factory=lambda: mend_adoption)
    _owners: dict[int, Owner] = field(default_factory=dict)
    _wounded: list[Draft] = field(default_factory=list)

    def run(self) -> None:
        """Mend until nothing is wrong."""
        for number in itertools.count():
            self._wounded = []
            if not self._mend_once():
                return
            if number >= ROUNDS:
                for draft in self._wounded:
                    draft.silence("it cannot be declared as it lives")

    def _mend_once(self) -> bool:
        """Ask once and mend what is wrong; False when nothing is."""
        loaded = self._load()
        if faults := _errors(loaded.findings):
            return self._mend_faults(faults)
        channels = self._own_channels(loaded)
        if self._mend_each(lambda draft: _mend_inheritance(draft, channels[draft.name], self.defaults)):
            return True
        plan = self.judge(list(channels.values()))
        if faults := _errors(plan.findings):
            grave = [found for found in faults if found.rule != PERMISSION]
            return bool(grave) and self._mend_faults(grave)
        changes = {change.address.name: change for change in plan.changes}
        return self._mend_each(lambda draft: self.mend_change(draft, changes.get(draft.name)))

    def _load(self) -> Loaded:
        lines = Document(self.site, "", self.drafts, self.providers, self.defaults).lines()
        self._owners = {number: line.owner for number, line in enumerate(lines, 1)}
        return self.load({NEW: text_of(lines)}, self.environ)

    def _own_channels(self, loaded: Loaded) -> dict[str, DesiredChannel]:
        """Return the channels that come out of the drafts, by name."""
        site = next(site for site in loaded.desired.sites if site.name == self.site)
        return {channel.name: channel for channel in site.channels if channel.range and channel.range.filename == NEW}

    def _mend_each(self, mend: Callable[[Draft], bool]) -> bool:
        """Mend every draft that is not left out; tell whether there was anything to mend."""
        self._wounded = [draft for draft in self.drafts if not draft.silent and mend(draft)]
        return bool(self._wounded)

    def _mend_faults(self, faults: Sequence[Finding]) -> bool:
        """Mend what *faults* complain of. Raises ConfigError when none of it is ours."""
        owned = {(id(owner), found.field): (owner, found) for found in reversed(faults) if (owner := self._owner_of(found))}
        if not owned:
            raise ConfigError(faults)
        for owner, found in owned.values():
            self._mend_fault(owner, found)
        return True

    def _owner_of(self, found: Finding) -> Owner:
        place = found.range
        return self._owners.get(place.line) if place and place.filename == NEW else None

    def _mend_fault(self, owner: Owner, found: Finding) -> None:
        if isinstance(owner, Draft):
            self._wounded.append(owner)
            _mend_draft(owner, found)
        elif isinstance(owner, Provider):
            self._dissolve(owner)
        elif owner is DEFAULTS:
            for path in [found.field] if found.field in self.defaults else list(self.defaults):
                del self.defaults[path]
                put_back(path, self.drafts)

    def _dissolve(self, provider: Provider) -> None:
        """Let every channel of *provider* speak for itself."""
        if provider in self.providers:
            self.providers.remove(provider)
        for draft in self.drafts:
            if draft.provider is provider:
                _leave_provider(draft)


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [found for found in findings if found.severity is Severity.ERROR]


def _leave_provider(draft: Draft) -> None:
    """State what the provider of *draft* gave it."""
    provider, draft.provider = draft.provider, None
    draft.state("base_url")
    if provider and provider.key:
        draft.fields["key"] = draft.known["key"] = provider.key


def _mend_draft(draft: Draft, found: Finding) -> None:
    """Take what *found* complains of out of *draft*: a field, or the whole channel."""
    path = found.field
    if path in draft.fields:
        draft.drop(path, remark(path, draft.fields[path], found.summary))
    elif path not in FIELDS or path == NAME:
        draft.silence(found.summary)
    elif draft.provider and path == "base_url":
        _leave_provider(draft)
    elif ("key" if path in KEYS else path) not in draft.ignored:
        draft.ignored.add("key" if path in KEYS else path)
    elif path not in draft.taken_back:
        draft.taken_back.add(path)
    else:
        draft.silence(found.summary)


def _mend_inheritance(draft: Draft, desired: DesiredChannel, defaults: Mapping[str, Value]) -> bool:
    """State what a draft would get from files that are there, or take it back."""
    given = {NAME, *draft.fields, *(path for path in defaults if path not in draft.remarks)}
    if draft.provider:
        given |= {"base_url"} | ({"key"} if draft.provider.key else set())
    inherited = desired.fields.keys() - given - (draft.ignored - {"type"})  # which type it is counts for the address
    for path in inherited:
        if not draft.state(path):
            draft.taken_back.add(path)
    return bool(inherited)


def mend_adoption(draft: Draft, change: Change | None) -> bool:
    """Mend what the planner would do to *draft* beyond adopting it; False when that is nothing."""
    if change is None or change.remote_id != draft.live.remote_id:
        if draft.has_pin:
            draft.silence("the planner takes another channel for it")
        draft.has_pin = True
        return True
    wrong = [changed for changed in change.fields if _is_wrong(changed)]
    for changed in wrong:
        _mend_difference(draft, changed)
    if not wrong and change.action not in (Action.NO_OP, Action.ADOPT, Action.UPDATE):
        draft.silence(change.reason)
    return bool(wrong or draft.silent)


def _is_wrong(changed: FieldChange) -> bool:
    """Tell whether an adoption should not have *changed*; a key that the gateway hides is written once."""
    return changed.path not in KEYS or not (changed.before is None or isinstance(changed.before, Fingerprint))


def _mend_difference(draft: Draft, changed: FieldChange) -> None:
    path = changed.path
    if path == NAME:
        draft.silence("the planner would rename it")
    elif path in KEYS:
        draft.drop(path, f"{path}: not declared - chanops would write another one")
        draft.provider = None if draft.provider and draft.provider.key else draft.provider
        draft.ignored.add("key")
    else:
        value = draft.known.get(path, draft.live.fields.get(path))
        draft.drop(path, remark(path, value, changed.reason or f"chanops would write {shown(changed.after)}"))
        draft.provider = None if path == "base_url" else draft.provider
