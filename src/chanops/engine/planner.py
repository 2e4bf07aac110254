"""Desired and live in, plan out: pure, sorted, with a reason for each change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.address import Address
from chanops.domain.allowing import sift
from chanops.domain.change import Action, Change, FieldChange
from chanops.domain.finding import Severity, by_severity_and_place
from chanops.domain.plan import Plan, SitePlan, SiteStatus
from chanops.domain.resources import Status
from chanops.engine.comparison import compare, in_order
from chanops.engine.forgetting import plan_forgetting
from chanops.engine.ownership import pair_channels
from chanops.engine.renames import UNDECLARED, hint_at_renames
from chanops.errors import GatewayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Dialect, LiveSite
    from chanops.domain.policy import Selection
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.site import Desired, Site
    from chanops.engine.ownership import Pair, Pairing


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked for beyond the files: which part, whether keys are written again, whether it only adopts.

    With addresses to *forget* it drops our mark from those channels and does nothing else.
    """

    selection: Selection
    rewrite_keys: bool = False
    adopt_only: bool = False
    forget: tuple[Address, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Tell whether changes are left out, so that the plan is not the whole truth."""
        return self.selection.is_partial or self.adopt_only

    def wants(self, change: Change) -> bool:
        """Tell whether *change* is to be carried out, or is none."""
        is_kept = not self.adopt_only or change.action is Action.ADOPT or not change.is_pending
        return is_kept and is_selected(change.address, self.selection)


def make_plan(desired: Desired, live: Mapping[str, LiveSite | GatewayError], asked: Asked) -> Plan:
    """Return the plan that turns *live* into *desired*, sites and addresses in order; what cannot be planned is said."""
    sites = sorted((site for site in desired.sites if site.name in live), key=lambda site: site.name)
    return Plan(
        sites=tuple(plan_site(site, live[site.name], asked) for site in sites),
        files=desired.files,
        digest=desired.digest,
        is_partial=asked.is_partial,
        is_forgetting=bool(asked.forget),
        findings=tuple(_about_globs(desired, live, asked.selection)),
    )


def _about_globs(desired: Desired, live: Mapping[str, LiveSite | GatewayError], selection: Selection) -> Iterator[Finding]:
    """Warn of every glob that covers no channel: it was probably mistyped. Nobody knows while a site is not read."""
    if any(isinstance(site, GatewayError) for site in live.values()):
        return
    addresses = [channel.address for site in desired.sites for channel in site.channels]
    addresses += [channel.address for site in live.values() if not isinstance(site, GatewayError) for channel in site.channels]
    given = [("--target", glob) for glob in selection.targets] + [("--exclude", glob) for glob in selection.excludes]
    for flag, glob in given:
        if not any(address.matches(glob) for address in addresses):
            yield finding.warning(
                f'{flag} "{glob}" matches no channel', "write an address, site/channel/name, or a name; * and ? match"
            )


def plan_site(site: Site, live: LiveSite | GatewayError, asked: Asked) -> SitePlan:
    """Return the part of the plan that belongs to *site*; a site with an error has no changes."""
    if isinstance(live, GatewayError):
        problem = finding.error(f"{site.name} has no plan: {live.reason}", live.hint).at(site.range)
        return SitePlan(site.name, site.kind, SiteStatus.ERROR, findings=(problem,))
    pairing = pair_channels(site, live)
    if asked.forget:
        changes, findings = plan_forgetting(site, live, asked.forget)
        return _site_plan(site, live, pairing, changes, (*live.findings, *findings))
    planner = _SitePlanner(site, live.dialect, asked)
    planned = [planner.plan_pair(pair) for pair in pairing.pairs]
    planned += [planner.plan_delete(orphan, UNDECLARED) for orphan in pairing.orphans]
    selected = [change for change in planned if change and asked.wants(change)]
    hints = hint_at_renames(selected, site)
    found = _select_findings([*live.findings, *pairing.findings, *planner.findings, *hints], asked.selection)
    return _site_plan(site, live, pairing, selected, sift(found, site.channels).kept)


def _site_plan(
    site: Site, live: LiveSite, pairing: Pairing, changes: Sequence[Change], findings: Sequence[Finding]
) -> SitePlan:
    has_errors = any(f.severity is Severity.ERROR for f in findings)
    return SitePlan(
        site.name,
        site.kind,
        SiteStatus.ERROR if has_errors else SiteStatus.OK,
        live.dialect.generation,
        live.version,
        len(live.channels),
        pairing.managed,
        () if has_errors else tuple(sorted(changes, key=lambda change: change.address)),
        tuple(sorted(findings, key=by_severity_and_place)),
    )


def is_selected(address: Address, selection: Selection) -> bool:
    """Tell whether the run looks at *address*."""
    is_target = not selection.targets or any(address.matches(glob) for glob in selection.targets)
    return is_target and not any(address.matches(glob) for glob in selection.excludes)


class _SitePlanner:
    """Plans one pair after the other, and keeps what the gateway cannot do."""

    def __init__(self, site: Site, dialect: Dialect, asked: Asked) -> None:
        self.site = site
        self.dialect = dialect
        self.asked = asked
        self.findings: list[Finding] = []

    def plan_pair(self, pair: Pair) -> Change | None:
        """Return the change for one declared channel, None when an absent one is not there."""
        if pair.desired.is_absent:
            return self._plan_absent(pair)
        named = {path: value for path, value in pair.desired.fields.items() if path != "name"}  # the address says it
        desired, notices = self.dialect.canonical(pair.desired.with_fields(named))
        self._note(desired, self.dialect.audit(desired, pair.live))
        change = self._plan_update(desired, pair.live) if pair.live else self._plan_create(desired)
        written = {field.path for field in change.fields}
        self._note(desired, (n for n in notices if n.field in written))  # news only while it is written
        return change

    def plan_delete(self, live: LiveChannel, reason: str) -> Change:
        """Return the delete of *live*."""
        self.findings += self.dialect.audit_delete(live)
        return Change(live.address, Action.DELETE, reason, live.fields, None, (), live, self.site.owner)

    def _plan_absent(self, pair: Pair) -> Change | None:
        if pair.live is None:
            return None
        if pair.desired.protect:
            problem = finding.error("it is both `state: absent` and `protect: true`", "take one of the two lines out")
            self._note(pair.desired, [problem])
        return self.plan_delete(pair.live, "state: absent")

    def _plan_create(self, desired: DesiredChannel) -> Change:
        if not ({"key", "keys"} & desired.fields.keys()):
            self._note(desired, [finding.error("it does not exist yet, and has no key to create it with", "declare `key`")])
        after = {**self.dialect.defaults(desired), **desired.fields}
        ordered = tuple(FieldChange(path, None, value) for path, value in in_order(desired.with_fields(after)))
        unlisted = tuple(FieldChange(path, None, after[path]) for path in after if path in desired.ignore)
        return Change(
            desired.address, Action.CREATE, "declared, not on the site", None, after, ordered + unlisted, owner=self.site.owner
        )

    def _plan_update(self, desired: DesiredChannel, live: LiveChannel) -> Change:
        difference = compare(desired, live, self.dialect, rewrite_keys=self.asked.rewrite_keys)
        self.findings += difference.findings
        self._warn_if_ejected(desired, live)
        managed = dict(in_order(desired))
        renamed = (FieldChange("name", live.name, desired.name),) if live.name != desired.name else ()
        fields = renamed + difference.fields
        action, reason = self._choose_action(desired, live, fields, is_replace=difference.is_replace)
        if action is Action.REPLACE and desired.protect:
            self._note(desired, [finding.error("it must be replaced, but is protected", "take `protect: true` out")])
        return Change(
            desired.address,
            action,
            reason,
            {path: live.fields[path] for path in managed if path in live.fields},
            dict(desired.fields) if action is Action.REPLACE else managed,
            fields,
            live,
            self.site.owner,
            Address.channel(self.site.name, live.name) if live.name != desired.name else None,
        )

    def _choose_action(
        self, desired: DesiredChannel, live: LiveChannel, fields: Sequence[FieldChange], *, is_replace: bool
    ) -> tuple[Action, str]:
        names = ", ".join(field.path for field in fields)
        if is_replace:
            return Action.REPLACE, f"the gateway cannot change it in place: {names}"
        if self.dialect.has_marks and not self._is_marked(desired, live):
            return Action.ADOPT, "it lives on the site without our mark"
        return (Action.UPDATE, f"differs in {names}") if fields else (Action.NO_OP, "in sync")

    def _is_marked(self, desired: DesiredChannel, live: LiveChannel) -> bool:
        mark = live.mark
        if mark is None or mark.remote_id not in (None, live.remote_id):
            return False
        return mark.owner == self.site.owner and mark.name in (desired.name, desired.moved_from)

    def _warn_if_ejected(self, desired: DesiredChannel, live: LiveChannel) -> None:
        if live.status is Status.EJECTED and desired.fields.get("enabled") is not False:
            self._note(
                desired,
                [
                    finding.warning(
                        "was disabled by the gateway after failed calls; it is left so",
                        "mend its upstream, then enable it on the site or test it there",
                    )
                ],
            )

    def _note(self, desired: DesiredChannel, findings: Iterable[Finding]) -> None:
        for found in findings:
            place = desired.origins.get(found.field) or desired.range
            self.findings.append(replace(found, address=found.address or desired.address).at(place))


def _select_findings(findings: Iterable[Finding], selection: Selection) -> tuple[Finding, ...]:
    return tuple(f for f in findings if f.address is None or is_selected(f.address, selection))
