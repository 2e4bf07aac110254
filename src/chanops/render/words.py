"""How each action looks and is called: one table, so that a new action is one line."""

from __future__ import annotations

from typing import Final, NamedTuple

from chanops.domain.change import Action
from chanops.domain.trial import TrialState


class Word(NamedTuple):
    """The words of one action: *will* in a plan's heading, *doing* and *done* while applying, *to* and *past* in summaries."""

    symbol: str
    colour: str
    will: str
    doing: str
    done: str
    to: str
    past: str


WORDS: Final = {
    Action.CREATE: Word("+", "green", "will be created", "Creating", "Creation", "add", "added"),
    Action.UPDATE: Word("~", "yellow", "will be updated in-place", "Modifying", "Modifications", "change", "changed"),
    Action.REPLACE: Word("-/+", "both", "must be replaced", "Replacing", "Replacement", "replace", "replaced"),
    Action.DELETE: Word("-", "red", "will be deleted", "Deleting", "Deletion", "delete", "deleted"),
    Action.ADOPT: Word("@", "cyan", "will be adopted", "Adopting", "Adoption", "adopt", "adopted"),
    Action.FORGET: Word(".", "dim", "will be forgotten", "Forgetting", "Forgetting", "forget", "forgotten"),
    Action.NO_OP: Word(" ", "dim", "is in sync", "Checking", "Check", "keep", "kept"),
}

LEGEND: Final = {
    Action.REPLACE: "replace (delete, then create again)",
    Action.ADOPT: "adopt (take over as it lives)",
    Action.FORGET: "forget (stays on the site, no longer ours)",
}
"""The symbols that do not speak for themselves."""

TRIAL_COLOURS: Final = {
    TrialState.PASSED: "green",
    TrialState.FAILED: "red",
    TrialState.UNSUPPORTED: "dim",
    TrialState.UNCLEAR: "red",
    TrialState.NOT_STARTED: "yellow",
}
"""The states of a trial are its words."""

ALWAYS_COUNTED: Final = (Action.CREATE, Action.UPDATE, Action.DELETE)
COUNTED_IF_ANY: Final = (Action.ADOPT, Action.REPLACE, Action.FORGET)


def count_of(number: int, noun: str, plural: str = "") -> str:
    """Return *number* with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
