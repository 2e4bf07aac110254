"""Addresses: how Octopus calls them, the one form chanops writes them in (contracts/upstreams.md 2), and what Go can parse.

Two addresses are equal when the gateway would call the same URL. So a live address is read as the URL that is called, and a
declared one is written as its root and the version that the type's paths need.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

VERSIONS: Final = {
    "openai": "/v1",
    "openai_responses": "/v1",
    "openai_embedding": "/v1",
    "anthropic": "/v1",
    "gemini": "/v1beta",
    "volcengine": "/api/v3",
}
APPENDED: Final = {**VERSIONS, "volcengine": "/v3"}
"""What v0.10 and later add to an address that does not end in it."""

STANDARD: Final = ("/v1beta", "/v1")
ENDPOINTS: Final = ("/chat/completions", "/completions", "/responses", "/embeddings", "/messages", "/models")
VENDOR_VERSION: Final = re.compile(r"/v\d+(alpha|beta)?\d*(?=/|$)")


class Rewritten(NamedTuple):
    """An address in chanops' form, and why it is not what was declared: a check of contracts/upstreams.md 5 and a sentence."""

    url: str
    rule: str = ""
    reason: str = ""


def rewrite(url: str, channel_type: object, *, completes: bool) -> Rewritten:
    """Return the declared *url* in the form written for *channel_type*; *completes*: the gateway adds versions itself."""
    trimmed = url.strip(" \t\r\n")
    if "?" in trimmed or "#" in trimmed:
        return _rewrite_marked(url, called(trimmed, channel_type) if completes else trimmed, channel_type)
    bare = trimmed.rstrip("/")
    version = VERSIONS.get(str(channel_type), "")
    if not bare or not version:
        return _with_reason(url, bare, "")
    made = _own_path(bare, channel_type, completes=completes) or _root(bare, version) + version
    return _with_reason(url, made, version)


def called(url: str, channel_type: object) -> str:
    """Return what v0.10 and later call for *url*, or *url* where a mark at its end says more than that."""
    version = APPENDED.get(str(channel_type), "")
    if not version or not url or "?" in url or "#" in url.rstrip("#") or url.endswith("##"):
        return url
    if channel_type == "gemini":  # its relay knows an exact ending only, and adds to the raw text
        return url if url.endswith(("#", *STANDARD)) else url + version
    if url.endswith("#"):
        return url[:-1] if called(url[:-1], channel_type) == url[:-1] else url
    bare = url.rstrip("/")
    return bare if bare.endswith(version) or f"{version}/" in url else bare + version


def verbatim(url: str) -> str:
    """Return what v0.9 calls for *url*: its relay trims one slash at the end."""
    return url if "?" in url or "#" in url else url.removesuffix("/")


def ends_in_endpoint(url: str) -> bool:
    """Tell whether *url* already holds a path that the gateway would add once more."""
    return url.rstrip("/").endswith(ENDPOINTS)


def has_userinfo(url: str) -> bool:
    """Tell whether *url* carries credentials."""
    authority = url.partition("://")[2] or url
    return "@" in re.split(r"[/?#]", authority, maxsplit=1)[0]


def _rewrite_marked(url: str, kept: str, channel_type: object) -> Rewritten:
    """Return an address that says itself where it ends: as it is, unless it says no more than one without the mark."""
    if kept == url:
        return Rewritten(url)
    bare = kept if "?" in kept or "#" in kept else rewrite(kept, channel_type, completes=True).url
    return Rewritten(bare, "url-form", "blanks around it and a mark it does not need were dropped")


def _own_path(bare: str, channel_type: object, *, completes: bool) -> str | None:
    """Return *bare* where a vendor's own version stands in it, such as `/api/paas/v4`: it is not a root."""
    found = list(VENDOR_VERSION.finditer(bare))
    if not found or (found[-1].end() == len(bare) and _is_known(bare, channel_type)):
        return None
    if not completes or called(bare, channel_type) == bare:
        return bare
    return None if channel_type == "gemini" else f"{bare}#"  # the mark keeps the gateway from adding a version


def _is_known(bare: str, channel_type: object) -> bool:
    return bare.endswith(STANDARD) or (channel_type == "volcengine" and bare.endswith("/v3"))


def _root(bare: str, version: str) -> str:
    endings = ("/api/v3", "/v3", *STANDARD, "/api") if version == "/api/v3" else STANDARD
    ending = next((ending for ending in endings if bare.endswith(ending)), "")
    return bare.removesuffix(ending).rstrip("/")


def _with_reason(url: str, made: str, version: str) -> Rewritten:
    if made == url:
        return Rewritten(url)
    if made == url.strip().rstrip("/"):
        return Rewritten(made, "url-form", "blanks around it and a slash at its end were dropped")
    if made.endswith("#"):
        return Rewritten(made, "url-version", "it has a version of its own; the # keeps Octopus from adding another")
    return Rewritten(made, "url-version", f"for this type Octopus calls addresses that end in {version}")
