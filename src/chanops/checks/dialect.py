"""What a gateway's own dialect says of a declared channel: the same as in a plan, with or without the values of references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chanops.checks.run import placed
from chanops.domain.finding import Severity
from chanops.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

_ADDRESSES: Final = frozenset({"base_url", "base_urls", "proxy"})


@dataclass(frozen=True, slots=True)
class Held:
    """A declared channel, the form in which a *generation* of its gateway holds it, and what is said of it."""

    desired: DesiredChannel
    canonical: DesiredChannel
    generation: str
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Tell whether a plan would stop at it."""
        return any(found.severity is Severity.ERROR for found in self.findings)


def hold(desired: DesiredChannel, live: LiveChannel | None, dialect: Dialect) -> Held:
    """Return *desired* as *dialect* holds it. Nothing is said of values that are references and were not looked up."""
    named = {path: value for path, value in desired.fields.items() if path != "name"}  # the address says it
    unknown = frozenset(path for path, value in named.items() if _is_unknown(value))
    shown = {path: _stand_in(path, value) if path in unknown else value for path, value in named.items()}
    canonical, notices = dialect.canonical(desired.with_fields(shown))
    said = [*notices, *dialect.audit(canonical, live)]
    quiet = unknown if live else unknown | desired.ignore  # what is ignored is there already, or never checked
    fields = {path: named[path] if path in unknown and path in named else value for path, value in canonical.fields.items()}
    findings = tuple(placed(desired, found) for found in said if found.field not in quiet)
    return Held(desired, canonical.with_fields(fields), dialect.generation, findings)


def hold_newest(channels: Sequence[DesiredChannel], dialects: Sequence[Dialect]) -> tuple[Held, ...]:
    """Return *channels* as the newest of *dialects* holds them that takes them all, else as the newest does."""
    newest = tuple(hold(channel, None, dialects[0]) for channel in channels)
    for dialect in dialects[1:] if any(one.has_errors for one in newest) else ():
        older = tuple(hold(channel, None, dialect) for channel in channels)
        if not any(one.has_errors for one in older):
            return older
    return newest


def _is_unknown(value: Value) -> bool:
    match value:
        case Secret():
            return not value.is_known
        case str():
            return False
        case _ if isinstance(value, dict):
            return any(map(_is_unknown, value.values()))
        case _:
            return isinstance(value, tuple | list) and any(map(_is_unknown, value))


def _stand_in(path: str, value: Value) -> Value:
    """Return *value* with something harmless for every reference."""
    if isinstance(value, Secret):
        harmless = "https://stand-in.invalid" if path in _ADDRESSES else "stand-in"
        return value if value.is_known else Secret(harmless, value.reference)
    if isinstance(value, dict):
        return _stand_in_map(path, value)
    return tuple(_stand_in(path, item) for item in value) if isinstance(value, tuple | list) else value


def _stand_in_map(path: str, value: Mapping[str, Value]) -> Mapping[str, Value]:
    return {key: _stand_in(path, item) for key, item in value.items()}
