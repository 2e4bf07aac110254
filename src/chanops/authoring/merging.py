"""Declared channels brought up to what lives: of what a file declares, what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chanops.authoring.references import References, holds_secret
from chanops.authoring.stating import SAME, state_channel
from chanops.domain.resources import ChannelState
from chanops.domain.vocabulary import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.finding import Range
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value


@dataclass(frozen=True, slots=True)
class Moved:
    """A declared channel whose live one is something else: where its name stands, and the values that live."""

    desired: DesiredChannel
    place: Range
    values: Mapping[str, Value]
    unsaid: tuple[str, ...]


def find_moved(desired: DesiredChannel, live: LiveChannel, dialect: Dialect) -> Moved | None:
    """Return what differs between *desired* and *live*, secrets apart; None when nothing does."""
    if desired.state is ChannelState.ABSENT or desired.range is None:
        return None
    plain = {path: value for path, value in desired.fields.items() if path != "name" and not holds_secret(value)}
    canonical, _ = dialect.canonical(desired.with_fields(plain))
    differing = [path for path, value in canonical.fields.items() if _differs(path, value, live, desired)]
    if not differing:
        return None
    known = state_channel(live, dialect, References()).known
    values = {path: known[path] for path in differing if path in known and not holds_secret(known[path])}
    return Moved(desired, desired.range, values, tuple(path for path in differing if path not in values))


def _differs(path: str, value: Value, live: LiveChannel, desired: DesiredChannel) -> bool:
    compare = SAME.get(FIELDS[path].compare)
    return compare is not None and path not in desired.ignore and not compare(value, live.fields.get(path))
