"""What is wrong with a URL, in words: by its form, and by what Go's parser refuses.

A base URL that Go cannot parse ends an Octopus at every start (contracts/octopus.md 5.5).
"""

from __future__ import annotations

import re
from typing import Final

PLAN_WORDS: Final = frozenset({"glm-coding-plan", "glm-coding-plan-international", "kimi-coding-plan", "doubao-coding-plan"})
"""What New API takes in place of an address (contracts/upstreams.md 2)."""

WEB: Final = ("http", "https")
PROXIES: Final = ("http", "https", "socks5", "socks5h")

_PARTS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=%:@]*")
_HOST: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:\"<>\x80-\U0010ffff]*")
_IPV6: Final = re.compile(r"\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9\-._~]+)?\]")
_LOOPBACK: Final = re.compile(r"localhost|.*\.localhost|127\.[0-9.]+|\[::1\]", re.IGNORECASE)


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


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def _authority_complaint(authority: str) -> tuple[str, str] | None:
    user, at, host = authority.rpartition("@")
    if at and (not _USER.fullmatch(user) or _BAD_ESCAPE.search(user)):
        return "the user or password in the address holds a sign that needs %-encoding", "write it as %XX"
    name, bracket, port = host.partition("]")
    if host.startswith("["):
        if not bracket or not _IPV6.fullmatch(name + bracket):
            return "the address has a broken IPv6 host", "write it as [::1]"
        port = port.removeprefix(":") if port.startswith(":") or not port else "x"
    else:
        name, _, port = host.partition(":") if host.count(":") < 2 else (host.rpartition(":"))
    if port and not (port.isascii() and port.isdigit()):
        return "the port of the address is not a number", "write host:443, or no port"
    if not name:
        return "the address has no host", "write https://host"
    if not host.startswith("[") and (not _HOST.fullmatch(name) or ":" in name):
        return "the host of the address holds a sign that no host has", "write https://host"
    return None


def _path_complaint(rest: str) -> tuple[str, str] | None:
    address, _, fragment = rest.partition("#")
    path = address.partition("?")[0]
    if _BAD_ESCAPE.search(path) or _BAD_ESCAPE.search(fragment):
        return "the address holds a % that is no %XX escape", "write %25 for a plain %"
    return None
