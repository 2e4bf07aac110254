"""How two sides differ, channel by channel. Pure.

What comes out would turn the first side into the second, in the shape of a plan, so that it is shown as one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.address import Address
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.finding import by_severity_and_place
from chanops.domain.plan import SitePlan, SiteStatus
from chanops.domain.resources import DesiredChannel, LiveChannel, Status
from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.vocabulary import FIELDS, KIND_TITLES
from chanops.engine.comparison import TWINS, is_ignored
from chanops.engine.planner import is_selected
from chanops.engine.sameness import at, has, is_same
from chanops.engine.sides import ACTION, match
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.policy import Selection
    from chanops.domain.value import Value
    from chanops.engine.sides import Channel, Side

PATHS = (ACTION, *FIELDS)


def find_difference(before: Side, after: Side, selection: Selection) -> SitePlan:
    """Return what would turn *before* into *after*; channels are the same where they have the same name."""
    comparison = _Comparison(before, after)
    changes = [
        comparison.compare(one, two) for one, two in match(before, after) if _is_wanted(one or two, before, after, selection)
    ]
    return SitePlan(
        before.site,
        before.kind,
        SiteStatus.OK,
        live=len(before.channels),
        changes=tuple(sorted(changes, key=lambda change: change.address)),
        findings=tuple(sorted(comparison.tell(), key=by_severity_and_place)),
    )


def _is_wanted(channel: Channel | None, before: Side, after: Side, selection: Selection) -> bool:
    """Tell whether the run looks at *channel*; globs may name it by the site of either side."""
    name = channel.name if channel else ""
    addresses = [Address.channel(side.site, name) for side in (before, after)]
    is_target = any(is_selected(address, selection._replace(excludes=())) for address in addresses)
    return is_target and all(is_selected(address, selection._replace(targets=())) for address in addresses)


@dataclass(slots=True)
class _Comparison:
    """Compares one pair after the other, and keeps what could not be compared."""

    before: Side
    after: Side
    uncompared: set[str] = field(default_factory=set)
    has_hidden_keys: bool = False
    unresolved: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def compare(self, one: Channel | None, two: Channel | None) -> Change:
        """Return the change between two channels of one name; None: that side has none."""
        if one is None or two is None:
            return self._alone(one, two)
        self._tell_of(one, two)
        held, wanted = self._fields(one, self.before, self.after), self._fields(two, self.after, self.before)
        paths = [
            path for path in PATHS if self._is_compared(path, held, wanted) and not (path == "models" and _has_rule(one, two))
        ]
        fields = [changed for path in paths if (changed := self._compare_field(path, held, wanted))]
        return Change(
            self._address(one),
            Action.UPDATE if fields else Action.NO_OP,
            f"differs in {', '.join(changed.path for changed in fields)}" if fields else "the same on both sides",
            {path: at(path, held) for path in paths if has(path, held)},
            {path: at(path, wanted) for path in paths if has(path, wanted)},
            tuple(fields),
            one if isinstance(one, LiveChannel) else None,
        )

    def tell(self) -> Iterator[Finding]:
        """Yield what is to be said beside the differences, each once."""
        yield from self.findings
        for side in (self.before, self.after):
            counts = Counter(channel.name for channel in side.channels)
            if several := sorted(name for name, count in counts.items() if count > 1):
                summary = f"{side.name} has several channels of one name: {_some(several)}"
                yield finding.notice(summary, "they are matched in the order of their ids")
        if self.has_hidden_keys:
            yield finding.notice("keys are not compared: New API never shows them")
        if self.uncompared:
            titles = dict.fromkeys(KIND_TITLES[side.kind] for side in (self.before, self.after))
            fields = ", ".join(path for path in FIELDS if path in self.uncompared)
            detail = f"{' and '.join(titles)} have other fields" if len(titles) > 1 else "the other one is of another version"
            yield finding.notice(f"not compared, since only one side has it: {fields}", detail)
        for path, reason in self.unresolved.items():
            yield finding.warning(f"{path} is not compared where its reference has no value", reason)

    def _alone(self, one: Channel | None, two: Channel | None) -> Change:
        channel, side = (one, self.before) if one else (two, self.after)
        assert channel, "one of them is there"
        values = {path: channel.fields[path] for path in PATHS if path in channel.fields and path != "name"}
        address, reason = self._address(channel), f"only in {side.name}"
        if one:
            return Change(address, Action.DELETE, reason, values, None, (), one if isinstance(one, LiveChannel) else None)
        fields = tuple(FieldChange(path, None, value) for path, value in values.items())
        return Change(address, Action.CREATE, reason, None, values, fields)

    def _address(self, channel: Channel) -> Address:
        return Address.channel(self.before.site, channel.name)

    def _fields(self, channel: Channel, side: Side, other: Side) -> Mapping[str, Value]:
        """Return the fields of *channel*; of a declared one as the gateway on the *other* side would hold them."""
        fields = {path: value for path, value in channel.fields.items() if path != "name"}
        if isinstance(channel, LiveChannel) or other.dialect is None:
            return fields
        managed = {path: value for path, value in fields.items() if not is_ignored(path, channel)}
        if side.kind is not other.kind:
            return managed
        try:
            return other.dialect.canonical(channel.with_fields(managed))[0].fields
        except ConfigError as fault:  # the address comes from a reference
            self._note_unresolved("base_url", fault)
            plain = {path: value for path, value in managed.items() if not isinstance(value, Secret) or FIELDS[path].is_secret}
            return other.dialect.canonical(channel.with_fields(plain))[0].fields

    def _is_compared(self, path: str, held: Mapping[str, Value], wanted: Mapping[str, Value]) -> bool:
        if path != ACTION and not {self.before.kind, self.after.kind} <= set(FIELDS[path].kinds):
            self._leave(path, held, wanted)
            return False
        if path in TWINS and path not in wanted and TWINS[path] in wanted:
            return False  # its twin is compared
        if path != ACTION and FIELDS[path].is_secret and not self._shows_keys(path, held, wanted):
            self.has_hidden_keys = True
            return False
        has_both = has(path, held) and has(path, wanted)
        if self.before.is_live and self.after.is_live:
            if not has_both:
                self._leave(path, held, wanted)
            return has_both
        if self.before.is_live or self.after.is_live:
            return has(path, wanted if self.before.is_live else held)  # not declared is not managed
        return has(path, held) or has(path, wanted)

    def _shows_keys(self, path: str, held: Mapping[str, Value], wanted: Mapping[str, Value]) -> bool:
        """Tell whether every live side shows its keys; a fingerprint of ours is none."""
        sides = ((self.before, held), (self.after, wanted))
        return all(has(path, v) and not isinstance(at(path, v), Fingerprint) for side, v in sides if side.is_live)

    def _leave(self, path: str, *sides: Mapping[str, Value]) -> None:
        if any(values.get(path) for values in sides):
            self.uncompared.add(path)

    def _compare_field(self, path: str, held: Mapping[str, Value], wanted: Mapping[str, Value]) -> FieldChange | None:
        try:
            if is_same(path, self.before, held, self.after, wanted):
                return None
        except ConfigError as fault:
            self._note_unresolved(path, fault)
            return None
        return FieldChange(path, at(path, held), at(path, wanted))

    def _tell_of(self, one: Channel, two: Channel) -> None:
        ejected = [isinstance(channel, LiveChannel) and channel.status is Status.EJECTED for channel in (one, two)]
        if ejected[0] is not ejected[1]:
            side = self.before if ejected[0] else self.after
            summary = f"was disabled by the gateway on {side.name} after failed calls"
            self.findings.append(finding.warning(summary, "it counts as enabled here", address=self._address(one)))
        if _has_rule(one, two):
            summary = "its models come from a rule, and are not compared"
            self.findings.append(finding.notice(summary, "`chanops plan` works it out", address=self._address(one)))

    def _note_unresolved(self, path: str, fault: ConfigError) -> None:
        self.unresolved.setdefault(path, "; ".join(dict.fromkeys(found.summary for found in fault.findings)))


def _has_rule(*channels: Channel) -> bool:
    return any(isinstance(channel, DesiredChannel) and channel.rule for channel in channels)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
