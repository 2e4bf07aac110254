"""What the operator should know of a rule or a redirect that was worked out (contracts/upstreams.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.domain import finding
from chanops.domain.model_names import find_unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chanops.domain.address import Address
    from chanops.domain.finding import Finding
    from chanops.domain.model_redirect import Redirection


def audit_redirection(redirection: Redirection, address: Address) -> Iterator[Finding]:
    """Yield what is wrong with the mapping: a cycle is an error, a target that the upstream lacks a warning."""
    field = "model_mapping"
    if redirection.cycle:
        path = " → ".join(redirection.cycle)
        yield finding.error(
            f"the mapping leads in a circle: {path}", "take one entry out", address=address, field=field, rule="map-cycle"
        )
    for key, target in redirection.lost.items():
        is_kept = key in redirection.mapping
        what = "the entry stays" if is_kept else "the entry and its model go"
        how = "redirect: {prune: true} takes such entries out" if is_kept else ""
        summary = f'"{key}" is mapped to "{target}", which the upstream does not list; {what}'
        yield finding.warning(summary, how, address=address, field=field, rule="model-missing")


def audit_names(names: Iterable[str], address: Address) -> Iterator[Finding]:
    """Yield an error for each of the selected *names* that no gateway can hold: then the rule has no value."""
    for name, fault in find_unfit(names).items():
        summary = f"the upstream lists {ascii(name)[:100]}: {fault}"
        yield finding.error(summary, "name it under exclude", address=address, field="models", rule="model-name")
