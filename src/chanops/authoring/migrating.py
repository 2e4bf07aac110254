"""The channels of one site as a file for another one, perhaps of another kind, with what is lost of each."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chanops.authoring.credentials import find_needed, shown_keys, state_keys
from chanops.authoring.draft import Draft, by_name
from chanops.authoring.hiding import hide
from chanops.authoring.losses import Loss
from chanops.authoring.mending import NEW, PERMISSION, Mending
from chanops.authoring.part import Part
from chanops.authoring.providers import find_providers
from chanops.authoring.references import UNKNOWN, KeyMode, References
from chanops.authoring.stating import state_channel
from chanops.authoring.translating import translate
from chanops.domain.address import Address, matches_glob
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chanops.authoring.mending import Load
    from chanops.authoring.providers import Provider
    from chanops.authoring.references import Needed
    from chanops.config.load import Loaded
    from chanops.domain.change import Change
    from chanops.domain.finding import Finding
    from chanops.domain.gateway import LiveSite
    from chanops.domain.plan import SitePlan
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Site

VARIABLE: Final = re.compile(r"env:[A-Za-z_]\w*")
NAME_TAKEN: Final = "name-dup"


class OnConflict(StrEnum):
    """What becomes of a channel whose name the other site has already."""

    FAIL = "fail"
    SKIP = "skip"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be migrated and how: names by a glob.

    *taken* are variables that the files use already, *kept* those that stand for something, and what that is.
    """

    names: str = "*"
    keys: KeyMode = KeyMode.ENV
    on_conflict: OnConflict = OnConflict.FAIL
    taken: frozenset[str] = frozenset()
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """One site of a migration: what the files declare of it, what lives, and whom to ask about new channels."""

    site: Site
    live: LiveSite
    load: Load
    judge: Callable[[Sequence[DesiredChannel], frozenset[str]], SitePlan]
    """Plans the site with new channels; declared ones of these names are as if they were not declared."""
    declared: Mapping[str, DesiredChannel] = field(default_factory=dict)
    """What the files say of live channels, by the ids of those."""

    def conflict(self, name: str) -> str:
        """Return how the site has a channel *name* already; empty when it has none."""
        declared = next((channel for channel in self.site.channels if channel.name == name), None)
        if declared:
            place = declared.range
            return f"it is declared for {self.site.name} already" + (f", at {place.filename}:{place.line}" if place else "")
        ids = [channel.remote_id for channel in self.live.channels if channel.name == name]
        return f"a channel of that name lives on {self.site.name} already, with id {', '.join(ids)}" if ids else ""


@dataclass(slots=True)
class Migrated:
    """What became of one channel: its *draft*, or why it was *refused*. *conflict*: how the other site has it already."""

    former: Address
    address: Address
    losses: list[Loss] = field(default_factory=list)
    refused: str = ""
    conflict: str = ""
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Migration:
    """All channels that were looked at, by name, and the file that declares those that could be had."""

    source: str
    site: str
    channels: tuple[Migrated, ...]
    providers: tuple[Provider, ...]
    needed: tuple[Needed, ...]
    keys: KeyMode

    @property
    def stated(self) -> tuple[Migrated, ...]:
        """Return the channels that the file declares."""
        return tuple(one for one in self.channels if one.draft and not one.refused)

    @property
    def conflicts(self) -> tuple[Migrated, ...]:
        """Return the channels whose name the other site has already."""
        return tuple(one for one in self.channels if one.conflict)

    def part(self) -> Part:
        """Return what goes into the file."""
        drafts = [replace(one.draft, remarks={}, notes=[]) for one in self.stated if one.draft]
        title = f"Channels of {self.source} for {self.site}, written by `chanops migrate {self.source} {self.site}`."
        return Part(self.site, title, self.keys, drafts, self.providers)

    def text(self) -> str:
        """Return the file."""
        return self.part().text()


def migrate(source: End, target: End, wish: Wish) -> Migration:
    """Return the live channels of *source* as a file for *target*, which loads and of which a plan makes creates."""
    references = References(wish.taken, shown_keys(source.live), _kept(source, target, wish))
    looked_at = _choose(source, target, wish, references)
    drafts = [one.draft for one in looked_at if one.draft]
    overwritten = frozenset(one.address.name for one in looked_at if one.draft and one.conflict)
    asking = _Asking(target, overwritten)
    whole = target.load({}, {}).whole
    providers = find_providers(drafts, target.live.dialect, whole, references, wish.keys)
    reused = _state_keys(source, drafts, references, wish.keys)
    drafts.sort(key=by_name)
    environ = {**references.environ, **reused}
    mending = Mending(
        target.site.name, drafts, providers, {}, environ, asking.load, asking.judge, lambda d, c: _mend(d, c, overwritten)
    )
    mending.run()
    _tell(looked_at, asking.plan)
    used = [p for p in mending.providers if any(d.provider is p and not d.silent for d in drafts)]
    return Migration(
        source.site.name, target.site.name, tuple(looked_at), tuple(used), find_needed(references, drafts, used), wish.keys
    )


def _kept(source: End, target: End, wish: Wish) -> dict[str, str]:
    """Return what the kept variables stand for; one of a channel of the source is that of the migrated one, too."""
    one, other = (str(Address.channel(end.site.name, "")) for end in (source, target))
    return {name: other + what.removeprefix(one) if what.startswith(one) else what for name, what in wish.kept.items()}


@dataclass(slots=True)
class _Asking:
    """Loader and planner of the target, for which channels that are *overwritten* are not declared elsewhere."""

    target: End
    overwritten: frozenset[str]
    plan: SitePlan | None = None

    def load(self, beside: Mapping[str, str], environ: Mapping[str, str]) -> Loaded:
        loaded = self.target.load(beside, environ)
        if not self.overwritten:
            return loaded
        return loaded._replace(findings=tuple(found for found in loaded.findings if not self._is_overwritten(found)))

    def judge(self, channels: Sequence[DesiredChannel]) -> SitePlan:
        self.plan = self.target.judge(channels, self.overwritten)
        return self.plan

    def _is_overwritten(self, found: Finding) -> bool:
        """Tell whether *found* is only that an overwritten channel is declared twice now."""
        is_ours = found.range is not None and found.range.filename == NEW
        return found.rule == NAME_TAKEN and (is_ours or (found.address is not None and found.address.name in self.overwritten))


def _choose(source: End, target: End, wish: Wish, references: References) -> list[Migrated]:
    """Return every channel that is wanted, by name; those that can be had with a draft."""
    chosen = sorted((c for c in source.live.channels if matches_glob(c.name, wish.names)), key=_by_name)
    first: dict[str, LiveChannel] = {}
    found = []
    for channel in chosen:
        one = Migrated(channel.address, Address.channel(target.site.name, channel.name))
        found.append(one)
        namesake = first.setdefault(channel.name, channel)
        if namesake is not channel:
            one.refused = f"channel {namesake.remote_id} has the same name; rename this one, {channel.remote_id}, on the site"
            continue
        declared = source.declared.get(channel.remote_id)
        known = hide(channel, declared) if declared else channel
        translated = translate(known, source.live.dialect, target.live.dialect, target.site.name)
        one.losses, one.refused = translated.losses, translated.refused
        if one.refused:
            continue
        one.conflict = target.conflict(channel.name)
        if one.conflict and wish.on_conflict is not OnConflict.OVERWRITE:
            one.refused = f"{'skipped: ' if wish.on_conflict is OnConflict.SKIP else ''}{one.conflict}"
            one.losses = []
            continue
        one.draft = state_channel(translated.live, target.live.dialect, references)
    return found


def _state_keys(source: End, drafts: Iterable[Draft], references: References, mode: KeyMode) -> dict[str, str]:
    """State the keys: by the variables that the files have for them already, else by new names; return the former."""
    reused = {}
    for draft in drafts:
        path = "keys" if "keys" in draft.live.fields else "key"
        declared = source.declared.get(draft.live.remote_id)
        known = _known_keys(declared) if declared else ()
        if not known or mode is KeyMode.FILE or (draft.provider and draft.provider.key):
            state_keys(draft, references, mode)
            continue
        draft.fields[path] = draft.known[path] = known if path == "keys" else known[0]
        reused.update({str(key.reference).removeprefix("env:"): UNKNOWN for key in known})
    return reused


def _known_keys(declared: DesiredChannel) -> tuple[Secret, ...]:
    """Return the keys that the files give *declared*, if all of them are variables and the live ones are to be these."""
    if {"key", "keys"} & declared.ignore:
        return ()
    value = declared.fields.get("keys", declared.fields.get("key"))
    held = tuple(value) if isinstance(value, tuple | list) else (value,)
    keys = tuple(key for key in held if isinstance(key, Secret) and VARIABLE.fullmatch(key.reference or ""))
    return keys if len(keys) == len(held) else ()


def _mend(draft: Draft, change: Change | None, overwritten: frozenset[str]) -> bool:
    """Leave out what a plan would not create; what is overwritten may be updated or adopted."""
    if change is None:
        draft.silence("the planner does not see it")
    elif change.action is not Action.CREATE and draft.name not in overwritten:
        draft.silence(f"the planner would {change.action.value} it: {change.reason}")
    return bool(draft.silent)


def _tell(looked_at: Iterable[Migrated], plan: SitePlan | None) -> None:
    """Note what the loader and the planner took out, and what the planner warns of."""
    warnings: defaultdict[str, list[Loss]] = defaultdict(list)
    for found in plan.findings if plan else ():
        if found.severity is Severity.WARNING and found.rule != PERMISSION and found.address:
            warnings[found.address.name].append(Loss(found.field, found.summary, found.detail))
    for one in looked_at:
        if one.draft is None:
            continue
        one.refused = one.draft.silent
        one.losses += [Loss(path, text.removeprefix(f"{path}: ")) for path, text in one.draft.remarks.items()]
        one.losses += warnings[one.address.name]
        one.losses = [] if one.refused else sorted(one.losses, key=_by_field)


def _by_field(loss: Loss) -> int:
    paths = list(FIELDS)
    return paths.index(loss.field) if loss.field in FIELDS else len(paths)


def _by_name(channel: LiveChannel) -> tuple[str, str, int, str]:
    return by_name(Draft(channel))
