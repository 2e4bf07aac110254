"""Moments as Go writes them."""

from __future__ import annotations

from datetime import UTC, datetime

_FIRST, _LAST = -62135596800, 253402300799


def rfc3339(moment: float) -> str:
    """Return *moment* to the second."""
    return _at(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_nano(moment: float) -> str:
    """Return *moment* with its sub-seconds."""
    return _at(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def day(moment: float) -> str:
    """Return the day of *moment* as the statistics name it."""
    return _at(moment).strftime("%Y%m%d")


def _at(moment: float) -> datetime:
    return datetime.fromtimestamp(min(max(moment, _FIRST), _LAST), UTC)
