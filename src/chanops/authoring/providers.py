"""Upstreams that several channels share: recognised by their address, and by their key where the gateway shows it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chanops.authoring.draft import FROM_PROVIDER, by_id
from chanops.authoring.references import KeyMode
from chanops.config import urls
from chanops.config.urls import root_of
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Secret
from chanops.domain.telling import CREDENTIALS
from chanops.domain.value import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chanops.authoring.draft import Draft
    from chanops.authoring.references import References
    from chanops.config.document import Whole
    from chanops.config.layers import Layer
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import LiveChannel

FEWEST: Final = 2  # channels that make a provider worth its lines
SHARED_ENDINGS: Final = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
_LITERAL: Final = re.compile(r"[0-9.]+|\[.*\]")


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """One entry of `providers`; *key* None: each of its channels has its own. *is_declared*: a file has it already."""

    name: str
    base_url: str
    key: Secret | None = None
    is_declared: bool = False


def find_providers(
    drafts: Sequence[Draft], dialect: Dialect, whole: Whole, references: References, mode: KeyMode
) -> list[Provider]:
    """Give the drafts their providers, and return those that are new, in the order of their names."""
    free = _join_declared(drafts, dialect, whole)
    names = _Names(whole.providers)
    found = []
    for group in _groups(free, mode):
        url = _root(group[0].live)
        members = [draft for draft in group if can_call(draft.live, url, dialect)]
        if len(members) < FEWEST:
            continue
        provider = Provider(names.find(url), url, None)
        key = _shared_key(provider.name, members, references) if mode is not KeyMode.IGNORE else None
        provider = Provider(provider.name, url, key)
        for draft in members:
            draft.provider = provider
        found.append(provider)
    for draft in drafts:
        if draft.provider:
            draft.fields.pop("base_url", None)
    return sorted(found, key=lambda provider: provider.name)


def can_call(live: LiveChannel, url: str, dialect: Dialect) -> bool:
    """Tell whether *url*, once in the gateway's form for the type of *live*, is what *live* calls."""
    fields = {path: value for path, value in (("type", live.fields.get("type")), ("base_url", url)) if value is not None}
    made, _ = dialect.canonical(DesiredChannel(live.address, fields))
    return same(made.fields.get("base_url"), live.fields.get("base_url"))


def name_of(url: str) -> str:
    """Return what a person calls the upstream at *url*: the name before the public part of its host."""
    host = urls.scheme_and_host(url)[1].lower()
    labels = host.split(".")
    if _LITERAL.fullmatch(host) or len(labels) < 2:
        return _dashed(host)
    is_shared = labels[-2] in SHARED_ENDINGS and len(labels) > 2
    return _dashed(labels[-3 if is_shared else -2])


def _groups(drafts: Iterable[Draft], mode: KeyMode) -> Iterator[list[Draft]]:
    """Yield the drafts of one upstream together, the oldest channel first; where keys are shown, only those of one key."""
    groups: defaultdict[tuple[str, str | None], list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda draft: by_id(draft.live)):
        url = draft.fields.get("base_url")
        if isinstance(url, str) and not CREDENTIALS.search(url) and not urls.complaint(url) and "keys" not in draft.live.fields:
            key = draft.live.fields.get("key")
            tells = isinstance(key, Secret) and mode is not KeyMode.IGNORE
            groups[_root(draft.live), key.reveal() if tells else None].append(draft)  # type: ignore[union-attr]  # tells: a secret
    return (group for group in groups.values() if len(group) >= FEWEST)


def _root(live: LiveChannel) -> str:
    return root_of(str(live.fields["base_url"]))


def _shared_key(name: str, members: Sequence[Draft], references: References) -> Secret | None:
    key = members[0].live.fields.get("key")
    if not isinstance(key, Secret) or not key.reveal():
        return None
    live = members[0].live
    purpose, upstream = f"{live.address.site}, provider {name}: key", str(live.fields["base_url"])
    return references.refer((name, "key"), purpose, key.reveal(), upstream=upstream, spare=live.remote_id)


def _join_declared(drafts: Sequence[Draft], dialect: Dialect, whole: Whole) -> list[Draft]:
    """Give drafts the declared providers of their addresses; return the others."""
    declared = {root_of(found.base_url): found for name, layer in whole.providers.items() if (found := _declared(name, layer))}
    free = []
    for draft in drafts:
        url = draft.fields.get("base_url")
        provider = declared.get(root_of(url)) if isinstance(url, str) else None
        if provider and can_call(draft.live, provider.base_url, dialect):
            draft.provider = provider
        else:
            free.append(draft)
    return free


def _declared(name: str, layer: Layer) -> Provider | None:
    """Return a declared provider that has an address and nothing else but, perhaps, a key of its own."""
    url = layer["base_url"].value if "base_url" in layer else None
    is_plain = {path for path, item in layer.items() if item.is_declared} <= {*FROM_PROVIDER}
    return Provider(name, url, None, is_declared=True) if isinstance(url, str) and is_plain else None


class _Names:
    """Finds a free name for every provider."""

    def __init__(self, taken: Mapping[str, object]) -> None:
        self._taken = set(taken)

    def find(self, url: str) -> str:
        """Return the short name of *url*, its whole host where that is taken, a number behind it as the last resort."""
        short = name_of(url)
        host = _dashed(url.partition("://")[2].partition("/")[0].rpartition("@")[2].lower())
        made = (short, host, *(f"{short}-{number}" for number in range(2, 10_000)))
        name = next(one for one in made if one not in self._taken)
        self._taken.add(name)
        return name


def _dashed(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text).strip("-_") or "upstream"
