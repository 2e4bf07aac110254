"""A site's live channels as drafts that load, and that a plan only adopts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chanops.authoring.credentials import find_needed, shown_keys, state_keys
from chanops.authoring.draft import by_id, by_name
from chanops.authoring.factoring import factor
from chanops.authoring.mending import Mending
from chanops.authoring.part import Part
from chanops.authoring.providers import find_providers
from chanops.authoring.references import KeyMode, References
from chanops.authoring.stating import state_channel
from chanops.domain.address import matches_glob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chanops.authoring.draft import Draft
    from chanops.authoring.mending import Judge, Load
    from chanops.authoring.providers import Provider
    from chanops.authoring.references import Needed
    from chanops.domain.gateway import LiveSite
    from chanops.domain.resources import LiveChannel
    from chanops.domain.site import Site
    from chanops.domain.value import Value


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be imported: names by a glob, keys in one of three ways; *known* are live ids that are declared already."""

    names: str = "*"
    keys: KeyMode = KeyMode.ENV
    known: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()  # variables that the files use already
    kept: Mapping[str, str] = field(default_factory=dict)  # those that stand for something, and what that is


@dataclass(frozen=True, slots=True)
class Imported:
    """The channels of one site as a file says them."""

    site: str
    drafts: tuple[Draft, ...]
    providers: tuple[Provider, ...]
    defaults: Mapping[str, Value]
    needed: tuple[Needed, ...]
    keys: KeyMode

    @property
    def stated(self) -> tuple[Draft, ...]:
        """Return the channels that are declared."""
        return tuple(draft for draft in self.drafts if not draft.silent)

    @property
    def silent(self) -> tuple[Draft, ...]:
        """Return the channels that are left out, in a comment that says why."""
        return tuple(draft for draft in self.drafts if draft.silent)

    def part(self, provider: Provider | None = None, *, is_whole: bool = False) -> Part:
        """Return what goes into one file: the channels of *provider* (None: those without), or everything."""
        title = f"Channels of {self.site}, written by `chanops import {self.site}`."
        if is_whole:
            return Part(self.site, title, self.keys, self.drafts, self.providers, self.defaults)
        drafts = tuple(draft for draft in self.drafts if draft.provider is provider)
        new = (provider,) if provider in self.providers and provider else ()
        return Part(self.site, title, self.keys, drafts, new, {} if provider else self.defaults)

    def by_provider(self) -> dict[str, Part]:
        """Return a part for every provider, and one for the other channels, by the names of their files without endings."""
        providers = {draft.provider.name: draft.provider for draft in self.drafts if draft.provider}
        parts = {f"{self.site}-{name}": self.part(providers[name]) for name in sorted(providers)}
        return {self.site: self.part(), **parts}

    def whole(self) -> str:
        """Return everything as one file."""
        return self.part(is_whole=True).text()


def import_channels(site: Site, live: LiveSite, wanted: Wanted, load: Load, judge: Judge) -> Imported:
    """Return the undeclared channels of *live* as drafts that *load* reads and *judge* finds to be adoptions."""
    references = References(wanted.taken, shown_keys(live), wanted.kept)
    chosen = [c for c in live.channels if c.remote_id not in wanted.known and matches_glob(c.name, wanted.names)]
    drafts = [state_channel(channel, live.dialect, references) for channel in sorted(chosen, key=by_id)]
    _leave_namesakes(drafts, site)
    loaded = load({}, {})
    providers = find_providers(drafts, live.dialect, loaded.whole, references, wanted.keys)
    for draft in drafts:
        state_keys(draft, references, wanted.keys)
    drafts.sort(key=by_name)
    is_alone = not site.channels and "defaults" not in loaded.whole.drafts[site.name].settings
    mending = Mending(site.name, drafts, providers, factor(drafts) if is_alone else {}, references.environ, load, judge)
    mending.run()
    used = [provider for provider in mending.providers if any(d.provider is provider and not d.silent for d in drafts)]
    needed = find_needed(references, drafts, used)
    return Imported(site.name, tuple(drafts), tuple(used), mending.defaults, needed, wanted.keys)


def _leave_namesakes(drafts: Iterable[Draft], site: Site) -> None:
    """Of several live channels of one name pin one, and leave the others out: a site declares a name once."""
    declared = {channel.name for channel in site.channels}
    groups: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.name].append(draft)
    for name, group in groups.items():
        if name in declared:
            for draft in group:
                draft.silence("this name is declared already, for another live channel")
        elif len(group) > 1:
            _pin_one(group, site.owner)


def _pin_one(group: Sequence[Draft], owner: str) -> None:
    kept = next((draft for draft in group if _is_ours(draft.live, owner)), group[0])
    others = ", ".join(draft.live.remote_id for draft in group if draft is not kept)
    kept.has_pin = True
    kept.notes.append(f"other live channels have the same name: {others}; rename them on the site to declare them too")
    for draft in group:
        if draft is not kept:
            draft.silence(f"channel {kept.live.remote_id} has the same name; rename this one on the site to declare it")


def _is_ours(live: LiveChannel, owner: str) -> bool:
    mark = live.mark
    return mark is not None and mark.owner in ("", owner) and mark.remote_id in (None, live.remote_id)
