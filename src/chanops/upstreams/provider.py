"""Who to ask for a channel: the style, the root of the address and the key, read from its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from chanops.domain.discovery import Failure, State
from chanops.domain.secret import Secret
from chanops.domain.value import reveal
from chanops.upstreams.styles import NO_LIST, TYPES, UNLISTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.value import Value
    from chanops.domain.vocabulary import SiteKind
    from chanops.upstreams.styles import Style

VERSIONS: Final = ("/v1beta", "/v1")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider as one key sees it; *root* may hold what came from a reference, so only *shown* is for people."""

    style: Style
    root: str
    key: Secret
    shown: str

    @property
    def source(self) -> str:
        """Say who is asked, for plans and the lock file."""
        return f"provider {self.shown} ({self.style.name})"

    @property
    def origin(self) -> str:
        """Return the root without its path."""
        parts = urlsplit(self.root)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def identity(self) -> tuple[str, str, str]:
        """Return what the answer depends on: channels that share it share the answer. It holds the key."""
        return (self.style.name, self.root, self.key.reveal())


def find_provider(kind: SiteKind, fields: Mapping[str, Value]) -> Provider | Failure:
    """Return who to ask for a channel of *kind* with *fields*, or why nobody can be asked."""
    type_name = str(fields.get("type", ""))
    known = TYPES[kind].get(type_name)
    if known is None:
        return Failure(State.UNSUPPORTED, f"type {type_name}: {UNLISTED.get(type_name, NO_LIST)}")
    style, default = known
    address = _first(fields, "base_url", "base_urls")
    root = root_of(str(reveal(address) or "") or default, style)
    if fault := _find_fault(root):
        return Failure(State.UNSUPPORTED, fault)
    key = _first(fields, "key", "keys")
    if key is None and style.needs_key:
        return Failure(State.UNSUPPORTED, "the file gives no key to ask the provider with")
    shown = str(address) if isinstance(address, Secret) else urlsplit(root).netloc.rpartition("@")[2]
    return Provider(style, root, key if isinstance(key, Secret) else Secret(str(key or "")), shown)


def root_of(url: str, style: Style) -> str:
    """Return the root behind *url*: without blanks, slashes and one known version at its end (upstreams.md 2)."""
    bare = url.strip().rstrip("/")
    ending = next((version for version in (style.version, *VERSIONS) if bare.endswith(version)), "")
    return bare.removesuffix(ending).rstrip("/")


def _find_fault(root: str) -> str:
    if not root:
        return "the channel names no address, and its type has none that can be reached from here"
    if "#" in root or "?" in root:
        return "the address is a complete URL (# or ?): where models are listed cannot be told from it"
    try:
        parts = urlsplit(root)
        is_fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_fine = False
    return "" if is_fine else "the address is not one that can be called"


def _first(fields: Mapping[str, Value], one: str, several: str) -> Value:
    value = fields.get(one)
    if value not in (None, ""):
        return value
    listed: Sequence[Value] = fields.get(several) or ()  # type: ignore[assignment]  # the vocabulary says so
    return listed[0] if listed else None
