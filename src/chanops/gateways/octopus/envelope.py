"""The first answers of a site, before anything else is known of it: is it an Octopus at all (contracts/octopus.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.errors import NotUnderstoodError
from chanops.gateways.answer import parse_object
from chanops.gateways.octopus import wire

if TYPE_CHECKING:
    from chanops.gateways.answer import Answer

IS_IT_ONE: Final = "is the url the address of an Octopus, without a path or a login page before it?"


def read_first(site: str, answer: Answer, what: str) -> wire.Envelope:
    """Return the envelope in *answer* to *what*; raises NotUnderstoodError that names the status of another program's."""
    try:
        value = parse_object(site, answer, what)
    except NotUnderstoodError as fault:
        words = fault.reason if f"HTTP {answer.status}" in fault.reason else f"{fault.reason} (HTTP {answer.status})"
        raise NotUnderstoodError(site, words, hint=IS_IT_ONE) from None
    try:
        envelope = wire.parse(wire.Envelope, value, site, what)
    except NotUnderstoodError:
        raise _foreign(site, answer, what) from None
    if envelope.code != answer.status:  # they are always the same
        raise _foreign(site, answer, what)
    return envelope


def _foreign(site: str, answer: Answer, what: str) -> NotUnderstoodError:
    return NotUnderstoodError(site, f"{what}: HTTP {answer.status} brought JSON that is not Octopus's", hint=IS_IT_ONE)
