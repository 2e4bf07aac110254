"""What is wrong with a URL, in words: by its form, and by what Go's parser refuses.

A base URL that Go cannot parse ends an Octopus at every start (contracts/octopus.md 5.5).
"""

from __future__ import annotations

import re
from typing import Final

PLAN_WORDS: Final = frozenset({"glm-coding-plan", "glm-coding-plan-international", "kimi-coding-plan", "doubao-coding-plan"})
"""What New API takes in place of an address (contracts/upstreams.md 2)."""

VERSIONS: Final = ("/v1beta", "/api/v3", "/v1", "/v3")
"""What an address may end in beside its root (contracts/upstreams.md 2)."""

WEB: Final = ("http", "https")
PROXIES: Final = ("http", "https", "socks5", "socks5h")

_PARTS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:")
_USER_SIGNS: Final = _LETTERS | frozenset("%@")
_HOST_SIGNS: Final = _LETTERS | frozenset('"<>')  # and everything outside of ASCII
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_NO_COLON: Final = str.maketrans("", "", ":.")


def complaint(url: str, schemes: tuple[str, ...] = WEB) -> tuple[str, str] | None:
    """Return summary and detail of what is wrong with *url*; None when nothing is."""
    if any(sign < " " or sign == "\x7f" for sign in url):
        return "the address holds a control character", "take it out"
    if any(sign.isspace() for sign in url):
        return "the address holds a blank", "take it out, or write %20 in its path"
    match = _PARTS.fullmatch(url)
    if match is None:
        return "the address has no scheme", f"write it with {schemes[-1] if len(schemes) < 3 else schemes[0]}:// in front"
    scheme, authority, rest = match.groups()
    if scheme.lower() not in schemes:
        return f"the address starts with {scheme[:20]}://", f"it must start with {' or '.join(s + '://' for s in schemes)}"
    return _authority_complaint(authority) or _path_complaint(rest)


def userinfo(url: str) -> str:
    """Return the `user:password` part of *url*, empty when it has none."""
    match = _PARTS.match(url.strip())
    return match.group(2).rpartition("@")[0] if match else ""


def scheme_and_host(url: str) -> tuple[str, str]:
    """Return scheme and host of a URL without faults, the port left out."""
    match = _PARTS.match(url)
    if match is None:
        return "", ""
    authority = match.group(2).rpartition("@")[2]
    host = authority if authority.endswith("]") else authority.rpartition(":")[0] or authority
    return match.group(1).lower(), host


def root_of(url: str) -> str:
    """Return *url* without slashes and a usual version at its end."""
    bare = url.rstrip("/")
    return next((bare.removesuffix(end).rstrip("/") for end in VERSIONS if bare.endswith(end)), bare)


def _authority_complaint(authority: str) -> tuple[str, str] | None:
    user, _, host = authority.rpartition("@")
    if not _USER_SIGNS.issuperset(user) or _has_bad_escape(user):
        return "the user or password in the address holds a sign that needs an escape", "write it as %XX"
    name, colon, port = host.rpartition(":")
    if host.startswith("["):
        name, _, port = host.partition("]")
        if "]" not in host or not _HEX.issuperset(name[1:].partition("%25")[0].translate(_NO_COLON)):
            return "the address has a broken IPv6 host", "write it as [::1]"
        port = port[1:] if port.startswith(":") else port and "?"
    elif not colon:
        name, port = host, ""
    if port and not (port.isascii() and port.isdigit()):
        return "the port of the address is not a number", "write host:443, or no port"
    if not name:
        return "the address has no host", "write https://host"
    if not host.startswith("[") and (":" in name or any(sign not in _HOST_SIGNS and sign < "\x80" for sign in name)):
        return "the host of the address holds a sign that no host has", "write https://host"
    return None


def _path_complaint(rest: str) -> tuple[str, str] | None:
    address, _, fragment = rest.partition("#")
    if _has_bad_escape(address.partition("?")[0]) or _has_bad_escape(fragment):
        return "the address holds a % that is no %XX escape", "write %25 for a plain %"
    return None


def _has_bad_escape(text: str) -> bool:
    return any(len(part) < 2 or not _HEX.issuperset(part[:2]) for part in text.split("%")[1:])
