"""Which URL and key an upstream is asked with: the best of several up to v0.9, the one with a suffix from v0.10 on.

contracts/octopus.md 8.1 and 8.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.sandbox.octopus.tables import Row

SIDELINED_SECONDS = 5 * 60


class Addressing(Protocol):
    """How a generation finds its way to an upstream."""

    dialects: Mapping[object, str]

    def pick(self, channel: Row, now: float) -> tuple[str, str]:
        """Return the base URL and the key to use."""

    def at_use(self, base: str, kind: object) -> str:
        """Return *base* as it is used."""


class ListedAddresses:
    """G2: the URL with the lowest delay, the enabled key with the lowest cost, both as they stand."""

    dialects: Mapping[object, str] = {2: "anthropic", 3: "gemini"}

    def pick(self, channel: Row, now: float) -> tuple[str, str]:
        """Return the best of each; without a key an empty one is sent."""
        url = min(channel["base_urls"] or (), key=lambda entry: int(entry["delay"]), default={"url": ""})
        usable = [key for key in channel["keys"] or () if key["enabled"] and key["channel_key"] and not _rests(key, now)]
        key = min(usable, key=lambda key: float(key["total_cost"]), default={"channel_key": ""})
        return url["url"], key["channel_key"]

    def at_use(self, base: str, kind: object) -> str:  # noqa: ARG002 - later generations look at it
        """Return *base* verbatim."""
        return base


class SingleAddress:
    """G3 and G4: one URL, one key; the vendor's version is appended unless it is there."""

    dialects: Mapping[object, str] = {"anthropic": "anthropic", "gemini": "gemini"}
    _versions: Mapping[object, str] = {"gemini": "/v1beta", "volcengine": "/v3"}

    def pick(self, channel: Row, now: float) -> tuple[str, str]:  # noqa: ARG002 - no key rests here
        """Return the only ones there are."""
        return channel["base_url"], channel["key"]

    def at_use(self, base: str, kind: object) -> str:
        """Return *base* with its version; a trailing `#` asks for none."""
        if not base or base.endswith("#"):
            return base.rstrip("#")
        trimmed = base.removesuffix("/")
        version = self._versions.get(kind, "/v1")
        known = (version, "/v1") if kind == "gemini" else (version,)
        has_version = trimmed.endswith(known) or "/v1/" in trimmed
        return trimmed if has_version else trimmed + version


def _rests(key: Row, now: float) -> bool:
    """Return whether *key* was answered 429 within the last minutes (5.2)."""
    return bool(key["status_code"] == 429 and now - key["last_use_time_stamp"] < SIDELINED_SECONDS)
