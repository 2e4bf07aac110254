"""The keys of live channels: a reference for each, or left as they are; and all secrets that a file then needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.authoring.draft import KEYS
from chanops.authoring.references import KeyMode, secrets_in, variables_in
from chanops.authoring.stating import whose_words
from chanops.domain.secret import Secret
from chanops.domain.value import is_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chanops.authoring.draft import Draft
    from chanops.authoring.providers import Provider
    from chanops.authoring.references import Needed, References
    from chanops.domain.gateway import LiveSite
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

MODE: Final = "newapi.multi_key_mode"
MOST: Final = 50  # references of one channel


def state_keys(draft: Draft, references: References, mode: KeyMode) -> None:
    """State the key or the keys of *draft*, unless its provider has them."""
    if mode is KeyMode.IGNORE:
        draft.ignored.add("key")
        return
    held = _held(draft.live)
    if isinstance(held, str):
        _leave(draft, held)
    elif _is_several(draft.live):
        draft.known["keys"] = draft.fields["keys"] = tuple(
            _refer(draft.live, references, f"key {number}", value) for number, value in enumerate(held, 1)
        )
    elif not (draft.provider and draft.provider.key):
        draft.known["key"] = draft.fields["key"] = _refer(draft.live, references, "key", held[0])


def shown_keys(live: LiveSite) -> Iterator[str]:
    """Yield every key that the gateway shows."""
    held = (channel.fields[path] for channel in live.channels for path in KEYS if path in channel.fields)
    return (key for value in held for secret in secrets_in(value) if (key := secret.reveal()))


def find_needed(references: References, drafts: Iterable[Draft], providers: Iterable[Provider]) -> tuple[Needed, ...]:
    """Return the new secrets that a file of *drafts* and *providers* refers to, comments apart."""
    stated = [value for draft in drafts if not draft.silent for value in draft.fields.values()]
    used = {name for value in (*stated, *(provider.key for provider in providers)) for name in variables_in(value)}
    return tuple(needed for needed in references.needed if needed.name in used)


def _held(live: LiveChannel) -> Sequence[str | None] | str:
    """Return the keys of *live*, None for one that the gateway hides; or why they are left as they are."""
    if not _is_several(live):
        value = live.fields.get("key")
        if isinstance(value, Secret):
            return [value.reveal()] if value.reveal() else "the live channel has none"
        return [None]
    shown = live.fields.get("keys")
    keys = list(map(_plain, shown)) if is_list(shown) else [None] * max(_size(live), 1)
    if not keys:
        return "the live channel has none"
    if "" in keys:
        return "one of the live ones is empty"
    return keys if len(keys) <= MOST else f"there are {len(keys)} of them"


def _plain(value: Value) -> str | None:
    return value.reveal() if isinstance(value, Secret) else None


def _is_several(live: LiveChannel) -> bool:
    return "keys" in live.fields or MODE in live.fields


def _size(live: LiveChannel) -> int:
    """Return how many keys a channel has whose keys are hidden: only the row tells (contracts/new-api.md 5.3)."""
    info = live.wire.get("channel_info")
    size = info.get("multi_key_size") if isinstance(info, Mapping) else None
    return size if isinstance(size, int) else 0


def _leave(draft: Draft, why: str) -> None:
    draft.ignored.add("key")
    draft.remarks["key"] = f"key: not declared - {why}"


def _refer(live: LiveChannel, references: References, what: str, value: str | None) -> Secret:
    upstream = str(live.fields.get("base_url") or "")
    return references.refer(
        (whose_words(live), what), f"{live.address}: {what}", value, upstream=upstream, spare=live.remote_id
    )
