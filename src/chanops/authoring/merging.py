"""Declared channels brought up to what lives: of what a file declares, what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chanops.authoring.draft import KEYS, NAME
from chanops.authoring.references import References, holds_secret
from chanops.authoring.stating import SAME, state_channel
from chanops.domain.secret import Fingerprint
from chanops.domain.value import same_keys
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from chanops.domain.finding import Range
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value


@dataclass(frozen=True, slots=True)
class Moved:
    """A declared channel whose live one is something else: where its name stands, and the values that live.

    *unsaid* are the fields that differ and are not written: what is secret, and what no file can say.
    """

    desired: DesiredChannel
    live: LiveChannel
    place: Range
    values: Mapping[str, Value]
    unsaid: tuple[str, ...]

    @property
    def is_renamed(self) -> bool:
        """Tell whether somebody has renamed it on the site; a declared rename is still to come."""
        return self.live.name not in (self.desired.name, self.desired.moved_from)


def find_moved(desired: DesiredChannel, live: LiveChannel, dialect: Dialect) -> Moved | None:
    """Return what differs between *desired* and *live*; None when nothing does."""
    if desired.is_absent or desired.range is None:
        return None
    wanted = {path: value for path, value in desired.fields.items() if path != NAME and not _is_ignored(path, desired)}
    secret = [path for path, value in wanted.items() if holds_secret(value)]
    plain = {path: value for path, value in wanted.items() if path not in secret}
    canonical, _ = dialect.canonical(desired.with_fields(plain))
    differing = [path for path, value in canonical.fields.items() if _differs(path, value, live)]
    known = state_channel(live, dialect, References()).known
    values = {path: _as_declared(path, canonical.fields[path], known[path]) for path in differing if path in known}
    said = {path: value for path, value in values.items() if not holds_secret(value)}
    hidden = [path for path in secret if _differs_in_secret(path, desired, live, dialect)]
    moved = Moved(desired, live, desired.range, said, (*(path for path in differing if path not in said), *hidden))
    return moved if moved.values or moved.unsaid or moved.is_renamed else None


def _is_ignored(path: str, desired: DesiredChannel) -> bool:
    return path in desired.ignore or (path in KEYS and not desired.ignore.isdisjoint(KEYS))


def _differs(path: str, value: Value, live: LiveChannel) -> bool:
    if path not in KEYS:
        return not SAME[FIELDS[path].compare](value, live.fields.get(path))
    held = next((live.fields[key] for key in KEYS if key in live.fields), None)
    return held is not None and not isinstance(held, Fingerprint) and not same_keys(value, held)


def _differs_in_secret(path: str, desired: DesiredChannel, live: LiveChannel, dialect: Dialect) -> bool:
    """Tell whether a field with references differs; False where they have no value: then nobody can know."""
    told = {name: desired.fields[name] for name in ("type", path) if name in desired.fields}
    try:
        return _differs(path, dialect.canonical(desired.with_fields(told))[0].fields[path], live)
    except ConfigError:
        return False


def _as_declared(path: str, declared: Value, lives: Value) -> Value:
    """Return *lives*; of a mapping that is compared key by key only the declared ones."""
    if FIELDS[path].compare is Compare.COVERED and isinstance(declared, Mapping) and isinstance(lives, Mapping):
        return {key: lives[key] for key in declared if key in lives}
    return lives
