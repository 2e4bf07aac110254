"""Base URLs: New API appends the path itself, so the version at the end of what is declared goes (upstreams.md 2)."""

from __future__ import annotations

from typing import Final, NamedTuple

_CLIENT_PATH: Final = ("/v1beta", "/v1")
_V1: Final = ("/v1",)

SUFFIXES: Final[dict[int, tuple[str, ...]]] = {
    **dict.fromkeys((1, 6, 7, 19, 20, 31, 40, 42, 47, 48, 53), _CLIENT_PATH),
    14: ("/v1/messages", *_CLIENT_PATH),
    24: _CLIENT_PATH,
    4: ("/v1", "/api"),
    17: ("/compatible-mode/v1",),
    **dict.fromkeys((25, 43), _V1),
    26: ("/api/paas/v4",),
    **dict.fromkeys((45, 54), ("/api/v3",)),
    **dict.fromkeys((34, 35, 37, 38, 50, 55), _V1),
    46: ("/v2",),
    49: ("/v3",),
    52: ("/ent/v2",),
}
"""What is dropped from the end of a declared base URL, by channel type; one of them, the first that fits."""

KEYWORDS: Final = frozenset({"glm-coding-plan", "glm-coding-plan-international", "kimi-coding-plan", "doubao-coding-plan"})
COMPLETE_TYPES: Final = frozenset({8, 58})
GATEWAY_HOST: Final = "gateway.ai.cloudflare.com"
GATEWAY_TYPES: Final = frozenset({1, 3})
AZURE: Final = 3


class Normal(NamedTuple):
    """A normalised base URL, the check that speaks of the change (none: nothing changed), and the version that went."""

    url: str
    rule: str = ""
    dropped: str = ""


def normalise(url: str, channel_type: int | None) -> Normal:
    """Return the base URL that New API should carry for the declared *url*."""
    if is_verbatim(url, channel_type):
        return Normal(url)
    trimmed = url.strip().rstrip("/")
    dropped = _version(trimmed, channel_type)
    if dropped:
        return Normal(trimmed.removesuffix(dropped).rstrip("/"), "url-version", dropped)
    return Normal(trimmed, "url-form" if trimmed != url else "")


def live_form(url: str | None, channel_type: int) -> str:
    """Return a stored base URL in canonical form: as it is, one trailing slash apart."""
    text = url or ""
    return text if is_verbatim(text, channel_type) else text.removesuffix("/")


def is_verbatim(url: str, channel_type: int | None) -> bool:
    """Tell whether *url* is used as it stands: a plan's name, a complete URL, or one that an operator cut off."""
    return channel_type in COMPLETE_TYPES or url in KEYWORDS or "#" in url or "?" in url


def _version(url: str, channel_type: int | None) -> str:
    """Return the end of *url* that the gateway appends itself."""
    authority, path = _split(url)
    if channel_type is None or (authority == GATEWAY_HOST and channel_type in GATEWAY_TYPES):
        return ""
    if channel_type == AZURE:
        start = f"{path}/".find("/openai/")
        return path[start:] if start >= 0 else ""
    return next((suffix for suffix in SUFFIXES.get(channel_type, ()) if path.endswith(suffix)), "")


def _split(url: str) -> tuple[str, str]:
    """Return host (with port and user) and path of *url*, the scheme apart."""
    rest = url.partition("://")[2] or url
    authority, slash, path = rest.partition("/")
    return authority, slash + path
