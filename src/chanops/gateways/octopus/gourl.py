"""Which addresses Go can parse: one that it cannot ends the whole gateway, at every start (contracts/octopus.md 5.5)."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)?:")
PORT: Final = re.compile(r"(:[0-9]*)?")
HOST: Final = re.compile(r"[A-Za-z0-9\-_.~!$&'()*+,;=\"<>%\x80-\U0010ffff]*")  # what Go leaves unescaped in a host
USERINFO: Final = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")


def fault_of(url: str) -> str | None:
    """Return why Go cannot parse *url*, or None; where Go's versions differ, the strictest counts."""
    if CONTROL.search(url):
        return "it holds a control character"
    rest, _, fragment = url.partition("#")
    if BAD_ESCAPE.search(fragment):
        return "a % is not followed by two hexadecimal digits"
    if rest.startswith(":"):
        return "the scheme is missing"
    scheme = SCHEME.match(rest)
    rest = (rest[scheme.end() :] if scheme else rest).partition("?")[0]
    if not rest.startswith("/"):
        return None if scheme else _fault_of_first_segment(rest)
    authority, slash, path = rest[2:].partition("/") if rest.startswith("//") else ("", "", rest)
    if BAD_ESCAPE.search(slash + path):
        return "a % is not followed by two hexadecimal digits"
    return _fault_of_authority(authority)


def _fault_of_first_segment(rest: str) -> str | None:
    if ":" in rest.partition("/")[0]:
        return "there is a colon before the first slash, but no scheme"
    return "a % is not followed by two hexadecimal digits" if BAD_ESCAPE.search(rest) else None


def _fault_of_authority(authority: str) -> str | None:
    userinfo, _, host = authority.rpartition("@")
    if not USERINFO.fullmatch(userinfo) or BAD_ESCAPE.search(userinfo):
        return "the user name or the password holds a character that must be escaped"
    name, port = _split_port(host)
    if not PORT.fullmatch(port):
        return "the port is not a number"
    if name.startswith("["):
        return None if _is_bracketed_ipv6(name) else "there is no IPv6 address in the brackets"
    if not HOST.fullmatch(name) or _has_bad_host_escape(name):
        return "the host holds a blank or a character that no host has"
    return None


def _split_port(host: str) -> tuple[str, str]:
    if host.startswith("["):
        name, bracket, port = host.rpartition("]")
        return (name + bracket, port) if bracket else (host, "")
    name, colon, port = host.partition(":")  # newer versions of Go take one colon only
    return name, colon + port


def _is_bracketed_ipv6(name: str) -> bool:
    address, _, zone = name[1:-1].partition("%25")
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return name.endswith("]") and re.fullmatch(r"[A-Za-z0-9\-_.~]*", zone) is not None


def _has_bad_host_escape(name: str) -> bool:
    """Tell whether an escape stands in *name* that Go refuses there: only bytes from 0x80 on may be escaped."""
    return any(int(digits or "0", 16) < 0x80 for digits in re.findall(r"%([0-9A-Fa-f]{2})?", name))
