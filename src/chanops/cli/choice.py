"""Which rules a run of `check` looks at: ids and globs of `--select` and `--ignore`."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

import click

from chanops.domain.address import matches_glob
from chanops.domain.finding import Severity
from chanops.domain.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.domain.finding import Finding


class Choice(NamedTuple):
    """The rules that are wanted; none named: all."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def has(self, rule: str) -> bool:
        """Tell whether findings of *rule* are wanted."""
        is_selected = not self.select or any(matches_glob(rule, glob) for glob in self.select)
        return is_selected and not any(matches_glob(rule, glob) for glob in self.ignore)

    def wants(self, found: Finding) -> bool:
        """Tell whether *found* is wanted; an error without a rule keeps the rest from being looked at, so it always is."""
        return self.has(found.rule) if found.rule else not self.select or found.severity is Severity.ERROR


def choose(select: Sequence[str], ignore: Sequence[str]) -> Choice:
    """Return the choice of the command line. Raises UsageError for what names no rule."""
    for flag, globs in (("--select", select), ("--ignore", ignore)):
        for glob in globs:
            if not any(matches_glob(rule, glob) for rule in RULES):
                close = difflib.get_close_matches(glob, RULES, n=1)
                hint = f'did you mean "{close[0]}"?' if close else "`chanops check --list-rules` shows them"
                raise click.UsageError(f'{flag}: there is no rule "{glob}"; {hint}')
    return Choice(tuple(select), tuple(ignore))
