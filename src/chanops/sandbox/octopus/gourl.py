"""Tell which URLs Go's url.Parse refuses: on an Octopus they are fatal (contracts/octopus.md 5.5)."""

from __future__ import annotations

import re
import string

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ASCII_ESCAPE = re.compile(r"%(?!25)[0-7][0-9A-Fa-f]")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = re.compile(r"(:[0-9]*)?")
_HOST_SIGNS = frozenset(string.ascii_letters + string.digits + "-_.~!$&'()*+,;=:[]<>\"%")


def is_parsable(url: str) -> bool:
    """Return whether Go's parser takes *url*."""
    if any(sign < " " or sign == "\x7f" for sign in url):
        return False
    address, _, fragment = url.partition("#")
    return not _BROKEN_ESCAPE.search(fragment) and _is_address(address)


def _is_address(address: str) -> bool:
    scheme = _SCHEME.match(address)
    if not scheme and address.startswith(":"):
        return False
    rest = address[scheme.end() :] if scheme else address
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        return bool(scheme) or (":" not in rest.partition("/")[0] and not _BROKEN_ESCAPE.search(rest))
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        return _is_authority(authority) and not _BROKEN_ESCAPE.search(slash + path)
    return not _BROKEN_ESCAPE.search(rest)


def _is_authority(authority: str) -> bool:
    userinfo, at, host = authority.rpartition("@")
    if at and (not _USERINFO.fullmatch(userinfo) or _BROKEN_ESCAPE.search(userinfo)):
        return False
    return _has_port(host) and _is_host(host)


def _has_port(host: str) -> bool:
    if host.startswith("["):
        _, bracket, port = host.rpartition("]")
        return bool(bracket) and bool(_PORT.fullmatch(port))
    _, colon, port = host.rpartition(":")
    return bool(_PORT.fullmatch(colon + port)) if colon else True


def _is_host(host: str) -> bool:
    if _BROKEN_ESCAPE.search(host) or _ASCII_ESCAPE.search(host):
        return False
    return all(sign in _HOST_SIGNS or sign > "\x7f" for sign in host)
