"""Which field cases belong to which target, as pytest parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from chanops.domain.vocabulary import SiteKind
from conformance import newapi_fields, octopus_fields
from conformance.targets import ALL, NEWAPI, OCTOPUS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from _pytest.mark import ParameterSet

    from conformance.fields import FieldCase
    from conformance.targets import Target

TABLES: Final[dict[tuple[SiteKind, str], tuple[FieldCase, ...]]] = {
    (SiteKind.NEWAPI, "base"): newapi_fields.COMMON,
    (SiteKind.NEWAPI, "head"): newapi_fields.COMMON,
    (SiteKind.OCTOPUS, "g2"): octopus_fields.G2,
    (SiteKind.OCTOPUS, "g4"): octopus_fields.G4,
}


def table(target: Target) -> tuple[FieldCase, ...]:
    """Return the fields that *target* has."""
    return TABLES[target.kind, target.generation]


def on(targets: Iterable[Target]) -> pytest.MarkDecorator:
    """Run a test on a bench at each of *targets*."""
    return pytest.mark.parametrize("bench", [pytest.param(target, id=str(target)) for target in targets], indirect=True)


def each_field(*, where: Callable[[FieldCase], bool] = lambda _case: True) -> pytest.MarkDecorator:
    """Run a test for every field of every target."""
    found = [pytest.param(target, case, id=f"{target}-{case}") for target in ALL for case in table(target) if where(case)]
    return pytest.mark.parametrize(("bench", "case"), found, indirect=["bench"])


def each_value(values: Callable[[FieldCase], Iterable[tuple[str, Any]]]) -> pytest.MarkDecorator:
    """Run a test for every one of *values* of every field of every target."""
    found = [row for target in ALL for case in table(target) for row in _values_of(target, case, values(case))]
    return pytest.mark.parametrize(("bench", "case", "value"), found, indirect=["bench"])


def each_of(targets: Sequence[Target], name: str, values: dict[str, Any]) -> pytest.MarkDecorator:
    """Run a test on each of *targets* with each of *values* as its argument *name*."""
    found = [pytest.param(target, value, id=f"{target}-{key}") for target in targets for key, value in values.items()]
    return pytest.mark.parametrize(("bench", name), found, indirect=["bench"])


def _values_of(target: Target, case: FieldCase, values: Iterable[tuple[str, Any]]) -> list[ParameterSet]:
    return [pytest.param(target, case, value, id=f"{target}-{case}-{key}") for key, value in values]


on_all = on(ALL)
on_newapi = on(NEWAPI)
on_octopus = on(OCTOPUS)
on_g2 = on(target for target in OCTOPUS if target.generation == "g2")
on_g4 = on(target for target in OCTOPUS if target.generation == "g4")
