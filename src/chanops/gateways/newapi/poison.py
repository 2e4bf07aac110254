"""What breaks a New API for everybody once it is stored: never written, and reported where it lives (2.1, 2.2, 4.4)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain.finding import Finding, error, warning
from chanops.domain.secret import Secret
from chanops.gateways.newapi.settings import SETTINGS, fits

if TYPE_CHECKING:
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value
    from chanops.gateways.newapi.generations import Profile

MOST_WEIGHT: Final = 2**31 - 1
MOST_PRIORITY: Final = 2**63 - 1
INTEGERS: Final = {"weight": (0, MOST_WEIGHT), "priority": (-MOST_PRIORITY - 1, MOST_PRIORITY)}


def poison_in(desired: DesiredChannel) -> Iterator[Finding]:
    """Yield an error for every declared value that the gateway would choke on."""
    for path, (least, most) in INTEGERS.items():
        value = desired.fields.get(path)
        if isinstance(value, int) and not least <= value <= most:
            yield error(
                f"{path}: {value} is outside {least} to {most}",
                "a weight that New API cannot read back breaks its channel list for everybody" if path == "weight" else "",
                address=desired.address,
                field=path,
                rule="weight-range" if path == "weight" else "priority-range",
            )
    for path, value in desired.fields.items():
        fault = _unsendable(value)
        if fault:
            yield error(f"{path} holds {fault}", "New API would store something else", address=desired.address, field=path)


def poison_alive(live: LiveChannel, profile: Profile) -> Iterator[Finding]:
    """Yield a warning for what a live channel holds that will hurt."""
    if live.wire.get("other_info") == "null":
        yield warning(
            "`other_info` is the text null: New API's status calls fail on it",
            "the next write of chanops to this channel mends it",
            address=live.address,
            rule="poison-other-info",
        )
    settings = live.fields.get("newapi.settings")
    if not profile.checks_settings and not _is_readable(settings):
        yield warning(
            "`settings` cannot be read by New API: its model update task will wipe columns of this channel",
            "declare `newapi.settings` with valid types, or correct it on the site",
            address=live.address,
            field="newapi.settings",
            rule="poison-settings",
        )


def _is_readable(settings: Value) -> bool:
    if not isinstance(settings, Mapping):
        return not settings
    return all(
        key not in SETTINGS or SETTINGS[key].is_head_only or fits(value, SETTINGS[key]) for key, value in settings.items()
    )


def _unsendable(value: Value) -> str:
    """Name what JSON or Go cannot carry in *value*, if anything (2.2)."""
    match value:
        case Secret():
            return _unsendable(value.reveal())
        case str():
            return "" if value.isascii() or _is_unicode(value) else "half a character (a lone surrogate)"
        case float():
            return "" if math.isfinite(value) else "a number that is not finite"
        case Mapping():
            return next(filter(None, map(_unsendable, (*value, *value.values()))), "")
        case Sequence():
            return next(filter(None, map(_unsendable, value)), "")
        case _:
            return ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
